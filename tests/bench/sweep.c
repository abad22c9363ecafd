/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sweep - the floor: what a bare epoll client needs to put the questions of `scan --depth gentle`.
 *
 * usage: sweep FIRST-ADDRESS COUNT PORT CONCURRENCY
 *
 * The same questions in the same round trips, and nothing else: no timers, no records, no rules.
 */
#include "common.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	EVENTS = 1024,
	REPLY_MAX = 1023,
	STALL_SECONDS = 10
};

/* In wire order. */
enum step {
	GREETING,
	CAPA,
	AUTH_PLAIN,
	AUTH_LOGIN,
	USER,
	CANCEL,
	QUIT,
	DONE
};

/* What is sent on entering a step, and where its reply leads. */
struct question {
	const char *text;
	bool list;  /* a +OK is followed by lines up to "." */
	bool tells; /* a + says that a login is permitted */
	enum step granted, refused;
};

static const struct question questions[] = {
	[GREETING] = { .text = "", .granted = CAPA, .refused = DONE },
	[CAPA] = { .text = "CAPA\r\n", .list = true, .granted = AUTH_PLAIN, .refused = AUTH_PLAIN },
	[AUTH_PLAIN] = { .text = "AUTH PLAIN\r\n",
		.tells = true,
		.granted = CANCEL,
		.refused = AUTH_LOGIN },
	[AUTH_LOGIN] = { .text = "AUTH LOGIN\r\n",
		.tells = true,
		.granted = CANCEL,
		.refused = USER },
	[USER] = { .text = "USER nosuchuser-probe\r\n",
		.tells = true,
		.granted = QUIT,
		.refused = QUIT },
	[CANCEL] = { .text = "*\r\n", .granted = QUIT, .refused = QUIT },
	[QUIT] = { .text = "QUIT\r\n", .granted = DONE, .refused = DONE },
};

struct client {
	int fd;
	enum step step;
	bool permits;
	size_t filled;
	char reply[REPLY_MAX + 1];
};

struct sweep {
	uint32_t address; /* the next one */
	uint32_t end;
	uint16_t port;
	unsigned concurrency;
	int epoll;
	unsigned live, permits, refuses, failed;
};

/* The length of the reply that stands whole in the buffer; 0 while it does not. */
static size_t
reply_length(const struct client *client)
{
	bool list = questions[client->step].list && client->reply[0] == '+';
	const char *mark = list ? "\r\n.\r\n" : "\r\n";
	const char *end = strstr(client->reply, mark);

	return end ? (size_t)(end - client->reply) + strlen(mark) : 0;
}

/* Goes to the step that the reply leads to, and puts its question. */
static bool
answer(struct client *client, size_t length)
{
	const struct question *asked = &questions[client->step];
	bool granted = client->reply[0] == '+';
	const char *text;

	client->permits |= granted && asked->tells;
	client->step = granted ? asked->granted : asked->refused;
	client->filled -= length;
	memmove(client->reply, client->reply + length, client->filled + 1);
	if (client->step == DONE)
		return false;
	text = questions[client->step].text;
	return send(client->fd, text, strlen(text), MSG_NOSIGNAL) > 0;
}

/* Takes what came; false when the client is at its end. */
static bool
take(struct client *client)
{
	ssize_t got =
		recv(client->fd, client->reply + client->filled, REPLY_MAX - client->filled, 0);
	size_t length;

	if (got <= 0)
		return got < 0 && errno == EAGAIN;
	client->filled += (size_t)got;
	client->reply[client->filled] = '\0';
	while ((length = reply_length(client)) > 0) {
		if (!answer(client, length))
			return false;
	}
	return client->filled < REPLY_MAX;
}

static void
finish(struct sweep *sweep, struct client *client)
{
	if (client->step != DONE)
		sweep->failed++;
	else if (client->permits)
		sweep->permits++;
	else
		sweep->refuses++;
	close(client->fd);
	g_free(client);
	sweep->live--;
}

static void
begin_more(struct sweep *sweep)
{
	while (sweep->live < sweep->concurrency && sweep->address < sweep->end) {
		int fd = begin_connect(sweep->address, sweep->port);
		struct client *client;

		if (fd < 0 && errno == EMFILE && sweep->live > 0)
			return;
		sweep->address++;
		if (fd < 0) {
			sweep->failed++;
			continue;
		}
		client = g_new(struct client, 1);
		client->fd = fd;
		client->step = GREETING;
		client->permits = false;
		client->filled = 0;
		watch(sweep->epoll, fd, EPOLLIN, client);
		sweep->live++;
	}
}

static void
run(struct sweep *sweep)
{
	static struct epoll_event events[EVENTS];

	for (begin_more(sweep); sweep->live > 0; begin_more(sweep)) {
		int count = epoll_wait(sweep->epoll, events, EVENTS, STALL_SECONDS * 1000);

		if (count == 0) {
			fprintf(stderr, "sweep: stalled with %u connections\n", sweep->live);
			return;
		}
		for (int i = 0; i < count; i++) {
			struct client *client = events[i].data.ptr;

			if (!take(client))
				finish(sweep, client);
		}
	}
}

int
main(int argc, char **argv)
{
	GOptionEntry none[] = { G_OPTION_ENTRY_NULL };
	struct sweep sweep = { 0 };
	unsigned count;
	double began, seconds;

	read_options(&argc, &argv, "FIRST-ADDRESS COUNT PORT CONCURRENCY", none, 4);
	prepare_process();
	count = number_word(argv[2], 1, 1 << 24);
	sweep.address = loopback_word(argv[1]);
	sweep.end = sweep.address + count;
	sweep.port = (uint16_t)number_word(argv[3], 1, UINT16_MAX);
	sweep.concurrency = number_word(argv[4], 1, 1 << 20);
	sweep.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (sweep.epoll < 0)
		die("epoll_create1");
	began = seconds_now();
	run(&sweep);
	seconds = seconds_now() - began;
	printf("hosts=%u permits=%u refuses=%u failed=%u seconds=%.3f rate=%.0f\n", count,
		sweep.permits, sweep.refuses, sweep.failed, seconds, count / seconds);
	return 0;
}
