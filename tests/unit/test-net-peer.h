/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The other side of the net/ tests: a server in a thread that takes one client
 * and plays a scripted part, and a client that writes down what it is told.
 *
 * The client's events become one line of text ("open received(+OK) ended(closed)"),
 * so a test compares one string. At the event named in `close_at`, and at every
 * last event, it closes the connection, after which the loop runs out by itself.
 */
#ifndef POPSEAL_TEST_NET_PEER_H
#define POPSEAL_TEST_NET_PEER_H

#include <arpa/inet.h>
#include <glib.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/connection.h"

enum {
	PATIENCE = 60 * G_USEC_PER_SEC, /* no test waits for longer */
	A_MOMENT = 20 * 1000,           /* µs between two parts that shall arrive apart */
};

struct peer {
	int listener;
	uint16_t port;
	GThread *thread;
	void (*play)(int fd, void *data);
	void *data;
};

static inline void *
peer_run(void *data)
{
	struct peer *peer = data;
	int fd = accept4(peer->listener, NULL, NULL, SOCK_CLOEXEC);

	g_assert_cmpint(fd, >=, 0);
	peer->play(fd, peer->data);
	close(fd);
	return NULL;
}

static inline int
peer_listen(uint16_t *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	g_assert_cmpint(bind(fd, (struct sockaddr *)&address, length), ==, 0);
	g_assert_cmpint(listen(fd, 1), ==, 0);
	g_assert_cmpint(getsockname(fd, (struct sockaddr *)&address, &length), ==, 0);
	*port = ntohs(address.sin_port);
	return fd;
}

static inline void
peer_start(struct peer *peer, void (*play)(int fd, void *data), void *data)
{
	*peer = (struct peer){ .play = play, .data = data };
	peer->listener = peer_listen(&peer->port);
	peer->thread = g_thread_new("peer", peer_run, peer);
}

static inline void
peer_join(struct peer *peer)
{
	g_thread_join(peer->thread);
	close(peer->listener);
}

static inline void
peer_say(int fd, const char *text)
{
	size_t length = strlen(text);

	g_assert_cmpint(send(fd, text, length, MSG_NOSIGNAL), ==, (ssize_t)length);
}

/* Reads until the client has closed. */
static inline size_t
peer_drain(int fd)
{
	char buffer[4096];
	size_t total = 0;
	ssize_t length = 0;

	while ((length = recv(fd, buffer, sizeof buffer, 0)) > 0)
		total += (size_t)length;
	return total;
}

