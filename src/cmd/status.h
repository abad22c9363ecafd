/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a scan stands, for whoever watches it from outside: as a JSON document
 * (--status-file) here, as metrics in metrics.h. Both are interfaces
 * (docs/records.md).
 */
#ifndef POPSEAL_CMD_STATUS_H
#define POPSEAL_CMD_STATUS_H

#include "scan/scan.h"

enum status_state {
	STATUS_RUNNING,
	STATUS_PAUSED, /* by an output that takes nothing more now */
	STATUS_FINISHED,
	STATUS_INTERRUPTED,
	STATUS_FAILED,
};

struct status {
	enum status_state state;
	int64_t started; /* µs since the epoch: this process */
	int64_t updated;
	struct summary summary;
	struct scan_state engine;
	struct probe_clock clock;
	double rate;        /* hosts a second, from this process's beginning */
	double rate_recent; /* over the last ten seconds */
	double left;        /* seconds; < 0 = not known */
};

const char *status_word(enum status_state state);

/* Appends the document, a `status` record. */
void status_append(const struct status *status, GString *out);

#endif
