/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking one endpoint as often as it takes: again where there was no answer
 * (retries), and several times because several servers may stand behind its
 * address (samples). Each time the whole dialogue is begun anew, on fresh
 * connections, one after the other.
 *
 * However often that is, at most one random credential is sent: by the first
 * sample that is answered. From then on the probe asks without.
 */
#ifndef POPSEAL_SCAN_ASK_H
#define POPSEAL_SCAN_ASK_H

#include "model/samples.h"
#include "witness/probe/probe.h"

enum {
	ASK_RETRIES_MAX = 10,      /* of each sample */
	ASK_BACKOFF_MAX = 30,      /* seconds before a retry */
	ASK_SCARCE_WAIT = 250,     /* ms until what the system had no room for is tried again */
	ASK_SCARCE_TRIES = 480,    /* two minutes: a closed connection keeps its port for one */
	ASK_BACKOFF_NOISE = 65535, /* the most that ask_backoff takes */
};

struct ask_options {
	unsigned retries; /* 0 to ASK_RETRIES_MAX */
	unsigned samples; /* 1 to SAMPLES_MAX; 0 is 1 */
};

struct ask;

/*
 * Begins to ask; the endpoint's texts and both options are borrowed for as long. `done` is called
 * as by probe_start; the facts are those of weigh.h's choice. `error` is set where the system had
 * no room for the first attempt, and will have none soon.
 */
struct ask *ask_start(struct net_loop *loop, const struct endpoint *endpoint,
	const struct ask_options *options, const struct probe_options *probe,
	void (*done)(void *user, struct facts *facts, const GError *error), void *user);

/* Ends it at once; `done` is not called. */
void ask_cancel(struct ask *ask);

/*
 * Returns how long to wait before a retry (the first is 0), in µs: 1, 2, 4, ... s, at most
 * ASK_BACKOFF_MAX, less up to a quarter, as `noise` (0 to ASK_BACKOFF_NOISE) says.
 */
int64_t ask_backoff(unsigned retry, unsigned noise);

#endif
