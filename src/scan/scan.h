/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scan engine: many endpoints at once. It plans what is asked, and when;
 * worker processes ask and write the records; what they bring is handed on in whole
 * targets, and counted.
 */
#ifndef POPSEAL_SCAN_SCAN_H
#define POPSEAL_SCAN_SCAN_H

#include "model/assessment.h"
#include "model/ports.h"
#include "net/loop.h"
#include "reports/report.h"
#include "scan/ask.h"
#include "scan/exclusion.h"
#include "scan/plan.h"

enum {
	SCAN_CONCURRENCY = 4096, /* endpoints under way at once, where the system allows as many */
	SCAN_CONCURRENCY_MAX = 16384,
	SCAN_SPARE_DESCRIPTORS = 64, /* of a worker, for everything but connections */
	SCAN_JOBS_MAX = 256,
	SCAN_PER_HOST = 2,
	SCAN_PER_NETWORK = 128,
	SCAN_LIMIT_MAX = 65536,
	SCAN_LOOKUPS_MAX = 512, /* names being resolved at once */
	SCAN_DEATHS_MAX = 3,    /* of workers that asked a target: then it is given up */
	SCAN_NOTE_MAX = 1000,   /* octets of a worker's line for people */
};

#define SCAN_RATE_MIN 0.1 /* connections a second */
#define SCAN_RATE_MAX 1000000.0

struct scan_options {
	struct probe_options probe;
	struct ask_options ask;
	struct port_list ports;
	const struct report *report;
	struct report_options report_options;
	bool one_address;
	unsigned jobs;        /* worker processes */
	unsigned concurrency; /* endpoints at once, over all workers, at most */
	unsigned per_host;    /* connections at once to one address; 0 = no limit */
	unsigned per_network;
	double rate; /* connections a second, over all workers; 0 = no limit */
	bool clock;  /* scan_clock is wanted */
	uint64_t seed;
	unsigned shard; /* from 0 */
	unsigned shards;
	struct exclusion *excluded;         /* borrowed, or NULL */
	const struct plan_position *resume; /* borrowed, or NULL */
	const struct summary *resumed;      /* the totals up to there, or NULL */
};

struct scan_events {
	/* The records of one target, in the report's form. */
	void (*records)(void *user, const char *text, size_t length);
	/* A target that could not be asked; valid during the call. */
	void (*failed)(void *user, const struct failure *failure);
	/* Something that people should know, a line. */
	void (*note)(void *user, const char *message);
	/* All is done; or nothing more can be: then why. Not called after scan_free. */
	void (*finished)(void *user, const char *why);
};

struct scan;

/* Returns how many endpoints can be asked at once by that many workers, as descriptors go. */
unsigned scan_concurrency_limit(unsigned jobs);

/*
 * Begins. Takes over words (a GPtrArray of struct target) and source (may be NULL); the options'
 * strings and the events must live as long as the scan. NULL and *error if the workers cannot be
 * started.
 */
struct scan *scan_new(struct net_loop *loop, const struct scan_options *options, GPtrArray *words,
	struct source *source, const struct scan_events *events, void *user, GError **error);

/* Ends everything at once, without a further event, and frees. NULL is a no-op. */
void scan_free(struct scan *scan);

/* While paused no results are taken, and with that, before long, nothing more is asked. */
void scan_pause(struct scan *scan, bool paused);

/* The totals as of now; duration and `interrupted` are the caller's. */
void scan_summary(const struct scan *scan, struct summary *summary);

/* How the engine stands. */
struct scan_state {
	unsigned jobs;        /* workers, those that died for good included */
	unsigned concurrency; /* endpoints at once: halved when a worker dies */
	unsigned endpoints;   /* under way */
	unsigned deaths;      /* of workers */
};

void scan_state(const struct scan *scan, struct scan_state *state);

/* How long servers took, step by step, as the workers told up to about a second ago. */
const struct probe_clock *scan_clock(const struct scan *scan);

/*
 * Fills in where the scan stands: what is pending is all that `records` has not been called for.
 * The caller frees position->pending.
 */
void scan_tell(const struct scan *scan, struct plan_position *position);

#endif
