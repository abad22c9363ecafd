/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TCP connection that may turn to TLS in mid-course.
 *
 * All work is done in turns: one call of connection_turn per event of its socket,
 * or per kick for what the kernel will not announce. Callbacks come from turns
 * and from the deadline only, so a public function never calls back before it
 * returns. Each callback may close the connection; the struct then lives on,
 * marked as dying, until the poller has let go of it.
 *
 * Events are edge-triggered: `readable` stands until a read came back short, or
 * empty. A short read is the end of what has come; a close after it is announced.
 */
#include "net/connection.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "model/spares.h"
#include "net/connection-private.h"

static struct spares spares;

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

/* Sees to it that a turn comes, where no event would bring one. */
static void
kick(struct connection *connection)
{
	poller_kick(&connection->loop->poller, connection);
}

/* No event comes after the last one: not even the deadline. */
static void
finish(struct connection *connection)
{
	connection->state = CONNECTION_OVER;
	wheel_remove(&connection->loop->poller.wheel, &connection->deadline);
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
	ssize_t length = 0;

	if (!connection->emptied)
		length = recv(connection->fd, buffer, size, 0);
	if (length < 0)
		return socket_io(errno);
	connection->readable = (size_t)length == size || connection->ending;
	connection->emptied = connection->finished && (size_t)length < size;
	*ret_length = (size_t)length;
	return length == 0 ? IO_CLOSED : IO_DONE;
}

static enum io
clear_write(struct connection *connection, const char *bytes, size_t length, size_t *sent)
{
	ssize_t result = send(connection->fd, bytes, length, MSG_NOSIGNAL);

	if (result < 0)
		return socket_io(errno);
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

/* The struct outlives a connection_close in the callback. */
static void
hand_over(struct connection *connection, char *buffer, size_t length)
{
	connection->events->received(connection->user, buffer, length);
	if (connection->careful)
		explicit_bzero(buffer, length);
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

	if (io == IO_WAIT)
		connection->readable = tls_paused(connection);
	if (io == IO_WAIT && (connection->readable || connection->broken == IO_DONE))
		return connection->readable;
	if (io == IO_WAIT)
		end(connection, connection->broken);
	else if (io == IO_DONE)
		hand_over(connection, buffer, length);
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
		if (!connection->readable || !read_some(connection))
			return;
	}
	if (is_in(connection, state) && connection->readable)
		kick(connection);
}

/*
 * Tells how connecting ended. An RST that came right after the handshake shows
 * here as an error, but the port was open and may have said something first.
 */
static void
connect_step(struct connection *connection)
{
	int number = connection->connect_error;

	if (number == 0 && connection->ending)
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

	if (step.handshake == HANDSHAKE_NOT_TRIED && tls_paused(connection))
		kick(connection);
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
	if (is_in(connection, CONNECTION_CONNECTING))
		connect_step(connection);
	exchange(connection, CONNECTION_CLEAR);
	if (is_in(connection, CONNECTION_SECURING))
		handshake_step(connection);
	exchange(connection, CONNECTION_SECURE);
	connection->turning = false;
	if (!connection->dying && connection->state != CONNECTION_OVER &&
		connection->broken != IO_DONE)
		kick(connection); /* reads on to the end, of which epoll may not tell */
}

void
connection_event(struct connection *connection, uint32_t events)
{
	connection->readable |= (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
	connection->ending |= (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
	connection->finished |= (events & EPOLLRDHUP) != 0;
	if ((events & (EPOLLHUP | EPOLLERR)) != 0)
		connection->finished = connection->emptied = false; /* it may be a reset */
	connection_turn(connection);
}

void
connection_free(struct connection *connection)
{
	spares_give(&spares, connection);
}

/* Takes fd over, which is -1 where connect failed at once. */
static struct connection *
connection_new(struct net_loop *loop, int fd, GError **error)
{
	struct connection *connection = spares_take0(&spares, sizeof(*connection));
	int number;

	connection->loop = loop;
	connection->fd = fd;
	number = poller_add(&loop->poller, connection);
	if (number != 0) {
		g_set_error(error, NET_ERROR, number, "cannot watch a socket: %s",
			g_strerror(number));
		close(fd);
		connection_free(connection);
		return NULL;
	}
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
	connection->opened = true;
	if (fd < 0)
		kick(connection);
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
	return true;
}

bool
connection_send_secret(struct connection *connection, const char *bytes, size_t length)
{
	bool over = connection->state == CONNECTION_OVER || connection->broken != IO_DONE;

	if (!over && (!connection->careful || !is_in(connection, CONNECTION_SECURE)))
		return false;
	return connection_send(connection, bytes, length);
}

void
connection_secure(struct connection *connection, const struct connection_tls *how)
{
	const int on = 1;

	g_return_if_fail(connection->state == CONNECTION_CLEAR);

	/* In clear each question waits for its answer; here one may follow upon the handshake. */
	setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	drop_unsent(connection); /* what was meant for the clear part is not said within TLS */
	tls_begin(connection, how);
	connection->state = CONNECTION_SECURING;
	kick(connection);
}

void
connection_expired(struct wheel_timer *deadline)
{
	struct connection *connection =
		(void *)((char *)deadline - offsetof(struct connection, deadline));

	connection->events->expired(connection->user);
}

void
connection_deadline(struct connection *connection, int64_t after)
{
	struct wheel *wheel = &connection->loop->poller.wheel;

	if (after > 0)
		wheel_set(wheel, &connection->deadline, after);
	else
		wheel_remove(wheel, &connection->deadline);
}

/* The unspecified address is answered by one that only the kernel knows. */
static bool
peer_address(const struct connection *connection, const char *text, union socket_address *peer)
{
	socklen_t length = sizeof *peer;

	if (!socket_address_parse(text, 0, peer, NULL))
		return false;
	return !socket_address_is_unspecified(peer) ||
		getpeername(connection->fd, &peer->any, &length) == 0;
}

enum nearness
connection_nearness(const struct connection *connection, const char *address, char *local)
{
	union socket_address own = { 0 }, peer;
	socklen_t length = sizeof own;

	local[0] = '\0';
	if (connection->fd < 0 || getsockname(connection->fd, &own.any, &length) != 0)
		return NEARNESS_OTHER_HOST;
	if (!socket_address_text(&own, local) || !peer_address(connection, address, &peer))
		return NEARNESS_OTHER_HOST;
	if (socket_address_equal(&own, &peer))
		return NEARNESS_SAME_ADDRESS;
	return socket_address_is_local(&peer) ? NEARNESS_SAME_HOST : NEARNESS_OTHER_HOST;
}

/*
 * The server has closed: it waits for nothing but the end, and a reset ends it at once. A FIN would
 * have both kernels go through three more segments and keep the port for a minute.
 */
static void
spare_goodbye(const struct connection *connection)
{
	const struct linger at_once = { .l_onoff = 1 };

	if (connection->opened && connection->finished && connection->tls == NULL)
		setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void
connection_close(struct connection *connection)
{
	if (connection == NULL)
		return;
	g_return_if_fail(!connection->dying);

	spare_goodbye(connection);
	tls_end(connection);
	drop_unsent(connection);
	connection->dying = true;
	poller_remove(&connection->loop->poller, connection);
}
