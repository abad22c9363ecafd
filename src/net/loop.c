/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event loop: a thin cover of libuv's.
 *
 * libuv frees no handle: each of ours is freed by its close callback, one turn
 * after it was closed, so a callback may close the very thing it is called for.
 */
#include "net/loop.h"

#include <errno.h>
#include <signal.h>

#include "net/loop-private.h"

enum {
	MICROSECONDS_PER_MILLISECOND = 1000
};

struct net_timer {
	uv_timer_t uv;
	void (*fired)(void *user);
	void *user;
};

struct net_signal {
	uv_signal_t uv;
	void (*came)(void *user);
	void *user;
};

GQuark
net_error_quark(void)
{
	return g_quark_from_static_string("popseal-net-error");
}

/* SSL_write has no MSG_NOSIGNAL, so a server that hangs up would end the process. */
static void
ignore_broken_pipes(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	sigemptyset(&ignore.sa_mask);
	sigaction(SIGPIPE, &ignore, NULL);
}

bool
net_error_is_scarcity(const GError *error)
{
	static const int numbers[] = { EMFILE, ENFILE, ENOBUFS, ENOMEM, EAGAIN, EADDRNOTAVAIL,
		EADDRINUSE };

	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
		if (g_error_matches(error, NET_ERROR, numbers[i]))
			return true;
	}
	return false;
}

struct net_loop *
net_loop_new(GError **error)
{
	struct net_loop *loop = g_new0(struct net_loop, 1);
	int status = uv_loop_init(&loop->uv);

	if (status == 0) {
		status = poller_open(&loop->poller, &loop->uv);
		if (status != 0)
			uv_loop_close(&loop->uv);
	}
	if (status != 0) {
		g_set_error(error, NET_ERROR, -status, "no event loop: %s", uv_strerror(status));
		g_free(loop);
		return NULL;
	}
	ignore_broken_pipes();
	return loop;
}

static void
count_open(uv_handle_t *handle, void *user)
{
	unsigned *open = user;

	if (!uv_is_closing(handle))
		(*open)++;
}

void
net_loop_free(struct net_loop *loop)
{
	unsigned open = 0;

	if (loop == NULL)
		return;
	open = loop->poller.open;
	if (open == 0)
		poller_close(&loop->poller);
	uv_walk(&loop->uv, count_open, &open);
	if (open > 0) {
		g_critical("net_loop_free: %u handles are still open; the loop leaks", open);
		return;
	}
	while (uv_run(&loop->uv, UV_RUN_NOWAIT) != 0)
		; /* the close callbacks free what was closed */
	uv_loop_close(&loop->uv);
	SSL_CTX_free(loop->tls);
	g_free(loop);
}

void
net_loop_run(struct net_loop *loop)
{
	uv_run(&loop->uv, UV_RUN_DEFAULT);
}

void
net_loop_stop(struct net_loop *loop)
{
	uv_stop(&loop->uv);
}

int64_t
net_loop_now(struct net_loop *loop)
{
	return (int64_t)uv_now(&loop->uv) * MICROSECONDS_PER_MILLISECOND;
}

static uint64_t
milliseconds(int64_t microseconds)
{
	if (microseconds <= 0)
		return 0;
	return ((uint64_t)microseconds + MICROSECONDS_PER_MILLISECOND - 1) /
		MICROSECONDS_PER_MILLISECOND;
}

void
loop_timer_start(uv_timer_t *timer, uv_timer_cb fired, int64_t after, int64_t every)
{
	uv_update_time(timer->loop);
	uv_timer_start(timer, fired, milliseconds(after), milliseconds(every));
}

struct net_timer *
net_timer_new(struct net_loop *loop, void (*fired)(void *user), void *user)
{
	struct net_timer *timer = g_new0(struct net_timer, 1);

	timer->fired = fired;
	timer->user = user;
	timer->uv.data = timer;
	uv_timer_init(&loop->uv, &timer->uv);
	return timer;
}

static void
timer_fired(uv_timer_t *handle)
{
	struct net_timer *timer = handle->data;

	timer->fired(timer->user);
}

void
net_timer_start(struct net_timer *timer, int64_t after, int64_t every)
{
	loop_timer_start(&timer->uv, timer_fired, after, every);
}

void
net_timer_stop(struct net_timer *timer)
{
	uv_timer_stop(&timer->uv);
}

static void
free_data(uv_handle_t *handle)
{
	g_free(handle->data);
}

void
net_timer_close(struct net_timer *timer)
{
	if (timer != NULL)
		uv_close((uv_handle_t *)&timer->uv, free_data);
}

static void
signal_came(uv_signal_t *handle, int number)
{
	struct net_signal *signal = handle->data;

	(void)number;
	signal->came(signal->user);
}

struct net_signal *
net_signal_new(struct net_loop *loop, int number, void (*came)(void *user), void *user)
{
	struct net_signal *signal = g_new0(struct net_signal, 1);

	signal->came = came;
	signal->user = user;
	signal->uv.data = signal;
	uv_signal_init(&loop->uv, &signal->uv);
	if (uv_signal_start(&signal->uv, signal_came, number) != 0)
		g_critical("net_signal_new: signal %d cannot be caught", number);
	return signal;
}

void
net_signal_close(struct net_signal *signal)
{
	if (signal != NULL)
		uv_close((uv_handle_t *)&signal->uv, free_data);
}
