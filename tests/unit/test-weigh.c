/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Weighing attempts and samples: what is kept, and which verdict comes of it.
 */
#include <string.h>

#include "scan/ask.h"
#include "scan/weigh.h"

static struct facts *
facts_of(enum verdict_value value, enum confidence confidence, enum reason reason)
{
	struct facts *facts = facts_new();
	static const char *const names[] = { "PLAIN", "LOGIN", "USER" };

	facts_reserve(facts);
	facts->verdict.value = value;
	facts->verdict.confidence = confidence;
	facts->verdict.reason = reason;
	facts->verdict.explanation = "It is so.";
	facts->probe.connect = CONNECT_OPEN;
	facts->probe.greeting_kind = GREETING_OK;
	facts->probe.greeting = "+OK ready";
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		facts->probe.attempts[i].name = names[i];
	facts->probe.attempt_count = G_N_ELEMENTS(names);
	return facts;
}

static void
answer(struct facts *facts, enum answer answer)
{
	for (size_t i = 0; i < ATTEMPT_OTHERS; i++) {
		facts->probe.attempts[i].answer = answer;
		if (answer == ANSWER_REFUSED)
			facts->probe.attempts[i].refusal = REFUSAL_TLS_REQUIRED;
	}
}

static struct facts *
refusing(void)
{
	struct facts *facts = facts_of(VERDICT_REFUSES, CONFIDENCE_PROVEN, REASON_REFUSED);

	answer(facts, ANSWER_REFUSED);
	facts->probe.stls.state = STLS_REQUIRED;
	return facts;
}

static struct facts *
checking(void)
{
	struct facts *facts =
		facts_of(VERDICT_PERMITS, CONFIDENCE_PROVEN, REASON_CREDENTIALS_CHECKED);

	answer(facts, ANSWER_ACCEPTED);
	facts->probe.credential.mechanism = "PLAIN";
	return facts;
}

static struct facts *
inviting(void)
{
	struct facts *facts = facts_of(VERDICT_PERMITS, CONFIDENCE_LIKELY, REASON_CONTINUATION);

	answer(facts, ANSWER_ACCEPTED);
	return facts;
}

/* Takes USER alone, and was asked without a credential. */
static struct facts *
taking_user(void)
{
	struct facts *facts =
		facts_of(VERDICT_UNDETERMINED, CONFIDENCE_NONE, REASON_PASS_NOT_TRIED);

	answer(facts, ANSWER_REFUSED);
	facts->probe.attempts[ATTEMPT_USER].answer = ANSWER_ACCEPTED;
	facts->probe.attempts[ATTEMPT_USER].refusal = REFUSAL_NONE;
	return facts;
}

static struct facts *
refusing_late(void)
{
	struct facts *facts = taking_user();

	facts->verdict.value = VERDICT_REFUSES;
	facts->verdict.confidence = CONFIDENCE_PROVEN;
	facts->verdict.reason = REASON_REFUSED_LATE;
	facts->probe.credential.mechanism = "USER";
	return facts;
}

/* Sent a password, and heard "not now". */
static struct facts *
postponing(void)
{
	struct facts *facts = facts_of(VERDICT_UNDETERMINED, CONFIDENCE_NONE, REASON_TEMPORARY);

	answer(facts, ANSWER_ACCEPTED);
	facts->probe.credential.mechanism = "PLAIN";
	return facts;
}

static struct facts *
silent_after(enum greeting_kind greeting)
{
	struct facts *facts = facts_of(VERDICT_UNDETERMINED, CONFIDENCE_NONE, REASON_TIMEOUT);

	facts->probe.greeting_kind = greeting;
	facts->probe.timeout_step = greeting == GREETING_NONE ? "greeting" : "capa";
	return facts;
}

static struct facts *
unconnected(void)
{
	struct facts *facts = silent_after(GREETING_NONE);

	facts->probe.connect = CONNECT_TIMEOUT;
	return facts;
}

static struct facts *
connection_refused(void)
{
	struct facts *facts =
		facts_of(VERDICT_NO_SERVICE, CONFIDENCE_NONE, REASON_CONNECTION_REFUSED);

	facts->probe.connect = CONNECT_REFUSED;
	facts->probe.greeting_kind = GREETING_NONE;
	return facts;
}

