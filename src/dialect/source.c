/* SPDX-License-Identifier: Apache-2.0 */
#include "dialect/source.h"

#include <string.h>

const char *
source_outcome_words(enum source_outcome outcome)
{
	switch (outcome) {
	case SOURCE_FOUND:
		return "found";
	case SOURCE_ABSENT:
		return "no such file";
	case SOURCE_UNREADABLE:
		return "not readable";
	case SOURCE_NOT_A_FILE:
		return "not a regular file";
	case SOURCE_TOO_LARGE:
		return "too large to be read";
	case SOURCE_OUTSIDE:
		return "outside of what is audited";
	}
	g_return_val_if_reached("not readable");
}

char *
source_resolve(const char *from, const char *path)
{
	const char *slash = strrchr(from, '/');

	if (path[0] == '/' || slash == NULL)
		return g_strdup(path);
	return g_strdup_printf("%.*s%s", (int)(slash + 1 - from), from, path);
}
