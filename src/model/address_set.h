/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of addresses, kept as ranges: networks to be left out of a scan. Whole
 * networks are taken out of a range by arithmetic, never one address at a time.
 */
#ifndef POPSEAL_MODEL_ADDRESS_SET_H
#define POPSEAL_MODEL_ADDRESS_SET_H

#include <glib.h>

#include "model/address.h"

/* All addresses from first to last, both included and of one family. */
struct address_range {
	struct address first;
	struct address last;
};

struct address_set;

struct address_set *address_set_new(void);
void address_set_free(struct address_set *set); /* NULL is a no-op */

/* Adds a range; before the set is asked again it must be sealed. */
void address_set_add(struct address_set *set, const struct address_range *range);

/* Adds the networks that are never asked (address_never_asked), IPv4 within IPv6 included. */
void address_set_add_never_asked(struct address_set *set);

/* Sorts and joins what was added. */
void address_set_seal(struct address_set *set);

/* Returns whether the address is in the set; an empty or NULL set has none. */
bool address_set_has(const struct address_set *set, const struct address *address);

/*
 * Appends those parts of the range that are not in the set to `parts` (a GArray
 * of struct address_range), in order. A NULL set leaves the range whole.
 */
void address_set_subtract(const struct address_set *set, const struct address_range *range,
	GArray *parts);

/* Returns <0, 0 or >0: IPv4 before IPv6, then by number. */
int address_compare(const struct address *a, const struct address *b);

#endif
