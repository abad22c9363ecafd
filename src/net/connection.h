/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TCP connection that may turn to TLS in mid-course.
 *
 * Non-blocking sockets under uv_poll, TLS by SSL_set_fd, drained until it
 * wants more; one shared read buffer a loop. A callback may close the
 * connection it is called for.
 */
#ifndef POPSEAL_NET_CONNECTION_H
#define POPSEAL_NET_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/facts.h"
#include "net/loop.h"
#include "net/trust.h"
#include "pop3/sasl.h"

enum {
	CONNECTION_READ_MAX = 16 * 1024, /* bytes handed over at once */
	CONNECTION_SEND_MAX = 16 * 1024, /* bytes that may wait to be sent */
};

struct connection;

enum connection_end {
	CONNECTION_END_CLOSED, /* FIN, or TLS close_notify */
	CONNECTION_END_RESET,
	CONNECTION_END_ERROR, /* of the local system */
};

struct connection_events {
	/*
	 * The TCP handshake is over. On failure outcome is not CONNECT_OPEN and
	 * `why` is a sentence part. No event comes after a failure.
	 */
	void (*connected)(void *user, enum connect_outcome outcome, const char *why);
	/*
	 * The TLS handshake is over. On failure handshake says how, `why` in
	 * words; `clear` are the first bytes in clear that came instead of TLS
	 * (HANDSHAKE_NOT_TLS). No event comes after a failure.
	 */
	void (*secured)(void *user, enum handshake handshake, const char *why, const char *clear,
		size_t length);
	void (*received)(void *user, const char *bytes, size_t length);
	void (*ended)(void *user, enum connection_end end);
	/* The deadline set by connection_deadline has passed. */
	void (*expired)(void *user);
};

struct connection_request {
	const char *address; /* numeric IPv4 or IPv6, a zone allowed */
	uint16_t port;
	const char *source; /* numeric address to bind to, or NULL */
};

/*
 * Begins to connect. Never calls back before it has returned. Returns NULL and
 * sets *error only for what the local system refuses (no descriptor left, the
 * source address is not ours): what the network says comes by `connected`.
 */
struct connection *connection_open(struct net_loop *loop, const struct connection_request *request,
	const struct connection_events *events, void *user, GError **error);

/*
 * Takes over a connected, non-blocking socket, as a listener accepts it.
 * `connected` is not called. NULL and *error (the socket is closed) as above.
 */
struct connection *connection_adopt(struct net_loop *loop, int fd,
	const struct connection_events *events, void *user, GError **error);

/*
 * Queues bytes and sends what it can. Returns false past CONNECTION_SEND_MAX; a
 * broken pipe comes by `ended`, after what the server still had to say. Before
 * `connected` and within the TLS handshake it only queues.
 */
bool connection_send(struct connection *connection, const char *bytes, size_t length);

/*
 * As connection_send, for a secret: false also where no session that was made `careful` is up.
 * What waits to be sent is wiped once it has gone, and at the close. OpenSSL encrypts in its own
 * buffers, so that no copy in clear stays there; the caller wipes `bytes`.
 */
bool connection_send_secret(struct connection *connection, const char *bytes, size_t length);

/* How a TLS session is to be made, and what is to be found out of it. Texts are copied. */
struct connection_tls {
	const char *server_name; /* goes into SNI, unless it is NULL or an address */
	/*
	 * With anchors, chain, dates, name and staple are examined: facts->probe.tls.details.
	 * Borrowed until the connection is closed; NULL = nothing is examined.
	 */
	struct net_trust *trust;
	const char *reference; /* the name or address to hold the certificate against, or NULL */
	bool careful; /* it is to carry a secret: no ciphers without authentication or encryption */
};

/*
 * Begins a TLS handshake as client: TLS 1.0 and up, any certificate, all that
 * OpenSSL can still speak (security level 0, legacy renegotiation), as a probe
 * must reach what clients reach; a chain that does not hold ends nothing here.
 * What is queued in clear is dropped, never sent over TLS.
 */
void connection_secure(struct connection *connection, const struct connection_tls *how);

/*
 * Writes the channel bindings that the session has, the best first (tls-exporter of TLS 1.3,
 * tls-server-end-point, tls-unique, tls-exporter of TLS 1.2, on which fewer servers agree); returns
 * how many, `room` at most. 0 before `secured`.
 */
size_t connection_bindings(const struct connection *connection, struct sasl_binding *bindings,
	size_t room);

/* Sets what `expired` waits for: `after` µs from now; 0 = none. One at a time. */
void connection_deadline(struct connection *connection, int64_t after);

/*
 * Copies version, cipher, peer certificate and their strings into facts->probe.tls,
 * within or after `secured`; its handshake and error are the caller's. After a
 * failure a certificate may be there all the same.
 */
void connection_tls_facts(const struct connection *connection, struct facts *facts);

enum nearness {
	NEARNESS_OTHER_HOST, /* or unknown */
	NEARNESS_SAME_HOST,
	NEARNESS_SAME_ADDRESS, /* which both ends have */
};

/*
 * Says how near the peer of an open connection is, which was asked by that numeric address, and
 * writes our own address, without a port ("" if it is unknown), to ENDPOINT_ADDRESS_MAX + 1 octets.
 */
enum nearness connection_nearness(const struct connection *connection, const char *address,
	char *local);

/*
 * Closes at once (no lingering) and frees; no call comes after. NULL is a no-op. In clear, a peer
 * that has closed already is told by a reset instead of a FIN.
 */
void connection_close(struct connection *connection);

/*
 * Returns whether a numeric address is this host's: loopback, or of an interface, as those were
 * some seconds ago at most.
 */
bool net_address_is_local(const char *address);

#endif
