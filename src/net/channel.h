/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A channel between two processes: whole messages, in order, over one end of a
 * socket pair. Sending never blocks: what the other side does not take yet is
 * kept, and written together at the end of the loop's turn.
 */
#ifndef POPSEAL_NET_CHANNEL_H
#define POPSEAL_NET_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>

#include "net/loop.h"

enum {
	CHANNEL_MESSAGE_MAX = 64 * 1024 * 1024, /* octets; more of them end the channel */
};

struct channel;

/* Each may close the channel. */
struct channel_events {
	/* A message; bytes are valid during the call. */
	void (*received)(void *user, unsigned type, const void *bytes, size_t length);
	/* The other side has gone, or sent what no message is. Nothing comes after. */
	void (*ended)(void *user);
};

/* Makes a pair of descriptors, close-on-exec and non-blocking. False with *error. */
bool channel_pair(int fds[2], GError **error);

/* Takes over one of the two; closed by channel_close. NULL with *error (and fd is closed). */
struct channel *channel_new(struct net_loop *loop, int fd, const struct channel_events *events,
	void *user, GError **error);

/* Sends a message of at most CHANNEL_MESSAGE_MAX octets; to one that has ended it is lost. */
void channel_send(struct channel *channel, unsigned type, const void *bytes, size_t length);

/* While paused nothing is read, so that the other side has to keep what it sends. */
void channel_pause(struct channel *channel, bool paused);

/* How many octets the other side has not taken yet. */
size_t channel_unsent(const struct channel *channel);

/* Closes and frees; what is unsent is lost. NULL is a no-op. */
void channel_close(struct channel *channel);

#endif
