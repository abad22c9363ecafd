/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net/channel.c: messages are whole and in order however the bytes come, and
 * whoever sends what no message is has ended.
 */
#include "net/channel.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct header {
	uint32_t length;
	uint32_t type;
};

/* One end under test; the other is a plain descriptor. */
struct end {
	struct net_loop *loop;
	struct channel *channel;
	int fd;
	GString *seen; /* "type:length:first octet " of each message, "E" of its end */
	bool stops;    /* the loop after each message */
	bool closes;   /* the channel within the callback */
	struct net_timer *watchdog;
};

static void
on_received(void *user, unsigned type, const void *bytes, size_t length)
{
	struct end *end = user;

	g_string_append_printf(end->seen, "%u:%zu:%c ", type, length,
		length > 0 ? *(const char *)bytes : '-');
	if (end->closes)
		g_clear_pointer(&end->channel, channel_close);
	if (end->stops || end->closes)
		net_loop_stop(end->loop);
}

static void
on_ended(void *user)
{
	struct end *end = user;

	g_string_append_c(end->seen, 'E');
	net_loop_stop(end->loop);
}

static void
on_late(void *user)
{
	struct end *end = user;

	net_loop_stop(end->loop);
}

static const struct channel_events events = {
	.received = on_received,
	.ended = on_ended,
};

static struct end *
end_new(void)
{
	struct end *end = g_new0(struct end, 1);
	int fds[2];

	g_assert_true(channel_pair(fds, NULL));
	end->loop = net_loop_new(NULL);
	end->channel = channel_new(end->loop, fds[0], &events, end, NULL);
	g_assert_nonnull(end->channel);
	end->fd = fds[1];
	end->seen = g_string_new(NULL);
	end->watchdog = net_timer_new(end->loop, on_late, end);
	return end;
}

static void
end_free(struct end *end)
{
	channel_close(end->channel);
	net_timer_close(end->watchdog);
	net_loop_free(end->loop);
	if (end->fd >= 0)
		close(end->fd);
	g_string_free(end->seen, TRUE);
	g_free(end);
}

/* Runs the loop until something stops it, or for so many milliseconds. */
static void
run(struct end *end, int milliseconds)
{
	net_timer_start(end->watchdog, milliseconds * G_TIME_SPAN_MILLISECOND, 0);
	net_loop_run(end->loop);
}

static void
put(struct end *end, const void *bytes, size_t length)
{
	g_assert_cmpint(send(end->fd, bytes, length, MSG_NOSIGNAL), ==, (ssize_t)length);
}

static void
put_message(struct end *end, uint32_t type, const char *text)
{
	struct header header = { (uint32_t)strlen(text), type };

	put(end, &header, sizeof(header));
	put(end, text, strlen(text));
}

static void
test_whole(void)
{
	struct end *end = end_new();

	put_message(end, 1, "abc");
	put_message(end, 2, "");
	put_message(end, UINT32_MAX, "x");
	run(end, 50);
	g_assert_cmpstr(end->seen->str, ==, "1:3:a 2:0:- 4294967295:1:x ");
	end_free(end);
}

static void
test_byte_by_byte(void)
{
	struct end *end = end_new();
	const struct header header = { 3, 9 };
	char bytes[sizeof(header) + 3];

	memcpy(bytes, &header, sizeof(header));
	memcpy(bytes + sizeof(header), "abc", 3);
	for (size_t i = 0; i < sizeof(bytes); i++) {
		g_assert_cmpstr(end->seen->str, ==, "");
		put(end, bytes + i, 1);
		run(end, 5);
	}
	g_assert_cmpstr(end->seen->str, ==, "9:3:a ");
	end_free(end);
}

/* What is whole is handed over although what follows it is cut off. */
static void
test_gone(void)
{
	struct end *end = end_new();
	const struct header header = { 100, 1 };

	put_message(end, 1, "a");
	put(end, &header, sizeof(header));
	put(end, "only a part", 11);
	close(end->fd);
	end->fd = -1;
	run(end, 1000);
	g_assert_cmpstr(end->seen->str, ==, "1:1:a E");
	channel_send(end->channel, 1, "lost", 4); /* nothing happens */
	g_assert_cmpuint(channel_unsent(end->channel), ==, 0);
	run(end, 20);
	g_assert_cmpstr(end->seen->str, ==, "1:1:a E");
	end_free(end);
}

