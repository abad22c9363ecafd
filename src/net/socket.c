/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Client sockets, and what their errors mean.
 *
 * connect() mixes what this host lacks (ports, memory, descriptors) with what
 * the network says. Only the latter may become a fact about the server.
 */
#include "net/socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/loop-private.h"

/*
 * Linux says EADDRNOTAVAIL of an IPv6 peer when IPv6 is off, and of an IPv4 one
 * when no local port is left.
 */
static bool
is_local(int number, const union socket_address *peer)
{
	switch (number) {
	case EADDRNOTAVAIL:
		return peer->any.sa_family == AF_INET;
	case EADDRINUSE:
	case EAGAIN:
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
		return true;
	default:
		return false;
	}
}

static bool
bind_source(int fd, const union socket_address *peer, const union socket_address *source,
	GError **error)
{
	const int on = 1;

	if (source == NULL)
		return true;
	if (source->any.sa_family != peer->any.sa_family) {
		g_set_error(error, NET_ERROR, EAFNOSUPPORT,
			"the source address and the server's are of different families");
		return false;
	}
	/* The port is chosen by connect, so one source address has 2^16 of them per server. */
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
	if (bind(fd, &source->any, socket_address_length(source)) == 0)
		return true;
	g_set_error(error, NET_ERROR, 0, "cannot use the source address: %s", g_strerror(errno));
	return false;
}

static int
fail(int fd, int number, const union socket_address *peer, int *ret_number, GError **error)
{
	if (fd >= 0)
		close(fd);
	if (is_local(number, peer))
		g_set_error(error, NET_ERROR, number, "cannot connect: %s", g_strerror(number));
	else
		*ret_number = number;
	return -1;
}

int
socket_connect(const union socket_address *peer, const union socket_address *source, int *number,
	GError **error)
{
	int fd = socket(peer->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return fail(fd, errno, peer, number, error);
	if (!bind_source(fd, peer, source, error)) {
		close(fd);
		return -1;
	}
	if (connect(fd, &peer->any, socket_address_length(peer)) != 0 && errno != EINPROGRESS)
		return fail(fd, errno, peer, number, error);
	return fd;
}

int
socket_error(int fd)
{
	int number = 0;
	socklen_t length = sizeof number;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &length) != 0)
		return errno;
	return number;
}

enum connect_outcome
socket_outcome(int number)
{
	switch (number) {
	case 0:
		return CONNECT_OPEN;
	case ECONNREFUSED:
		return CONNECT_REFUSED;
	case ETIMEDOUT:
		return CONNECT_TIMEOUT;
	default:
		return CONNECT_UNREACHABLE;
	}
}

enum io
socket_io(int number)
{
	switch (number) {
	case EAGAIN:
	case EINTR:
		return IO_WAIT;
	case ECONNRESET:
		return IO_RESET;
	case 0:
	case EPIPE:
		return IO_CLOSED;
	default:
		return IO_FAILED;
	}
}
