/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/recent.h"

#include <glib.h>
#include <string.h>

#include "scan/order.h"

struct key {
	uint8_t family;
	uint8_t mode;
	uint16_t port;
	uint8_t bytes[16];
};

/* Keys of one hash are a chain from its head; 0 ends it, and place n is named n + 1. */
struct recent {
	uint32_t next;
	uint32_t heads[RECENT_MAX];
	uint32_t chains[RECENT_MAX]; /* what comes behind each place */
	struct key ring[RECENT_MAX]; /* the oldest is overwritten */
};

static uint32_t
hash_key(const struct key *key)
{
	uint64_t hash =
		order_mix((uint64_t)key->family << 32 | (uint64_t)key->mode << 16 | key->port);

	for (size_t i = 0; i < sizeof(key->bytes); i++)
		hash = (hash ^ key->bytes[i]) * UINT64_C(0x100000001b3);
	return (uint32_t)(hash ^ hash >> 32) % RECENT_MAX;
}

static bool
is_known(const struct recent *recent, const struct key *key)
{
	uint32_t at = recent->heads[hash_key(key)];

	while (at != 0 && memcmp(&recent->ring[at - 1], key, sizeof(*key)) != 0)
		at = recent->chains[at - 1];
	return at != 0;
}

/* Takes the key at that place out of its chain. */
static void
forget(struct recent *recent, uint32_t place)
{
	uint32_t *at = &recent->heads[hash_key(&recent->ring[place])];

	while (*at != place + 1)
		at = &recent->chains[*at - 1];
	*at = recent->chains[place];
}

struct recent *
recent_new(void)
{
	struct recent *recent = g_malloc(sizeof(*recent));

	/* Not calloc: all of it is there from the beginning, and does not grow with the targets. */
	memset(recent, 0, sizeof(*recent));
	return recent;
}

void
recent_free(struct recent *recent)
{
	g_free(recent);
}

bool
recent_add(struct recent *recent, const struct address *address, const struct asked_port *port)
{
	uint32_t place = recent->next % RECENT_MAX;
	struct key key = {
		.family = (uint8_t)address->family,
		.mode = (uint8_t)port->mode,
		.port = port->port,
	};
	uint32_t *head;

	memcpy(key.bytes, address->bytes, sizeof(key.bytes));
	if (is_known(recent, &key))
		return false;
	if (recent->ring[place].family != FAMILY_NONE)
		forget(recent, place);
	head = &recent->heads[hash_key(&key)];
	recent->ring[place] = key;
	recent->chains[place] = *head;
	*head = place + 1;
	recent->next++;
	return true;
}

void
recent_filter(struct recent *recent, const struct address *address, struct port_list *ports)
{
	size_t kept = 0;

	for (size_t i = 0; i < ports->count; i++) {
		if (recent_add(recent, address, &ports->items[i]))
			ports->items[kept++] = ports->items[i];
	}
	ports->count = kept;
}
