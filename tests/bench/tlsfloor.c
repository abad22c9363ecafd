/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tlsfloor - the floor: what bare TLS handshakes cost, by STLS and from the first byte.
 *
 * usage: tlsfloor FIRST-ADDRESS COUNT PORT TLS-PORT CONCURRENCY
 *
 * Two handshakes a host, SSL_connect and nothing behind it: no capabilities over TLS, no login, no
 * certificate that is looked at. No session is resumed, as every host is another one.
 */
#include "common.h"

#include <errno.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	EVENTS = 512,
	STALL_SECONDS = 10
};

/* In wire order; implicit TLS begins at the third. */
enum step {
	GREETING,
	STLS,
	HANDSHAKE,
	DONE
};

struct client {
	int fd;
	enum step step;
	SSL *ssl;
};

struct floor {
	SSL_CTX *tls;
	uint32_t address;
	unsigned begun, wanted; /* handshakes: even ones by STLS, odd ones implicit */
	uint16_t ports[2];
	unsigned concurrency;
	int epoll;
	unsigned live, done;
};

/* Reads one line in clear; both lines of this dialogue are short, and come in one segment. */
static bool
take_line(struct client *client)
{
	static const char stls[] = "STLS\r\n";
	char line[512];
	ssize_t got = recv(client->fd, line, sizeof(line), 0);

	if (got <= 0)
		return got < 0 && errno == EAGAIN;
	if (line[0] != '+' || line[got - 1] != '\n')
		return false;
	client->step++;
	return client->step == HANDSHAKE || send(client->fd, stls, strlen(stls), MSG_NOSIGNAL) > 0;
}

/* False when the handshake is done or has failed. */
static bool
shake(struct floor *floor, struct client *client)
{
	int result, reason;

	if (!client->ssl) {
		client->ssl = SSL_new(floor->tls);
		if (!client->ssl || SSL_set_fd(client->ssl, client->fd) != 1)
			die("SSL_new");
	}
	result = SSL_connect(client->ssl);
	if (result == 1) {
		client->step = DONE;
		return false;
	}
	reason = SSL_get_error(client->ssl, result);
	return reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE;
}

/* One event of a socket, which is watched by its edges; false at the client's end. */
static bool
advance(struct floor *floor, struct client *client, uint32_t events)
{
	bool alive = true;

	if (client->step < HANDSHAKE && events & (EPOLLIN | EPOLLERR | EPOLLHUP))
		alive = take_line(client);
	if (alive && client->step == HANDSHAKE && events & (EPOLLIN | EPOLLOUT))
		alive = shake(floor, client);
	return alive;
}

static void
finish(struct floor *floor, struct client *client)
{
	floor->done += client->step == DONE;
	SSL_free(client->ssl);
	close(client->fd);
	g_free(client);
	floor->live--;
}

static void
begin_more(struct floor *floor)
{
	while (floor->live < floor->concurrency && floor->begun < floor->wanted) {
		unsigned implicit = floor->begun & 1;
		int fd = begin_connect(floor->address + floor->begun / 2, floor->ports[implicit]);
		struct client *client;

		if (fd < 0 && errno == EMFILE && floor->live > 0)
			return;
		floor->begun++;
		if (fd < 0)
			continue;
		client = g_new0(struct client, 1);
		client->fd = fd;
		client->step = implicit ? HANDSHAKE : GREETING;
		watch(floor->epoll, fd, EPOLLIN | EPOLLOUT | EPOLLET, client);
		floor->live++;
	}
}

static void
run(struct floor *floor)
{
	static struct epoll_event events[EVENTS];

	for (begin_more(floor); floor->live > 0; begin_more(floor)) {
		int count = epoll_wait(floor->epoll, events, EVENTS, STALL_SECONDS * 1000);

		if (count == 0) {
			fprintf(stderr, "tlsfloor: stalled with %u connections\n", floor->live);
			return;
		}
		for (int i = 0; i < count; i++) {
			struct client *client = events[i].data.ptr;

			if (!advance(floor, client, events[i].events))
				finish(floor, client);
		}
	}
}

int
main(int argc, char **argv)
{
	GOptionEntry none[] = { G_OPTION_ENTRY_NULL };
	struct floor floor = { 0 };
	double began, seconds;

	read_options(&argc, &argv, "FIRST-ADDRESS COUNT PORT TLS-PORT CONCURRENCY", none, 5);
	prepare_process();
	floor.address = loopback_word(argv[1]);
	floor.wanted = 2 * number_word(argv[2], 1, 1 << 24);
	floor.ports[0] = (uint16_t)number_word(argv[3], 1, UINT16_MAX);
	floor.ports[1] = (uint16_t)number_word(argv[4], 1, UINT16_MAX);
	floor.concurrency = number_word(argv[5], 1, 1 << 20);
	floor.epoll = epoll_create1(EPOLL_CLOEXEC);
	floor.tls = SSL_CTX_new(TLS_client_method());
	if (floor.epoll < 0 || !floor.tls)
		die("tlsfloor");
	SSL_CTX_set_session_cache_mode(floor.tls, SSL_SESS_CACHE_OFF);
	began = seconds_now();
	run(&floor);
	seconds = seconds_now() - began;
	printf("handshakes=%u failed=%u seconds=%.3f rate=%.0f\n", floor.done,
		floor.wanted - floor.done, seconds, floor.done / seconds);
	SSL_CTX_free(floor.tls);
	return 0;
}
