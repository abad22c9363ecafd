/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The injection trial over a real connection (pop3/injection.h).
 */
#ifndef POPSEAL_WITNESS_PROBE_STLS_TRIAL_H
#define POPSEAL_WITNESS_PROBE_STLS_TRIAL_H

#include "witness/probe/probe.h"

struct stls_trial;

/*
 * Begins, on a clear endpoint whose STLS works; the outcome goes into facts->probe.stls. Facts and
 * options are borrowed. `done` is called once, never before it has returned, and the trial frees
 * itself after it.
 */
struct stls_trial *stls_trial_start(struct net_loop *loop, struct facts *facts,
	const struct probe_options *options, void (*done)(void *user), void *user);

/* Ends it at once; `done` is not called. NULL is a no-op. */
void stls_trial_cancel(struct stls_trial *trial);

#endif
