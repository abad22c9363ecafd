/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long servers took, step by step, and where they did not answer in time.
 *
 * Plain data: a clock may be copied, sent through a pipe, and added to others.
 */
#ifndef POPSEAL_WITNESS_PROBE_CLOCK_H
#define POPSEAL_WITNESS_PROBE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "pop3/probe.h"

enum {
	PROBE_CLOCK_STEPS = POP3_STEP_NUMBERS,
	/* One bucket each for up to 1, 2, 4, ... 32768 ms, and one for all that took longer. */
	PROBE_CLOCK_BUCKETS = 17,
};

struct probe_clock_step {
	uint64_t waits[PROBE_CLOCK_BUCKETS]; /* that an answer, or the connection's end, ended */
	uint64_t total;                      /* µs that they took together */
	uint64_t timeouts;                   /* waits that nothing ended; not among `waits` */
};

struct probe_clock {
	struct probe_clock_step steps[PROBE_CLOCK_STEPS];
};

/*
 * The step's name ("connect", "greeting", "capa", "auth-plain", "tls", ...), as timeouts are
 * called in records; NULL for a number that no step has.
 */
const char *probe_clock_name(size_t step);

/* The longest wait, in ms, that a bucket counts; UINT64_MAX for the last one. */
uint64_t probe_clock_bound(size_t bucket);

/* Counts a wait of `duration` µs (a negative one as 0) in a step. */
void probe_clock_wait(struct probe_clock *clock, size_t step, int64_t duration);
void probe_clock_timeout(struct probe_clock *clock, size_t step);

/* Adds the counts of `from` to those of `into`. */
void probe_clock_add(struct probe_clock *into, const struct probe_clock *from);

#endif
