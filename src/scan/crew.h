/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The crew: the worker processes, and the channels to them. One that dies is
 * replaced; who had asked it for what is the engine's affair.
 */
#ifndef POPSEAL_SCAN_CREW_H
#define POPSEAL_SCAN_CREW_H

#include <stdbool.h>
#include <stddef.h>

#include "net/loop.h"

enum {
	CREW_MAX = 256,      /* workers */
	CREW_DEATHS_MAX = 5, /* in a row, without a message: then it is not replaced any more */
};

struct crew_events {
	/* Takes a message. False if it is none: the worker is not what it was, and is killed. */
	bool (*received)(void *user, unsigned worker, unsigned type, const void *bytes,
		size_t length);
	/*
	 * The worker has died, `how` in words; `replaced` tells whether another one stands in its
	 * place already. What was sent to it is lost.
	 */
	void (*died)(void *user, unsigned worker, const char *how, bool replaced);
	/* Runs in the new process, which has its end of the channel and standard error, no more. */
	int (*work)(void *user, int fd);
};

struct crew;

/* Starts `size` workers. NULL and *error if one cannot be started. */
struct crew *crew_new(struct net_loop *loop, unsigned size, const struct crew_events *events,
	void *user, GError **error);

/* Ends all workers at once and frees. NULL is a no-op. */
void crew_free(struct crew *crew);

/* How many there are, the dead ones included. */
unsigned crew_size(const struct crew *crew);
bool crew_is_alive(const struct crew *crew, unsigned worker);

void crew_send(struct crew *crew, unsigned worker, unsigned type, const void *bytes, size_t length);

/* While paused, nothing is received. */
void crew_pause(struct crew *crew, bool paused);

#endif
