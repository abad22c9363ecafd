/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net/connection.c in clear: how connections begin, talk and end.
 */
#include <errno.h>
#include <stdlib.h>

#include "test-net-peer.h"

enum {
	FLOOD = 1024 * 1024
};

static void
greet(int fd, void *data)
{
	(void)data;
	peer_say(fd, "+OK hello\r\n");
}

static void
test_closed(void)
{
	struct client client = { 0 };

	client_expect(&client, greet, NULL, "open received ended(closed)", "+OK hello\r\n");
}

static void
test_refused(void)
{
	struct client client = { 0 };
	uint16_t port = 0;
	int fd = peer_listen(&port);

	close(fd);
	client_open(&client, "127.0.0.1", port);
	net_loop_run(client.loop);
	g_assert_cmpstr(client.log->str, ==, "refused");
	client_free(&client);
}

/* connect() itself says ENETUNREACH of the broadcast address: told by `connected` all the same. */
static void
test_unreachable(void)
{
	struct client client = { 0 };

	client_open(&client, "255.255.255.255", 110);
	net_loop_run(client.loop);
	g_assert_cmpstr(client.log->str, ==, "unreachable");
	client_free(&client);
}

/* Closed between connect()'s failure and its telling: nothing is told. */
static void
test_unreachable_closed(void)
{
	struct client client = { 0 };

	client_open(&client, "255.255.255.255", 110);
	g_clear_pointer(&client.connection, connection_close);
	net_loop_run(client.loop);
	g_assert_cmpstr(client.log->str, ==, "");
	client_free(&client);
}

static void
say_halves(int fd, void *data)
{
	(void)data;
	peer_say(fd, "+OK he");
	g_usleep(A_MOMENT);
	peer_say(fd, "llo\r");
	g_usleep(A_MOMENT);
	peer_say(fd, "\n");
}

static void
test_halves(void)
{
	struct client client = { 0 };

	client_expect(&client, say_halves, NULL, "open received ended(closed)", "+OK hello\r\n");
}

static void
reset_silently(int fd, void *data)
{
	(void)data;
	peer_reset(fd);
}

static void
test_reset_at_once(void)
{
	struct client client = { 0 };

	client_expect(&client, reset_silently, NULL, "open ended(reset)", "");
}

/* The RST is there before the loop has seen that the port was open. */
static void
test_reset_before_first_turn(void)
{
	struct client client = { 0 };
	struct peer peer;

	peer_start(&peer, reset_silently, NULL);
	client_open(&client, "127.0.0.1", peer.port);
	peer_join(&peer);
	net_loop_run(client.loop);
	g_assert_cmpstr(client.log->str, ==, "open ended(reset)");
	client_free(&client);
}

static void
reset_after_words(int fd, void *data)
{
	(void)data;
	peer_say(fd, "-ERR no\r\n");
	peer_reset(fd);
}

static void
test_last_words(void)
{
	struct client client = { 0 };
	struct peer peer;

	peer_start(&peer, reset_after_words, NULL);
	client_open(&client, "127.0.0.1", peer.port);
	peer_join(&peer);
	net_loop_run(client.loop);
	g_assert_cmpstr(client.log->str, ==, "open received ended(reset)");
	g_assert_cmpstr(client.received->str, ==, "-ERR no\r\n");
	client_free(&client);
}

/* How the client's close arrived: 0, or the errno of reading it. */
struct goodbye {
	bool first; /* the server closes first */
	int number;
};

static void
part(int fd, void *data)
{
	struct goodbye *goodbye = data;
	char octet;

	peer_say(fd, "+OK hello\r\n");
	if (goodbye->first)
		shutdown(fd, SHUT_WR);
	goodbye->number = recv(fd, &octet, 1, 0) == 0 ? 0 : errno;
}

/* Who has closed gets a reset, which spares both kernels the rest; who has not gets a FIN. */
static void
test_goodbye(void)
{
	struct goodbye server_first = { .first = true }, client_first = { .first = false };
	struct client last = { 0 }, first = { .close_at = "received" };

	client_expect(&last, part, &server_first, "open received ended(closed)", NULL);
	g_assert_cmpint(server_first.number, ==, ECONNRESET);
	client_expect(&first, part, &client_first, "open received", NULL);
	g_assert_cmpint(client_first.number, ==, 0);
}

