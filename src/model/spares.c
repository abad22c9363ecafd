/* SPDX-License-Identifier: Apache-2.0 */
#include "model/spares.h"

#include <glib.h>
#include <string.h>

/* A spare piece holds the next one. */
struct spare {
	struct spare *next;
};

void *
spares_take(struct spares *spares, size_t size)
{
	struct spare *spare = spares->first;

	if (spare == NULL)
		return g_malloc(MAX(size, sizeof(*spare)));
	spares->first = spare->next;
	spares->count--;
	return spare;
}

void *
spares_take0(struct spares *spares, size_t size)
{
	return memset(spares_take(spares, size), 0, size);
}

void
spares_give(struct spares *spares, void *memory)
{
	struct spare *spare = memory;

	if (spare == NULL)
		return;
	if (spares->count + 1 > SPARES_MAX) {
		g_free(spare);
		return;
	}
	spare->next = spares->first;
	spares->first = spare;
	spares->count++;
}
