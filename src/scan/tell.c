/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What others see of a scan: totals, and where it stands. Nothing here changes it.
 */
#include <stdlib.h>
#include <sys/resource.h>

#include "scan/scan-private.h"

unsigned
scan_concurrency_limit(unsigned jobs)
{
	struct rlimit files = { .rlim_cur = 1024, .rlim_max = 1024 };
	rlim_t each = 1;

	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	getrlimit(RLIMIT_NOFILE, &files);
	if (files.rlim_cur > 2 * (rlim_t)SCAN_SPARE_DESCRIPTORS)
		each = files.rlim_cur - SCAN_SPARE_DESCRIPTORS;
	else
		each = MAX(files.rlim_cur / 2, 1);
	return (unsigned)MIN(each * jobs, (rlim_t)SCAN_CONCURRENCY_MAX);
}

void
scan_summary(const struct scan *scan, struct summary *summary)
{
	const struct plan_counts *counts = plan_counts(scan->plan);
	uint64_t passed = counts->skipped + counts->excluded + counts->doubles;
	struct target_counts *targets = &summary->targets;

	*summary = scan->summary;
	targets->read += counts->targets;
	targets->skipped += counts->skipped;
	targets->excluded += counts->excluded;
	targets->doubles += counts->doubles;
	targets->not_done = targets->read - targets->asked - targets->skipped - targets->excluded -
		targets->doubles - targets->failed;
	summary->hosts += passed;
	if (plan_is_read(scan->plan))
		summary->hosts_total = (uint64_t)((int64_t)targets->read + summary->hosts_more);
}

void
scan_state(const struct scan *scan, struct scan_state *state)
{
	*state = (struct scan_state){
		.jobs = crew_size(scan->crew),
		.concurrency = scan->pace.now,
		.endpoints = pace_under_way(&scan->pace),
		.deaths = scan->deaths,
	};
}

const struct probe_clock *
scan_clock(const struct scan *scan)
{
	return &scan->clock;
}

static int
compare_numbers(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

void
scan_tell(const struct scan *scan, struct plan_position *position)
{
	GArray *pending = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	gsize count;

	plan_tell(scan->plan, position, pending);
	for (const GList *link = scan->items.head; link != NULL; link = link->next) {
		const struct item *item = link->data;

		g_array_append_val(pending, item->sequence);
	}
	g_array_sort(pending, compare_numbers);
	position->pending = g_array_steal(pending, &count);
	position->pending_count = count;
	g_array_unref(pending);
}