static void
reset_on_greeting(int fd, void *data)
{
	char byte = 0;

	(void)data;
	g_assert_cmpint(recv(fd, &byte, 1, 0), ==, 1);
	peer_reset(fd);
}

/* Sends into a connection that is gone: no SIGPIPE, and the end is told once. */
static void
test_broken_pipe(void)
{
	struct client client = { .hello = "x", .stop_at = "open" };
	struct peer peer;

	peer_start(&peer, reset_on_greeting, NULL);
	client_open(&client, "127.0.0.1", peer.port);
	net_loop_run(client.loop);
	peer_join(&peer);
	for (int i = 0; client.connection != NULL && i < 3; i++)
		g_assert_true(connection_send(client.connection, "NOOP\r\n", 6));
	net_loop_run(client.loop);
	g_assert_cmpstr(client.log->str, ==, "open ended(reset)");
	client_free(&client);
}

static void
echo(int fd, void *data)
{
	char buffer[64];
	ssize_t length = recv(fd, buffer, sizeof buffer, 0);

	(void)data;
	while (length > 0) {
		g_assert_cmpint(send(fd, buffer, (size_t)length, MSG_NOSIGNAL), ==, length);
		if (buffer[length - 1] == '\n')
			return;
		length = recv(fd, buffer, sizeof buffer, 0);
	}
}

static void
test_send(void)
{
	struct client client = { .hello = "CAPA\r\n" };

	client_expect(&client, echo, NULL, "open received ended(closed)", "CAPA\r\n");
}

/* Sent before the connection is up: kept, and sent then. */
static void
test_send_early(void)
{
	struct client client = { 0 };
	struct peer peer;

	peer_start(&peer, echo, NULL);
	client_open(&client, "127.0.0.1", peer.port);
	g_assert_true(connection_send(client.connection, "CA", 2));
	g_assert_true(connection_send(client.connection, "PA\r\n", 4));
	net_loop_run(client.loop);
	g_assert_cmpstr(client.received->str, ==, "CAPA\r\n");
	client_free(&client);
	peer_join(&peer);
}

static void
count_bytes(int fd, void *data)
{
	size_t *total = data;

	*total = peer_drain(fd);
}

/* At the bound, and one past it. */
static void
test_send_bound(void)
{
	struct client client = { 0 };
	g_autofree char *bytes = g_malloc0(CONNECTION_SEND_MAX + 1);
	struct peer peer;
	size_t total = 0;

	peer_start(&peer, count_bytes, &total);
	client_open(&client, "127.0.0.1", peer.port);
	g_assert_false(connection_send(client.connection, bytes, CONNECTION_SEND_MAX + 1));
	g_assert_true(connection_send(client.connection, bytes, CONNECTION_SEND_MAX));
	g_assert_false(connection_send(client.connection, bytes, 1));
	connection_deadline(client.connection, 100 * 1000);
	net_loop_run(client.loop);
	g_assert_cmpstr(client.log->str, ==, "open expired");
	client_free(&client);
	peer_join(&peer);
	g_assert_cmpuint(total, ==, CONNECTION_SEND_MAX);
}

static void
drain_late(int fd, void *data)
{
	g_usleep(10 * A_MOMENT);
	count_bytes(fd, data);
}

/* A server that does not read: the socket fills, then the queue; all of it arrives in the end. */
static void
test_send_slowly(void)
{
	struct client client = { .stop_at = "open" };
	g_autofree char *bytes = g_malloc0(1000);
	struct peer peer;
	size_t total = 0, sent = 0;

	peer_start(&peer, drain_late, &total);
	client_open(&client, "127.0.0.1", peer.port);
	net_loop_run(client.loop);
	while (connection_send(client.connection, bytes, 1000))
		sent += 1000;
	connection_deadline(client.connection, 30 * A_MOMENT);
	net_loop_run(client.loop);
	client_free(&client);
	peer_join(&peer);
	g_assert_cmpuint(sent, >, CONNECTION_SEND_MAX - 1000);
	g_assert_cmpuint(total, ==, sent);
}

