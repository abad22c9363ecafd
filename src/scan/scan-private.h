/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What scan.c (the engine) and tell.c (what others see of it) share.
 */
#ifndef POPSEAL_SCAN_SCAN_PRIVATE_H
#define POPSEAL_SCAN_SCAN_PRIVATE_H

#include "scan/crew.h"
#include "scan/job.h"
#include "scan/pace.h"
#include "scan/recent.h"
#include "scan/scan.h"
#include "scan/worker.h"

struct scan {
	struct net_loop *loop;
	struct scan_options options;
	struct worker_setup setup;
	const struct scan_events *events;
	void *user;
	struct plan *plan;
	struct crew *crew;
	struct quota *quota;
	struct recent *recent;
	struct net_watch *watch; /* of the plan's source */
	struct net_timer *begin;
	GQueue items;     /* under way */
	GHashTable *jobs; /* sent to a worker, by id */
	GPtrArray *ready; /* jobs whose turn has come */
	GByteArray *message;
	uint64_t last_id;
	struct pace pace;
	struct net_timer *look; /* at the pace */
	unsigned lookups;
	unsigned load[SCAN_JOBS_MAX]; /* endpoints and look-ups of each worker */
	unsigned deaths;              /* of workers */
	struct probe_clock clock;
	bool noted;
	bool exhausted;
	bool paused;
	bool pumping;
	bool finished;
	const char *why; /* it has finished; NULL = all is done */
	struct summary summary;
};

#endif
