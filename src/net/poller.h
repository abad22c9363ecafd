/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sockets of all connections of a loop, under one epoll descriptor of
 * their own, which libuv watches as one handle. Private to net/.
 *
 * A connection is put into it once, edge-triggered, and leaves it by being
 * closed: two system calls, where uv_poll makes seven over a connection's life
 * (docs/adr/0007-sockets-under-an-epoll-of-their-own.md).
 */
#ifndef POPSEAL_NET_POLLER_H
#define POPSEAL_NET_POLLER_H

#include <uv.h>

#include "net/wheel.h"

struct connection;

struct poller {
	int epoll; /* -1 before poller_open */
	uv_poll_t watch;
	uv_idle_t idle; /* runs while somebody waits for a turn */
	struct wheel wheel;
	unsigned open;             /* connections that are not closed */
	bool serving;              /* callbacks are on the stack */
	struct connection *kicked; /* who waits for a turn */
	struct connection *closed; /* whose memory an event may still point to */
};

/* Returns 0 or a libuv error. */
int poller_open(struct poller *poller, uv_loop_t *loop);

/* Closes the handles; no connection may be open. The loop has to run once more. */
void poller_close(struct poller *poller);

/* Counts a connection in, and puts its socket (-1 = it has none) in. Returns 0 or an errno. */
int poller_add(struct poller *poller, struct connection *connection);

/* Counts it out, closes its socket, and frees it as soon as nothing points to it. */
void poller_remove(struct poller *poller, struct connection *connection);

/* Gives it a turn as soon as the loop is back. */
void poller_kick(struct poller *poller, struct connection *connection);

#endif
