/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a scan's targets come from: the words of the command line, then the
 * lines of a file or of standard input, read as they come.
 */
#ifndef POPSEAL_SCAN_SOURCE_H
#define POPSEAL_SCAN_SOURCE_H

#include <glib.h>

#include "model/target.h"

enum {
	SOURCE_LINE_MAX = 1024
}; /* octets of one line; a longer one is an error */

enum source_state {
	SOURCE_TARGET,
	SOURCE_BAD_LINE,
	SOURCE_WAIT, /* nothing can be read now: watch source_fd */
	SOURCE_END,
};

struct source_item {
	struct target *target; /* owned by the caller, for SOURCE_TARGET */
	bool piped;            /* it came from --input, not from the command line */
	char *where;           /* owned by the caller, for SOURCE_BAD_LINE: "FILE:LINE" */
	char *message;         /* owned by the caller, for SOURCE_BAD_LINE */
};

struct source;

/*
 * Takes over targets (of struct target, freed by target_free). `input` is a
 * path, "-" for standard input, or NULL. NULL and *error (which names the
 * file) if it cannot be opened.
 */
struct source *source_new(GPtrArray *targets, const char *input, GError **error);
void source_free(struct source *source); /* NULL is a no-op */

enum source_state source_next(struct source *source, struct source_item *item);

/* The descriptor to watch after SOURCE_WAIT. */
int source_fd(const struct source *source);

/* How many addresses and names all targets make, or 0 if that is not known before they are read. */
uint64_t source_count(const struct source *source);

#endif
