/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A random order that is computed, not stored: a permutation of 0 to count - 1
 * given by a seed, each place found by itself in constant time and space.
 *
 * A Feistel network over the next power of four, walked until the result falls
 * within the count (Black and Rogaway, "Ciphers with Arbitrary Finite Domains", 2002).
 */
#ifndef POPSEAL_SCAN_ORDER_H
#define POPSEAL_SCAN_ORDER_H

#include <stdint.h>

enum {
	ORDER_ROUNDS = 6
};

struct order {
	uint64_t count;
	unsigned half; /* bits of each half of the network */
	uint64_t keys[ORDER_ROUNDS];
};

/* Makes the order of `count` numbers (at most 2^62) that belongs to that seed. */
void order_init(struct order *order, uint64_t count, uint64_t seed);

/* Returns the number at that place; place < count. Each number has exactly one place. */
uint64_t order_at(const struct order *order, uint64_t place);

/* Returns 64 well-mixed bits of x (the finalizer of MurmurHash3, Appleby 2011). */
uint64_t order_mix(uint64_t x);

#endif
