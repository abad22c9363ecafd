/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The survey over real connections: one for each ClientHello, one after the
 * other, so that no limit of connections for one client is met.
 */
#ifndef POPSEAL_WITNESS_PROBE_SURVEY_H
#define POPSEAL_WITNESS_PROBE_SURVEY_H

#include "witness/probe/probe.h"

struct survey;

/*
 * Begins; results go into facts->probe.tls.survey. `parts` are enum tls_survey_part, ored.
 * Facts and options are borrowed. `done` is called once, never before it has returned, and the
 * survey frees itself after it.
 */
struct survey *survey_start(struct net_loop *loop, struct facts *facts,
	const struct probe_options *options, unsigned parts, void (*done)(void *user), void *user);

/* Ends it at once; `done` is not called. NULL is a no-op. */
void survey_cancel(struct survey *survey);

#endif
