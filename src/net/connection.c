/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TCP connection that may turn to TLS in mid-course.
 *
 * All work is done in turns: one call of connection_turn per poll event, or per
 * kick for what the kernel will not announce. Callbacks come from turns and from
 * the deadline only, so a public function never calls back before it returns.
 * Each callback may close the connection; the struct then lives on, marked as
 * dying, until libuv has let go of its handles.
 */
#include "net/connection.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/connection-private.h"

enum {
	READS_PER_TURN = 4
}; /* so that one talkative server does not hold up the others */

static void connection_turn(struct connection *connection);

static bool
is_in(const struct connection *connection, enum connection_state state)
{
	return !connection->dying && connection->state == state;
}

static void
drop_unsent(struct connection *connection)
{
	if (connection->unsent != NULL)
		explicit_bzero(connection->unsent, connection->unsent_length);
	g_clear_pointer(&connection->unsent, g_free);
	connection->unsent_length = 0;
}

/* Appends to what is unsent; by hand, as realloc would leave a copy of a password behind. */
static void
keep_unsent(struct connection *connection, const char *bytes, size_t length)
{
	size_t total = connection->unsent_length + length;
	char *unsent = NULL;

	if (length == 0)
		return;
	unsent = g_malloc(total);
	if (connection->unsent != NULL)
		memcpy(unsent, connection->unsent, connection->unsent_length);
	memcpy(unsent + connection->unsent_length, bytes, length);
	drop_unsent(connection);
	connection->unsent = unsent;
	connection->unsent_length = total;
}

static void
forget_sent(struct connection *connection, size_t sent)
{
	size_t rest = connection->unsent_length - sent;

	if (rest == 0) {
		drop_unsent(connection);
		return;
	}
	memmove(connection->unsent, connection->unsent + sent, rest);
	explicit_bzero(connection->unsent + rest, sent);
	connection->unsent_length = rest;
}

static void
kicked(uv_timer_t *handle)
{
	connection_turn(handle->data);
}

/* Sees to it that a turn comes, where no poll event would bring one. */
static void
kick(struct connection *connection)
{
	if (!connection->turning)
		uv_timer_start(&connection->kick, kicked, 0, 0);
}

static void
poll_event(uv_poll_t *handle, int status, int events)
{
	struct connection *connection = handle->data;

	(void)events;
	if (status < 0)
		connection->watched =
			0; /* libuv stops polling at an error; the turn will read it */
	connection_turn(connection);
}

/* Waits for what the connection now waits for. */
static void
watch(struct connection *connection)
{
	int events = UV_READABLE;

	if (connection->state == CONNECTION_CONNECTING)
		events = UV_WRITABLE;
	else if (connection->state == CONNECTION_OVER)
		events = 0;
	else if (connection->wants_write)
		events |= UV_WRITABLE;
	if (connection->dying || connection->fd < 0 || events == connection->watched)
		return;
	connection->watched = events;
	if (events == 0)
		uv_poll_stop(&connection->poll);
	else
		uv_poll_start(&connection->poll, events, poll_event);
}

/* No event comes after the last one: not even the deadline. */
static void
finish(struct connection *connection)
{
	connection->state = CONNECTION_OVER;
	uv_timer_stop(&connection->deadline);
	drop_unsent(connection);
}

static void
end(struct connection *connection, enum io io)
{
	enum connection_end how = CONNECTION_END_ERROR;

	if (io == IO_RESET || connection->reset)
		how = CONNECTION_END_RESET;
	else if (io == IO_CLOSED)
		how = CONNECTION_END_CLOSED;
	finish(connection);
	connection->events->ended(connection->user, how);
}

static enum io
clear_read(struct connection *connection, char *buffer, size_t size, size_t *ret_length)
{
	ssize_t length = recv(connection->fd, buffer, size, 0);

	if (length < 0)
		return socket_io(errno);
	*ret_length = (size_t)length;
	return length == 0 ? IO_CLOSED : IO_DONE;
}

static enum io
clear_write(struct connection *connection, const char *bytes, size_t length, size_t *sent)
{
	ssize_t result = send(connection->fd, bytes, length, MSG_NOSIGNAL);

	if (result < 0) {
		connection->wants_write |= socket_io(errno) == IO_WAIT;
		return socket_io(errno);
	}
	*sent = (size_t)result;
	return IO_DONE;
}

