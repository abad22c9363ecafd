/* SPDX-License-Identifier: Apache-2.0 */
/*
 * farm - POP3 servers on every address of this host that a client connects to, in one process.
 *
 * usage: farm [OPTION...] PORT
 *
 * Hosts with an even address permit logins in clear, odd ones refuse them and offer STLS. Options
 * make hosts silent, stop their answers after CAPA, list PIPELINING, or switch TLS on: STLS on
 * PORT, implicit TLS on --tls-port. It prints "ready" when it listens, and ends by SIGTERM.
 */
#include "common.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	EVENTS = 512,
	LINE_MAX_BYTES = 512,
	REPLIES_MAX = 2048,
	ACCEPTS_A_TURN = 256
};
enum {
	BACKLOG = 65535
};

/* How the answers of one command end the connection, or do not. */
enum next {
	GO_ON,
	HANG_UP,
	BEGIN_TLS,
	FALL_SILENT
};

struct client {
	int fd;
	SSL *ssl; /* NULL: in clear */
	bool refuses, silent, greeted;
	bool invited; /* the next line is a SASL response */
	uint16_t filled;
	char input[LINE_MAX_BYTES];
};

struct farm {
	unsigned silent; /* one address in so many; 0: none */
	bool stops_after_capa, pipelining;
	SSL_CTX *tls; /* NULL: no STLS, no implicit TLS */
	int epoll;
	int clear, implicit; /* listening sockets; -1: none */
};

/* The answers to what one read brought: they go out at once, as a server's buffered output does. */
struct replies {
	size_t filled;
	char text[REPLIES_MAX];
};

static volatile sig_atomic_t stopped;

static void
on_signal(int number)
{
	(void)number;
	stopped = 1;
}

static void
reply(struct replies *replies, const char *text)
{
	size_t length = strlen(text);

	if (length > sizeof(replies->text) - replies->filled)
		return; /* a client that asks this much in one segment waits in vain */
	memcpy(replies->text + replies->filled, text, length);
	replies->filled += length;
}

static bool
refuses(const struct client *client)
{
	return client->refuses && !client->ssl;
}

static enum next
do_capa(const struct farm *farm, struct client *client, struct replies *replies)
{
	reply(replies, "+OK\r\nTOP\r\nUIDL\r\nRESP-CODES\r\n");
	reply(replies, refuses(client) ? "" : "USER\r\nSASL PLAIN LOGIN\r\n");
	reply(replies, client->ssl || !(farm->tls || client->refuses) ? "" : "STLS\r\n");
	reply(replies, farm->pipelining ? "PIPELINING\r\n.\r\n" : ".\r\n");
	return farm->stops_after_capa ? FALL_SILENT : GO_ON;
}

static enum next
do_auth(const struct farm *farm, struct client *client, struct replies *replies)
{
	(void)farm;
	client->invited = !refuses(client);
	reply(replies, client->invited ? "+ \r\n" : "-ERR use STLS\r\n");
	return GO_ON;
}

static enum next
do_user(const struct farm *farm, struct client *client, struct replies *replies)
{
	(void)farm;
	reply(replies,
		refuses(client) ? "-ERR [AUTH] cleartext disallowed, use STLS\r\n" : "+OK\r\n");
	return GO_ON;
}

static enum next
do_pass(const struct farm *farm, struct client *client, struct replies *replies)
{
	(void)farm;
	reply(replies,
		refuses(client) ? "-ERR use STLS\r\n" : "-ERR [AUTH] Authentication failed\r\n");
	return GO_ON;
}

static enum next
do_stls(const struct farm *farm, struct client *client, struct replies *replies)
{
	bool can = farm->tls && !client->ssl;

	reply(replies, can ? "+OK begin\r\n" : "-ERR no TLS here\r\n");
	return can ? BEGIN_TLS : GO_ON;
}

static enum next
do_quit(const struct farm *farm, struct client *client, struct replies *replies)
{
	(void)farm;
	(void)client;
	reply(replies, "+OK bye\r\n");
	return HANG_UP;
}

