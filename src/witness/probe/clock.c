/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/probe/clock.h"

#include <glib.h>

const char *
probe_clock_name(size_t step)
{
	return pop3_step_name(step);
}

uint64_t
probe_clock_bound(size_t bucket)
{
	return bucket < PROBE_CLOCK_BUCKETS - 1 ? UINT64_C(1) << bucket : UINT64_MAX;
}

void
probe_clock_wait(struct probe_clock *clock, size_t step, int64_t duration)
{
	uint64_t microseconds = (uint64_t)MAX(duration, 0);
	size_t bucket = 0;

	g_return_if_fail(step < PROBE_CLOCK_STEPS);
	while (bucket < PROBE_CLOCK_BUCKETS - 1 &&
		microseconds > probe_clock_bound(bucket) * G_TIME_SPAN_MILLISECOND)
		bucket++;
	clock->steps[step].waits[bucket]++;
	clock->steps[step].total += microseconds;
}

void
probe_clock_timeout(struct probe_clock *clock, size_t step)
{
	g_return_if_fail(step < PROBE_CLOCK_STEPS);
	clock->steps[step].timeouts++;
}

void
probe_clock_add(struct probe_clock *into, const struct probe_clock *from)
{
	for (size_t i = 0; i < PROBE_CLOCK_STEPS; i++) {
		struct probe_clock_step *sum = &into->steps[i];
		const struct probe_clock_step *step = &from->steps[i];

		for (size_t bucket = 0; bucket < PROBE_CLOCK_BUCKETS; bucket++)
			sum->waits[bucket] += step->waits[bucket];
		sum->total += step->total;
		sum->timeouts += step->timeouts;
	}
}
