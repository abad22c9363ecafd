/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/markup.h"

#include <string.h>

#include "model/escape.h"

static const char *
entity_of(char character)
{
	switch (character) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>': /* "]]>" may not stand in text */
		return "&gt;";
	case '"':
		return "&quot;";
	default:
		return "&#39;";
	}
}

static void
append_quoted(GString *out, const char *text)
{
	while (*text != '\0') {
		size_t length = strcspn(text, "&<>\"'");

		g_string_append_len(out, text, (gssize)length);
		text += length;
		if (*text != '\0')
			g_string_append(out, entity_of(*text++));
	}
}

void
markup_text(GString *out, const char *text)
{
	g_autofree char *escaped = escape_again(text);

	if (escaped != NULL)
		append_quoted(out, escaped);
}

void
markup_raw(GString *out, const char *text)
{
	g_autofree char *escaped = escape_string(text);

	if (escaped != NULL)
		append_quoted(out, escaped);
}

void
markup_lines(GString *out, const char *lines)
{
	while (lines != NULL && *lines != '\0') {
		size_t length = strcspn(lines, "\n");
		g_autofree char *line = g_strndup(lines, length);

		markup_text(out, line);
		g_string_append_c(out, '\n');
		lines += length + (lines[length] == '\n');
	}
}

void
markup_attribute(GString *out, const char *name, const char *text)
{
	g_string_append_printf(out, " %s=\"", name);
	markup_text(out, text);
	g_string_append_c(out, '"');
}
