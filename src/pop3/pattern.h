/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Globs over what a server says: '*' stands for any bytes, ASCII case is
 * ignored, and there is no '?'.
 */
#ifndef POPSEAL_POP3_PATTERN_H
#define POPSEAL_POP3_PATTERN_H

#include <stdbool.h>

/* g_ascii_tolower is a call for each octet, and most of the time goes there. */
static inline char
ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

/* Returns whether text matches the glob. */
bool pattern_match(const char *pattern, const char *text);

/*
 * Like pattern_match, for a pattern with one "%v": returns the version (digits,
 * letters, '.', '-', '+', '_', at most 63 of them) that stands at that place
 * in a string of the caller's, or NULL.
 */
char *pattern_version(const char *pattern, const char *text);

#endif