static void
flood(int fd, void *data)
{
	g_autofree char *bytes = g_strnfill(FLOOD, 'x');

	(void)data;
	g_assert_cmpint(send(fd, bytes, FLOOD, MSG_NOSIGNAL), ==, FLOOD);
}

static void
test_flood(void)
{
	struct client client = { 0 };
	struct peer peer;

	peer_start(&peer, flood, NULL);
	client_open(&client, "127.0.0.1", peer.port);
	net_loop_run(client.loop);
	g_assert_cmpstr(client.log->str, ==, "open received ended(closed)");
	g_assert_cmpuint(client.received->len, ==, FLOOD);
	g_assert_cmpuint(client.largest, <=, CONNECTION_READ_MAX);
	client_free(&client);
	peer_join(&peer);
}

static void
stay_silent(int fd, void *data)
{
	(void)data;
	peer_drain(fd);
}

static void
test_deadline(void)
{
	struct client client = { 0 };
	struct peer peer;

	peer_start(&peer, stay_silent, NULL);
	client_open(&client, "127.0.0.1", peer.port);
	connection_deadline(client.connection, 1);
	connection_deadline(client.connection, 0);
	connection_deadline(client.connection, A_MOMENT);
	net_loop_run(client.loop);
	g_assert_cmpstr(client.log->str, ==, "open expired");
	client_free(&client);
	peer_join(&peer);
}

static void
greet_and_wait(int fd, void *data)
{
	peer_say(fd, "+OK hello\r\n");
	stay_silent(fd, data);
}

static void
test_close_within(void)
{
	struct client at_open = { .close_at = "open" };
	struct client at_received = { .close_at = "received" };

	client_expect(&at_open, stay_silent, NULL, "open", "");
	client_expect(&at_received, greet_and_wait, NULL, "open received", "+OK hello\r\n");
}

static void
note_source(int fd, void *data)
{
	struct sockaddr_in address;
	socklen_t length = sizeof address;

	getpeername(fd, (struct sockaddr *)&address, &length);
	*(in_addr_t *)data = ntohl(address.sin_addr.s_addr);
	stay_silent(fd, NULL);
}

static void
test_source(void)
{
	struct client client = { .close_at = "open" };
	struct connection_request request = { .address = "127.0.0.1", .source = "127.0.0.2" };
	g_autoptr(GError) error = NULL;
	struct peer peer;
	in_addr_t source = 0;

	peer_start(&peer, note_source, &source);
	request.port = peer.port;
	client.loop = net_loop_new(NULL);
	client.log = g_string_new("");
	client.received = g_string_new("");
	client.connection = connection_open(client.loop, &request, &client_events, &client, &error);
	g_assert_no_error(error);
	net_loop_run(client.loop);
	g_assert_cmpstr(client.log->str, ==, "open");
	client_free(&client);
	peer_join(&peer);
	g_assert_cmphex(source, ==, 0x7f000002);
}

static void
test_refused_locally(void)
{
	static const struct connection_request requests[] = {
		{ .address = "localhost", .port = 110 },
		{ .address = "127.1", .port = 110 },
		{ .address = "", .port = 110 },
		{ .address = "fe80::1", .port = 110 },
		{ .address = "fe80::1%no-such-one", .port = 110 },
		{ .address = "127.0.0.1", .port = 110, .source = "192.0.2.1" },
		{ .address = "127.0.0.1", .port = 110, .source = "::1" },
		{ .address = "127.0.0.1", .port = 110, .source = "me" },
	};
	struct net_loop *loop = net_loop_new(NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(requests); i++) {
		GError *error = NULL;
		g_assert_null(connection_open(loop, &requests[i], &client_events, NULL, &error));
		g_assert_nonnull(error);
		g_test_message("%s", error->message);
		g_error_free(error);
	}
	net_loop_free(loop);
}

