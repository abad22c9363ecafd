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
#include "net/rate.h"
#include "net/resolver.h"
#include "net/trust.h"
#include "witness/probe/clock.h"

struct probe_options {
	enum depth depth;
	bool no_credential;
	bool brief;               /* nobody reads the transcript: it need not be whole */
	const char *source;       /* address to ask from, or NULL */
	int64_t greeting_timeout; /* µs */
	int64_t step_timeout;     /* µs */
	/* What stands below is borrowed, and NULL where it is not wanted. */
	struct probe_clock *clock; /* counts how long each step waited */
	/*
	 * Every connection takes a token first. Waiting for it counts neither for a timeout nor for
	 * the endpoint's duration.
	 */
	struct net_rate *rate;
	const char *contact; /* part of the random name; probe_contact_valid */
	/* The host's name in SNI, and to hold its certificate against; NULL = as it was asked. */
	const char *tls_name;
	struct net_trust
		*trust; /* anchors, to examine certificates by; without them they are not */
	/* At deep depth: what is surveyed (enum tls_survey_part, ored), and who knows TLSA. */
	unsigned survey;
	struct resolver *resolver;
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

/* The name of the host for TLS: options->tls_name, else as the user called it. */
const char *probe_server_name(const struct facts *facts, const struct probe_options *options);

struct probe;

/*
 * Begins to ask; the options are borrowed for as long. Where a credential was `spent` on this
 * endpoint before, none is sent any more. `done` is called exactly once, never before probe_start
 * has returned, and takes over the facts; the probe frees itself after it. `error` is set where the
 * local system refused (no descriptor, a source address that is not ours); facts are NULL then,
 * unless a credential had been sent.
 */
struct probe *probe_start(struct net_loop *loop, const struct endpoint *endpoint,
	const struct probe_options *options, bool spent,
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

enum {
	PROBE_NAME_SIZE = 41, /* RFC 1939 section 3: arguments of up to 40 characters */
	PROBE_SECRET_SIZE = 24,
	PROBE_CONTACT_MAX = 22, /* octets */
};

/*
 * Makes a random name: "popseal-" and hex digits, and with a contact (which may be NULL) "-" and
 * the contact, by which an administrator knows whom to ask.
 */
void probe_random_name(char name[PROBE_NAME_SIZE], const char *contact);

/* Makes a random secret of hex digits. */
void probe_random_secret(char secret[PROBE_SECRET_SIZE]);

/* Returns whether it is 1 to PROBE_CONTACT_MAX octets of letters, digits and ".-_+@". */
bool probe_contact_valid(const char *contact);

#endif
