/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A feed: a confined process of its own that reads what strangers wrote (another
 * tool's report, DNS) and hands on targets, one a line, for a source to read.
 */
#ifndef POPSEAL_SCAN_FEED_H
#define POPSEAL_SCAN_FEED_H

#include <stdio.h>

#include "scan/from/from.h"

enum {
	FEED_LINE_MAX = 16 * 1024, /* octets of one line; the texts of a claim, escaped, fit in */
};

struct feed;

/* Where a feed's targets go: given to what is run in its process. */
struct feed_output {
	FILE *file;
};

/* Hands one on; user is a struct feed_output. Fits from_read's emit. */
void feed_emit(void *user, const struct from_item *item);

/*
 * Starts the process, in which `run` reads from fd (-1 = nothing) and emits to
 * `output`; its *error becomes the last line. fd is closed in this process. `prepare` (or NULL) is
 * called in the new process before it is confined. NULL and *error if none can be started.
 */
struct feed *feed_new(int fd, const char *name, void (*prepare)(void),
	bool (*run)(int fd, const char *name, struct feed_output *output, GError **error),
	GError **error);
void feed_free(struct feed *feed); /* ends the process; NULL is a no-op */

/* The descriptor to read lines from; the feed's own. */
int feed_fd(const struct feed *feed);

/* What a line says. The strings belong to it. */
struct feed_line {
	bool end;            /* the feed is whole: without it, its process has died */
	const char *problem; /* and no target */
	const char *where;   /* the place of the problem; NULL: the whole */
	const char *target;
	struct claim claim;
};

/* Takes a line apart, in place. False if it is none. */
bool feed_read_line(char *line, struct feed_line *parts);

#endif
