/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory of one size that was given back lately and will be wanted again. A scan begins a host
 * for each one that is done; malloc would join what the old one leaves with its neighbours, which
 * lie cold, and cut it out for the new one again.
 */
#ifndef POPSEAL_MODEL_SPARES_H
#define POPSEAL_MODEL_SPARES_H

#include <stddef.h>

enum {
#ifdef __SANITIZE_ADDRESS__
	SPARES_MAX = 0, /* what was freed must not be used, and shows */
#else
	SPARES_MAX = 256, /* of each size; the rest goes back to malloc */
#endif
};

/* Static, and zeroed at its beginning; for pieces of one size, which has room for a pointer. */
struct spares {
	void *first;
	unsigned count;
};

/* Returns memory that holds anything. */
void *spares_take(struct spares *spares, size_t size);

/* Returns zeroed memory. */
void *spares_take0(struct spares *spares, size_t size);

/* Gives memory back; NULL is a no-op. */
void spares_give(struct spares *spares, void *memory);

#endif
