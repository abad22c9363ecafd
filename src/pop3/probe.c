/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The probe dialogue as its callers see it: made, driven, asked what it waits
 * for. Its steps are in steps.c, their order in ladder.c.
 */
#include "model/spares.h"
#include "pop3/probe-private.h"

static struct spares spares;

enum pop3_want
pop3_probe_run(struct pop3_probe *probe)
{
	enum pop3_step before = probe->step;
	enum pop3_want want;

	pop3_probe_sent(probe);
	for (;;) {
		want = steps[probe->step].run(probe);
		if (want == POP3_WANT_INPUT && probe->gone)
			probe_lost(probe, ANSWER_CLOSED);
		else if (want != POP3_AGAIN)
			break;
	}
	if (probe->step != before || probe->output_length > 0)
		probe->turn++;
	return want;
}

struct pop3_probe *
pop3_probe_new(const struct pop3_plan *plan, struct facts *facts)
{
	struct pop3_probe *probe = spares_take0(&spares, sizeof(*probe));
	static const char *const essential[] = { "PLAIN", "LOGIN", "USER" };

	probe->plan = *plan;
	probe->facts = facts;
	facts->probe.depth = plan->depth;
	facts->probe.no_credential = plan->no_credential;
	for (size_t i = 0; i < G_N_ELEMENTS(essential); i++)
		facts_add_attempt(facts, essential[i]);
	return probe;
}

void
pop3_probe_free(struct pop3_probe *probe)
{
	if (probe == NULL)
		return;
	pop3_input_clear(&probe->input);
	probe_unsay(probe);
	spares_give(&spares, probe);
}

const char *
pop3_probe_output(struct pop3_probe *probe, size_t *length)
{
	*length = probe->output_taken ? 0 : probe->output_length;
	probe->output_taken = true;
	return probe->output != NULL ? probe->output : "";
}

void
pop3_probe_sent(struct pop3_probe *probe)
{
	if (probe->output_taken)
		probe_unsay(probe);
}

enum pop3_patience
pop3_probe_patience(const struct pop3_probe *probe)
{
	return steps[probe->step].patience;
}

unsigned
pop3_probe_turn(const struct pop3_probe *probe)
{
	return probe->turn;
}

bool
pop3_probe_begins_tls(const struct pop3_probe *probe)
{
	return probe->facts->endpoint.mode == MODE_POP3S ||
		(probe->want_tls_first && !probe->asked_tls_first);
}

/* AUTH is a step of its own with each mechanism; all the ladder's mechanisms stand here. */
static const struct {
	const char *mechanism;
	const char *step;
} auth_steps[] = {
	{ "PLAIN", "auth-plain" },
	{ "LOGIN", "auth-login" },
	{ "XOAUTH2", "auth-xoauth2" },
	{ "OAUTHBEARER", "auth-oauthbearer" },
	{ "CRAM-MD5", "auth-cram-md5" },
	{ "DIGEST-MD5", "auth-digest-md5" },
	{ "NTLM", "auth-ntlm" },
	{ "SCRAM-SHA-1", "auth-scram-sha-1" },
	{ "SCRAM-SHA-256", "auth-scram-sha-256" },
};

G_STATIC_ASSERT(STEP_DONE + 1 + G_N_ELEMENTS(auth_steps) <= POP3_STEP_NUMBERS);

size_t
pop3_probe_step_number(const struct pop3_probe *probe)
{
	if (probe->step == STEP_SASL_SECRET)
		return STEP_SASL_NAME; /* by their name they are one */
	if (probe->step != STEP_AUTH)
		return probe->step;
	for (size_t i = 0; i < G_N_ELEMENTS(auth_steps); i++) {
		if (g_str_equal(auth_steps[i].mechanism, probe->asking->name))
			return STEP_DONE + 1 + i;
	}
	g_return_val_if_reached(STEP_AUTH);
}

const char *
pop3_step_name(size_t number)
{
	if (number == STEP_AUTH || number == STEP_NEXT || number == STEP_SASL_SECRET ||
		number == STEP_DONE)
		return NULL; /* nobody waits in these */
	if (number < STEP_DONE)
		return steps[number].name;
	number -= STEP_DONE + 1;
	return number < G_N_ELEMENTS(auth_steps) ? auth_steps[number].step : NULL;
}

const char *
pop3_probe_step(const struct pop3_probe *probe)
{
	const char *name = pop3_step_name(pop3_probe_step_number(probe));

	return name != NULL ? name : steps[probe->step].name;
}
