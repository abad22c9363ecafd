/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory for what lives and dies together: taken in small pieces, given back
 * as a whole. Nothing in it is freed alone, so nothing in it can dangle.
 */
#ifndef POPSEAL_MODEL_ARENA_H
#define POPSEAL_MODEL_ARENA_H

#include <stddef.h>

enum {
	ARENA_BLOCK_MIN = 152,  /* octets of the first block; each later one is twice as large, */
	ARENA_BLOCK_MAX = 2432, /* up to this */
};

struct arena_block;

/* Zeroed: an empty arena, which has no memory yet. */
struct arena {
	struct arena_block *blocks; /* the one that is taken from first */
	char *at;
	size_t left;
};

/* Returns zeroed memory, aligned for any pointer or integer. */
void *arena_take(struct arena *arena, size_t size);

/* Copies bytes and puts a NUL behind them. */
char *arena_text(struct arena *arena, const char *bytes, size_t length);

/* Lets it take from memory that belongs to somebody else, before any of its own. */
void arena_lend(struct arena *arena, void *memory, size_t size);

/* Frees everything but what was lent; the arena is empty again. */
void arena_clear(struct arena *arena);

#endif