static struct facts *
closed_early(void)
{
	struct facts *facts = facts_of(VERDICT_NO_SERVICE, CONFIDENCE_NONE, REASON_CLOSED_EARLY);

	facts->probe.greeting_kind = GREETING_NONE;
	return facts;
}

static struct facts *
silent_at_capa(void)
{
	return silent_after(GREETING_OK);
}

static struct facts *
silent_at_greeting(void)
{
	return silent_after(GREETING_NONE);
}

typedef struct facts *maker(void);

/* --- attempts --------------------------------------------------------------------------------- */

static void
test_order(void)
{
	/* Each is kept in place of all before it. */
	static maker *const rising[] = { unconnected, connection_refused, closed_early,
		silent_at_greeting, silent_at_capa, refusing, inviting, checking };

	for (size_t i = 0; i < G_N_ELEMENTS(rising); i++) {
		for (size_t j = 0; j < G_N_ELEMENTS(rising); j++) {
			g_autoptr(facts_auto) earlier = rising[i]();
			g_autoptr(facts_auto) later = rising[j]();

			if (i == 6 && j == 5)
				continue; /* see test_sacred */
			g_assert_cmpint(weigh_later(earlier, later), ==, j > i);
		}
	}
}

/* What a later attempt must never make of an earlier one. */
static void
test_sacred(void)
{
	static const struct {
		maker *earlier;
		maker *later;
		bool kept;
	} cases[] = {
		{ taking_user, refusing, false },
		{ postponing, refusing, false },
		{ postponing, connection_refused, false },
		{ postponing, inviting, false },
		{ postponing, taking_user, false },
		{ postponing, checking, true },
		{ inviting, refusing, false },
		{ checking, refusing, false },
		{ checking, unconnected, false },
		{ silent_at_capa, connection_refused, false },
		{ silent_at_capa, taking_user, true },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(facts_auto) earlier = cases[i].earlier();
		g_autoptr(facts_auto) later = cases[i].later();

		g_assert_cmpint(weigh_later(earlier, later), ==, cases[i].kept);
	}
}

static void
test_again(void)
{
	static const struct {
		maker *make;
		bool again;
	} cases[] = {
		{ unconnected, true },
		{ silent_at_greeting, true },
		{ silent_at_capa, true },
		{ postponing, true },
		{ closed_early, true },
		{ connection_refused, false },
		{ refusing, false },
		{ refusing_late, false },
		{ taking_user, false },
		{ inviting, false },
		{ checking, false },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(facts_auto) facts = cases[i].make();

		g_assert_cmpint(weigh_again(facts), ==, cases[i].again);
	}
}

static void
test_backoff(void)
{
	static const int64_t seconds[] = { 1, 2, 4, 8, 16, 30, 30 };

	for (unsigned i = 0; i < G_N_ELEMENTS(seconds); i++) {
		int64_t longest = seconds[i] * G_USEC_PER_SEC;

		g_assert_cmpint(ask_backoff(i, 0), ==, longest);
		g_assert_cmpint(ask_backoff(i, ASK_BACKOFF_NOISE), ==, longest - longest / 4);
		g_assert_cmpint(ask_backoff(i, ASK_BACKOFF_NOISE + 1), ==, longest - longest / 4);
		g_assert_cmpint(ask_backoff(i, ASK_BACKOFF_NOISE / 2), <, longest);
	}
	g_assert_cmpint(ask_backoff(UINT_MAX, 0), ==, ASK_BACKOFF_MAX * G_USEC_PER_SEC);
}

/* --- samples ---------------------------------------------------------------------------------- */

static struct facts *
weigh(maker *const *makers, size_t count)
{
	struct weighing *weighing = weighing_new();

	for (size_t i = 0; i < count; i++)
		weighing_add(weighing, makers[i]());
	return weighing_end(weighing);
}

