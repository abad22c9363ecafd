/* SPDX-License-Identifier: Apache-2.0 */
/*
 * By Little's law what is under way is what is done in a time, times how long
 * each takes.
 */
#include "scan/pace.h"

#include <glib.h>
#include <stdbool.h>

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

void
pace_look(struct pace *pace, unsigned under_way, uint64_t done)
{
	uint64_t lately = done - pace->done;

	pace->done = done;
	if (under_way < pace->now || !take_longer(under_way, lately, PACE_LATENCY))
		return;
	/* Of as many as in the beginning: a queue that is too long makes hosts slow by itself. */
	if (!take_longer(pace->begin, lately, PACE_SLOW) && !has_gained(pace, lately))
		return;
	pace->now = MIN(pace->most, 2 * pace->now);
	pace->gained = lately;
}

void
pace_halve(struct pace *pace, unsigned least)
{
	pace->most = MAX(pace->now / 2, least);
	pace->now = MIN(pace->now, pace->most);
}
