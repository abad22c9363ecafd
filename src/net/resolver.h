/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names to addresses by c-ares on the loop (hosts file, then DNS).
 */
#ifndef POPSEAL_NET_RESOLVER_H
#define POPSEAL_NET_RESOLVER_H

#include <glib.h>
#include <stddef.h>

#include "net/loop.h"

enum {
	RESOLVER_ADDRESSES_MAX = 64
}; /* addresses of one name that are used */

struct resolver;

struct resolver *resolver_new(struct net_loop *loop, GError **error);

/*
 * Looks a name up. `done` is called exactly once, never before resolver_ask has
 * returned: with count > 0 numeric addresses without doubles (valid during the
 * call; IPv4 and IPv6 in the resolver's order), or with count 0 and `why`.
 */
void resolver_ask(struct resolver *resolver, const char *name,
	void (*done)(void *user, const char *const *addresses, size_t count, const char *why),
	void *user);

/* Cancels what is under way (`done` is not called for it) and frees. NULL is a no-op. */
void resolver_free(struct resolver *resolver);

#endif
