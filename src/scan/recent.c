/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/recent.h"

#include <string.h>

struct key {
	uint8_t family;
	uint8_t mode;
	uint16_t port;
	uint8_t bytes[16];
};

struct recent {
	GHashTable *known; /* of struct key, within ring */
	guint next;
	struct key ring[RECENT_MAX]; /* the oldest is overwritten */
};

static guint
hash_key(const void *data)
{
	const struct key *key = data;
	guint hash = key->port * 2U + key->mode;

	for (size_t i = 0; i < sizeof(key->bytes); i++)
		hash = hash * 31 + key->bytes[i];
	return hash;
}

static gboolean
equal_keys(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct key)) == 0;
}

struct recent *
recent_new(void)
{
	struct recent *recent = g_new0(struct recent, 1);

	recent->known = g_hash_table_new(hash_key, equal_keys);
	return recent;
}

void
recent_free(struct recent *recent)
{
	if (recent == NULL)
		return;
	g_hash_table_unref(recent->known);
	g_free(recent);
}

bool
recent_add(struct recent *recent, const struct address *address, const struct asked_port *port)
{
	struct key key = {
		.family = (uint8_t)address->family,
		.mode = (uint8_t)port->mode,
		.port = port->port,
	};
	struct key *place = &recent->ring[recent->next % RECENT_MAX];

	memcpy(key.bytes, address->bytes, sizeof(key.bytes));
	if (g_hash_table_contains(recent->known, &key))
		return false;
	if (place->family != FAMILY_NONE)
		g_hash_table_remove(recent->known, place);
	*place = key;
	g_hash_table_add(recent->known, place);
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
