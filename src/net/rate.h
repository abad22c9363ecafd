/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many connections a second: a token bucket, in which whoever finds it
 * empty stands in line. Those who have begun with an endpoint go before those
 * who have not, so that what is under way ends before more is begun.
 */
#ifndef POPSEAL_NET_RATE_H
#define POPSEAL_NET_RATE_H

#include "net/loop.h"

struct net_rate;

enum net_rate_line {
	NET_RATE_NEW,
	NET_RATE_BEGUN,
	NET_RATE_LINES,
};

/* A place in a line: part of its owner's struct, zeroed at first. */
struct net_rate_place {
	void (*granted)(void *user);
	void *user;
	GList link;
	enum net_rate_line line;
	bool waiting;
};

/*
 * Makes a bucket of `per_second` (> 0) tokens, which holds what a tenth of a second brings, at
 * least one, and begins full.
 */
struct net_rate *net_rate_new(struct net_loop *loop, double per_second);

/* Nobody may be in line any more. NULL is a no-op. */
void net_rate_free(struct net_rate *rate);

/*
 * Takes a token and returns true; or lines the place up and returns false. Then
 * `granted` is called once, from the loop, as soon as a token was taken for it.
 * A place whose line is empty still stands behind the line that goes first.
 */
bool net_rate_take(struct net_rate *rate, struct net_rate_place *place, enum net_rate_line line);

/* Leaves the line; `granted` is not called. A no-op for a place that is in none. */
void net_rate_leave(struct net_rate *rate, struct net_rate_place *place);

#endif