static const struct verb {
	const char *name;
	enum next (*run)(const struct farm *farm, struct client *client, struct replies *replies);
} verbs[] = {
	{ "CAPA", do_capa },
	{ "AUTH", do_auth },
	{ "USER", do_user },
	{ "PASS", do_pass },
	{ "STLS", do_stls },
	{ "QUIT", do_quit },
};

static enum next
do_line(const struct farm *farm, struct client *client, const char *line, struct replies *replies)
{
	if (client->invited) {
		client->invited = false;
		reply(replies,
			*line == '*' ? "-ERR aborted\r\n" :
				       "-ERR [AUTH] Authentication failed\r\n");
		return GO_ON;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++) {
		if (strncasecmp(line, verbs[i].name, strlen(verbs[i].name)) == 0)
			return verbs[i].run(farm, client, replies);
	}
	reply(replies, "-ERR unknown command\r\n");
	return GO_ON;
}

/* The whole lines of the input, answered; what is left over moves to its beginning. */
static enum next
do_input(const struct farm *farm, struct client *client, struct replies *replies)
{
	char *begin = client->input, *end = client->input + client->filled, *newline;
	enum next next = GO_ON;

	while (next == GO_ON && (newline = memchr(begin, '\n', (size_t)(end - begin)))) {
		*newline = '\0';
		next = do_line(farm, client, begin, replies);
		begin = newline + 1;
	}
	client->filled = (uint16_t)(end - begin);
	memmove(client->input, begin, client->filled);
	return next == GO_ON && client->filled == sizeof(client->input) ? HANG_UP : next;
}

/* Bytes read; 0 for none now, -1 at the end. */
static ssize_t
client_read(struct client *client)
{
	char *to = client->input + client->filled;
	size_t room = sizeof(client->input) - client->filled;
	ssize_t got;

	if (client->ssl) {
		got = SSL_read(client->ssl, to, (int)room);
		if (got <= 0)
			return SSL_get_error(client->ssl, (int)got) == SSL_ERROR_WANT_READ ? 0 : -1;
		return got;
	}
	got = recv(client->fd, to, room, 0);
	if (got < 0)
		return errno == EAGAIN ? 0 : -1;
	return got > 0 ? got : -1;
}

/* The replies are a few hundred bytes: a socket that cannot take them is given up. */
static bool
client_write(struct client *client, const char *text, size_t length)
{
	if (length == 0)
		return true;
	if (client->ssl)
		return SSL_write(client->ssl, text, (int)length) == (int)length;
	return send(client->fd, text, length, MSG_NOSIGNAL) == (ssize_t)length;
}

static bool
client_greet(struct client *client)
{
	static const char greeting[] = "+OK POP3 farm ready\r\n";

	client->greeted = true;
	return client->silent || client_write(client, greeting, strlen(greeting));
}

static bool
begin_tls(const struct farm *farm, struct client *client)
{
	client->ssl = SSL_new(farm->tls);
	client->filled = 0;
	if (!client->ssl || SSL_set_fd(client->ssl, client->fd) != 1)
		return false;
	SSL_set_accept_state(client->ssl);
	return true;
}

/* One step of the handshake; a flight fits the socket's buffer. False where it failed. */
static bool
shake(struct client *client)
{
	int result = SSL_do_handshake(client->ssl);

	if (result != 1)
		return SSL_get_error(client->ssl, result) == SSL_ERROR_WANT_READ;
	return client->greeted || client_greet(client);
}

/* Takes what came from a client; false at its end. */
static bool
serve(const struct farm *farm, struct client *client)
{
	struct replies replies = { 0 };
	enum next next = GO_ON;
	ssize_t got = 1;

	if (client->ssl && !SSL_is_init_finished(client->ssl)) {
		if (!shake(client))
			return false;
		if (!SSL_is_init_finished(client->ssl))
			return true;
	}
	/* A clear socket is asked once a turn; OpenSSL may hold more than the socket shows. */
	while (got > 0 && next == GO_ON) {
		got = client_read(client);
		if (got < 0)
			return false;
		client->filled = (uint16_t)(client->filled + got);
		if (client->silent)
			client->filled = 0;
		next = do_input(farm, client, &replies);
		if (!client->ssl)
			break;
	}
	if (!client_write(client, replies.text, replies.filled) || next == HANG_UP)
		return false;
	client->silent |= next == FALL_SILENT;
	return next != BEGIN_TLS || begin_tls(farm, client);
}

