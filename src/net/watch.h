/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POPSEAL_NET_WATCH_H
#define POPSEAL_NET_WATCH_H

#include "net/loop.h"

struct net_watch;

/*
 * Calls back while the descriptor (a pipe, a terminal, a socket) can be read.
 * NULL for what is always ready and cannot be watched, such as a regular file.
 */
struct net_watch *net_watch_new(struct net_loop *loop, int fd, void (*ready)(void *user),
	void *user);

/* Pauses and resumes; it begins paused. */
void net_watch_start(struct net_watch *watch);
void net_watch_stop(struct net_watch *watch);

/* Closes and frees the watch, not the descriptor. NULL is a no-op. */
void net_watch_close(struct net_watch *watch);

#endif
