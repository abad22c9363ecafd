/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A survey, one hello after the other. A close instead of an answer may be a
 * refusal, or a server that wants no more connections: it is UNCLEAR until a
 * later hello is answered by a ServerHello, and becomes a refusal then. Where
 * none comes by itself, a control is sent: a hello that was taken before.
 */
#include "tls/survey-private.h"

enum {
	ALERT_UNRECOGNIZED_NAME = 112,
};

struct tls_survey_run *
survey_begin(struct facts *facts, const char *server_name, unsigned parts,
	const struct tls_client *clients, size_t client_count)
{
	struct tls_survey *survey = arena_take(&facts->arena, sizeof *survey);
	struct tls_survey_run *run = g_new0(struct tls_survey_run, 1);

	facts->probe.tls.survey = survey;
	run->facts = facts;
	run->survey = survey;
	run->server_name = server_name;
	run->parts = parts;
	if (parts & (TLS_SURVEY_WEAK | TLS_SURVEY_GROUPS))
		run->parts |= TLS_SURVEY_VERSIONS;
	run->hello = g_byte_array_new();
	if (!(parts & TLS_SURVEY_CLIENTS) || client_count == 0)
		return run;
	run->clients = clients;
	run->client_count = MIN(client_count, TLS_CLIENTS_MAX);
	survey->client_count = run->client_count;
	survey->clients = arena_take(&facts->arena, run->client_count * sizeof *survey->clients);
	for (size_t i = 0; i < run->client_count; i++)
		survey->clients[i].name = clients[i].name;
	return run;
}

/* --- what came of a hello --------------------------------------------------------------------- */

static void
settle_searches(struct tls_survey_run *run)
{
	struct tls_survey *survey = run->survey;

	run->closed_weak = run->closed_groups = false;
	if (run->weak_pending != TRIAL_NOT_MADE)
		survey->weak_asked = run->weak_pending;
	if (run->groups_pending != TRIAL_NOT_MADE)
		survey->groups_asked = run->groups_pending;
	run->weak_pending = run->groups_pending = TRIAL_NOT_MADE;
}

void
survey_settle_closes(struct tls_survey_run *run, enum trial trial)
{
	run->unsettled = false;
	for (size_t i = 0; i < TLS_VERSIONS; i++) {
		if (run->closed_versions[i])
			run->survey->versions[i] = trial;
	}
	for (size_t i = 0; i < run->client_count; i++) {
		if (run->closed_clients[i])
			run->survey->clients[i].outcome = trial;
	}
	if (trial == TRIAL_REFUSED)
		settle_searches(run);
}

/* It takes hellos still, or again: what was closed on before was not wanted. */
static void
note_taken(struct tls_survey_run *run)
{
	run->taken = true;
	if (run->unsettled && !run->distrusted)
		survey_settle_closes(run, TRIAL_REFUSED);
}

static void
note_speech(struct tls_survey_run *run)
{
	const struct tls_answer *answer = &run->answer;
	struct tls_survey *survey = run->survey;

	run->silent = 0;
	if (answer->dh_bits > 0 && (survey->dh_bits == 0 || answer->dh_bits < survey->dh_bits))
		survey->dh_bits = answer->dh_bits;
}

static void
settle(struct tls_survey_run *run, const struct survey_outcome *outcome)
{
	run->waiting = false;
	survey_steps[run->step].take(run, outcome);
	tls_answer_clear(&run->answer);
}

static void
settle_answer(struct tls_survey_run *run)
{
	const struct tls_answer *answer = &run->answer;
	struct survey_outcome outcome = { .trial = TRIAL_UNCLEAR, .why = answer->why };

	if (answer->state == TLS_ANSWER_ALERT) {
		outcome.trial = TRIAL_REFUSED;
		outcome.why = tls_alert_words(answer->alert);
		outcome.nameless = answer->alert == ALERT_UNRECOGNIZED_NAME;
	} else if (answer->state == TLS_ANSWER_CHOSEN) {
		if (survey_offered(&run->offer, answer->version, answer->cipher))
			outcome.trial = TRIAL_TAKEN;
		else
			outcome.why = "chose what was not offered";
	}
	note_speech(run);
	if (outcome.trial == TRIAL_TAKEN)
		note_taken(run);
	settle(run, &outcome);
}

bool
tls_survey_feed(struct tls_survey_run *run, const void *bytes, size_t length)
{
	if (!run->waiting)
		return true;
	if (tls_answer_feed(&run->answer, bytes, length) == TLS_ANSWER_MORE)
		return false;
	settle_answer(run);
	return true;
}

void
tls_survey_ended(struct tls_survey_run *run, enum tls_survey_end end)
{
	static const char *const words[] = {
		[TLS_SURVEY_CLOSED] = "closed the connection",
		[TLS_SURVEY_TIMEOUT] = "no answer",
		[TLS_SURVEY_NO_CONNECTION] = "no connection",
	};
	struct survey_outcome outcome = { .trial = TRIAL_UNCLEAR, .why = words[end] };
	enum tls_answer_state state;

	if (!run->waiting)
		return;
	state = tls_answer_end(&run->answer);
	if (state == TLS_ANSWER_CHOSEN || (state != TLS_ANSWER_MORE && end == TLS_SURVEY_CLOSED)) {
		settle_answer(run);
		return;
	}
	if (end == TLS_SURVEY_CLOSED) {
		outcome.closed = true;
		outcome.trial = run->taken && !run->distrusted ? TRIAL_REFUSED : TRIAL_UNCLEAR;
		run->unsettled = true;
		run->silent = 0;
	} else {
		run->silent++;
	}
	settle(run, &outcome);
}

/* --- the next hello --------------------------------------------------------------------------- */

static bool
compose(struct tls_survey_run *run)
{
	static const struct survey_outcome too_long = { .trial = TRIAL_UNCLEAR,
		.why = "its hello is too long" };

	const char *name = run->unnamed ? NULL : run->server_name;

	g_byte_array_set_size(run->hello, 0);
	if (!tls_hello_append(&run->offer, name, run->hello)) {
		settle(run, &too_long);
		return false;
	}
	tls_answer_init(&run->answer);
	run->survey->hellos++;
	run->waiting = true;
	return true;
}

static bool
may_go_on(const struct tls_survey_run *run)
{
	return run->step < survey_step_count && run->silent < TLS_SURVEY_SILENT_MAX &&
		run->survey->hellos < TLS_SURVEY_HELLOS_MAX;
}

static void
next_step(struct tls_survey_run *run)
{
	run->step++;
	run->at = 0;
	run->loaded = false;
}

const void *
tls_survey_next(struct tls_survey_run *run, size_t *length)
{
	tls_survey_ended(run, TLS_SURVEY_NO_CONNECTION);
	while (may_go_on(run)) {
		const struct survey_step *step = &survey_steps[run->step];
		bool wanted = (run->parts & step->part) != 0;

		if (wanted && step->ask(run)) {
			if (!compose(run))
				continue;
			*length = run->hello->len;
			return run->hello->data;
		}
		if (wanted && step->end != NULL)
			step->end(run);
		next_step(run);
	}
	return NULL;
}

void
tls_survey_free(struct tls_survey_run *run)
{
	if (run == NULL)
		return;
	tls_answer_clear(&run->answer);
	g_byte_array_unref(run->hello);
	g_free(run);
}
