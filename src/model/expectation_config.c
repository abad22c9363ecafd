/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expectations of a configuration: what its verdict and its notes say. What its
 * files leave open stays open, and what only the wire tells is left out.
 */
#include "model/expectation-private.h"

#include <string.h>

#include "model/escape.h"

/* The first note of that kind, one that is sure before one that is not; NULL: there is none. */
static const struct config_note *
find_note(const struct config_facts *config, enum config_note_kind kind)
{
	const struct config_note *found = NULL;

	for (guint i = 0; i < config->notes->len; i++) {
		const struct config_note *note =
			&g_array_index(config->notes, struct config_note, i);

		if (note->kind == kind && (found == NULL || (found->unknown && !note->unknown)))
			found = note;
	}
	return found;
}

static void
cite_note(struct expectation *expectation, const struct config_note *note)
{
	g_autofree char *place = location_text(&note->location);
	g_autofree char *file = escape_string(place);
	g_autofree char *line = escape_string(note->line != NULL ? note->line : "");

	cite(expectation, "%s: %s", file, line);
}

static void
take_verdict(struct expectation *expectation, const struct verdict *verdict,
	enum expectation_state state)
{
	const char *word = reason_word(verdict->reason);

	conclude(expectation, state, verdict->value == VERDICT_PERMITS ? "permits" : word, "%s",
		verdict->explanation != NULL ? verdict->explanation : word);
	if (state == EXPECTATION_UNDETERMINED)
		settle(expectation, verdict->settle);
}

static void
judge_refuses(const struct facts *facts, struct expectation *expectation)
{
	switch (facts->verdict.value) {
	case VERDICT_PERMITS:
		take_verdict(expectation, &facts->verdict, EXPECTATION_UNMET);
		break;
	case VERDICT_REFUSES:
	case VERDICT_NO_SERVICE:
		take_verdict(expectation, &facts->verdict, EXPECTATION_MET);
		break;
	case VERDICT_UNDETERMINED:
		take_verdict(expectation, &facts->verdict, EXPECTATION_UNDETERMINED);
		break;
	}
}

/* Whether a listener shows that TLS is meant to work: it starts with it, or waits for it. */
static bool
uses_tls(const struct config_facts *config)
{
	for (guint i = 0; i < config->listeners->len; i++) {
		const struct config_listener *listener =
			&g_array_index(config->listeners, struct config_listener, i);

		if (listener->mode == MODE_POP3S || listener->verdict == VERDICT_REFUSES)
			return true;
	}
	return false;
}

/* Whether it is known that none of them speaks TLS in any way. */
static bool
has_no_tls(const struct config_facts *config)
{
	for (guint i = 0; i < config->listeners->len; i++)
		if (!g_array_index(config->listeners, struct config_listener, i).has_no_tls)
			return false;
	return config->listeners->len > 0;
}

/* What a note of that kind would speak against: unmet with one, open with one that is not sure. */
static void
judge_by_note(const struct facts *facts, enum config_note_kind kind, const char *unmet,
	const char *met, struct expectation *expectation)
{
	const struct config_note *note = find_note(facts->config, kind);

	if (note != NULL && !note->unknown) {
		conclude(expectation, EXPECTATION_UNMET, unmet, "%s", note->message);
		cite_note(expectation, note);
	} else if (note != NULL) {
		conclude(expectation, EXPECTATION_UNDETERMINED, "not-told", "%s", note->message);
		settle(expectation, note->settle);
	} else if (facts->config->doubts->len > 0 || facts->verdict.value == VERDICT_UNDETERMINED) {
		conclude(expectation, EXPECTATION_UNDETERMINED, reason_word(facts->verdict.reason),
			"Not all of the configuration is known.");
		settle(expectation, facts->verdict.settle);
	} else if (facts->verdict.value == VERDICT_NO_SERVICE) {
		take_verdict(expectation, &facts->verdict, EXPECTATION_MET);
	} else if (has_no_tls(facts->config)) {
		conclude(expectation, EXPECTATION_UNMET, "unavailable",
			"No listener speaks TLS, and none offers STLS.");
	} else if (!uses_tls(facts->config)) {
		conclude(expectation, EXPECTATION_UNDETERMINED, "not-told",
			"No listener needs TLS, so that it is not known whether there is any.");
		settle(expectation, "popseal scan --depth deep HOST");
	} else {
		conclude(expectation, EXPECTATION_MET, "configured", "%s", met);
	}
}

static void
judge_config_tls(const struct facts *facts, struct expectation *expectation)
{
	judge_by_note(facts, CONFIG_NOTE_TLS_UNAVAILABLE, "unavailable",
		"Nothing in the configuration keeps TLS from working.", expectation);
}

/* The notes are about what is below TLS 1.2: of a higher minimum they say nothing. */
static void
judge_config_version(const struct facts *facts, enum tls_version version,
	struct expectation *expectation)
{
	const struct config_note *none = find_note(facts->config, CONFIG_NOTE_TLS_UNAVAILABLE);

	if (none != NULL && !none->unknown) {
		judge_config_tls(facts, expectation);
		return;
	}
	judge_by_note(facts, CONFIG_NOTE_TLS_VERSION, "older",
		"No version below TLS 1.2 is allowed.", expectation);
	if (expectation->state == EXPECTATION_MET && version > TLS_V1_2 &&
		facts->verdict.value != VERDICT_NO_SERVICE) {
		conclude(expectation, EXPECTATION_UNDETERMINED, "not-told",
			"Whether TLS 1.2 is allowed is not judged.");
		settle(expectation, "popseal scan --depth deep HOST");
	}
	if (expectation->state == EXPECTATION_UNMET && version < TLS_V1_2) {
		conclude(expectation, EXPECTATION_UNDETERMINED, "not-told",
			"Which of the versions below TLS 1.2 are allowed is not judged.");
		settle(expectation, "popseal scan --depth deep HOST");
	}
}

static void
free_expectation(void *expectation)
{
	expectation_free(expectation);
}

GPtrArray *
expectations_judge_config(const struct expectations *expectations, const struct facts *facts)
{
	GPtrArray *judged = g_ptr_array_new_with_free_func(free_expectation);

	for (int kind = EXPECT_REFUSES; kind <= EXPECT_TLS_VERSION; kind++) {
		struct expectation *expectation;

		if (!expectations->wanted[kind])
			continue;
		expectation = g_new0(struct expectation, 1);
		expectation->kind = (enum expectation_kind)kind;
		name_expectation(expectation, expectations);
		if (kind == EXPECT_REFUSES)
			judge_refuses(facts, expectation);
		else if (kind == EXPECT_TLS)
			judge_config_tls(facts, expectation);
		else
			judge_config_version(facts, expectations->version, expectation);
		g_ptr_array_add(judged, expectation);
	}
	return judged;
}