static void
client_close(struct client *client)
{
	SSL_free(client->ssl);
	close(client->fd);
	g_free(client);
}

/* The address that was connected to decides what kind of host it is. */
static void
welcome(const struct farm *farm, int fd, bool implicit)
{
	struct sockaddr_in own = { 0 };
	socklen_t size = sizeof(own);
	struct client *client = g_new(struct client, 1);
	uint32_t address;

	getsockname(fd, (struct sockaddr *)&own, &size);
	address = ntohl(own.sin_addr.s_addr);
	client->fd = fd;
	client->ssl = NULL;
	client->greeted = client->invited = false;
	client->filled = 0;
	client->refuses = address & 1;
	client->silent = farm->silent > 0 && address % farm->silent == 0;
	watch(farm->epoll, fd, EPOLLIN, client);
	if (implicit ? !begin_tls(farm, client) : !client_greet(client))
		client_close(client);
}

static void
accept_some(const struct farm *farm, int listener)
{
	for (int i = 0; i < ACCEPTS_A_TURN; i++) {
		int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0)
			return;
		welcome(farm, fd, listener == farm->implicit);
	}
}

static int
open_listener(unsigned port)
{
	const struct sockaddr_in any = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_ANY),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), one = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) != 0 ||
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) != 0 ||
		bind(fd, (const struct sockaddr *)&any, sizeof(any)) != 0 ||
		listen(fd, BACKLOG) != 0)
		die("farm: listen");
	return fd;
}

static SSL_CTX *
open_tls(const char *file)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_server_method());

	if (!tls || SSL_CTX_use_certificate_chain_file(tls, file) != 1 ||
		SSL_CTX_use_PrivateKey_file(tls, file, SSL_FILETYPE_PEM) != 1) {
		fprintf(stderr, "farm: %s: no certificate with its key\n", file);
		exit(4);
	}
	return tls;
}

static void
run(struct farm *farm)
{
	static struct epoll_event events[EVENTS];

	watch(farm->epoll, farm->clear, EPOLLIN, &farm->clear);
	if (farm->implicit >= 0)
		watch(farm->epoll, farm->implicit, EPOLLIN, &farm->implicit);
	while (!stopped) {
		int count = epoll_wait(farm->epoll, events, EVENTS, -1);

		for (int i = 0; i < count; i++) {
			void *source = events[i].data.ptr;

			if (source == &farm->clear || source == &farm->implicit)
				accept_some(farm, *(int *)source);
			else if (!serve(farm, source))
				client_close(source);
		}
	}
}

int
main(int argc, char **argv)
{
	static struct farm farm = { .implicit = -1 };
	static int silent, tls_port;
	static char *pem;
	GOptionEntry entries[] = { { "silent", 0, 0, G_OPTION_ARG_INT, &silent,
					   "One address in N says nothing", "N" },
		{ "stop-after-capa", 0, 0, G_OPTION_ARG_NONE, &farm.stops_after_capa,
			"Answer CAPA, then nothing any more", NULL },
		{ "pipelining", 0, 0, G_OPTION_ARG_NONE, &farm.pipelining, "List PIPELINING",
			NULL },
		{ "pem", 0, 0, G_OPTION_ARG_FILENAME, &pem,
			"Offer STLS with this certificate and key", "FILE" },
		{ "tls-port", 0, 0, G_OPTION_ARG_INT, &tls_port, "Implicit TLS (with --pem)",
			"PORT" },
		G_OPTION_ENTRY_NULL };

	read_options(&argc, &argv, "PORT", entries, 1);
	prepare_process();
	signal(SIGTERM, on_signal);
	farm.silent = silent > 0 ? (unsigned)silent : 0;
	farm.tls = pem ? open_tls(pem) : NULL;
	farm.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (farm.epoll < 0)
		die("epoll_create1");
	farm.clear = open_listener(number_word(argv[1], 1, UINT16_MAX));
	if (farm.tls && tls_port > 0 && tls_port <= UINT16_MAX)
		farm.implicit = open_listener((unsigned)tls_port);
	puts("ready");
	fflush(stdout);
	run(&farm);
	return 0;
}
