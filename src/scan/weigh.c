/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/weigh.h"

#define EACH_ALONE \
	"Ask each of the servers behind this address by itself, at an address of its own."

struct weighing {
	struct samples *samples;
	struct facts *first;    /* what the others are compared with */
	struct facts *deciding; /* may be the same */
	enum reason reasons[4]; /* by verdict: of its first sample */
	unsigned seen;          /* verdicts, 1 << each */
};

/* --- attempts --------------------------------------------------------------------------------- */

bool
weigh_again(const struct facts *facts)
{
	enum reason reason = facts->verdict.reason;

	return facts->verdict.value != VERDICT_PERMITS &&
		(reason == REASON_TIMEOUT || reason == REASON_TEMPORARY ||
			reason == REASON_CLOSED_EARLY);
}

/* A password was invited, or even sent. */
static bool
invites(const struct facts *facts)
{
	for (size_t i = 0; i < facts->probe.attempt_count; i++)
		if (attempt_invites(&facts->probe.attempts[i]))
			return true;
	return false;
}

/* A random password was sent; APOP's digest is none. */
static bool
sent_password(const struct facts *facts)
{
	const char *mechanism = facts->probe.credential.mechanism;

	return mechanism != NULL && !g_str_equal(mechanism, "APOP");
}

/* How many of USER, AUTH PLAIN and AUTH LOGIN were answered. */
static int
answered(const struct facts *facts)
{
	int count = 0;

	for (size_t i = 0; i < ATTEMPT_OTHERS && i < facts->probe.attempt_count; i++) {
		enum answer answer = facts->probe.attempts[i].answer;

		count += answer != ANSWER_NONE && answer != ANSWER_TIMEOUT;
	}
	return count;
}

enum {
	RANK_UNCONNECTED,
	RANK_CONNECTION_REFUSED,
	RANK_CLOSED_EARLY,
	RANK_SILENT,
	RANK_GREETING,
	RANK_DIALOGUE, /* and one for each answer */
	RANK_REFUSES = RANK_DIALOGUE + ATTEMPT_OTHERS + 1,
	RANK_PERMITS_LIKELY,
	RANK_PERMITS_PROVEN,
};

static int
rank_unanswered(const struct probe_facts *probe)
{
	if (probe->connect == CONNECT_REFUSED)
		return RANK_CONNECTION_REFUSED;
	if (probe->connect != CONNECT_OPEN)
		return RANK_UNCONNECTED;
	return probe->timeout_step != NULL ? RANK_SILENT : RANK_CLOSED_EARLY;
}

static int
rank(const struct facts *facts)
{
	switch (facts->verdict.value) {
	case VERDICT_PERMITS:
		return facts->verdict.confidence == CONFIDENCE_PROVEN ? RANK_PERMITS_PROVEN :
									RANK_PERMITS_LIKELY;
	case VERDICT_REFUSES:
		return RANK_REFUSES;
	case VERDICT_UNDETERMINED:
	case VERDICT_NO_SERVICE:
		break;
	}
	if (facts->probe.greeting_kind == GREETING_OK)
		return RANK_DIALOGUE + answered(facts);
	if (facts->probe.greeting_kind != GREETING_NONE)
		return RANK_GREETING;
	return rank_unanswered(&facts->probe);
}

bool
weigh_later(const struct facts *earlier, const struct facts *later)
{
	bool permits = later->verdict.value == VERDICT_PERMITS;

	if (invites(earlier) && !invites(later) && !permits)
		return false;
	if (sent_password(earlier) && permits && later->verdict.confidence != CONFIDENCE_PROVEN)
		return false;
	return rank(later) > rank(earlier);
}

/* --- samples ---------------------------------------------------------------------------------- */

struct weighing *
weighing_new(void)
{
	struct weighing *weighing = g_new0(struct weighing, 1);

	weighing->samples = g_new0(struct samples, 1);
	return weighing;
}

void
weighing_free(struct weighing *weighing)
{
	if (weighing == NULL)
		return;
	samples_free(weighing->samples);
	if (weighing->deciding != weighing->first)
		facts_free(weighing->deciding);
	facts_free(weighing->first);
	g_free(weighing);
}

/*
 * What a sample says for itself. Only the first one sends a password: where that one was not
 * checked, another sample that is merely invited to send one permits nothing.
 */
static enum verdict_value
value_of(const struct weighing *weighing, const struct facts *facts)
{
	const struct facts *first = weighing->first;

	if (facts->verdict.value == VERDICT_PERMITS &&
		facts->verdict.confidence != CONFIDENCE_PROVEN && first != facts &&
		first->verdict.value != VERDICT_PERMITS && sent_password(first))
		return VERDICT_UNDETERMINED;
	return facts->verdict.value;
}

