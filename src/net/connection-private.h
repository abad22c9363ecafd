/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What connection.c (when to read, write and call back) and tls.c (what a
 * TLS record or its absence means) share.
 */
#ifndef POPSEAL_NET_CONNECTION_PRIVATE_H
#define POPSEAL_NET_CONNECTION_PRIVATE_H

#include "net/loop-private.h"
#include "net/socket.h"

enum {
	TLS_READS_MAX = 64, /* reads from the socket within one call of OpenSSL's */
};

enum connection_state {
	CONNECTION_CONNECTING,
	CONNECTION_CLEAR,
	CONNECTION_SECURING, /* in the TLS handshake */
	CONNECTION_SECURE,
	CONNECTION_OVER, /* the last event was delivered; only connection_close is left */
} SMALL_ENUM;

struct connection {
	struct net_loop *loop;
	const struct connection_events *events;
	void *user;
	int fd;            /* -1 where connect failed at once */
	int connect_error; /* errno of that failure */
	enum connection_state state;
	enum io broken;    /* why nothing can be sent any more; IO_DONE while it can */
	bool turning;      /* connection_turn is on the stack */
	bool dying;        /* connection_close was called: no callback any more */
	bool readable;     /* there may be something to read: epoll tells of it once only */
	bool ending;       /* ... or an end, of which it tells once only too */
	bool finished;     /* a FIN stands behind what can be read */
	bool emptied;      /* ... and all that was read: the next thing to read is the end */
	bool reset;        /* an RST was seen where the kernel tells of it once only */
	bool kicked;       /* in the poller's list of those who wait for a turn */
	bool tls_seen;     /* the server's first bytes were a TLS record */
	bool opened;       /* by us, and not adopted */
	bool careful;      /* what it carries is wiped from the buffers that we know */
	uint8_t tls_reads; /* of OpenSSL's from the socket, within one call; TLS_READS_MAX */
	SSL *tls;
	struct tls_examination *examination; /* NULL: nothing is examined */
	char *unsent;                        /* what the socket has not taken yet, or NULL */
	size_t unsent_length;
	struct wheel_timer deadline;
	struct connection *next; /* in one of the poller's lists */
};

/* Serves what epoll says of its socket (EPOLLIN, ...), or a kick (0). */
void connection_event(struct connection *connection, uint32_t events);

/* Frees the struct, which nothing points to any more. */
void connection_free(struct connection *connection);

/* Its deadline has passed. */
void connection_expired(struct wheel_timer *deadline);

/* What is noted during a handshake for those who examine the session after it. */
struct tls_examination {
	struct net_trust *trust;
	char *reference;  /* or NULL */
	int64_t begun;    /* µs of the monotonic clock; 0 = no ClientHello was made yet */
	int64_t duration; /* µs */
	int64_t cpu;      /* µs of this thread's processor time within OpenSSL */
};

/* Makes the SSL of a connection. */
void tls_begin(struct connection *connection, const struct connection_tls *how);

/* What one step of the handshake came to. */
struct tls_step {
	enum handshake handshake; /* HANDSHAKE_NOT_TRIED: not over yet */
	const char *why;          /* if it failed; valid until the next failure on this loop */
	const char *clear;        /* for HANDSHAKE_NOT_TLS; in the loop's buffer */
	size_t length;
};

struct tls_step tls_handshake(struct connection *connection);

/*
 * Returns whether the last call stopped for the sake of the other connections: there may be more to
 * read though OpenSSL wants to wait.
 */
bool tls_paused(const struct connection *connection);

enum io tls_read(struct connection *connection, char *buffer, size_t size, size_t *ret_length);
enum io tls_write(struct connection *connection, const char *bytes, size_t length, size_t *sent);

/* Says goodbye if TLS is up, and frees. */
void tls_end(struct connection *connection);

#endif
