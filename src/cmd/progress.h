/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The progress line on standard error: a bar, the rate and the time left.
 */
#ifndef POPSEAL_CMD_PROGRESS_H
#define POPSEAL_CMD_PROGRESS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool shown;      /* standard error is a terminal and nobody said --no-progress */
	bool drawn;      /* a line stands on the terminal now */
	int64_t started; /* µs, monotonic */
};

/*
 * Appends the line, without its control sequences, at most 79 columns wide:
 * `done` of `total` (0 = not known) after `elapsed` µs.
 */
void progress_line(GString *out, uint64_t done, uint64_t total, int64_t elapsed);

void progress_draw(struct progress *progress, uint64_t done, uint64_t total);

/* Takes the line away, so that a record or a message can be printed. */
void progress_clear(struct progress *progress);

#endif