static void
send_length(uint32_t length, const char *wanted)
{
	struct end *end = end_new();
	const struct header header = { length, 1 };

	put_message(end, 1, "a");
	put(end, &header, sizeof(header));
	run(end, 50);
	g_assert_cmpstr(end->seen->str, ==, wanted);
	end_free(end);
}

static void
test_oversized(void)
{
	send_length(CHANNEL_MESSAGE_MAX, "1:1:a "); /* the rest may still come */
	send_length(CHANNEL_MESSAGE_MAX + 1U, "1:1:a E");
	send_length(UINT32_MAX, "1:1:a E");
}

static void
test_closed_within(void)
{
	struct end *end = end_new();

	end->closes = true;
	put_message(end, 1, "a");
	put_message(end, 2, "b");
	run(end, 1000);
	g_assert_cmpstr(end->seen->str, ==, "1:1:a ");
	end_free(end);
	channel_close(NULL);
}

static void
test_paused(void)
{
	struct end *end = end_new();

	channel_pause(end->channel, true);
	put_message(end, 1, "a");
	run(end, 30);
	g_assert_cmpstr(end->seen->str, ==, "");
	channel_pause(end->channel, false);
	run(end, 30);
	g_assert_cmpstr(end->seen->str, ==, "1:1:a ");
	end_free(end);
}

/* Takes what has arrived, and adds up how much that was. */
static size_t
drain(struct end *end, size_t wanted)
{
	static char bytes[1024 * 1024];
	size_t taken = 0;

	while (taken < wanted) {
		ssize_t length = recv(end->fd, bytes, MIN(sizeof(bytes), wanted - taken), 0);

		if (length > 0)
			taken += (size_t)length;
		else
			run(end, 2);
	}
	return taken;
}

/* What the other side does not take is kept; sending does not block, and nothing is lost. */
static void
test_backpressure(void)
{
	enum {
		SIZE = 3 * 1024 * 1024,
		COUNT = 3
	};
	struct end *end = end_new();
	g_autofree char *large = g_strnfill(SIZE, 'x');

	for (unsigned i = 0; i < COUNT; i++)
		channel_send(end->channel, i, large, SIZE);
	run(end, 20);
	g_assert_cmpuint(channel_unsent(end->channel), >, SIZE);
	g_assert_cmpuint(drain(end, COUNT * (SIZE + sizeof(struct header))), >, 0);
	run(end, 5);
	g_assert_cmpuint(channel_unsent(end->channel), ==, 0);
	channel_send(end->channel, 1, "a", 1); /* and it goes on */
	run(end, 5);
	g_assert_cmpuint(drain(end, sizeof(struct header) + 1), ==, sizeof(struct header) + 1);
	end_free(end);
}

/* A large message from a fast sender is read in many turns. */
static void
test_large(void)
{
	enum {
		SIZE = 5 * 1024 * 1024
	};
	struct end *one = end_new();
	struct end *other = g_new0(struct end, 1);
	g_autofree char *large = g_strnfill(SIZE, 'y');

	other->loop = one->loop;
	other->seen = g_string_new(NULL);
	other->channel = channel_new(one->loop, one->fd, &events, other, NULL);
	one->fd = -1;
	other->stops = true;
	channel_send(one->channel, 5, large, SIZE);
	run(one, 5000);
	g_assert_cmpstr(other->seen->str, ==, "5:5242880:y ");
	channel_close(other->channel);
	g_string_free(other->seen, TRUE);
	g_free(other);
	end_free(one);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/channel/whole", test_whole);
	g_test_add_func("/channel/byte-by-byte", test_byte_by_byte);
	g_test_add_func("/channel/gone", test_gone);
	g_test_add_func("/channel/oversized", test_oversized);
	g_test_add_func("/channel/closed-within", test_closed_within);
	g_test_add_func("/channel/paused", test_paused);
	g_test_add_func("/channel/backpressure", test_backpressure);
	g_test_add_func("/channel/large", test_large);
	return g_test_run();
}
