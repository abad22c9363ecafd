/* SPDX-License-Identifier: Apache-2.0 */
#include "net/listener.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/loop-private.h"
#include "net/socket_address.h"
#include "net/watch.h"

enum {
	BACKLOG = 128
};

struct listener {
	int fd;
	struct net_watch *watch;
	void (*accepted)(void *user, int fd);
	void *user;
};

static void
on_ready(void *user)
{
	struct listener *listener = user;
	int fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd >= 0)
		listener->accepted(listener->user, fd);
}

/* Returns a listening socket and its port, or -1 with errno. */
static int
open_socket(const union socket_address *address, uint16_t *port)
{
	union socket_address bound = { 0 };
	socklen_t length = sizeof(bound);
	int one = 1;
	int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) != 0 ||
		bind(fd, &address->any, socket_address_length(address)) != 0 ||
		listen(fd, BACKLOG) != 0 || getsockname(fd, &bound.any, &length) != 0) {
		int number = errno;

		close(fd);
		errno = number;
		return -1;
	}
	*port = ntohs(bound.any.sa_family == AF_INET6 ? bound.v6.sin6_port : bound.v4.sin_port);
	return fd;
}

struct listener *
listener_new(struct net_loop *loop, const char *address, uint16_t *port,
	void (*accepted)(void *user, int fd), void *user, GError **error)
{
	union socket_address parsed;
	struct listener *listener;
	int fd;

	if (!socket_address_parse(address, *port, &parsed, error))
		return NULL;
	fd = open_socket(&parsed, port);
	if (fd < 0) {
		g_set_error(error, NET_ERROR, errno, "cannot listen on %s port %u: %s", address,
			*port, g_strerror(errno));
		return NULL;
	}
	listener = g_new0(struct listener, 1);
	listener->fd = fd;
	listener->accepted = accepted;
	listener->user = user;
	listener->watch = net_watch_new(loop, fd, on_ready, listener);
	net_watch_for(listener->watch, NET_WATCH_READ);
	return listener;
}

void
listener_close(struct listener *listener)
{
	if (listener == NULL)
		return;
	net_watch_close(listener->watch);
	close(listener->fd);
	g_free(listener);
}