static void
test_verdicts(void)
{
	static const struct {
		maker *samples[3];
		enum verdict_value value;
		enum reason reason;
		unsigned answered;
		size_t differences;
	} cases[] = {
		{ { refusing, refusing, refusing }, VERDICT_REFUSES, REASON_REFUSED, 3, 0 },
		{ { checking, inviting, inviting }, VERDICT_PERMITS, REASON_CREDENTIALS_CHECKED, 3,
			0 },
		{ { refusing_late, taking_user, taking_user }, VERDICT_REFUSES, REASON_REFUSED_LATE,
			3, 0 },
		{ { refusing, refusing, inviting }, VERDICT_PERMITS, REASON_CONTINUATION, 3, 3 },
		{ { checking, refusing, refusing }, VERDICT_PERMITS, REASON_CREDENTIALS_CHECKED, 3,
			3 },
		{ { refusing, taking_user, refusing }, VERDICT_UNDETERMINED, REASON_INCONSISTENT, 3,
			1 },
		{ { taking_user, refusing, refusing }, VERDICT_UNDETERMINED, REASON_INCONSISTENT, 3,
			1 },
		{ { refusing, connection_refused, refusing }, VERDICT_UNDETERMINED,
			REASON_INCONSISTENT, 3, 1 },
		{ { closed_early, refusing, refusing }, VERDICT_UNDETERMINED, REASON_INCONSISTENT,
			3, 1 },
		/* What is not answered may have been another server. */
		{ { refusing, unconnected, refusing }, VERDICT_UNDETERMINED, REASON_TIMEOUT, 2, 0 },
		{ { unconnected, refusing, refusing }, VERDICT_UNDETERMINED, REASON_TIMEOUT, 2, 0 },
		{ { refusing, silent_at_capa, refusing }, VERDICT_UNDETERMINED, REASON_TIMEOUT, 3,
			0 },
		{ { silent_at_capa, refusing, refusing }, VERDICT_UNDETERMINED, REASON_TIMEOUT, 3,
			0 },
		{ { unconnected, silent_at_greeting, inviting }, VERDICT_PERMITS,
			REASON_CONTINUATION, 1, 0 },
		{ { unconnected, unconnected, unconnected }, VERDICT_UNDETERMINED, REASON_TIMEOUT,
			0, 0 },
		/* A password was sent, and not checked: an invitation is no more than that. */
		{ { refusing_late, inviting, inviting }, VERDICT_UNDETERMINED, REASON_INCONSISTENT,
			3, 2 },
		{ { postponing, inviting, inviting }, VERDICT_UNDETERMINED, REASON_TEMPORARY, 3,
			0 },
		{ { connection_refused, connection_refused, connection_refused },
			VERDICT_NO_SERVICE, REASON_CONNECTION_REFUSED, 3, 0 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(facts_auto) facts = weigh(cases[i].samples, 3);

		g_test_message("case %zu", i);
		g_assert_cmpint(facts->verdict.value, ==, cases[i].value);
		g_assert_cmpint(facts->verdict.reason, ==, cases[i].reason);
		g_assert_cmpint(facts->verdict.confidence != CONFIDENCE_NONE, ==,
			cases[i].value == VERDICT_PERMITS || cases[i].value == VERDICT_REFUSES);
		g_assert_nonnull(facts->verdict.explanation);
		g_assert_cmpuint(facts->samples->asked, ==, 3);
		g_assert_cmpuint(facts->samples->answered, ==, cases[i].answered);
		g_assert_cmpuint(facts->samples->difference_count, ==, cases[i].differences);
		if (cases[i].value == VERDICT_UNDETERMINED)
			g_assert_cmpint(facts->probe.stls.state, !=, STLS_REQUIRED);
	}
}

/* Whatever the samples: `refuses` needs all of them to refuse, `permits` one that permits. */
static void
test_all_orders(void)
{
	static maker *const makers[] = { refusing, checking, inviting, taking_user, refusing_late,
		postponing, unconnected, silent_at_capa, silent_at_greeting, connection_refused,
		closed_early };
	const size_t count = G_N_ELEMENTS(makers);

	for (size_t i = 0; i < count * count * count; i++) {
		maker *const samples[] = { makers[i % count], makers[i / count % count],
			makers[i / count / count] };
		g_autoptr(facts_auto) facts = weigh(samples, 3);
		bool refused = true, permitted = false;

		for (size_t s = 0; s < 3; s++) {
			bool late = s > 0 && samples[0] == refusing_late &&
				samples[s] == taking_user; /* all that it sees of the same */

			refused &= samples[s] == refusing || samples[s] == refusing_late || late;
			permitted |= samples[s] == checking || samples[s] == inviting;
		}
		if (facts->verdict.value == VERDICT_REFUSES)
			g_assert_true(refused);
		if (facts->verdict.value == VERDICT_PERMITS)
			g_assert_true(permitted);
		if (samples[0] == checking)
			g_assert_cmpint(facts->verdict.confidence, ==, CONFIDENCE_PROVEN);
	}
}

static void
test_no_sample(void)
{
	g_assert_null(weighing_end(weighing_new()));
	weighing_free(NULL);
}

/* --- comparing -------------------------------------------------------------------------------- */

static void
assert_difference(const struct facts *one, const struct facts *other, const char *what)
{
	struct samples *samples = g_new0(struct samples, 1);
	enum likeness likeness = samples_compare(samples, one, other);

	if (what == NULL) {
		g_assert_cmpuint(samples->difference_count, ==, 0);
		g_assert_cmpint(likeness, !=, LIKENESS_NONE);
	} else {
		g_assert_cmpint(likeness, ==, LIKENESS_NONE);
		g_assert_cmpuint(samples->difference_count, ==, 1);
		g_assert_cmpstr(samples->differences[0].what, ==, what);
		g_assert_nonnull(samples->differences[0].one);
		g_assert_nonnull(samples->differences[0].other);
	}
	samples_free(samples);
}

static void
test_greetings(void)
{
	static const struct {
		const char *one;
		const char *other;
		bool differ;
	} cases[] = {
		{ "+OK ready", "+OK ready", false },
		{ "+OK READY.", "+OK ready", false },
		{ "+OK <1.2@a.example>", "+OK <3.4@b.example>", false },
		{ "+OK mx1.example.org ready", "+OK mx2.example.org ready", false },
		{ "+OK mx1 ready", "+OK mx2 ready", false },
		{ "+OK ready Mon, 1 Jun 2026 10:00 AM", "+OK ready Tue, 2 Jul 2026 1:00 PM",
			false },
		{ "+OK ready [QgBMADAAUAAyADYANQA=]", "+OK ready [zzMADAAUAAyADYANQB8=]", false },
		{ "+OK aaaaaaaaaaaaaaaaaaaaa", "+OK bbbbbbbbbbbbbbbbbbbbb", false },
		{ "+OK aaaaaaaaaaaaaaaaaaaa", "+OK bbbbbbbbbbbbbbbbbbbb", true },
		{ "+OK Dovecot ready.", "+OK Courier ready.", true },
		{ "+OK [XCLIENT] ready", "+OK ready", true },
		{ "+OK", "+OK ready", true },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(facts_auto) one = refusing();
		g_autoptr(facts_auto) other = refusing();

		one->probe.greeting = cases[i].one;
		other->probe.greeting = cases[i].other;
		assert_difference(one, other, cases[i].differ ? "greeting" : NULL);
	}
}

static void
set_list(struct capabilities *list, const char *one, const char *other)
{
	list->state = LIST_ANSWERED;
	list->lines[0] = one;
	list->lines[1] = other;
	list->count = other != NULL ? 2 : 1;
}

static void
test_lists(void)
{
	static const struct {
		const char *lines[2];
		bool differ;
	} cases[] = {
		{ { "SASL PLAIN LOGIN", "TOP" }, false },
		{ { "top", "sasl login plain" }, false },
		{ { "SASL PLAIN", "TOP" }, true },
		{ { "SASL PLAIN LOGIN", NULL }, true },
		{ { "SASL PLAIN LOGIN TOP", NULL }, true },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(facts_auto) one = refusing();
		g_autoptr(facts_auto) other = refusing();

		set_list(&one->probe.clear, "SASL PLAIN LOGIN", "TOP");
		set_list(&other->probe.clear, cases[i].lines[0], cases[i].lines[1]);
		assert_difference(one, other, cases[i].differ ? "capa" : NULL);
		other->probe.clear.state = LIST_UNANSWERED;
		assert_difference(one, other, NULL);
		other->probe.clear.state = LIST_REFUSED;
		assert_difference(one, other, "capa");
	}
}

static void
test_attempts(void)
{
	g_autoptr(facts_auto) one = refusing();
	g_autoptr(facts_auto) other = refusing();
	struct attempt *user = &other->probe.attempts[ATTEMPT_USER];

	user->refusal = REFUSAL_UNKNOWN_COMMAND;
	assert_difference(one, other, "user");
	user->refusal = REFUSAL_TEMPORARY;
	assert_difference(one, other, NULL);
	user->answer = ANSWER_TIMEOUT;
	assert_difference(one, other, NULL);
	user->answer = ANSWER_CLOSED;
	assert_difference(one, other, "user");
	user->answer = ANSWER_ACCEPTED;
	assert_difference(one, other, "user");
	other->probe.attempt_count = 0;
	assert_difference(one, other, NULL);
}

static void
test_tls(void)
{
	g_autoptr(facts_auto) one = refusing();
	g_autoptr(facts_auto) other = refusing();

	one->probe.stls.answer = other->probe.stls.answer = ANSWER_ACCEPTED;
	one->probe.tls.handshake = HANDSHAKE_UP;
	other->probe.tls.handshake = HANDSHAKE_TIMEOUT;
	assert_difference(one, other, NULL);
	other->probe.tls.handshake = HANDSHAKE_ALERT;
	assert_difference(one, other, "tls");
	other->probe.tls.handshake = HANDSHAKE_UP;
	assert_difference(one, other, NULL);
	other->probe.stls.answer = ANSWER_REFUSED;
	assert_difference(one, other, "stls");
}

static void
test_products(void)
{
	g_autoptr(facts_auto) one = refusing();
	g_autoptr(facts_auto) other = refusing();

	one->probe.product = "dovecot";
	assert_difference(one, other, NULL);
	other->probe.product = "courier";
	assert_difference(one, other, "product");
	other->probe.product = "dovecot";
	one->probe.product_version = "2.3";
	assert_difference(one, other, NULL);
	other->probe.product_version = "2.4";
	assert_difference(one, other, "product");
}

/* As many differences are kept as there is room for, and each once. */
static void
test_bound(void)
{
	struct samples *samples = g_new0(struct samples, 1);
	g_autoptr(facts_auto) one = refusing();
	g_autoptr(facts_auto) other = refusing();

	for (size_t i = ATTEMPT_OTHERS; i < FACTS_ATTEMPTS_MAX; i++) {
		struct attempt *attempt = &one->probe.attempts[i];

		attempt->name = facts_printf(one, "MECHANISM-%zu", i);
		attempt->answer = ANSWER_ACCEPTED;
		other->probe.attempts[i] = *attempt;
		other->probe.attempts[i].answer = ANSWER_CLOSED;
	}
	one->probe.attempt_count = other->probe.attempt_count =
		ATTEMPT_OTHERS + SAMPLES_DIFFERENCES_MAX;
	samples_compare(samples, one, other);
	g_assert_cmpuint(samples->difference_count, ==, SAMPLES_DIFFERENCES_MAX);
	one->probe.attempt_count = other->probe.attempt_count = FACTS_ATTEMPTS_MAX;
	for (int i = 0; i < 2; i++)
		g_assert_cmpint(samples_compare(samples, one, other), ==, LIKENESS_NONE);
	g_assert_cmpuint(samples->difference_count, ==, SAMPLES_DIFFERENCES_MAX);
	g_assert_cmpstr(samples->differences[0].what, ==, "auth-mechanism-3");
	samples_free(samples);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/weigh/order", test_order);
	g_test_add_func("/weigh/sacred", test_sacred);
	g_test_add_func("/weigh/again", test_again);
	g_test_add_func("/weigh/backoff", test_backoff);
	g_test_add_func("/weigh/verdicts", test_verdicts);
	g_test_add_func("/weigh/all-orders", test_all_orders);
	g_test_add_func("/weigh/no-sample", test_no_sample);
	g_test_add_func("/samples/greetings", test_greetings);
	g_test_add_func("/samples/lists", test_lists);
	g_test_add_func("/samples/attempts", test_attempts);
	g_test_add_func("/samples/tls", test_tls);
	g_test_add_func("/samples/products", test_products);
	g_test_add_func("/samples/bound", test_bound);
	return g_test_run();
}
