/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A worker: a process of its own that asks hosts, and writes their records. It
 * holds nothing but what is under way, has no privileges and no files, and ends when
 * the engine does.
 */
#ifndef POPSEAL_SCAN_WORKER_H
#define POPSEAL_SCAN_WORKER_H

#include "reports/report.h"
#include "scan/ask.h"

struct worker_setup {
	struct probe_options probe;
	struct ask_options ask;
	double rate; /* connections a second, of this worker; 0 = no limit */
	bool clock;  /* latencies are wanted */
	const struct report *report;
	const struct report_options *report_options;
};

/* Runs in the worker's process, on its end of the channel, and returns its exit code. */
int worker_run(int fd, const struct worker_setup *setup);

#endif
