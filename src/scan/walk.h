/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A walk: the addresses and names of some targets in a seeded random order.
 * What is left out is left out before the order is made, by arithmetic, and
 * what two targets have in common is visited once; nothing is stored per address.
 */
#ifndef POPSEAL_SCAN_WALK_H
#define POPSEAL_SCAN_WALK_H

#include "model/address_set.h"
#include "model/target.h"
#include "scan/order.h"

struct walk;

struct walk_item {
	const struct target *target; /* the walk's */
	struct address address;      /* FAMILY_NONE: a name, that must be resolved */
};

struct walk *walk_new(void);
void walk_free(struct walk *walk); /* NULL is a no-op */

/*
 * Adds a target, which the walk takes over, but not its addresses that are in
 * `never` or in `excluded` (each may be NULL; sealed). Adds how many these are
 * to *skipped and *left_out.
 */
void walk_add(struct walk *walk, struct target *target, const struct address_set *never,
	const struct address_set *excluded, uint64_t *skipped, uint64_t *left_out);

/*
 * Ends adding: takes out what is there twice (the same address or name, with
 * the same port), returns how many these were, and makes the order.
 */
uint64_t walk_seal(struct walk *walk, uint64_t seed);

/* Returns how many items it has. */
uint64_t walk_count(const struct walk *walk);

/* Returns the item at that place of the order; place < walk_count. */
struct walk_item walk_at(const struct walk *walk, uint64_t place);

/* Writes the item's address with its target's zone, or its name, and returns text. */
const char *walk_item_text(const struct walk_item *item, char text[ENDPOINT_HOST_MAX + 1]);

#endif
