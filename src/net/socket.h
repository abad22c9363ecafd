/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Client sockets, and what their errors mean. Private to net/.
 */
#ifndef POPSEAL_NET_SOCKET_H
#define POPSEAL_NET_SOCKET_H

#include "model/facts.h"
#include "net/socket_address.h"

/* What came of one read or write. */
enum io {
	IO_DONE,
	IO_WAIT, /* nothing now; the loop will tell */
	IO_CLOSED,
	IO_RESET,
	IO_FAILED, /* in the local system */
} SMALL_ENUM;

/*
 * Opens a non-blocking socket and begins to connect it; source may be NULL.
 * Returns -1 with *error for what the local system refuses, and -1 with
 * *number (an errno) for what the network says at once.
 */
int socket_connect(const union socket_address *peer, const union socket_address *source,
	int *number, GError **error);

/* Takes the error that the socket holds; 0 if there is none. */
int socket_error(int fd);

/* What the errno of a connect says of the network. */
enum connect_outcome socket_outcome(int number);

/* What the errno of a read or write says. */
enum io socket_io(int number);

#endif
