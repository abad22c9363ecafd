/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines of a file, of standard input or of a feed, read as they come: each
 * a target.
 */
#ifndef POPSEAL_SCAN_SOURCE_H
#define POPSEAL_SCAN_SOURCE_H

#include <glib.h>

#include "model/target.h"
#include "scan/feed.h"

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
	struct claim *claim;   /* of a feed's target, or NULL; owned by the caller: g_free */
	char *where;           /* owned by the caller, for SOURCE_BAD_LINE: "FILE:LINE" */
	char *message;         /* owned by the caller, for SOURCE_BAD_LINE */
	bool usage;            /* for SOURCE_BAD_LINE: the user wrote it wrong, it is no failure */
};

struct source;

/*
 * Opens a path, or "-" for standard input. NULL and *error (which names the
 * file) if it cannot be opened.
 */
struct source *source_open(const char *input, GError **error);

/* Only opens it: a descriptor that is the caller's, or -1 with *error. */
int source_open_file(const char *input, GError **error);

/* Takes over a feed, whose lines it reads; `name` is that of what the feed reads. */
struct source *source_of_feed(struct feed *feed, const char *name);
void source_free(struct source *source); /* NULL is a no-op */

enum source_state source_next(struct source *source, struct source_item *item);

/* Blocks until there is something to be read, or the source has ended. */
void source_wait(const struct source *source);

/* The descriptor to watch after SOURCE_WAIT. */
int source_fd(const struct source *source);

/*
 * Says what the checksum was after so many lines; from then on source_differs tells whether that
 * many lines have been taken, or the source has ended, without it.
 */
void source_expect(struct source *source, uint64_t lines, uint64_t digest);
bool source_differs(const struct source *source);

/* How many lines have been taken, those without a target included. */
uint64_t source_lines(const struct source *source);

/* A checksum (FNV-1a, 64 bits) of all lines that have been taken. */
uint64_t source_digest(const struct source *source);

#endif
