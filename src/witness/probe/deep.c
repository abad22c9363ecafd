/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stages are a table, gone through from top to bottom; each is begun by
 * the end of the one before.
 */
#include "witness/probe/deep.h"

#include <string.h>

#include "model/address.h"

#include "witness/probe/approach.h"
#include "witness/probe/stls_trial.h"
#include "witness/probe/survey.h"
#include "witness/probe/tlsa.h"

struct deep {
	struct net_loop *loop;
	struct facts *facts;
	const struct probe_options *options;
	size_t stage;
	struct survey *survey;
	struct stls_trial *trial;
	struct tlsa *tlsa;
	struct net_timer *begin;
	void (*done)(void *user);
	void *user;
};

static void go_on(void *user);

/* A session came up, or an attempt at one met a server that speaks TLS, or may. */
static bool
tls_is_there(const struct facts *facts)
{
	const struct probe_facts *probe = &facts->probe;
	enum handshake handshake = probe->tls.handshake;
	bool reached = approach_begins_tls(facts) ? probe->connect == CONNECT_OPEN :
						    probe->stls.answer == ANSWER_ACCEPTED;

	return reached && handshake != HANDSHAKE_NOT_TLS && handshake != HANDSHAKE_TIMEOUT;
}

static bool
survey_due(const struct deep *deep)
{
	return deep->options->survey != 0 && tls_is_there(deep->facts);
}

static void
begin_survey(struct deep *deep)
{
	deep->survey = survey_start(deep->loop, deep->facts, deep->options, deep->options->survey,
		go_on, deep);
}

static bool
trial_due(const struct deep *deep)
{
	const struct probe_facts *probe = &deep->facts->probe;

	return deep->facts->endpoint.mode == MODE_POP3 && probe->stls.answer == ANSWER_ACCEPTED &&
		probe->tls.handshake == HANDSHAKE_UP;
}

static void
begin_trial(struct deep *deep)
{
	deep->trial = stls_trial_start(deep->loop, deep->facts, deep->options, go_on, deep);
}

/* Records belong to a name; and without a certificate there is nothing that they could tell of. */
static bool
tlsa_due(const struct deep *deep)
{
	const char *name = probe_server_name(deep->facts, deep->options);
	struct address address;

	return deep->options->resolver != NULL && deep->facts->probe.tls.certificate != NULL &&
		strchr(name, '%') == NULL && !address_parse(name, &address);
}

static void
begin_tlsa(struct deep *deep)
{
	deep->tlsa = tlsa_start(deep->facts, deep->options, go_on, deep);
}

static const struct stage {
	bool (*due)(const struct deep *deep);
	void (*begin)(struct deep *deep);
} stages[] = {
	{ survey_due, begin_survey },
	{ trial_due, begin_trial },
	{ tlsa_due, begin_tlsa },
};

static void
go_on(void *user)
{
	struct deep *deep = user;

	deep->survey = NULL;
	deep->trial = NULL;
	deep->tlsa = NULL;
	while (deep->stage < G_N_ELEMENTS(stages) && !stages[deep->stage].due(deep))
		deep->stage++;
	if (deep->stage < G_N_ELEMENTS(stages)) {
		stages[deep->stage++].begin(deep);
		return;
	}
	deep->done(deep->user);
	deep_cancel(deep);
}

struct deep *
deep_start(struct net_loop *loop, struct facts *facts, const struct probe_options *options,
	void (*done)(void *user), void *user)
{
	struct deep *deep = g_new0(struct deep, 1);

	deep->loop = loop;
	deep->facts = facts;
	deep->options = options;
	deep->done = done;
	deep->user = user;
	deep->begin = net_timer_new(loop, go_on, deep);
	net_timer_start(deep->begin, 0, 0);
	return deep;
}

void
deep_cancel(struct deep *deep)
{
	if (deep == NULL)
		return;
	survey_cancel(deep->survey);
	stls_trial_cancel(deep->trial);
	tlsa_cancel(deep->tlsa);
	net_timer_close(deep->begin);
	g_free(deep);
}
