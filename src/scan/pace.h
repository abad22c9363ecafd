/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many endpoints are under way at once. More of them help only while answers take
 * their time: where servers answer at once, a longer queue is work for nobody, and each dialogue
 * finds less of its memory in the caches (48 a worker cost a tenth less of the time than 256).
 * So the pace begins low, and rises while hosts are slow. A worker that has all it can do is done
 * with its first ones in half of PACE_LATENCY; where it is held up by other programs, what shows it
 * is that more hosts under way bring no more answers.
 * One that is under way for more than a second waits for a server that says nothing: it takes room
 * only from what may be under way at most, or a few silent hosts would hold up all others.
 */
#ifndef POPSEAL_SCAN_PACE_H
#define POPSEAL_SCAN_PACE_H

#include <stdbool.h>
#include <stdint.h>

enum {
	PACE_BEGIN = 48,   /* endpoints at once and worker, where as many are allowed */
	PACE_EVERY = 200,  /* ms from one look to the next: a held-up moment is no sign */
	PACE_LATENCY = 15, /* ms that an endpoint takes on average: then more are tried */
	PACE_SLOW = 50,    /* ms that it takes: then more are begun without a sign of gain */
	PACE_GAIN = 4,     /* the part by which more must be done for it, or the pace stays */
	PACE_YOUNG = 5,    /* looks, of which two rounds make an endpoint old */
};

struct pace {
	unsigned now;      /* young endpoints that there may be */
	unsigned begin;    /* that might be at first */
	unsigned most;     /* endpoints that may ever be under way, the old ones included */
	unsigned young[2]; /* begun in this round, and in the one before */
	unsigned old;      /* begun before, and still under way: they wait, and cost nothing */
	unsigned looks;    /* in this round */
	uint32_t round;
	uint64_t done;   /* endpoints since the beginning */
	uint64_t looked; /* the same at the last look */
	uint64_t gained; /* what was done between two looks when the pace rose last */
};

/* Begins. */
struct pace pace_new(unsigned most, unsigned workers);

/* So many endpoints begin; returns the round, for pace_done. */
uint32_t pace_begin(struct pace *pace, unsigned endpoints);

/* So many that began in that round are under way no more. */
void pace_done(struct pace *pace, uint32_t round, unsigned endpoints);

/* How many endpoints are under way. */
unsigned pace_under_way(const struct pace *pace);

/* Whether another endpoint may begin. */
bool pace_has_room(const struct pace *pace);

/* Looks, every PACE_EVERY; whether there is more room for it. */
bool pace_look(struct pace *pace);

/* Halves it, for good, but not below `least`. */
void pace_halve(struct pace *pace, unsigned least);

#endif
