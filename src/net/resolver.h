/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names to addresses by c-ares on the loop (hosts file, then DNS).
 */
#ifndef POPSEAL_NET_RESOLVER_H
#define POPSEAL_NET_RESOLVER_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/dns_tlsa.h"
#include "net/loop.h"

enum {
	RESOLVER_ADDRESSES_MAX = 64, /* addresses of one name that are used */
	RESOLVER_RECORDS_MAX = 32,   /* likewise, records of one name and type */
};

struct resolver;

enum resolver_type {
	RESOLVER_SRV, /* RFC 2782 */
	RESOLVER_MX,
};

struct resolver_record {
	const char *host; /* without the last dot; "": not offered (RFC 2782, RFC 7505) */
	uint16_t priority;
	uint16_t weight; /* of SRV, as is port */
	uint16_t port;
};

struct resolver *resolver_new(struct net_loop *loop, GError **error);

/*
 * Looks a name up. `done` is called exactly once, never before resolver_ask has
 * returned: with count > 0 numeric addresses without doubles (valid during the
 * call; IPv4 and IPv6 in the resolver's order), or with count 0 and `why`.
 */
void resolver_ask(struct resolver *resolver, const char *name,
	void (*done)(void *user, const char *const *addresses, size_t count, const char *why),
	void *user);

/* Returns whether `why` says that the name or its address does not exist, as against a failure. */
bool resolver_says_none(const char *why);

/*
 * Looks the records of that type up by DNS alone. `done` is called as that of
 * resolver_ask: with the records, which are valid during the call and in the
 * order of the answer; with count 0 and why NULL where there are none; or with
 * count 0 and `why`.
 */
void resolver_ask_records(struct resolver *resolver, enum resolver_type type, const char *name,
	void (*done)(void *user, const struct resolver_record *records, size_t count,
		const char *why),
	void *user);

/*
 * Looks the TLSA records of a name ("_995._tcp.mail.example.org") up by DNS alone, along its
 * aliases. `done` is called as that of resolver_ask: with the first TLS_RECORDS_MAX records in the
 * order of the answer, valid during the call; with count 0 and why NULL where there are none; or
 * with count 0 and `why`. `authentic`: the DNS server says (AD) that it has verified the answer.
 */
void resolver_ask_tlsa(struct resolver *resolver, const char *owner,
	void (*done)(void *user, const struct dns_tlsa_record *records, size_t count,
		bool authentic, const char *why),
	void *user);

/* Cancels what is under way (`done` is not called for it) and frees. NULL is a no-op. */
void resolver_free(struct resolver *resolver);

#endif
