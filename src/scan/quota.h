/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Limits that keep a scan from hammering one server or one network: so many
 * connections at once to one address, and to one /24 (IPv4) or /48 (IPv6).
 * Loopback has none.
 */
#ifndef POPSEAL_SCAN_QUOTA_H
#define POPSEAL_SCAN_QUOTA_H

#include <glib.h>

#include "model/address.h"

enum {
	QUOTA_WAITING_MAX = 65536, /* that may wait at once; whoever adds keeps to it */
	QUOTA_NETWORK_IPV4 = 24,   /* leading bits */
	QUOTA_NETWORK_IPV6 = 48,
};

/* One that wants to ask; part of the caller's struct, zeroed, but for address and weight. */
struct quota_ticket {
	struct address address;
	unsigned weight; /* connections at once */
	bool held;
	GList link; /* in a queue of those that wait */
};

struct quota;

/* At most per_host and per_network connections at once; 0 = no limit. */
struct quota *quota_new(unsigned per_host, unsigned per_network);
void quota_free(struct quota *quota); /* NULL is a no-op; forgets whoever waits */

/* Takes the ticket's share and returns true; or lets it wait, and returns false. */
bool quota_take(struct quota *quota, struct quota_ticket *ticket);

/*
 * Gives the ticket's share back. Whoever may go on now is appended to `ready`
 * (of struct quota_ticket), with its share taken.
 */
void quota_give(struct quota *quota, struct quota_ticket *ticket, GPtrArray *ready);

/* How many wait. */
guint quota_waiting(const struct quota *quota);

/* Takes one of those that wait away; NULL if there is none. For the end of a scan. */
struct quota_ticket *quota_drop(struct quota *quota);

#endif
