/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The values that shell files leave behind when a shell sources them one after the other.
 *
 * The last assignment wins. A value is told only where it is literal or made of variables that
 * are told; whatever may have been touched by something that is not understood is unknown.
 */
#ifndef POPSEAL_DIALECT_SHELL_H
#define POPSEAL_DIALECT_SHELL_H

#include "dialect/source.h"
#include "dialect/tree.h"

enum {
	SHELL_VALUE_MAX = 4096,              /* octets of one value; longer ones are unknown */
	SHELL_VALUES_MAX = 16 * 1024 * 1024, /* octets of all values; further ones are unknown */
};

/* One assignment, or something that may be one. */
struct shell_value {
	const char *text;               /* NULL: cannot be told */
	const struct config_text *file; /* where it stands; NULL: nowhere */
	const struct node *node;
};

struct shell_values;

/*
 * No values. With `clean` the environment is empty (`env -i`): a variable that is not set is "".
 * Else it may come from outside, and is unknown.
 */
struct shell_values *shell_values_new(bool clean);
void shell_values_free(struct shell_values *values); /* NULL is a no-op */
typedef struct shell_values shell_values_auto;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(shell_values_auto, shell_values_free)

/* Sources a file and what it sources; texts and source must live as long as the values. */
void shell_values_source(struct shell_values *values, struct config_source *source,
	const struct config_text *text);

/* Makes a variable unknown: it is set by who sources the files. */
void shell_values_hide(struct shell_values *values, const char *name);

/*
 * The value that holds at the end; or NULL where nothing sets it (then it is "" if the environment
 * is clean). Valid until the values change.
 */
const struct shell_value *shell_values_find(const struct shell_values *values, const char *name);

/* All assignments to it, in order; of struct shell_value, or NULL where there are none. */
const GArray *shell_values_history(const struct shell_values *values, const char *name);

/* What makes everything unknown ("*"), and where: NULL if nothing does. */
const struct shell_value *shell_values_spoiler(const struct shell_values *values);

#endif
