/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Servers of one kind refuse in the same words, and reading them is what costs
 * most in a dialogue. So the answers of refusal_classify, which depend on
 * nothing but the table and the line, are remembered: a place for each hash of a
 * line, taken by whoever came last.
 */
#include "pop3/refusal.h"

#include <string.h>

enum {
	PLACES = 256,         /* a power of two */
	REMEMBERED_MAX = 110, /* octets of a line; longer ones are read every time */
};

struct place {
	const struct wording *room;
	unsigned char refusal; /* an enum refusal; REFUSAL_NONE: the place is free */
	char line[REMEMBERED_MAX + 1];
};

G_STATIC_ASSERT((int)REFUSAL_UNKNOWN_COMMAND <= UINT8_MAX);

/* FNV-1a. */
static size_t
place_of(const struct wording *room, const char *line, size_t length)
{
	guint64 hash = G_GUINT64_CONSTANT(0xcbf29ce484222325) ^ (guint64)(guintptr)room;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)line[i]) * G_GUINT64_CONSTANT(0x100000001b3);
	return (size_t)(hash ^ hash >> 32) % PLACES;
}

enum refusal
refusal_recall(const struct wording *room, const char *line)
{
	static _Thread_local struct place places[PLACES];
	size_t length = strlen(line);
	struct place *place;

	if (length > REMEMBERED_MAX)
		return refusal_classify(room, line);
	place = &places[place_of(room, line, length)];
	if (place->refusal != REFUSAL_NONE && place->room == room && strcmp(place->line, line) == 0)
		return (enum refusal)place->refusal;
	place->room = room;
	place->refusal = (unsigned char)refusal_classify(room, line);
	memcpy(place->line, line, length + 1);
	return (enum refusal)place->refusal;
}
