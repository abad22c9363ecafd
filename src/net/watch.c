/* SPDX-License-Identifier: Apache-2.0 */
#include "net/watch.h"

#include <fcntl.h>

#include "net/loop-private.h"

struct net_watch {
	uv_poll_t uv;
	unsigned what;
	void (*ready)(void *user);
	void *user;
};

static void
on_closed(uv_handle_t *handle)
{
	g_free(handle->data);
}

static void
on_ready(uv_poll_t *handle, int status G_GNUC_UNUSED, int events G_GNUC_UNUSED)
{
	struct net_watch *watch = handle->data;

	watch->ready(watch->user);
}

/* libuv makes what it polls non-blocking, and with it the pipes that other programs share. */
static int
poll_as_it_is(struct net_loop *loop, uv_poll_t *poll, int fd)
{
	int flags = fcntl(fd, F_GETFL);
	int status = uv_poll_init(&loop->uv, poll, fd);

	if (flags >= 0 && (flags & O_NONBLOCK) == 0)
		fcntl(fd, F_SETFL, flags);
	return status;
}

struct net_watch *
net_watch_new(struct net_loop *loop, int fd, void (*ready)(void *user), void *user)
{
	struct net_watch *watch = g_new0(struct net_watch, 1);

	if (poll_as_it_is(loop, &watch->uv, fd) != 0) {
		g_free(watch);
		return NULL;
	}
	watch->uv.data = watch;
	watch->ready = ready;
	watch->user = user;
	return watch;
}

void
net_watch_for(struct net_watch *watch, unsigned what)
{
	int events = (what & NET_WATCH_READ ? UV_READABLE : 0) |
		(what & NET_WATCH_WRITE ? UV_WRITABLE : 0);

	if (watch->what == what)
		return;
	watch->what = what;
	if (events == 0)
		uv_poll_stop(&watch->uv);
	else
		uv_poll_start(&watch->uv, events, on_ready);
}

void
net_watch_close(struct net_watch *watch)
{
	if (watch != NULL)
		uv_close((uv_handle_t *)&watch->uv, on_closed);
}
