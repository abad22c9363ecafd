/* SPDX-License-Identifier: Apache-2.0 */
#include "net/rate.h"

enum {
	BURST_PART = 10 /* of a second: what the bucket holds */
};

struct net_rate {
	struct net_loop *loop;
	struct net_timer *timer;
	double per_second;
	double tokens;
	double tokens_max;
	int64_t filled; /* when, in µs of net_loop_now */
	GQueue lines[NET_RATE_LINES];
};

static void on_timer(void *user);

struct net_rate *
net_rate_new(struct net_loop *loop, double per_second)
{
	struct net_rate *rate = g_new0(struct net_rate, 1);

	rate->loop = loop;
	rate->timer = net_timer_new(loop, on_timer, rate);
	rate->per_second = per_second;
	rate->tokens = rate->tokens_max = MAX(per_second / BURST_PART, 1.0);
	rate->filled = net_loop_now(loop);
	return rate;
}

void
net_rate_free(struct net_rate *rate)
{
	if (rate == NULL)
		return;
	g_warn_if_fail(rate->lines[NET_RATE_NEW].length + rate->lines[NET_RATE_BEGUN].length == 0);
	net_timer_close(rate->timer);
	g_free(rate);
}

static void
fill(struct net_rate *rate)
{
	int64_t now = net_loop_now(rate->loop);

	rate->tokens += (double)(now - rate->filled) * rate->per_second / G_USEC_PER_SEC;
	rate->tokens = MIN(rate->tokens, rate->tokens_max);
	rate->filled = now;
}

static bool
take(struct net_rate *rate)
{
	if (rate->tokens < 1.0)
		return false;
	rate->tokens -= 1.0;
	return true;
}

/* The first in line; those who have begun go before the others. */
static struct net_rate_place *
first(struct net_rate *rate)
{
	for (int line = NET_RATE_LINES - 1; line >= 0; line--) {
		if (rate->lines[line].head != NULL)
			return rate->lines[line].head->data;
	}
	return NULL;
}

static void
set_timer(struct net_rate *rate)
{
	double lacking = 1.0 - rate->tokens;

	if (first(rate) == NULL)
		net_timer_stop(rate->timer);
	else
		net_timer_start(rate->timer,
			(int64_t)(lacking * G_USEC_PER_SEC / rate->per_second) + 1, 0);
}

/* Whoever is granted may line up again, or let others leave. */
static void
on_timer(void *user)
{
	struct net_rate *rate = user;
	struct net_rate_place *place;

	fill(rate);
	while ((place = first(rate)) != NULL && take(rate)) {
		net_rate_leave(rate, place);
		place->granted(place->user);
	}
	set_timer(rate);
}

static bool
is_behind_others(const struct net_rate *rate, enum net_rate_line line)
{
	for (int other = line; other < NET_RATE_LINES; other++) {
		if (rate->lines[other].length > 0)
			return true;
	}
	return false;
}

bool
net_rate_take(struct net_rate *rate, struct net_rate_place *place, enum net_rate_line line)
{
	g_return_val_if_fail(!place->waiting, false);
	fill(rate);
	if (!is_behind_others(rate, line) && take(rate))
		return true;
	place->link = (GList){ .data = place };
	place->line = line;
	place->waiting = true;
	g_queue_push_tail_link(&rate->lines[line], &place->link);
	if (rate->lines[NET_RATE_NEW].length + rate->lines[NET_RATE_BEGUN].length == 1)
		set_timer(rate);
	return false;
}

void
net_rate_leave(struct net_rate *rate, struct net_rate_place *place)
{
	if (!place->waiting)
		return;
	place->waiting = false;
	g_queue_unlink(&rate->lines[place->line], &place->link);
	if (first(rate) == NULL)
		net_timer_stop(rate->timer);
}