/*
 * Writes what the socket takes, and returns how much that is. A broken pipe is
 * told by the reading side, which may hold the server's last words.
 */
static size_t
write_some(struct connection *connection, const char *bytes, size_t length)
{
	size_t total = 0;

	while (total < length && connection->broken == IO_DONE) {
		size_t sent = 0;
		enum io io = connection->tls == NULL ?
			clear_write(connection, bytes + total, length - total, &sent) :
			tls_write(connection, bytes + total, length - total, &sent);
		total += sent;
		if (io == IO_WAIT)
			break;
		if (io != IO_DONE) {
			connection->broken = io;
			connection->reset |= io == IO_RESET;
			kick(connection);
			return length;
		}
	}
	return total;
}

/* Reads and hands over; true while there may be more. */
static bool
read_some(struct connection *connection)
{
	char *buffer = connection->loop->buffer;
	size_t length = 0;
	enum io io = connection->tls == NULL ?
		clear_read(connection, buffer, CONNECTION_READ_MAX, &length) :
		tls_read(connection, buffer, CONNECTION_READ_MAX, &length);

	if (io == IO_WAIT && connection->broken == IO_DONE)
		return false;
	if (io == IO_WAIT)
		end(connection, connection->broken);
	else if (io == IO_DONE)
		connection->events->received(connection->user, buffer, length);
	else
		end(connection, io);
	return true;
}

/* Writes what waits, then reads, as long as the connection stays in this state. */
static void
exchange(struct connection *connection, enum connection_state state)
{
	if (!is_in(connection, state))
		return;
	if (connection->unsent_length > 0) {
		size_t sent = write_some(connection, connection->unsent, connection->unsent_length);
		forget_sent(connection, sent);
	}
	for (int reads = 0; reads < READS_PER_TURN && is_in(connection, state); reads++) {
		if (!read_some(connection))
			break;
	}
}

/*
 * Tells how connecting ended. An RST that came right after the handshake shows
 * here as an error, but the port was open and may have said something first.
 */
static void
connect_step(struct connection *connection)
{
	int number = connection->connect_error;

	if (number == 0)
		number = socket_error(connection->fd);
	if (number == ECONNRESET || number == EPIPE) {
		connection->reset = number == ECONNRESET;
		number = 0;
	}
	if (number == 0)
		connection->state = CONNECTION_CLEAR;
	else
		finish(connection);
	connection->events->connected(connection->user, socket_outcome(number),
		number == 0 ? NULL : g_strerror(number));
}

static void
handshake_step(struct connection *connection)
{
	struct tls_step step = tls_handshake(connection);

	if (step.handshake == HANDSHAKE_NOT_TRIED)
		return;
	if (step.handshake == HANDSHAKE_UP)
		connection->state = CONNECTION_SECURE;
	else
		finish(connection);
	connection->events->secured(connection->user, step.handshake, step.why, step.clear,
		step.length);
}

/* Goes through the states in the order of a connection's life; a callback may move it on. */
static void
connection_turn(struct connection *connection)
{
	if (connection->dying)
		return;
	connection->turning = true;
	connection->wants_write = false;
	if (is_in(connection, CONNECTION_CONNECTING))
		connect_step(connection);
	exchange(connection, CONNECTION_CLEAR);
	if (is_in(connection, CONNECTION_SECURING))
		handshake_step(connection);
	exchange(connection, CONNECTION_SECURE);
	connection->turning = false;
	if (!connection->dying && connection->broken != IO_DONE)
		kick(connection); /* reads on to the end, of which poll may not tell */
	watch(connection);
}

static void
init_timer(struct connection *connection, uv_timer_t *timer)
{
	uv_timer_init(&connection->loop->uv, timer);
	timer->data = connection;
	connection->handles++;
}

/* Takes fd over, which is -1 where connect failed at once. */
static struct connection *
connection_new(struct net_loop *loop, int fd, GError **error)
{
	struct connection *connection = g_new0(struct connection, 1);
	int status = fd < 0 ? 0 : uv_poll_init(&loop->uv, &connection->poll, fd);

	if (status != 0) {
		g_set_error(error, NET_ERROR, -status, "cannot watch a socket: %s",
			uv_strerror(status));
		close(fd);
		g_free(connection);
		return NULL;
	}
	connection->loop = loop;
	connection->fd = fd;
	connection->poll.data = connection;
	connection->handles = fd < 0 ? 0 : 1;
	init_timer(connection, &connection->deadline);
	init_timer(connection, &connection->kick);
	return connection;
}

