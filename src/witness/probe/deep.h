/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What deep depth asks once the dialogue is over: what else the server's TLS
 * takes, whether a command can be slipped in behind STLS, and what DNS says of
 * its certificate. One connection at a time.
 */
#ifndef POPSEAL_WITNESS_PROBE_DEEP_H
#define POPSEAL_WITNESS_PROBE_DEEP_H

#include "witness/probe/probe.h"

struct deep;

/*
 * Begins; results go into the facts. Facts and options are borrowed. `done` is called once, never
 * before it has returned, and all is freed after it.
 */
struct deep *deep_start(struct net_loop *loop, struct facts *facts,
	const struct probe_options *options, void (*done)(void *user), void *user);

/* Ends it at once; `done` is not called. NULL is a no-op. */
void deep_cancel(struct deep *deep);

#endif
