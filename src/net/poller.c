/* SPDX-License-Identifier: Apache-2.0 */
#include "net/poller.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "net/connection-private.h"

enum {
	EVENTS_MAX = 256, /* fetched at once */
	ROUNDS_MAX = 64,  /* fetches before deadlines are looked at all the same */
};

/* Frees what was closed, where no event that was fetched can point to it any more. */
static void
reap(struct poller *poller)
{
	while (poller->closed != NULL) {
		struct connection *connection = poller->closed;

		poller->closed = connection->next;
		connection_free(connection);
	}
}

/* Fetches and serves once; returns whether there may be more. */
static bool
serve(struct poller *poller)
{
	struct epoll_event events[EVENTS_MAX];
	int count = epoll_wait(poller->epoll, events, EVENTS_MAX, 0);

	for (int i = 0; i < count; i++)
		connection_event(events[i].data.ptr, events[i].events);
	reap(poller);
	return count == EVENTS_MAX;
}

static void
on_events(uv_poll_t *watch, int status G_GNUC_UNUSED, int events G_GNUC_UNUSED)
{
	struct poller *poller = watch->data;

	serve(poller);
}

/* Turns go to those who wait for one now; who asks meanwhile waits for the next round. */
static void
on_idle(uv_idle_t *idle)
{
	struct poller *poller = idle->data;
	struct connection *kicked = poller->kicked;

	poller->kicked = NULL;
	while (kicked != NULL) {
		struct connection *connection = kicked;

		kicked = connection->next;
		connection->kicked = false;
		connection->next = NULL;
		if (connection->dying)
			connection_free(connection);
		else
			connection_event(connection, 0);
	}
	reap(poller);
	if (poller->kicked == NULL)
		uv_idle_stop(idle);
}

/* An answer that lies in the socket is in time, however late this process looks. */
static void
before_deadlines(struct wheel *wheel)
{
	struct poller *poller = wheel->user;

	for (int round = 0; round < ROUNDS_MAX && serve(poller); round++)
		;
}

static void
on_deadline(struct wheel_timer *timer)
{
	connection_expired(timer);
}

static const struct wheel_events wheel_events = {
	.before = before_deadlines,
	.passed = on_deadline,
};

int
poller_open(struct poller *poller, uv_loop_t *loop)
{
	int status;

	poller->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (poller->epoll < 0)
		return uv_translate_sys_error(errno);
	status = uv_poll_init(loop, &poller->watch, poller->epoll);
	if (status != 0) {
		close(poller->epoll);
		return status;
	}
	poller->watch.data = poller;
	uv_poll_start(&poller->watch, UV_READABLE, on_events);
	uv_unref((uv_handle_t *)&poller->watch);
	uv_idle_init(loop, &poller->idle);
	poller->idle.data = poller;
	wheel_open(&poller->wheel, loop, &wheel_events, poller);
	return 0;
}

void
poller_close(struct poller *poller)
{
	uv_close((uv_handle_t *)&poller->watch, NULL);
	uv_close((uv_handle_t *)&poller->idle, NULL);
	wheel_close(&poller->wheel);
	close(poller->epoll);
	on_idle(&poller->idle);
}

int
poller_add(struct poller *poller, struct connection *connection)
{
	struct epoll_event event = {
		.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
		.data.ptr = connection,
	};

	if (connection->fd >= 0 &&
		epoll_ctl(poller->epoll, EPOLL_CTL_ADD, connection->fd, &event) != 0)
		return errno;
	if (poller->open++ == 0)
		uv_ref((uv_handle_t *)&poller->watch);
	return 0;
}

void
poller_remove(struct poller *poller, struct connection *connection)
{
	wheel_remove(&poller->wheel, &connection->deadline);
	if (connection->fd >= 0)
		close(connection->fd);
	if (--poller->open == 0)
		uv_unref((uv_handle_t *)&poller->watch);
	if (connection->kicked)
		return; /* on_idle frees it */
	connection->next = poller->closed;
	poller->closed = connection;
}

void
poller_kick(struct poller *poller, struct connection *connection)
{
	if (connection->kicked)
		return;
	connection->kicked = true;
	connection->next = poller->kicked;
	poller->kicked = connection;
	uv_idle_start(&poller->idle, on_idle);
}
