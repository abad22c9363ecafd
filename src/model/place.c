/* SPDX-License-Identifier: Apache-2.0 */
#include "model/place.h"

#include <string.h>

char *
place_relative(const char *base, const char *file)
{
	g_autofree char *whole = NULL;
	size_t length = base != NULL ? strlen(base) : 0;

	if (base == NULL)
		return g_strdup(file);
	whole = g_canonicalize_filename(file, base);
	/* From the root folder everything is below it, and an absolute path says more. */
	if (length <= 1 || strncmp(whole, base, length) != 0 || whole[length] != '/')
		return g_steal_pointer(&whole);
	return g_strdup(whole + length + 1);
}

/* Goes back to the last `*` only: those before it have matched as little as they can. */
bool
place_matches(const char *pattern, const char *text)
{
	const char *star = NULL;
	const char *from = NULL;

	while (*text != '\0') {
		if (*pattern == '*') {
			star = pattern++;
			from = text;
		} else if (*pattern == '?' || *pattern == *text) {
			pattern++;
			text++;
		} else if (star != NULL) {
			pattern = star + 1;
			text = ++from;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}
