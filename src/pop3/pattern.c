/* SPDX-License-Identifier: Apache-2.0 */
#include "pop3/pattern.h"

#include <glib.h>
#include <string.h>

enum {
	VERSION_MAX = 63,
};

static bool
glob(const char *pattern, const char *pattern_end, const char *text, const char *text_end)
{
	const char *star = NULL, *retry = NULL;

	while (text < text_end) {
		if (pattern < pattern_end && *pattern == '*') {
			star = pattern++;
			retry = text;
		} else if (pattern < pattern_end && ascii_lower(*pattern) == ascii_lower(*text)) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star + 1;
			text = ++retry;
		} else {
			return false;
		}
	}
	while (pattern < pattern_end && *pattern == '*')
		pattern++;
	return pattern == pattern_end;
}

bool
pattern_match(const char *pattern, const char *text)
{
	return glob(pattern, pattern + strlen(pattern), text, text + strlen(text));
}

static bool
version_octet(char c)
{
	return g_ascii_isalnum(c) || c == '.' || c == '-' || c == '+' || c == '_';
}

/* Returns the end of the version at `at` behind which the rest of the pattern matches, or NULL. */
static const char *
version_end(const char *rest, const char *at)
{
	const char *end = at;

	while (end - at < VERSION_MAX && version_octet(*end))
		end++;
	for (; end > at; end--) {
		if (pattern_match(rest, end))
			return end;
	}
	return NULL;
}

char *
pattern_version(const char *pattern, const char *text)
{
	const char *mark = strstr(pattern, "%v");

	if (!mark)
		return NULL;
	for (const char *at = text; *at; at++) {
		const char *end;

		/* Most places are ruled out by the octet in front of them. */
		if (mark > pattern && mark[-1] != '*' &&
			(at == text || ascii_lower(at[-1]) != ascii_lower(mark[-1])))
			continue;
		if (!version_octet(*at) || !glob(pattern, mark, text, at))
			continue;
		end = version_end(mark + 2, at);
		if (!end)
			continue;
		while (end > at + 1 && (end[-1] == '.' || end[-1] == '-'))
			end--;
		return g_strndup(at, (size_t)(end - at));
	}
	return NULL;
}