/* Makes close() send an RST. */
static inline void
peer_reset(int fd)
{
	const struct linger now = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

struct client {
	struct net_loop *loop;
	struct connection *connection;
	GString *log;
	GString *received;
	size_t largest;        /* of what came at once */
	const char *close_at;  /* event at which to close, or NULL */
	const char *stop_at;   /* event at which to stop the loop, or NULL */
	const char *secure_at; /* text at whose end TLS begins; "" = at once; NULL = never */
	const char *name;      /* for SNI */
	const char *hello;     /* sent at the first event */
	struct facts *facts;   /* filled once TLS is up, if not NULL */
	struct net_trust *trust;
	const char *reference; /* for the certificate */
	bool careful;
	void (*at_up)(struct client *client); /* called once TLS is up, if not NULL */
	void *data;                           /* of at_up's */
};

/* Notes an event; true if the connection goes on. */
static inline bool
client_note(struct client *client, const char *event, const char *detail, bool last)
{
	g_string_append_printf(client->log, "%s%s", client->log->len > 0 ? " " : "", event);
	if (detail != NULL)
		g_string_append_printf(client->log, "(%s)", detail);
	if (g_strcmp0(client->stop_at, event) == 0)
		net_loop_stop(client->loop);
	if (!last && g_strcmp0(client->close_at, event) != 0)
		return true;
	g_clear_pointer(&client->connection, connection_close);
	return false;
}

static inline void
client_hello(struct client *client)
{
	if (client->hello != NULL)
		connection_send(client->connection, client->hello, strlen(client->hello));
}

static inline void
client_secure(struct client *client)
{
	connection_secure(client->connection,
		&(struct connection_tls){ .server_name = client->name,
			.trust = client->trust,
			.reference = client->reference,
			.careful = client->careful });
}

static inline void
client_connected(void *user, enum connect_outcome outcome, const char *why)
{
	static const char *const words[] = { "none", "open", "refused", "unreachable", "timeout" };
	struct client *client = user;

	g_assert_true((outcome == CONNECT_OPEN) == (why == NULL));
	if (!client_note(client, words[outcome], NULL, outcome != CONNECT_OPEN))
		return;
	if (g_strcmp0(client->secure_at, "") == 0)
		client_secure(client);
	else
		client_hello(client);
}

static inline void
client_secured(void *user, enum handshake handshake, const char *why, const char *clear,
	size_t length)
{
	static const char *const words[] = { "none", "up", "alert", "not-tls", "closed",
		"timeout" };
	struct client *client = user;

	g_assert_true((handshake == HANDSHAKE_UP) == (why == NULL));
	g_assert_true((handshake == HANDSHAKE_NOT_TLS) == (length > 0));
	if (length > 0)
		g_string_append_len(client->received, clear, (gssize)length);
	if (client->facts != NULL)
		connection_tls_facts(client->connection, client->facts);
	if (client->at_up != NULL && handshake == HANDSHAKE_UP)
		client->at_up(client);
	if (client_note(client, words[handshake], why, handshake != HANDSHAKE_UP))
		client_hello(client);
}

static inline void
client_received(void *user, const char *bytes, size_t length)
{
	struct client *client = user;

	g_assert_cmpuint(length, >, 0);
	g_string_append_len(client->received, bytes, (gssize)length);
	client->largest = MAX(client->largest, length);
	if (!g_str_has_suffix(client->log->str, "received") &&
		!client_note(client, "received", NULL, false))
		return;
	if (client->secure_at != NULL && client->secure_at[0] != '\0' &&
		g_str_has_suffix(client->received->str, client->secure_at)) {
		client->secure_at = NULL;
		client_secure(client);
	}
}

static inline void
client_ended(void *user, enum connection_end end)
{
	static const char *const words[] = { "closed", "reset", "error" };

	client_note(user, "ended", words[end], true);
}

static inline void
client_expired(void *user)
{
	client_note(user, "expired", NULL, true);
}

static const struct connection_events client_events = {
	.connected = client_connected,
	.secured = client_secured,
	.received = client_received,
	.ended = client_ended,
	.expired = client_expired,
};

static inline void
client_open(struct client *client, const char *address, uint16_t port)
{
	const struct connection_request request = { .address = address, .port = port };
	g_autoptr(GError) error = NULL;

	client->loop = net_loop_new(&error);
	g_assert_no_error(error);
	client->log = g_string_new("");
	client->received = g_string_new("");
	client->connection =
		connection_open(client->loop, &request, &client_events, client, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(client->log->str, ==, ""); /* never calls back before it has returned */
	connection_deadline(client->connection, PATIENCE);
}

static inline void
client_free(struct client *client)
{
	connection_close(client->connection);
	net_loop_free(client->loop);
	g_string_free(client->log, TRUE);
	g_string_free(client->received, TRUE);
}

/* Runs a client against a part and compares its log and, unless NULL, what it received. */
static inline void
client_expect(struct client *client, void (*play)(int fd, void *data), void *data, const char *log,
	const char *received)
{
	struct peer peer;

	peer_start(&peer, play, data);
	client_open(client, "127.0.0.1", peer.port);
	net_loop_run(client->loop);
	g_assert_cmpstr(client->log->str, ==, log);
	if (received != NULL)
		g_assert_cmpstr(client->received->str, ==, received);
	client_free(client);
	peer_join(&peer);
}

#endif
