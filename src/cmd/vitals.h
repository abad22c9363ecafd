/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps the files that tell how a scan stands: about once a second, and at its
 * end. A reader sees one whole document or the next one, never a part.
 */
#ifndef POPSEAL_CMD_VITALS_H
#define POPSEAL_CMD_VITALS_H

#include "cmd/status.h"

enum {
	VITALS_SECONDS = 10 /* of the recent rate */
};

struct vitals {
	const char *status_path;  /* borrowed, or NULL */
	const char *metrics_path; /* borrowed, or NULL */
	struct status status;
	int64_t began;         /* µs, monotonic */
	int64_t due;           /* µs, monotonic */
	uint64_t hosts_before; /* that were done in a run that is resumed */
	/* What was done when, the last ones; `seen` counts all. */
	struct {
		int64_t time; /* µs, monotonic */
		uint64_t hosts;
	} past[VITALS_SECONDS + 1];
	size_t seen;
	bool troubled; /* the last time they could not be written */
};

/*
 * Begins, with the paths and status.summary (what was done before) filled in, and writes the files
 * for the first time. False and *error, which names the file, if one cannot be written.
 */
bool vitals_begin(struct vitals *vitals, GError **error);

/* Whether it is time to write. Never, without files. */
bool vitals_due(const struct vitals *vitals);

/* Takes in how the scan stands now. */
void vitals_take(struct vitals *vitals, const struct scan *scan, const struct summary *summary);

/* Writes the files. False and *error if that fails, once for each time that it begins to fail. */
bool vitals_write(struct vitals *vitals, enum status_state state, GError **error);

#endif
