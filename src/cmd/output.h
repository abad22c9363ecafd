/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a report goes: standard output or a file, record by record. What was
 * written stays written when a later record fails (a full disk).
 */
#ifndef POPSEAL_CMD_OUTPUT_H
#define POPSEAL_CMD_OUTPUT_H

#include <glib.h>
#include <stdbool.h>

struct output {
	int fd;
	char *name; /* for messages: the path, or "standard output" */
	bool gone;  /* the reader has closed the pipe: no error, but no use either */
};

/* path NULL or "-" = standard output. False and *error (which names the file) on failure. */
bool output_open(struct output *output, const char *path, GError **error);

/* Writes all of text and empties it. False and *error on failure. */
bool output_write(struct output *output, GString *text, GError **error);

/* Closes; false and *error if what was written did not reach the disk. */
bool output_close(struct output *output, GError **error);

#endif
