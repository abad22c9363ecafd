/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The probe: the witness that asks one endpoint, over the network.
 *
 * It joins the dialogue (pop3/probe.h), the connections (net/) and the
 * products' wordings; what it brings home is facts with their verdict.
 */
#ifndef POPSEAL_WITNESS_PROBE_PROBE_H
#define POPSEAL_WITNESS_PROBE_PROBE_H

#include "model/facts.h"
#include "net/loop.h"

struct probe_options {
	enum depth depth;
	bool no_credential;
	const char *source;       /* address to ask from, or NULL */
	int64_t greeting_timeout; /* µs */
	int64_t step_timeout;     /* µs */
};

#define PROBE_SECONDS(n) ((int64_t)(n)*G_USEC_PER_SEC)

enum {
	PROBE_GREETING_SECONDS = 30,
	PROBE_STEP_SECONDS = 10,
	PROBE_GOODBYE_SECONDS = 1,
	/*
	 * The whole endpoint gets this many greetings' and steps' time, however many connections
	 * it takes.
	 */
	PROBE_GREETINGS = 4,
	PROBE_STEPS = 6,
};

struct probe;

/*
 * Begins to ask. `done` is called exactly once, never before probe_start has
 * returned, and takes over the facts; the probe frees itself after it.
 * `error` is set, and facts are NULL, where the local system refused (no
 * descriptor, a source address that is not ours).
 */
struct probe *probe_start(struct net_loop *loop, const struct endpoint *endpoint,
	const struct probe_options *options,
	void (*done)(void *user, struct facts *facts, const GError *error), void *user);

/* Ends it at once; `done` is not called. */
void probe_cancel(struct probe *probe);

/*
 * What a product's room makes of a refusal; the generic patterns where the product is unknown.
 * `user` is the facts.
 */
enum refusal probe_classify(void *user, const char *line);

/*
 * Names the product, reads all refusals in its words and decides the verdict: the last word on a
 * dialogue.
 */
void probe_conclude(struct facts *facts);

/* Makes a random name ("popseal-" and hex digits) or secret (hex digits) into text. */
enum {
	PROBE_NAME_SIZE = 24
};
void probe_random_name(char name[PROBE_NAME_SIZE]);
void probe_random_secret(char secret[PROBE_NAME_SIZE]);

#endif
