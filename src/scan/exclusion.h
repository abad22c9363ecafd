/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the user does not want asked: the addresses, networks, ranges and names
 * of --exclude, one a line, as targets are written but without ports.
 */
#ifndef POPSEAL_SCAN_EXCLUSION_H
#define POPSEAL_SCAN_EXCLUSION_H

#include "model/address_set.h"
#include "model/target.h"

struct exclusion;

/*
 * Reads a file. NULL and *error for one that cannot be read (G_FILE_ERROR), and for a line that is
 * wrong (POPSEAL_TARGET_ERROR), named by its number: what was to be left out must not be asked.
 */
struct exclusion *exclusion_read(const char *path, GError **error);
void exclusion_free(struct exclusion *exclusion); /* NULL is a no-op */

/* The addresses, sealed; NULL if exclusion is NULL. */
const struct address_set *exclusion_addresses(const struct exclusion *exclusion);

/* Whether the target is a name that is excluded; false if exclusion is NULL. */
bool exclusion_has_name(const struct exclusion *exclusion, const struct target *target);

/* A checksum of the file's lines; 0 if exclusion is NULL. */
uint64_t exclusion_digest(const struct exclusion *exclusion);

#endif
