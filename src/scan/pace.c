/* SPDX-License-Identifier: Apache-2.0 */
/*
 * By Little's law what is under way is what is done in a time, times how long
 * each takes.
 */
#include "scan/pace.h"

#include <glib.h>

struct pace
pace_new(unsigned most, unsigned workers)
{
	unsigned begin = MIN(most, PACE_BEGIN * workers);

	return (struct pace){
		.now = begin,
		.begin = begin,
		.most = most,
	};
}

/* Whether so many under way take longer than that on average, where so many are done at a look. */
static bool
take_longer(unsigned under_way, uint64_t lately, unsigned latency)
{
	return lately * latency / PACE_EVERY < under_way;
}

static bool
has_gained(const struct pace *pace, uint64_t lately)
{
	return lately > 0 && lately >= pace->gained + pace->gained / PACE_GAIN;
}

uint32_t
pace_begin(struct pace *pace, unsigned endpoints)
{
	pace->young[0] += endpoints;
	return pace->round;
}

void
pace_done(struct pace *pace, uint32_t round, unsigned endpoints)
{
	uint32_t age = pace->round - round;

	if (age < G_N_ELEMENTS(pace->young))
		pace->young[age] -= endpoints;
	else
		pace->old -= endpoints;
	pace->done += endpoints;
}

static unsigned
young(const struct pace *pace)
{
	return pace->young[0] + pace->young[1];
}

unsigned
pace_under_way(const struct pace *pace)
{
	return young(pace) + pace->old;
}

bool
pace_has_room(const struct pace *pace)
{
	return young(pace) < pace->now && pace_under_way(pace) < pace->most;
}

/* Whether more of them under way would help. */
static bool
wants_more(const struct pace *pace, uint64_t lately)
{
	if (young(pace) < pace->now || !take_longer(young(pace), lately, PACE_LATENCY))
		return false;
	/* Of as many as in the beginning: a queue that is too long makes hosts slow by itself. */
	return take_longer(pace->begin, lately, PACE_SLOW) || has_gained(pace, lately);
}

static void
next_round(struct pace *pace)
{
	pace->old += pace->young[1];
	pace->young[1] = pace->young[0];
	pace->young[0] = 0;
	pace->looks = 0;
	pace->round++;
}

bool
pace_look(struct pace *pace)
{
	uint64_t lately = pace->done - pace->looked;

	if (wants_more(pace, lately)) {
		pace->now = MIN(pace->most, 2 * pace->now);
		pace->gained = lately;
	}
	pace->looked = pace->done;
	if (++pace->looks == PACE_YOUNG)
		next_round(pace);
	return pace_has_room(pace);
}

void
pace_halve(struct pace *pace, unsigned least)
{
	pace->most = MAX(pace->now / 2, least);
	pace->now = MIN(pace->now, pace->most);
}
