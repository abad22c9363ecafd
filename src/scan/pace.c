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
	return (struct pace){
		.now = MIN(most, PACE_BEGIN * workers),
		.most = most,
	};
}

void
pace_look(struct pace *pace, unsigned under_way, uint64_t done)
{
	uint64_t lately = done - pace->done;

	pace->done = done;
	if (under_way >= pace->now && lately * PACE_LATENCY / PACE_EVERY < under_way)
		pace->now = MIN(pace->most, pace->now + pace->now / PACE_GROWTH + 1);
}

void
pace_halve(struct pace *pace, unsigned least)
{
	pace->most = MAX(pace->now / 2, least);
	pace->now = MIN(pace->now, pace->most);
}
