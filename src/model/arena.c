/* SPDX-License-Identifier: Apache-2.0 */
#include "model/arena.h"

#include <glib.h>
#include <string.h>

enum {
	ALIGNMENT = 8
};

G_STATIC_ASSERT(sizeof(void *) <= ALIGNMENT && sizeof(guint64) <= ALIGNMENT);

struct arena_block {
	struct arena_block *older;
	size_t size; /* of the memory behind it */
};

static void
add_block(struct arena *arena, size_t least)
{
	size_t size = arena->blocks == NULL ? ARENA_BLOCK_MIN :
					      MIN(2 * arena->blocks->size, (size_t)ARENA_BLOCK_MAX);
	struct arena_block *block;

	size = MAX(size, least);
	block = g_malloc(sizeof(*block) + size);
	block->older = arena->blocks;
	block->size = size;
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
		g_free(block);
	}
	memset(arena, 0, sizeof(*arena));
}