static int
gravity(const struct weighing *weighing, const struct facts *facts)
{
	switch (value_of(weighing, facts)) {
	case VERDICT_NO_SERVICE:
		return 0;
	case VERDICT_REFUSES:
		return 1;
	case VERDICT_UNDETERMINED:
		return 2;
	case VERDICT_PERMITS:
		return facts->verdict.confidence == CONFIDENCE_PROVEN ? 4 : 3;
	}
	g_return_val_if_reached(2);
}

static void
note_value(struct weighing *weighing, const struct facts *facts)
{
	enum verdict_value value = value_of(weighing, facts);

	if ((weighing->seen & 1U << value) == 0)
		weighing->reasons[value] = facts->verdict.reason;
	weighing->seen |= 1U << value;
}

/* The first that answers is what the others are compared with. */
static void
begin(struct weighing *weighing, struct facts *facts)
{
	struct facts *silent = weighing->first;

	weighing->first = facts;
	if (silent == NULL || gravity(weighing, facts) > gravity(weighing, silent)) {
		facts_free(silent);
		weighing->deciding = facts;
	}
	note_value(weighing, facts);
}

void
weighing_add(struct weighing *weighing, struct facts *facts)
{
	bool answers = sample_answers(facts);
	struct facts *loser = facts;

	weighing->samples->asked++;
	weighing->samples->answered += answers;
	if (weighing->first == NULL || (answers && !sample_answers(weighing->first))) {
		begin(weighing, facts);
		return;
	}
	if (samples_compare(weighing->samples, weighing->first, facts) != LIKENESS_EQUAL) {
		note_value(weighing, facts);
		if (gravity(weighing, facts) > gravity(weighing, weighing->deciding)) {
			loser = weighing->deciding;
			weighing->deciding = facts;
		}
	}
	if (loser != weighing->first)
		facts_free(loser);
}

/* --- the verdict over all samples ------------------------------------------------------------- */

static bool
agree(const struct weighing *weighing)
{
	return (weighing->seen & (weighing->seen - 1)) == 0;
}

/* Two of the verdicts that were seen, as words: "refuses (refused)". */
static char *
say_verdicts(const struct weighing *weighing)
{
	static const enum verdict_value order[] = { VERDICT_UNDETERMINED, VERDICT_REFUSES,
		VERDICT_NO_SERVICE };
	GString *text = g_string_new(NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(order); i++) {
		if ((weighing->seen & 1U << order[i]) != 0)
			g_string_append_printf(text, "%s%s (%s)",
				text->len == 0 ? "one says " : ", another ", verdict_word(order[i]),
				reason_word(weighing->reasons[order[i]]));
	}
	return g_string_free(text, FALSE);
}

/*
 * No sample permits, and they do not agree. One that was not answered, or not to the end, speaks
 * for itself.
 */
static void
decide_nothing(const struct weighing *weighing)
{
	struct facts *facts = weighing->deciding;
	g_autofree char *verdicts = NULL;

	if (weighing->samples->difference_count == 0 &&
		facts->verdict.value == VERDICT_UNDETERMINED)
		return;
	verdicts = say_verdicts(weighing);
	facts->verdict.value = VERDICT_UNDETERMINED;
	facts->verdict.confidence = CONFIDENCE_NONE;
	facts->verdict.reason = REASON_INCONSISTENT;
	facts->verdict.step = NULL;
	facts->verdict.settle = EACH_ALONE;
	facts->verdict.explanation = facts_printf(facts,
		"Asked %u times, it answers differently: %s.", weighing->samples->asked, verdicts);
	if (facts->probe.stls.state == STLS_REQUIRED)
		facts->probe.stls.state = STLS_OPTIONAL;
}

static void
decide(const struct weighing *weighing)
{
	struct facts *facts = weighing->deciding;

	if (agree(weighing))
		return;
	if (value_of(weighing, facts) != VERDICT_PERMITS)
		decide_nothing(weighing);
	else
		facts->verdict.explanation = facts_printf(facts, "In one of %u samples: %s",
			weighing->samples->asked, facts->verdict.explanation);
}

struct facts *
weighing_end(struct weighing *weighing)
{
	struct facts *facts;

	if (weighing->first != NULL)
		decide(weighing);
	facts = weighing->deciding;
	if (facts != NULL)
		facts->samples = g_steal_pointer(&weighing->samples);
	if (weighing->first == facts)
		weighing->first = NULL;
	weighing->deciding = weighing->first;
	weighing_free(weighing);
	return facts;
}
