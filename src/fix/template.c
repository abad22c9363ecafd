/* SPDX-License-Identifier: Apache-2.0 */
#include "fix/template.h"

#include <string.h>

/* The mark that stands at `at`, which is an '@'; or NULL. */
static const struct template_mark *
mark_at(const char *at, const struct template_mark *marks)
{
	for (const struct template_mark *mark = marks; mark->name != NULL; mark++) {
		size_t length = strlen(mark->name);

		if (strncmp(at + 1, mark->name, length) == 0 && at[1 + length] == '@')
			return mark;
	}
	return NULL;
}

GString *
template_fill(const char *name, const struct template_mark *marks)
{
	GString *out = g_string_new(NULL);

	for (const char *at = template_text(name); *at != '\0';) {
		const struct template_mark *mark = *at == '@' ? mark_at(at, marks) : NULL;

		if (mark == NULL) {
			g_string_append_c(out, *at++);
			continue;
		}
		g_string_append(out, mark->text);
		at += strlen(mark->name) + 2;
	}
	return out;
}
