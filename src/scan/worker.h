/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A worker: a process of its own that asks hosts, and writes their records. It
 * holds nothing but what is under way, has no privileges and no files, and ends when
 * the engine does.
 */
#ifndef POPSEAL_SCAN_WORKER_H
#define POPSEAL_SCAN_WORKER_H

#include "reports/report.h"
#include "witness/probe/probe.h"

struct worker_setup {
	struct probe_options probe;
	const struct report *report;
	const struct report_options *report_options;
};

enum {
	WORKER_SCARCE_WAIT = 250,  /* ms until what the system had no room for is tried again */
	WORKER_SCARCE_TRIES = 480, /* two minutes: a closed connection keeps its port for one */
};

/* Runs in the worker's process, on its end of the channel, and returns its exit code. */
int worker_run(int fd, const struct worker_setup *setup);

#endif
