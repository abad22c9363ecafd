/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One counter an address and one a network, as long as somebody holds a share
 * of it or waits for one. A share is taken of both or of none; who cannot have
 * it waits at the counter that is full, behind those that wait there already.
 */
#include "scan/quota.h"

#include <string.h>

struct counter {
	struct address key;
	unsigned held;
	GQueue waiting; /* of struct quota_ticket */
};

struct quota {
	unsigned per_host;
	unsigned per_network;
	GHashTable *hosts; /* of struct counter, by its key */
	GHashTable *networks;
	guint waiting;
};

static guint
hash_address(const void *key)
{
	const struct address *address = key;
	guint hash = (guint)address->family;

	for (size_t i = 0; i < sizeof(address->bytes); i++)
		hash = hash * 31 + address->bytes[i];
	return hash;
}

static gboolean
equal_addresses(const void *a, const void *b)
{
	const struct address *x = a;
	const struct address *y = b;

	return x->family == y->family && memcmp(x->bytes, y->bytes, sizeof(x->bytes)) == 0;
}

struct quota *
quota_new(unsigned per_host, unsigned per_network)
{
	struct quota *quota = g_new0(struct quota, 1);

	quota->per_host = per_host;
	quota->per_network = per_network;
	quota->hosts = g_hash_table_new_full(hash_address, equal_addresses, NULL, g_free);
	quota->networks = g_hash_table_new_full(hash_address, equal_addresses, NULL, g_free);
	return quota;
}

void
quota_free(struct quota *quota)
{
	if (quota == NULL)
		return;
	g_hash_table_unref(quota->hosts);
	g_hash_table_unref(quota->networks);
	g_free(quota);
}

guint
quota_waiting(const struct quota *quota)
{
	return quota->waiting;
}

static bool
is_limited(const struct quota *quota, const struct quota_ticket *ticket)
{
	return (quota->per_host > 0 || quota->per_network > 0) &&
		ticket->address.family != FAMILY_NONE && !address_is_loopback(&ticket->address);
}

static struct address
network_of(const struct address *address)
{
	unsigned bits = address->family == FAMILY_IPV4 ? QUOTA_NETWORK_IPV4 : QUOTA_NETWORK_IPV6;

	return address_network(address, bits, false);
}

static struct counter *
counter_of(GHashTable *counters, const struct address *key)
{
	struct counter *counter = g_hash_table_lookup(counters, key);

	if (counter == NULL) {
		counter = g_new0(struct counter, 1);
		counter->key = *key;
		g_hash_table_insert(counters, &counter->key, counter);
	}
	return counter;
}

/* One that is larger than the limit goes alone. */
static bool
has_room(const struct counter *counter, unsigned limit, unsigned weight)
{
	return limit == 0 || counter == NULL || counter->held == 0 ||
		counter->held + weight <= limit;
}

/* Who has just come does not overtake those that wait; who was the first at `first` may go. */
static bool
may_go(const struct counter *counter, unsigned limit, unsigned weight, const struct counter *first)
{
	return has_room(counter, limit, weight) &&
		(counter == NULL || counter == first || counter->waiting.length == 0);
}

static bool
wait_at(struct quota *quota, struct counter *counter, struct quota_ticket *ticket,
	const struct counter *first)
{
	ticket->link.data = ticket;
	if (counter == first)
		g_queue_push_head_link(&counter->waiting, &ticket->link);
	else
		g_queue_push_tail_link(&counter->waiting, &ticket->link);
	quota->waiting++;
	return false;
}

static bool
take(struct quota *quota, struct quota_ticket *ticket, const struct counter *first)
{
	struct address network_key = network_of(&ticket->address);
	struct counter *host = g_hash_table_lookup(quota->hosts, &ticket->address);
	struct counter *network = g_hash_table_lookup(quota->networks, &network_key);

	if (!may_go(host, quota->per_host, ticket->weight, first))
		return wait_at(quota, host, ticket, first);
	if (!may_go(network, quota->per_network, ticket->weight, first))
		return wait_at(quota, network, ticket, first);
	counter_of(quota->hosts, &ticket->address)->held += ticket->weight;
	counter_of(quota->networks, &network_key)->held += ticket->weight;
	ticket->held = true;
	return true;
}

bool
quota_take(struct quota *quota, struct quota_ticket *ticket)
{
	return !is_limited(quota, ticket) || take(quota, ticket, NULL);
}

/* Lets those at a counter go, in the order in which they came, until one has to stay. */
static void
wake(struct quota *quota, GHashTable *counters, const struct address *key, GPtrArray *ready)
{
	struct counter *counter = g_hash_table_lookup(counters, key);
	struct quota_ticket *stays = NULL;

	while (counter != NULL && stays == NULL && counter->waiting.length > 0) {
		struct quota_ticket *ticket = g_queue_pop_head_link(&counter->waiting)->data;

		quota->waiting--;
		if (take(quota, ticket, counter))
			g_ptr_array_add(ready, ticket);
		else if (counter->waiting.head == &ticket->link)
			stays = ticket;
	}
	if (counter != NULL && counter->held == 0 && counter->waiting.length == 0)
		g_hash_table_remove(counters, key);
}

void
quota_give(struct quota *quota, struct quota_ticket *ticket, GPtrArray *ready)
{
	struct address network_key;

	if (!ticket->held)
		return;
	ticket->held = false;
	network_key = network_of(&ticket->address);
	counter_of(quota->hosts, &ticket->address)->held -= ticket->weight;
	counter_of(quota->networks, &network_key)->held -= ticket->weight;
	wake(quota, quota->hosts, &ticket->address, ready);
	wake(quota, quota->networks, &network_key, ready);
}

struct quota_ticket *
quota_drop(struct quota *quota)
{
	GHashTable *tables[] = { quota->hosts, quota->networks };

	for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
		GHashTableIter iter;
		void *value;

		g_hash_table_iter_init(&iter, tables[i]);
		while (g_hash_table_iter_next(&iter, NULL, &value)) {
			struct counter *counter = value;
			GList *link = g_queue_pop_head_link(&counter->waiting);

			if (link == NULL)
				continue;
			quota->waiting--;
			return link->data;
		}
	}
	return NULL;
}
