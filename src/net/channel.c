/* SPDX-License-Identifier: Apache-2.0 */
#include "net/channel.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/loop-private.h"
#include "net/turn.h"
#include "net/watch.h"

enum {
	READ_SIZE = 64 * 1024,
	READS_PER_TURN = 16,
	SPARE_MAX = 1024 * 1024, /* octets of buffer that are kept for the next time */
};

struct header {
	uint32_t length;
	uint32_t type;
};

struct channel {
	int fd;
	struct net_watch *watch;
	struct net_turn *turn;
	const struct channel_events *events;
	void *user;
	GByteArray *in;
	GByteArray *out;
	size_t sent; /* of out */
	bool paused;
	bool blocked; /* the socket takes no more */
	bool ended;
	bool busy;   /* a callback is under way */
	bool closed; /* within it */
};

bool
channel_pair(int fds[2], GError **error)
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == 0)
		return true;
	g_set_error(error, NET_ERROR, errno, "cannot make a channel: %s", g_strerror(errno));
	return false;
}

static void
watch(struct channel *channel)
{
	unsigned what =
		(channel->paused ? 0 : NET_WATCH_READ) | (channel->blocked ? NET_WATCH_WRITE : 0);

	if (!channel->closed)
		net_watch_for(channel->watch, channel->ended ? 0 : what);
}

static void
channel_free(struct channel *channel)
{
	g_byte_array_unref(channel->in);
	g_byte_array_unref(channel->out);
	g_free(channel);
}

static void
end(struct channel *channel)
{
	if (channel->ended || channel->closed)
		return;
	channel->ended = true;
	channel->events->ended(channel->user);
}

/* Writes what is there, until it is gone or the socket takes no more. */
static void
flush(struct channel *channel)
{
	while (channel->sent < channel->out->len) {
		ssize_t length = send(channel->fd, channel->out->data + channel->sent,
			channel->out->len - channel->sent, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			break; /* EAGAIN; other errors show when it is read */
		channel->sent += (size_t)length;
	}
	channel->blocked = channel->sent < channel->out->len;
	if (!channel->blocked) {
		channel->sent = 0;
		if (channel->out->len > SPARE_MAX) {
			g_byte_array_unref(channel->out);
			channel->out = g_byte_array_new();
		}
		g_byte_array_set_size(channel->out, 0);
	}
	watch(channel);
}

static void
on_turn(void *user)
{
	struct channel *channel = user;

	if (!channel->blocked && channel->out->len > 0 && !channel->ended)
		flush(channel);
}

/* Hands over the messages that are whole; false if what comes cannot be one. */
static bool
deliver(struct channel *channel)
{
	size_t taken = 0;
	struct header header;

	while (!channel->closed && channel->in->len - taken >= sizeof(header)) {
		memcpy(&header, channel->in->data + taken, sizeof(header));
		if (header.length > CHANNEL_MESSAGE_MAX)
			return false;
		if (channel->in->len - taken - sizeof(header) < header.length)
			break;
		taken += sizeof(header) + header.length;
		channel->events->received(channel->user, header.type,
			channel->in->data + taken - header.length, header.length);
	}
	if (taken > 0)
		g_byte_array_remove_range(channel->in, 0, (guint)taken);
	return true;
}

static bool
read_some(struct channel *channel)
{
	guint before = channel->in->len;
	ssize_t length;

	g_byte_array_set_size(channel->in, before + READ_SIZE);
	length = recv(channel->fd, channel->in->data + before, READ_SIZE, MSG_DONTWAIT);
	g_byte_array_set_size(channel->in, before + (guint)MAX(length, 0));
	if (length < 0 && (errno == EINTR || errno == EAGAIN))
		return errno == EINTR;
	/* A reset says that the other side died with messages unread. */
	if (length <= 0 || !deliver(channel)) {
		end(channel);
		return false;
	}
	return length == READ_SIZE;
}

static void
on_ready(void *user)
{
	struct channel *channel = user;

	channel->busy = true;
	if (channel->blocked)
		flush(channel);
	for (int reads = 0; reads < READS_PER_TURN && !channel->paused && !channel->ended &&
		!channel->closed && read_some(channel);)
		reads++;
	channel->busy = false;
	if (channel->closed)
		channel_free(channel);
	else
		watch(channel);
}

struct channel *
channel_new(struct net_loop *loop, int fd, const struct channel_events *events, void *user,
	GError **error)
{
	struct channel *channel = g_new0(struct channel, 1);

	channel->fd = fd;
	channel->events = events;
	channel->user = user;
	channel->in = g_byte_array_new();
	channel->out = g_byte_array_new();
	channel->watch = net_watch_new(loop, fd, on_ready, channel);
	if (channel->watch == NULL) {
		g_set_error_literal(error, NET_ERROR, 0, "cannot watch a channel");
		close(fd);
		channel_free(channel);
		return NULL;
	}
	channel->turn = net_turn_new(loop, on_turn, channel);
	watch(channel);
	return channel;
}

void
channel_send(struct channel *channel, unsigned type, const void *bytes, size_t length)
{
	struct header header = { .length = (uint32_t)length, .type = type };

	g_return_if_fail(length <= CHANNEL_MESSAGE_MAX);
	if (channel->ended)
		return;
	g_byte_array_append(channel->out, (const guint8 *)&header, sizeof(header));
	g_byte_array_append(channel->out, bytes, (guint)length);
}

void
channel_pause(struct channel *channel, bool paused)
{
	channel->paused = paused;
	watch(channel);
}

size_t
channel_unsent(const struct channel *channel)
{
	return channel->out->len - channel->sent;
}

void
channel_close(struct channel *channel)
{
	if (channel == NULL)
		return;
	net_watch_close(channel->watch);
	net_turn_close(channel->turn);
	close(channel->fd);
	channel->closed = true;
	if (!channel->busy)
		channel_free(channel);
}
