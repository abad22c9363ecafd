/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many endpoints are under way at once. More of them help only while answers take
 * their time: where servers answer at once, a longer queue is work for nobody.
 * So the pace begins low, and rises while hosts are slow. A worker that has all it can do is done
 * with its first ones in half of PACE_LATENCY; where it is held up by other programs, what shows it
 * is that more hosts under way bring no more answers.
 */
#ifndef POPSEAL_SCAN_PACE_H
#define POPSEAL_SCAN_PACE_H

#include <stdint.h>

enum {
	PACE_BEGIN = 256,   /* endpoints at once and worker, where as many are allowed */
	PACE_EVERY = 200,   /* ms from one look to the next: a held-up moment is no sign */
	PACE_LATENCY = 100, /* ms that an endpoint takes on average: then more are tried */
	PACE_SLOW = 400,    /* ms that it takes: then more are begun without a sign of gain */
	PACE_GAIN = 4,      /* the part by which more must be done for it, or the pace stays */
};

struct pace {
	unsigned now;    /* endpoints that may be under way */
	unsigned begin;  /* that might at first */
	unsigned most;   /* that may ever be */
	uint64_t done;   /* at the last look */
	uint64_t gained; /* what was done between two looks when the pace rose last */
};

/* Begins. */
struct pace pace_new(unsigned most, unsigned workers);

/* Looks, every PACE_EVERY: so many are under way, and so many are done since the beginning. */
void pace_look(struct pace *pace, unsigned under_way, uint64_t done);

/* Halves it, for good, but not below `least`. */
void pace_halve(struct pace *pace, unsigned least);

#endif
