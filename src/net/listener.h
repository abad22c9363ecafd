/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A listening socket. What it accepts is handed over as a descriptor, for
 * connection_adopt.
 */
#ifndef POPSEAL_NET_LISTENER_H
#define POPSEAL_NET_LISTENER_H

#include <glib.h>
#include <stdint.h>

#include "net/loop.h"

struct listener;

/*
 * Listens on a numeric address; port 0 takes a free one, which *port tells.
 * `accepted` gets a non-blocking descriptor that it owns. NULL and *error
 * (which names address and port) if the system refuses.
 */
struct listener *listener_new(struct net_loop *loop, const char *address, uint16_t *port,
	void (*accepted)(void *user, int fd), void *user, GError **error);

/* Closes and frees. NULL is a no-op. */
void listener_close(struct listener *listener);

#endif
