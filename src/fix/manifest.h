/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A change as JSON: a plan that others approve, and an entry of the journal.
 */
#ifndef POPSEAL_FIX_MANIFEST_H
#define POPSEAL_FIX_MANIFEST_H

#include "model/change.h"

enum {
	MANIFEST_VERSION = 1,
	MANIFEST_MAX = 256 << 20, /* octets: the files of a configuration twice, in base64 */
};

#define MANIFEST_ERROR (manifest_error_quark())
GQuark manifest_error_quark(void);

/* Writes it, with the files' contents; a new one. */
GBytes *manifest_write(const struct change *change);

/* Reads one; NULL and *error, which `name` begins. Digests that do not fit are an error. */
struct change *manifest_read(GBytes *bytes, const char *name, GError **error);

#endif
