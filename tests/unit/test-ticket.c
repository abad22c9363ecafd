/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of answers, row by row, over what verdict_decide makes of the
 * facts; and that no two facts that differ in what counts share an answer.
 */
#include "pop3/ticket.h"

#include <string.h>

#include "model/samples.h"
#include "pop3/verdict.h"

/* --- building blocks -------------------------------------------------------------------------- */

static struct facts *
server(const char *reporter, const char *id)
{
	struct facts *facts = facts_new();
	struct claim claim = { .kind = CLAIM_CLEARTEXT,
		.port = 110,
		.reporter = reporter,
		.id = id,
		.host = "mail.example" };
	static const char *const names[] = { "PLAIN", "LOGIN", "USER" };

	facts_reserve(facts);
	facts->endpoint.port = 110;
	facts->endpoint.mode = MODE_POP3;
	facts->probe.depth = DEPTH_STANDARD;
	facts->probe.connect = CONNECT_OPEN;
	facts->probe.greeting_kind = GREETING_OK;
	facts->probe.greeting = "+OK ready";
	facts->probe.clear.state = LIST_ANSWERED;
	facts->probe.attempt_count = ATTEMPT_OTHERS;
	for (size_t i = 0; i < ATTEMPT_OTHERS; i++) {
		struct attempt *attempt = &facts->probe.attempts[i];

		attempt->name = names[i];
		attempt->answer = ANSWER_REFUSED;
		attempt->refusal = REFUSAL_TLS_REQUIRED;
		attempt->reply = "-ERR TLS first";
		attempt->exchange = "C: X\nS: -ERR TLS first";
	}
	facts_set_claim(facts, &claim);
	return facts;
}

static void
lists(struct facts *facts, const char *line)
{
	facts->probe.clear.lines[facts->probe.clear.count++] = line;
}

static void
takes_user(struct facts *facts, enum refusal refusal)
{
	facts->probe.attempts[ATTEMPT_USER].answer = ANSWER_ACCEPTED;
	facts->probe.attempts[ATTEMPT_USER].refusal = REFUSAL_NONE;
	facts->probe.credential = (struct credential){ .mechanism = "USER",
		.answer = ANSWER_REFUSED,
		.refusal = refusal,
		.reply = "-ERR words",
		.exchange = "C: PASS <random>\nS: -ERR words" };
}

static void
assert_answer(struct facts *facts, const char *word)
{
	verdict_decide(facts);

	struct ticket ticket = ticket_decide(facts);

	g_test_message("%s %s: %s", verdict_word(facts->verdict.value),
		reason_word(facts->verdict.reason), ticket.explanation);
	g_assert_cmpstr(ticket_answer_word(ticket.answer), ==, word);
	g_assert_nonnull(ticket.explanation);
	g_assert_nonnull(ticket.next);
	facts_free(facts);
}

/* --- rows ------------------------------------------------------------------------------------- */

static void
test_confirmed(void)
{
	struct facts *facts = server("nessus", "15855");

	lists(facts, "USER");
	takes_user(facts, REFUSAL_CREDENTIALS);
	assert_answer(facts, "confirmed");

	/* It hides the line and takes the login: the claim is true all the same. */
	facts = server("openvas", NULL);
	takes_user(facts, REFUSAL_CREDENTIALS);
	assert_answer(facts, "confirmed");

	facts = server("nessus", "15855");
	facts->probe.attempts[ATTEMPT_PLAIN].answer = ANSWER_ACCEPTED;
	assert_answer(facts, "confirmed");
}

static void
test_false_positive(void)
{
	static const char *const lines[] = { "USER", "SASL PLAIN", "sasl login plain",
		"EXPIRE 31 USER", "UTF8 USER" };

	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
		struct facts *facts = server("nessus", "15855");

		lists(facts, "TOP");
		lists(facts, lines[i]);
		assert_answer(facts, "false-positive");
	}
}

/* The password is refused, after it was sent: still no login, and the next step says so. */
static void
test_late(void)
{
	struct facts *facts = server("nessus", "15855");

	lists(facts, "USER");
	takes_user(facts, REFUSAL_TLS_REQUIRED);
	verdict_decide(facts);
	g_assert_nonnull(strstr(ticket_decide(facts).next, "password-invited"));
	assert_answer(facts, "false-positive");

	facts = server("nessus", "15855");
	takes_user(facts, REFUSAL_TLS_REQUIRED);
	assert_answer(facts, "fixed");
}