/* What lies in the socket is in time, however late the process looks; it may have been stopped. */
static void
test_late_look(void)
{
	struct client client = { 0 };
	struct peer peer;

	peer_start(&peer, greet, NULL);
	client_open(&client, "127.0.0.1", peer.port);
	peer_join(&peer);
	connection_deadline(client.connection, A_MOMENT);
	g_usleep(5 * A_MOMENT);
	net_loop_run(client.loop);
	g_assert_cmpstr(client.log->str, ==, "open received ended(closed)");
	client_free(&client);
}

/* Deadlines longer than the wheel's turn, set anew many times, moved to and fro. */
static void
test_deadline_moves(void)
{
	struct client client = { .close_at = "expired" };
	struct peer peer;
	int64_t begin = g_get_monotonic_time();

	peer_start(&peer, stay_silent, NULL);
	client_open(&client, "127.0.0.1", peer.port);
	for (int i = 0; i < 3000; i++)
		connection_deadline(client.connection, i * A_MOMENT);
	connection_deadline(client.connection, 0);
	connection_deadline(client.connection, 3 * A_MOMENT);
	net_loop_run(client.loop);
	g_assert_cmpstr(client.log->str, ==, "open expired");
	g_assert_cmpint(g_get_monotonic_time() - begin, >=, 3 * A_MOMENT);
	g_assert_cmpint(g_get_monotonic_time() - begin, <, PATIENCE);
	client_free(&client);
	peer_join(&peer);
}

static void
test_nearness(void)
{
	static const struct {
		const char *address;
		enum nearness nearness;
	} cases[] = {
		{ "127.0.0.1", NEARNESS_SAME_ADDRESS }, { "127.0.0.9", NEARNESS_SAME_HOST },
		{ "0.0.0.0", NEARNESS_SAME_ADDRESS }, /* 127.0.0.1 answers */
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct client client = { 0 };
		char local[ENDPOINT_ADDRESS_MAX + 1];
		struct peer peer;

		peer_start(&peer, greet, NULL);
		client_open(&client, "127.0.0.1", peer.port);
		peer_join(&peer);
		g_assert_cmpint(connection_nearness(client.connection, cases[i].address, local), ==,
			cases[i].nearness);
		g_assert_cmpstr(local, ==, "127.0.0.1");
		client_free(&client);
	}
}

static void
test_no_nearness(void)
{
	struct client client = { 0 };
	char local[ENDPOINT_ADDRESS_MAX + 1];

	client_open(&client, "255.255.255.255", 110);
	g_assert_cmpint(connection_nearness(client.connection, "255.255.255.255", local), ==,
		NEARNESS_OTHER_HOST);
	g_assert_cmpstr(local, ==, "");
	client_free(&client);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/net/connection/closed", test_closed);
	g_test_add_func("/net/connection/refused", test_refused);
	g_test_add_func("/net/connection/unreachable", test_unreachable);
	g_test_add_func("/net/connection/unreachable-closed", test_unreachable_closed);
	g_test_add_func("/net/connection/halves", test_halves);
	g_test_add_func("/net/connection/reset-at-once", test_reset_at_once);
	g_test_add_func("/net/connection/reset-before-first-turn", test_reset_before_first_turn);
	g_test_add_func("/net/connection/last-words", test_last_words);
	g_test_add_func("/net/connection/goodbye", test_goodbye);
	g_test_add_func("/net/connection/broken-pipe", test_broken_pipe);
	g_test_add_func("/net/connection/send", test_send);
	g_test_add_func("/net/connection/send-early", test_send_early);
	g_test_add_func("/net/connection/send-bound", test_send_bound);
	g_test_add_func("/net/connection/send-slowly", test_send_slowly);
	g_test_add_func("/net/connection/flood", test_flood);
	g_test_add_func("/net/connection/deadline", test_deadline);
	g_test_add_func("/net/connection/close-within", test_close_within);
	g_test_add_func("/net/connection/source", test_source);
	g_test_add_func("/net/connection/refused-locally", test_refused_locally);
	g_test_add_func("/net/connection/late-look", test_late_look);
	g_test_add_func("/net/connection/deadline-moves", test_deadline_moves);
	g_test_add_func("/net/connection/nearness", test_nearness);
	g_test_add_func("/net/connection/no-nearness", test_no_nearness);
	return g_test_run();
}
