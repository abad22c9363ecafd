/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A timer wheel: the deadlines of thousands of connections, set anew with every
 * step, under one libuv timer. Private to net/.
 *
 * Coarse (WHEEL_TICK), never early. A timer is part of its owner's struct.
 */
#ifndef POPSEAL_NET_WHEEL_H
#define POPSEAL_NET_WHEEL_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

enum {
	WHEEL_TICK = 10 * G_TIME_SPAN_MILLISECOND, /* µs */
	WHEEL_SLOTS = 1024,                        /* one turn is a little more than 10 s */
};

struct wheel_timer {
	struct wheel_timer *next;
	struct wheel_timer **link; /* what points to it; NULL where it is not set */
	int64_t due;               /* the tick */
	int64_t place;             /* the tick in whose slot it stands: none later than due */
};

struct wheel;

struct wheel_events {
	void (*before)(struct wheel *wheel); /* once, before the deadlines that are due pass */
	void (*passed)(struct wheel_timer *timer);
};

struct wheel {
	uv_timer_t uv;
	const struct wheel_events *events;
	void *user;
	int64_t at; /* the last tick that was looked at */
	unsigned set;
	struct wheel_timer *slots[WHEEL_SLOTS];
};

void wheel_open(struct wheel *wheel, uv_loop_t *loop, const struct wheel_events *events,
	void *user);
void wheel_close(struct wheel *wheel);

/* Sets or moves a timer: `after` µs from now, by a clock read now. */
void wheel_set(struct wheel *wheel, struct wheel_timer *timer, int64_t after);

/* A no-op for one that is not set. */
void wheel_remove(struct wheel *wheel, struct wheel_timer *timer);

#endif
