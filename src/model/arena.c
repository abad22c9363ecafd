/* SPDX-License-Identifier: Apache-2.0 */
#include "model/arena.h"

#include <glib.h>
#include <string.h>

#include "model/spares.h"

enum {
	ALIGNMENT = 8,
	ARENA_SIZES = 5, /* from ARENA_BLOCK_MIN to ARENA_BLOCK_MAX, by doubling */
};

G_STATIC_ASSERT(ARENA_BLOCK_MIN << (ARENA_SIZES - 1) == ARENA_BLOCK_MAX);

G_STATIC_ASSERT(sizeof(void *) <= ALIGNMENT && sizeof(guint64) <= ALIGNMENT);

struct arena_block {
	struct arena_block *older;
	size_t size; /* of the memory behind it */
};

/* Of the usual sizes. */
static struct spares spares[ARENA_SIZES];

/* Returns the spares of that size, or NULL if none are kept of it. */
static struct spares *
spares_of(size_t size)
{
	for (unsigned i = 0; i < ARENA_SIZES; i++) {
		if (size == (size_t)ARENA_BLOCK_MIN << i)
			return &spares[i];
	}
	return NULL;
}

static struct arena_block *
block_new(size_t size)
{
	struct spares *kept = spares_of(size);
	struct arena_block *block = kept == NULL ? g_malloc(sizeof(*block) + size) :
						   spares_take(kept, sizeof(*block) + size);

	block->size = size;
	return block;
}

static void
block_free(struct arena_block *block)
{
	struct spares *kept = spares_of(block->size);

	if (kept == NULL)
		g_free(block);
	else
		spares_give(kept, block);
}

static void
add_block(struct arena *arena, size_t least)
{
	size_t size = arena->blocks == NULL ? ARENA_BLOCK_MIN :
					      MIN(2 * arena->blocks->size, (size_t)ARENA_BLOCK_MAX);
	struct arena_block *block = block_new(MAX(size, least));

	size = block->size;
	block->older = arena->blocks;
	arena->blocks = block;
	arena->at = (char *)(block + 1);
	arena->left = size;
}

/* Returns memory as it is, where the last piece ended. */
static char *
take(struct arena *arena, size_t size)
{
	char *taken;

	if (size > arena->left)
		add_block(arena, size);
	taken = arena->at;
	arena->at += size;
	arena->left -= size;
	return taken;
}

static void
align(struct arena *arena)
{
	size_t padding = -(size_t)arena->at % ALIGNMENT;

	padding = MIN(padding, arena->left);
	arena->at += padding;
	arena->left -= padding;
}

void *
arena_take(struct arena *arena, size_t size)
{
	align(arena);
	return memset(take(arena, size), 0, size);
}

char *
arena_text(struct arena *arena, const char *bytes, size_t length)
{
	char *text = take(arena, length + 1);

	if (length > 0)
		memcpy(text, bytes, length);
	text[length] = '\0';
	return text;
}

void
arena_lend(struct arena *arena, void *memory, size_t size)
{
	arena->at = memory;
	arena->left = size;
}

void
arena_clear(struct arena *arena)
{
	while (arena->blocks != NULL) {
		struct arena_block *block = arena->blocks;

		arena->blocks = block->older;
		block_free(block);
	}
	memset(arena, 0, sizeof(*arena));
}