static void
test_fixed(void)
{
	struct facts *facts = server("nessus", "15855");

	lists(facts, "TOP");
	lists(facts, "SASL CRAM-MD5 PLAIN"); /* the rule looks at the first mechanism only */
	assert_answer(facts, "fixed");

	/* OpenVAS looks at the beginning of a line, Nessus anywhere in it. */
	facts = server("openvas", NULL);
	lists(facts, "EXPIRE 31 USER");
	assert_answer(facts, "fixed");

	facts = server("nessus", "15855");
	facts->probe.clear.state = LIST_REFUSED;
	assert_answer(facts, "fixed");

	facts = server("nessus", "15855");
	facts->probe.tls_first = true;
	facts->probe.clear.state = LIST_NOT_ASKED;
	assert_answer(facts, "fixed");
}

/* All is refused, but the list is not known in full: neither fixed nor a false positive. */
static void
test_list_unknown(void)
{
	struct facts *facts = server("nessus", "15855");

	facts->probe.clear.state = LIST_UNANSWERED;
	assert_answer(facts, "undetermined");

	facts = server("nessus", "15855");
	facts->probe.clear.state = LIST_NOT_ASKED;
	assert_answer(facts, "undetermined");

	facts = server("nessus", "15855");
	while (facts->probe.clear.count < FACTS_CAPABILITIES_MAX - 1)
		lists(facts, "X-NOTHING");
	assert_answer(facts, "fixed");

	facts = server("nessus", "15855");
	while (facts->probe.clear.count < FACTS_CAPABILITIES_MAX)
		lists(facts, "X-NOTHING");
	assert_answer(facts, "undetermined");

	/* A line that stands is enough, however many are not known. */
	facts = server("nessus", "15855");
	lists(facts, "USER");
	while (facts->probe.clear.count < FACTS_CAPABILITIES_MAX)
		lists(facts, "X-NOTHING");
	assert_answer(facts, "false-positive");
}

static void
test_not_reachable(void)
{
	static const enum connect_outcome outcomes[] = { CONNECT_REFUSED, CONNECT_UNREACHABLE,
		CONNECT_TIMEOUT };

	for (size_t i = 0; i < G_N_ELEMENTS(outcomes); i++) {
		struct facts *facts = server("nessus", "15855");

		facts->probe.connect = outcomes[i];
		facts->probe.greeting_kind = GREETING_NONE;
		facts->probe.clear.state = LIST_NOT_ASKED;
		assert_answer(facts, "not-reachable");
	}

	struct facts *facts = server("nessus", "15855");

	facts->probe.greeting_kind = GREETING_NONE;
	facts->probe.timeout_step = "greeting";
	facts->probe.clear.state = LIST_NOT_ASKED;
	assert_answer(facts, "not-reachable");
}

static void
test_undetermined(void)
{
	struct facts *facts = server("nessus", "15855");

	facts->probe.greeting_kind = GREETING_ERR;
	assert_answer(facts, "undetermined");

	facts = server("nessus", "15855");
	facts->probe.greeting_kind = GREETING_NOT_POP3;
	assert_answer(facts, "undetermined");

	facts = server("nessus", "15855");
	facts->probe.greeting_kind = GREETING_NONE;
	assert_answer(facts, "undetermined");

	facts = server("nessus", "15855");
	facts->probe.out_of_step = true;
	assert_answer(facts, "undetermined");

	/* It stopped answering in the dialogue. */
	facts = server("nessus", "15855");
	facts->probe.attempts[ATTEMPT_USER].answer = ANSWER_TIMEOUT;
	facts->probe.timeout_step = "user";
	assert_answer(facts, "undetermined");

	facts = server("nessus", "15855");
	facts->probe.attempts[ATTEMPT_USER].refusal = REFUSAL_TEMPORARY;
	assert_answer(facts, "undetermined");

	facts = server("nessus", "15855");
	takes_user(facts, REFUSAL_CREDENTIALS);
	facts->probe.same_address = facts->probe.exempts_same_address = true;
	assert_answer(facts, "undetermined");
}

/* One of the servers behind the address is not all of them. */
static void
test_samples(void)
{
	static const struct {
		unsigned answered;
		size_t differences;
		const char *word;
	} rows[] = { { 3, 0, "fixed" }, { 2, 0, "undetermined" }, { 3, 1, "undetermined" } };

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct facts *facts = server("nessus", "15855");

		facts->samples = g_new0(struct samples, 1);
		facts->samples->asked = 3;
		facts->samples->answered = rows[i].answered;
		facts->samples->difference_count = rows[i].differences;
		assert_answer(facts, rows[i].word);
	}
}

