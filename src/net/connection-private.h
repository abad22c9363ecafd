/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What connection.c (when to read, write and call back) and tls.c (what a
 * TLS record or its absence means) share.
 */
#ifndef POPSEAL_NET_CONNECTION_PRIVATE_H
#define POPSEAL_NET_CONNECTION_PRIVATE_H

#include "net/loop-private.h"
#include "net/socket.h"

enum connection_state {
	CONNECTION_CONNECTING,
	CONNECTION_CLEAR,
	CONNECTION_SECURING, /* in the TLS handshake */
	CONNECTION_SECURE,
	CONNECTION_OVER, /* the last event was delivered; only connection_close is left */
};

struct connection {
	struct net_loop *loop;
	const struct connection_events *events;
	void *user;
	int fd;            /* -1 where connect failed at once */
	int connect_error; /* errno of that failure */
	enum connection_state state;
	bool turning;     /* connection_turn is on the stack and will see to the rest */
	bool dying;       /* connection_close was called: no callback any more */
	bool wants_write; /* something waits until the socket takes bytes */
	bool reset;       /* an RST was seen where the kernel tells of it once only */
	enum io broken;   /* why nothing can be sent any more; IO_DONE while it can */
	SSL *tls;
	bool tls_seen; /* the server's first bytes were a TLS record */
	char *unsent;  /* what the socket has not taken yet, or NULL */
	size_t unsent_length;
	uv_poll_t poll;
	int watched; /* the events that poll waits for */
	uv_timer_t deadline;
	uv_timer_t kick;  /* a turn as soon as the loop is back */
	unsigned handles; /* libuv handles that are not closed yet */
};

/* Makes the SSL of a connection. */
void tls_begin(struct connection *connection, const char *server_name);

/* What one step of the handshake came to. */
struct tls_step {
	enum handshake handshake; /* HANDSHAKE_NOT_TRIED: not over yet */
	const char *why;          /* if it failed; valid until the next failure on this loop */
	const char *clear;        /* for HANDSHAKE_NOT_TLS; in the loop's buffer */
	size_t length;
};

struct tls_step tls_handshake(struct connection *connection);

enum io tls_read(struct connection *connection, char *buffer, size_t size, size_t *ret_length);
enum io tls_write(struct connection *connection, const char *bytes, size_t length, size_t *sent);

/* Says goodbye if TLS is up, and frees. */
void tls_end(struct connection *connection);

#endif