struct connection *
connection_open(struct net_loop *loop, const struct connection_request *request,
	const struct connection_events *events, void *user, GError **error)
{
	union socket_address peer, source;
	struct connection *connection = NULL;
	int number = 0;
	int fd = -1;

	if (!socket_address_parse(request->address, request->port, &peer, error))
		return NULL;
	if (request->source != NULL && !socket_address_parse(request->source, 0, &source, error))
		return NULL;
	fd = socket_connect(&peer, request->source == NULL ? NULL : &source, &number, error);
	if (fd < 0 && number == 0)
		return NULL;
	connection = connection_new(loop, fd, error);
	if (connection == NULL)
		return NULL;
	connection->events = events;
	connection->user = user;
	connection->connect_error = number;
	if (fd < 0)
		kick(connection);
	watch(connection);
	return connection;
}

struct connection *
connection_adopt(struct net_loop *loop, int fd, const struct connection_events *events, void *user,
	GError **error)
{
	struct connection *connection = connection_new(loop, fd, error);

	if (connection == NULL)
		return NULL;
	connection->events = events;
	connection->user = user;
	connection->state = CONNECTION_CLEAR;
	watch(connection);
	return connection;
}

bool
connection_send(struct connection *connection, const char *bytes, size_t length)
{
	size_t sent = 0;

	if (connection->state == CONNECTION_OVER || connection->broken != IO_DONE)
		return true;
	if (length > CONNECTION_SEND_MAX - connection->unsent_length)
		return false;
	if (connection->unsent_length == 0 &&
		(is_in(connection, CONNECTION_CLEAR) || is_in(connection, CONNECTION_SECURE)))
		sent = write_some(connection, bytes, length);
	keep_unsent(connection, bytes + sent, length - sent);
	if (!connection->turning)
		watch(connection);
	return true;
}

void
connection_secure(struct connection *connection, const char *server_name)
{
	g_return_if_fail(connection->state == CONNECTION_CLEAR);

	drop_unsent(connection); /* what was meant for the clear part is not said within TLS */
	tls_begin(connection, server_name);
	connection->state = CONNECTION_SECURING;
	kick(connection);
}

static void
deadline_passed(uv_timer_t *handle)
{
	struct connection *connection = handle->data;

	connection->events->expired(connection->user);
}

void
connection_deadline(struct connection *connection, int64_t after)
{
	if (after > 0)
		loop_timer_start(&connection->deadline, deadline_passed, after, 0);
	else
		uv_timer_stop(&connection->deadline);
}

static bool
write_name(int (*get)(int, struct sockaddr *, socklen_t *), int fd, char *text)
{
	union socket_address address;
	socklen_t length = sizeof address;

	return get(fd, &address.any, &length) == 0 && socket_address_text(&address, text);
}

static int
local_name(int fd, struct sockaddr *address, socklen_t *length)
{
	return getsockname(fd, address, length);
}

static int
peer_name(int fd, struct sockaddr *address, socklen_t *length)
{
	return getpeername(fd, address, length);
}

bool
connection_addresses(const struct connection *connection, char *local, char *peer)
{
	return connection->fd >= 0 && write_name(local_name, connection->fd, local) &&
		write_name(peer_name, connection->fd, peer);
}

static void
handle_closed(uv_handle_t *handle)
{
	struct connection *connection = handle->data;

	if (--connection->handles == 0)
		g_free(connection);
}

void
connection_close(struct connection *connection)
{
	if (connection == NULL)
		return;
	g_return_if_fail(!connection->dying);

	tls_end(connection);
	drop_unsent(connection);
	connection->dying = true;
	if (connection->fd >= 0) {
		uv_close((uv_handle_t *)&connection->poll, handle_closed);
		close(connection->fd);
	}
	uv_close((uv_handle_t *)&connection->deadline, handle_closed);
	uv_close((uv_handle_t *)&connection->kick, handle_closed);
}