/* popseal's own claims rest on no list in clear. */
static void
test_popseal(void)
{
	struct facts *facts = server("popseal", "credentials-checked");

	facts->probe.clear.state = LIST_UNANSWERED;
	facts->probe.over_tls.state = LIST_ANSWERED;
	assert_answer(facts, "fixed");

	facts = server("popseal", "credentials-checked");
	lists(facts, "USER");
	assert_answer(facts, "fixed");

	facts = server("popseal", "continuation");
	takes_user(facts, REFUSAL_TLS_REQUIRED);
	assert_answer(facts, "false-positive");

	facts = server("popseal", "continuation");
	assert_answer(facts, "fixed");

	facts = server("popseal", "trusted-network");
	assert_answer(facts, "undetermined");

	facts = server("popseal", "trusted-network");
	facts->probe.trusted = true;
	assert_answer(facts, "fixed");
}

/* --- of what is claimed ----------------------------------------------------------------------- */

static void
assert_claimed(enum claim_kind kind, uint16_t port, uint16_t asked, enum mode mode, bool accused)
{
	struct facts *facts = server("nessus", "15855");
	struct claim claim = { .kind = kind, .port = port, .reporter = "nessus", .host = "h" };

	facts->endpoint.port = asked;
	facts->endpoint.mode = mode;
	facts->probe.tls.handshake = mode == MODE_POP3S ? HANDSHAKE_UP : HANDSHAKE_NOT_TRIED;
	facts_set_claim(facts, &claim);
	g_assert_true(facts_accused(facts) == accused);
	assert_answer(facts, accused ? "fixed" : "not-claimed");
}

static void
test_not_claimed(void)
{
	struct facts *facts = server("nessus", NULL);

	facts_set_claim(facts, NULL);
	assert_answer(facts, "not-claimed");
	assert_claimed(CLAIM_POP3, 110, 110, MODE_POP3, false);
	assert_claimed(CLAIM_OPEN_PORT, 110, 110, MODE_POP3, false);
	assert_claimed(CLAIM_NAMED, 110, 110, MODE_POP3, false);
	assert_claimed(CLAIM_CLEARTEXT, 110, 110, MODE_POP3, true);
	assert_claimed(CLAIM_CLEARTEXT, 110, 1110, MODE_POP3, false);
	assert_claimed(CLAIM_CLEARTEXT, 0, 110, MODE_POP3, true);
	assert_claimed(CLAIM_CLEARTEXT, 0, 995, MODE_POP3S, false);
	assert_claimed(CLAIM_CLEARTEXT, 995, 995, MODE_POP3S, true);
}

/* What is kept is the claim's own, cut at its bounds and at whole characters. */
static void
test_bounds(void)
{
	g_autofree char *text = g_strnfill(CLAIM_TEXT_MAX + 1, 'x');
	g_autofree char *host = g_strnfill(CLAIM_HOST_MAX + 1, 'h');
	struct claim claim = { .reporter = "r", .id = "i", .text = text, .host = host };
	struct facts *facts = facts_new();

	facts_set_claim(facts, &claim);
	g_assert_cmpuint(strlen(facts->claim->text), ==, CLAIM_TEXT_MAX);
	g_assert_cmpuint(strlen(facts->claim->host), ==, CLAIM_HOST_MAX);
	g_assert_true(facts->claim->text != text);
	text[CLAIM_TEXT_MAX] = '\0';
	facts_set_claim(facts, &claim);
	g_assert_cmpuint(strlen(facts->claim->text), ==, CLAIM_TEXT_MAX);
	memcpy(text + CLAIM_TEXT_MAX - 2, "\xe2\x82\xac", 3);
	facts_set_claim(facts, &claim);
	g_assert_cmpuint(strlen(facts->claim->text), ==, CLAIM_TEXT_MAX - 2);
	memset(text, '\x80', CLAIM_TEXT_MAX + 1);
	facts_set_claim(facts, &claim);
	g_assert_cmpuint(strlen(facts->claim->text), >=, CLAIM_TEXT_MAX - 3);
	claim.text = claim.id = NULL;
	facts_set_claim(facts, &claim);
	g_assert_null(facts->claim->text);
	g_assert_null(facts->claim->id);
	facts_free(facts);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/ticket/confirmed", test_confirmed);
	g_test_add_func("/ticket/false-positive", test_false_positive);
	g_test_add_func("/ticket/late", test_late);
	g_test_add_func("/ticket/fixed", test_fixed);
	g_test_add_func("/ticket/list-unknown", test_list_unknown);
	g_test_add_func("/ticket/not-reachable", test_not_reachable);
	g_test_add_func("/ticket/undetermined", test_undetermined);
	g_test_add_func("/ticket/samples", test_samples);
	g_test_add_func("/ticket/popseal", test_popseal);
	g_test_add_func("/ticket/not-claimed", test_not_claimed);
	g_test_add_func("/ticket/bounds", test_bounds);
	return g_test_run();
}
