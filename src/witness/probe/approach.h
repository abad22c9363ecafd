/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The approach: a further connection to an endpoint that was probed, brought
 * to the point where TLS begins: at once where TLS comes first, whatever it was
 * asked as, behind the answer to STLS on a clear one. What is said from there
 * on is its user's.
 */
#ifndef POPSEAL_WITNESS_PROBE_APPROACH_H
#define POPSEAL_WITNESS_PROBE_APPROACH_H

#include "net/connection.h"
#include "witness/probe/probe.h"

struct approach_events {
	/*
	 * TLS may begin (or, with `greeted_only`, the greeting has come): approach_connection is
	 * the caller's to use. From here on what follows is handed on as it is.
	 */
	void (*ready)(void *user);
	void (*secured)(void *user, enum handshake handshake, const char *why, const char *clear,
		size_t length);
	void (*received)(void *user, const char *bytes, size_t length);
	void (*ended)(void *user, enum connection_end end);
	void (*expired)(void *user);
	/* It did not come so far; `why` says in words why not. No event comes after. */
	void (*failed)(void *user, enum connect_outcome connect, const char *why);
};

struct approach;

/* Whether the endpoint speaks TLS from the first byte, as its mode says or the probe has found. */
bool approach_begins_tls(const struct facts *facts);

/*
 * Begins. `facts` are those of the probe; they and `options` are borrowed: its source, time-outs
 * and rate hold. With `greeted_only` STLS is the caller's to say. No event comes before it has
 * returned.
 */
struct approach *approach_start(struct net_loop *loop, const struct facts *facts,
	const struct probe_options *options, bool greeted_only,
	const struct approach_events *events, void *user);

/* The connection, from `ready` on. */
struct connection *approach_connection(struct approach *approach);

/* Closes and frees; may be called from within an event. NULL is a no-op. */
void approach_close(struct approach *approach);

#endif
