/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that are whole after a power loss: the old one or the new one, and nothing between.
 */
#ifndef POPSEAL_FIX_DURABLE_H
#define POPSEAL_FIX_DURABLE_H

#include <glib.h>
#include <stdbool.h>

#define DURABLE_ERROR (durable_error_quark())
GQuark durable_error_quark(void);

enum durable_problem {
	DURABLE_FAILED,  /* the system refused; the file is as before */
	DURABLE_CHANGED, /* the file is not what it was expected to be; it is left alone */
	DURABLE_STRANGE, /* it is no regular file, or has several names */
};

/*
 * Writes a file of ours (mode 0600) in the place of what is there. False and *error, which names
 * the file.
 */
bool durable_write(const char *path, GBytes *bytes, GError **error);

/*
 * Replaces a file of others with the same owner, group, mode, ACL, label and other extended
 * attributes, if it holds `expected` to the octet. The new file is first written beside it as
 * ".NAME.popseal-MARK", which no include pattern matches and which is removed if it fails. False
 * and *error, which names the file and whose code is an enum durable_problem.
 */
bool durable_replace(const char *path, GBytes *expected, GBytes *bytes, const char *mark,
	GError **error);

/* Removes what durable_replace has left if it was killed. */
void durable_sweep(const char *path, const char *mark);

/* The octets of a regular file, at most `most`; NULL and *error, which names it. */
GBytes *durable_read(const char *path, size_t most, GError **error);

/* Makes a folder (mode 0700) with those above it; it is there after a power loss. */
bool durable_folder(const char *path, GError **error);

#endif
