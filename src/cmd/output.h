/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a report goes: standard output or a file, record by record. What was
 * written stays written when a later record fails (a full disk).
 */
#ifndef POPSEAL_CMD_OUTPUT_H
#define POPSEAL_CMD_OUTPUT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct output {
	int fd;
	char *name; /* for messages: the path, or "standard output" */
	bool gone;  /* the reader has closed the pipe: no error, but no use either */
};

/* path NULL or "-" = standard output. False and *error (which names the file) on failure. */
bool output_open(struct output *output, const char *path, GError **error);

/*
 * Opens a file that is there and goes on writing after its first `length` octets; what comes behind
 * them is cut off. They must end with those that `digest` (checkpoint_digest) was made of.
 */
bool output_reopen(struct output *output, const char *path, uint64_t length, uint64_t digest,
	GError **error);

/* How many octets the file holds; 0 where it is none. */
uint64_t output_length(const struct output *output);

/* Writes all of text and empties it. False and *error on failure. */
bool output_write(struct output *output, GString *text, GError **error);

/* Opens path (as output_open), writes all of text and closes. False and *error on failure. */
bool output_print(const char *path, GString *text, GError **error);

/*
 * Puts text in the place of the file, whole or not at all; what is no regular file (and standard
 * output) is written as output_print does. False and *error on failure.
 */
bool output_replace(const char *path, GString *text, GError **error);

/* Closes; false and *error if what was written did not reach the disk. */
bool output_close(struct output *output, GError **error);

#endif
