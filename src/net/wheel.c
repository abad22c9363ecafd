/* SPDX-License-Identifier: Apache-2.0 */
#include "net/wheel.h"

#include <string.h>

enum {
	NANOSECONDS_PER_MICROSECOND = 1000
};

static int64_t
now(void)
{
	return (int64_t)(uv_hrtime() / NANOSECONDS_PER_MICROSECOND);
}

static void
unlink_timer(struct wheel_timer *timer)
{
	*timer->link = timer->next;
	if (timer->next != NULL)
		timer->next->link = timer->link;
	timer->next = NULL;
	timer->link = NULL;
}

static void
link_timer(struct wheel_timer **head, struct wheel_timer *timer)
{
	timer->next = *head;
	timer->link = head;
	if (timer->next != NULL)
		timer->next->link = &timer->next;
	*head = timer;
}

static void
link_by_due(struct wheel *wheel, struct wheel_timer *timer)
{
	timer->place = timer->due;
	link_timer(&wheel->slots[timer->place % WHEEL_SLOTS], timer);
}

/* Moves those of one slot that are due to `due`; the others go to the slots where they will be. */
static void
collect_slot(struct wheel *wheel, int64_t tick, int64_t end, struct wheel_timer **due)
{
	struct wheel_timer *timer = wheel->slots[tick % WHEEL_SLOTS];

	while (timer != NULL) {
		struct wheel_timer *next = timer->next;

		if (timer->due <= end) {
			unlink_timer(timer);
			link_timer(due, timer);
		} else if (timer->place != timer->due) {
			unlink_timer(timer);
			link_by_due(wheel, timer);
		}
		timer = next;
	}
}

static void
collect(struct wheel *wheel, int64_t end, struct wheel_timer **due)
{
	int64_t begin = MAX(wheel->at, end - WHEEL_SLOTS) + 1;

	for (int64_t tick = begin; tick <= end; tick++)
		collect_slot(wheel, tick, end, due);
	wheel->at = end;
}

static void
stop_if_empty(struct wheel *wheel)
{
	if (wheel->set == 0)
		uv_timer_stop(&wheel->uv);
}

/* A callback may set and remove any timer, those that are due included. */
static void
on_tick(uv_timer_t *uv)
{
	struct wheel *wheel = uv->data;
	struct wheel_timer *due = NULL;

	collect(wheel, now() / WHEEL_TICK, &due);
	if (due != NULL)
		wheel->events->before(wheel);
	while (due != NULL) {
		struct wheel_timer *timer = due;

		unlink_timer(timer);
		wheel->set--;
		wheel->events->passed(timer);
	}
	stop_if_empty(wheel);
}

void
wheel_open(struct wheel *wheel, uv_loop_t *loop, const struct wheel_events *events, void *user)
{
	memset(wheel, 0, sizeof(*wheel));
	wheel->events = events;
	wheel->user = user;
	uv_timer_init(loop, &wheel->uv);
	wheel->uv.data = wheel;
}

void
wheel_close(struct wheel *wheel)
{
	uv_close((uv_handle_t *)&wheel->uv, NULL);
}

static void
start(struct wheel *wheel, int64_t time)
{
	const uint64_t tick = WHEEL_TICK / G_TIME_SPAN_MILLISECOND;

	wheel->at = time / WHEEL_TICK;
	uv_update_time(wheel->uv.loop);
	uv_timer_start(&wheel->uv, on_tick, tick, tick);
}

void
wheel_set(struct wheel *wheel, struct wheel_timer *timer, int64_t after)
{
	int64_t time = now();

	if (timer->link == NULL && wheel->set++ == 0)
		start(wheel, time);
	/* Never early, and never in a slot that was looked at. */
	timer->due = MAX((time + after) / WHEEL_TICK, wheel->at) + 1;
	/* Where it stands it is found in time and sent on; its neighbours there lie cold. */
	if (timer->link != NULL && timer->place > wheel->at && timer->place <= timer->due)
		return;
	if (timer->link != NULL)
		unlink_timer(timer);
	link_by_due(wheel, timer);
}

void
wheel_remove(struct wheel *wheel, struct wheel_timer *timer)
{
	if (timer->link == NULL)
		return;
	unlink_timer(timer);
	wheel->set--;
	stop_if_empty(wheel);
}
