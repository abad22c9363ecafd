/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many endpoints are under way at once. More of them help only while answers take
 * their time: where servers answer at once, a longer queue is work for nobody.
 * So the pace begins low, and rises while hosts are slow. A worker that has all it can do is done
 * with its first ones in half of PACE_LATENCY, and no more sockets crowd its caches.
 */
#ifndef POPSEAL_SCAN_PACE_H
#define POPSEAL_SCAN_PACE_H

#include <stdint.h>

enum {
	PACE_BEGIN = 256,   /* endpoints at once and worker, where as many are allowed */
	PACE_EVERY = 50,    /* ms from one look to the next */
	PACE_LATENCY = 100, /* ms that an endpoint takes on average: then more are begun */
	PACE_GROWTH = 4,    /* by this part at each look */
};

struct pace {
	unsigned now;  /* endpoints that may be under way */
	unsigned most; /* that may ever be */
	uint64_t done; /* at the last look */
};

/* Begins. */
struct pace pace_new(unsigned most, unsigned workers);

/* Looks, every PACE_EVERY: so many are under way, and so many are done since the beginning. */
void pace_look(struct pace *pace, unsigned under_way, uint64_t done);

/* Halves it, for good, but not below `least`. */
void pace_halve(struct pace *pace, unsigned least);

#endif
