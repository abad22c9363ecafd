/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POPSEAL_NET_WATCH_H
#define POPSEAL_NET_WATCH_H

#include "net/loop.h"

struct net_watch;

enum net_watch_for {
	NET_WATCH_READ = 1,
	NET_WATCH_WRITE = 2,
};

/*
 * Calls back while the descriptor (a pipe, a terminal, a socket) can be read,
 * or written. NULL for what is always ready and cannot be watched, such as a
 * regular file. Whether the descriptor blocks stays as it was.
 */
struct net_watch *net_watch_new(struct net_loop *loop, int fd, void (*ready)(void *user),
	void *user);

/* What is waited for, NET_WATCH_READ and NET_WATCH_WRITE or'ed; 0 pauses. It begins paused. */
void net_watch_for(struct net_watch *watch, unsigned what);

/* Closes and frees the watch, not the descriptor. NULL is a no-op. */
void net_watch_close(struct net_watch *watch);

#endif
