/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Standard output may be shared with other programs and is never made
 * non-blocking: poll says when a pipe has room for PIPE_BUF octets, and no more
 * than that is written at once. A regular file is written straight away.
 */
#include "cmd/stream.h"

#include <limits.h>
#include <poll.h>

#include "net/turn.h"
#include "net/watch.h"

struct stream {
	struct output *output;
	struct net_watch *watch; /* NULL for a regular file */
	struct net_turn *turn;
	GString *text; /* that waits, from `sent` on */
	size_t sent;
	bool full;
	GError *error;
	void (*changed)(void *user);
	void *user;
};

bool
stream_is_broken(const struct stream *stream)
{
	return stream->error != NULL || stream->output->gone;
}

bool
stream_is_full(const struct stream *stream)
{
	return stream->full;
}

static bool
has_room(const struct stream *stream)
{
	struct pollfd fd = { .fd = stream->output->fd, .events = POLLOUT };

	return stream->watch == NULL || poll(&fd, 1, 0) != 0;
}

static void
write_part(struct stream *stream, size_t most)
{
	size_t length = MIN(stream->text->len - stream->sent, most);
	g_autoptr(GString) part =
		g_string_new_len(stream->text->str + stream->sent, (gssize)length);

	if (output_write(stream->output, part, &stream->error))
		stream->sent += length;
}

static void
note_fullness(struct stream *stream)
{
	size_t waiting = stream->text->len - stream->sent;
	bool full = stream->full ? waiting > STREAM_BACKLOG / 2 : waiting > STREAM_BACKLOG;

	if (full == stream->full && !stream_is_broken(stream))
		return;
	stream->full = full;
	stream->changed(stream->user);
}

bool
stream_flush(struct stream *stream)
{
	while (stream->sent < stream->text->len && !stream_is_broken(stream) && has_room(stream))
		write_part(stream, stream->watch == NULL ? SIZE_MAX : PIPE_BUF);
	if (stream->sent == stream->text->len || stream->sent > STREAM_BACKLOG) {
		g_string_erase(stream->text, 0, (gssize)stream->sent);
		stream->sent = 0;
	}
	return stream->text->len == 0;
}

static void
on_turn(void *user)
{
	struct stream *stream = user;

	if (stream->text->len == 0 || stream_is_broken(stream))
		return;
	if (!stream_flush(stream) && !stream_is_broken(stream) && stream->watch != NULL)
		net_watch_for(stream->watch, NET_WATCH_WRITE);
	note_fullness(stream);
}

/* There is room: the end of this turn writes. */
static void
on_room(void *user)
{
	struct stream *stream = user;

	net_watch_for(stream->watch, 0);
}

struct stream *
stream_new(struct net_loop *loop, struct output *output, void (*changed)(void *user), void *user)
{
	struct stream *stream = g_new0(struct stream, 1);

	stream->output = output;
	stream->changed = changed;
	stream->user = user;
	stream->text = g_string_new(NULL);
	stream->watch = net_watch_new(loop, output->fd, on_room, stream);
	stream->turn = net_turn_new(loop, on_turn, stream);
	return stream;
}

void
stream_add(struct stream *stream, const char *text, size_t length)
{
	if (!stream_is_broken(stream))
		g_string_append_len(stream->text, text, (gssize)length);
}

bool
stream_close(struct stream *stream, GError **error)
{
	bool written;

	if (stream->sent < stream->text->len && !stream_is_broken(stream))
		write_part(stream, SIZE_MAX);
	written = stream->error == NULL;
	if (!written)
		g_propagate_error(error, stream->error);
	net_watch_close(stream->watch);
	net_turn_close(stream->turn);
	g_string_free(stream->text, TRUE);
	g_free(stream);
	return written;
}
