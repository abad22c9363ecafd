/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verdict table, row by row, and the traps between the rows: what may
 * never become `refuses`, and what may never become `permits`.
 */
#include "pop3/verdict.h"

#include <string.h>

struct row_test {
	const char *name;
	void (*set)(struct facts *facts);
	enum verdict_value value;
	enum confidence confidence;
	enum reason reason;
};

/*
 * --- building blocks ----------------------------------------------------------------------------
 */

static void
attempt(struct facts *facts, size_t index, enum answer answer, enum refusal refusal)
{
	facts->probe.attempts[index].answer = answer;
	facts->probe.attempts[index].refusal = refusal;
	facts->probe.attempts[index].reply = "-ERR words";
	facts->probe.attempts[index].exchange = "C: X\nS: -ERR words";
	facts->probe.attempts[index].first = true;
}

static void
essentials(struct facts *facts, enum answer answer, enum refusal refusal)
{
	for (size_t i = 0; i < ATTEMPT_OTHERS; i++) {
		attempt(facts, i, answer, refusal);
		facts->probe.attempts[i].alive = answer == ANSWER_CLOSED;
	}
}

static void
token(struct facts *facts, enum answer answer)
{
	facts->probe.attempt_count = ATTEMPT_OTHERS + 1;
	facts->probe.attempts[ATTEMPT_OTHERS].name = "XOAUTH2";
	attempt(facts, ATTEMPT_OTHERS, answer, REFUSAL_NONE);
}

static void
credential(struct facts *facts, const char *mechanism, enum answer answer, enum refusal refusal)
{
	facts->probe.credential = (struct credential){
		.mechanism = mechanism,
		.answer = answer,
		.refusal = refusal,
		.reply = answer == ANSWER_REFUSED ? "-ERR words" : NULL,
		.exchange = "C: PASS <random>\nS: -ERR words",
	};
}

/* USER is taken, AUTH is not: PASS is the credential. */
static void
pass(struct facts *facts, enum answer answer, enum refusal refusal)
{
	essentials(facts, ANSWER_REFUSED, REFUSAL_UNKNOWN_COMMAND);
	attempt(facts, ATTEMPT_USER, ANSWER_ACCEPTED, REFUSAL_NONE);
	credential(facts, "USER", answer, refusal);
}

static void
sasl(struct facts *facts, enum answer answer, enum refusal refusal)
{
	essentials(facts, ANSWER_REFUSED, REFUSAL_UNKNOWN_COMMAND);
	attempt(facts, ATTEMPT_PLAIN, ANSWER_ACCEPTED, REFUSAL_NONE);
	if (answer != ANSWER_NONE)
		credential(facts, "PLAIN", answer, refusal);
}

static void
no_greeting(struct facts *facts)
{
	facts->probe.greeting_kind = GREETING_NONE;
	facts->probe.greeting = NULL;
}

/*
 * --- the rows -----------------------------------------------------------------------------------
 */

static void
set_checked(struct facts *facts)
{
	pass(facts, ANSWER_REFUSED, REFUSAL_CREDENTIALS);
}

static void
set_checked_sasl(struct facts *facts)
{
	sasl(facts, ANSWER_REFUSED, REFUSAL_CREDENTIALS);
}

static void
set_backend(struct facts *facts)
{
	pass(facts, ANSWER_REFUSED, REFUSAL_BACKEND);
}

static void
set_logged_in(struct facts *facts)
{
	pass(facts, ANSWER_ACCEPTED, REFUSAL_NONE);
}

static void
set_continuation(struct facts *facts)
{
	sasl(facts, ANSWER_NONE, REFUSAL_NONE);
}

static void
set_token(struct facts *facts)
{
	essentials(facts, ANSWER_REFUSED, REFUSAL_TLS_REQUIRED);
	token(facts, ANSWER_ACCEPTED);
}

static void
set_token_beside_late_refusal(struct facts *facts)
{
	pass(facts, ANSWER_REFUSED, REFUSAL_TLS_REQUIRED);
	token(facts, ANSWER_ACCEPTED);
}

static void
set_refused(struct facts *facts)
{
	essentials(facts, ANSWER_REFUSED, REFUSAL_TLS_REQUIRED);
}

static void
set_refused_token_refused(struct facts *facts)
{
	set_refused(facts);
	token(facts, ANSWER_REFUSED);
}

static void
set_closed_after_capa(struct facts *facts)
{
	essentials(facts, ANSWER_CLOSED, REFUSAL_NONE);
	facts->probe.clear.state = LIST_ANSWERED;
	facts->probe.user_over_tls = ANSWER_ACCEPTED;
	facts->probe.alive = true;
}

/* The outage was over when the server showed life. */
static void
set_closed_and_then_alive(struct facts *facts)
{
	set_closed_after_capa(facts);
	for (size_t i = 0; i < ATTEMPT_OTHERS; i++)
		facts->probe.attempts[i].alive = false;
}

static void
set_one_closed_before_life(struct facts *facts)
{
	set_closed_after_capa(facts);
	facts->probe.attempts[ATTEMPT_LOGIN].alive = false;
}

/* No list has come: who knows what it would have listed? */
static void
set_lists_lost(struct facts *facts)
{
	set_refused(facts);
	facts->probe.clear.state = LIST_UNANSWERED;
}

static void
set_lists_lost_but_one(struct facts *facts)
{
	set_lists_lost(facts);
	facts->probe.over_tls.state = LIST_ANSWERED;
}

static void
set_late_but_plain_is_open(struct facts *facts)
{
	pass(facts, ANSWER_REFUSED, REFUSAL_TLS_REQUIRED);
	attempt(facts, ATTEMPT_PLAIN, ANSWER_REFUSED, REFUSAL_TEMPORARY);
}

static void
set_listed_token_not_asked(struct facts *facts)
{
	essentials(facts, ANSWER_REFUSED, REFUSAL_TLS_REQUIRED);
	facts->probe.clear.state = LIST_ANSWERED;
	facts->probe.clear.lines[0] = "SASL OAUTHBEARER";
	facts->probe.clear.count = 1;
}

static void
set_token_temporary(struct facts *facts)
{
	essentials(facts, ANSWER_REFUSED, REFUSAL_TLS_REQUIRED);
	token(facts, ANSWER_REFUSED);
	facts->probe.attempts[ATTEMPT_OTHERS].refusal = REFUSAL_TEMPORARY;
}

static void
set_reset_with_stls(struct facts *facts)
{
	essentials(facts, ANSWER_CLOSED, REFUSAL_NONE);
	for (size_t i = 0; i < ATTEMPT_OTHERS; i++)
		facts->probe.attempts[i].reset = true;
	facts->probe.stls.answer = ANSWER_ACCEPTED;
	facts->probe.tls.handshake = HANDSHAKE_UP;
	facts->probe.user_over_tls = ANSWER_ACCEPTED;
}

static void
set_reset_without_stls(struct facts *facts)
{
	set_reset_with_stls(facts);
	facts->probe.clear.state = LIST_ANSWERED;
	facts->probe.stls.answer = ANSWER_CLOSED;
	facts->probe.tls.handshake = HANDSHAKE_NOT_TRIED;
}

static void
set_closed_on_everything(struct facts *facts)
{
	essentials(facts, ANSWER_CLOSED, REFUSAL_NONE);
	facts->probe.clear.state = LIST_UNANSWERED;
	facts->probe.stls.answer = ANSWER_CLOSED;
}

static void
set_refused_late(struct facts *facts)
{
	pass(facts, ANSWER_REFUSED, REFUSAL_TLS_REQUIRED);
}

static void
set_disabled_late(struct facts *facts)
{
	pass(facts, ANSWER_REFUSED, REFUSAL_LOGIN_DISABLED);
}

static void
set_late_but_another_invited(struct facts *facts)
{
	sasl(facts, ANSWER_REFUSED, REFUSAL_TLS_REQUIRED);
	attempt(facts, ATTEMPT_USER, ANSWER_ACCEPTED, REFUSAL_NONE);
}

static void
set_pass_not_tried(struct facts *facts)
{
	pass(facts, ANSWER_NONE, REFUSAL_NONE);
	facts->probe.credential.mechanism = NULL;
}

static void
set_unknown_refusal(struct facts *facts)
{
	pass(facts, ANSWER_REFUSED, REFUSAL_UNKNOWN);
}

static void
set_closed_on_pass(struct facts *facts)
{
	pass(facts, ANSWER_CLOSED, REFUSAL_NONE);
}

static void
set_pass_unanswered(struct facts *facts)
{
	pass(facts, ANSWER_TIMEOUT, REFUSAL_NONE);
	facts->probe.timeout_step = "pass";
}

static void
set_pass_temporary(struct facts *facts)
{
	pass(facts, ANSWER_REFUSED, REFUSAL_TEMPORARY);
}

static void
set_pass_access(struct facts *facts)
{
	pass(facts, ANSWER_REFUSED, REFUSAL_ACCESS);
}

static void
set_temporary(struct facts *facts)
{
	essentials(facts, ANSWER_REFUSED, REFUSAL_TLS_REQUIRED);
	attempt(facts, ATTEMPT_USER, ANSWER_REFUSED, REFUSAL_TEMPORARY);
}

static void
set_access(struct facts *facts)
{
	essentials(facts, ANSWER_REFUSED, REFUSAL_TLS_REQUIRED);
	attempt(facts, ATTEMPT_USER, ANSWER_REFUSED, REFUSAL_ACCESS);
}

static void
set_greeting_temporary(struct facts *facts)
{
	facts->probe.greeting_kind = GREETING_ERR;
	facts->probe.greeting_temporary = true;
}

static void
set_greeting_refused(struct facts *facts)
{
	facts->probe.greeting_kind = GREETING_ERR;
}

static void
set_connection_refused(struct facts *facts)
{
	no_greeting(facts);
	facts->probe.connect = CONNECT_REFUSED;
}

static void
set_unreachable(struct facts *facts)
{
	no_greeting(facts);
	facts->probe.connect = CONNECT_UNREACHABLE;
	facts->probe.connect_error = "No route to host";
	facts->probe.timeout_step = "connect";
}

static void
set_closed_early(struct facts *facts)
{
	no_greeting(facts);
}

static void
set_silent(struct facts *facts)
{
	no_greeting(facts);
	facts->probe.timeout_step = "greeting";
}

static void
set_not_pop3(struct facts *facts)
{
	facts->probe.greeting_kind = GREETING_NOT_POP3;
}

static void
set_tls_only(struct facts *facts)
{
	facts->endpoint.mode = MODE_POP3S;
	facts->probe.tls.handshake = HANDSHAKE_UP;
}

static void
set_tls_alert(struct facts *facts)
{
	no_greeting(facts);
	facts->endpoint.mode = MODE_POP3S;
	facts->probe.tls.handshake = HANDSHAKE_ALERT;
}

static void
set_tls_not_pop3(struct facts *facts)
{
	set_tls_only(facts);
	facts->probe.greeting_kind = GREETING_NOT_POP3;
}

static void
set_tls_without_greeting(struct facts *facts)
{
	set_tls_only(facts);
	no_greeting(facts);
	facts->probe.timeout_step = "greeting";
}

static void
set_tls_first(struct facts *facts)
{
	facts->probe.tls_first = true;
	facts->probe.timeout_step = "greeting";
}

static void
set_same_host(struct facts *facts)
{
	pass(facts, ANSWER_REFUSED, REFUSAL_CREDENTIALS);
	facts->probe.same_address = true;
	facts->probe.exempts_same_address = true;
}

static void
set_same_host_user_only(struct facts *facts)
{
	set_pass_not_tried(facts);
	facts->probe.same_address = true;
	facts->probe.exempts_same_address = true;
}

static void
set_same_host_refused(struct facts *facts)
{
	set_refused(facts);
	facts->probe.same_address = true;
	facts->probe.exempts_same_address = true;
}

static void
set_same_host_not_exempt(struct facts *facts)
{
	set_checked(facts);
	facts->probe.same_address = true;
}

static void
set_trusted(struct facts *facts)
{
	set_checked(facts);
	facts->probe.trusted = true;
}

static void
set_trusted_continuation(struct facts *facts)
{
	set_continuation(facts);
	facts->probe.trusted = true;
}

static void
set_trusted_refused(struct facts *facts)
{
	set_refused(facts);
	facts->probe.trusted = true;
}

static void
set_timeout(struct facts *facts)
{
	essentials(facts, ANSWER_REFUSED, REFUSAL_TLS_REQUIRED);
	attempt(facts, ATTEMPT_USER, ANSWER_TIMEOUT, REFUSAL_NONE);
	facts->probe.timeout_step = "user";
}

static void
set_timeout_elsewhere(struct facts *facts)
{
	set_refused(facts);
	facts->probe.timeout_step = "stls";
}

static void
set_user_unknown_name(struct facts *facts)
{
	set_refused(facts);
	attempt(facts, ATTEMPT_USER, ANSWER_REFUSED, REFUSAL_CREDENTIALS);
}

static void
set_strange(struct facts *facts)
{
	set_refused(facts);
	attempt(facts, ATTEMPT_PLAIN, ANSWER_STRANGE, REFUSAL_NONE);
}

static void
set_listed_plain_wants_argument(struct facts *facts)
{
	set_refused(facts);
	attempt(facts, ATTEMPT_PLAIN, ANSWER_REFUSED, REFUSAL_SYNTAX);
	facts->probe.clear.state = LIST_ANSWERED;
	facts->probe.clear.lines[0] = "SASL PLAIN";
	facts->probe.clear.count = 1;
}

static void
set_unlisted_plain_wants_argument(struct facts *facts)
{
	set_refused(facts);
	attempt(facts, ATTEMPT_PLAIN, ANSWER_REFUSED, REFUSAL_SYNTAX);
	facts->probe.clear.state = LIST_ANSWERED;
}

static void
set_not_asked(struct facts *facts)
{
	essentials(facts, ANSWER_NONE, REFUSAL_NONE);
	attempt(facts, ATTEMPT_PLAIN, ANSWER_REFUSED, REFUSAL_TLS_REQUIRED);
	facts->probe.closed_step = "auth-login";
}

static void
set_out_of_step(struct facts *facts)
{
	set_refused(facts);
	facts->probe.out_of_step = true;
}

static void
set_apop_only(struct facts *facts)
{
	set_refused(facts);
	credential(facts, "APOP", ANSWER_REFUSED, REFUSAL_CREDENTIALS);
}

#define PERMITS      VERDICT_PERMITS
#define REFUSES      VERDICT_REFUSES
#define NO_SERVICE   VERDICT_NO_SERVICE
#define UNDETERMINED VERDICT_UNDETERMINED
#define PROVEN       CONFIDENCE_PROVEN
#define LIKELY       CONFIDENCE_LIKELY
#define NONE         CONFIDENCE_NONE

static const struct row_test tests[] = {
	{ "credentials-checked", set_checked, PERMITS, PROVEN, REASON_CREDENTIALS_CHECKED },
	{ "credentials-checked-sasl", set_checked_sasl, PERMITS, PROVEN,
		REASON_CREDENTIALS_CHECKED },
	{ "back-end-failed", set_backend, PERMITS, PROVEN, REASON_CREDENTIALS_CHECKED },
	{ "random-login-succeeds", set_logged_in, PERMITS, PROVEN, REASON_CREDENTIALS_CHECKED },
	{ "continuation", set_continuation, PERMITS, LIKELY, REASON_CONTINUATION },
	{ "token-continuation", set_token, PERMITS, LIKELY, REASON_CONTINUATION },
	{ "token-beside-late-refusal", set_token_beside_late_refusal, PERMITS, LIKELY,
		REASON_CONTINUATION },
	{ "refused", set_refused, REFUSES, PROVEN, REASON_REFUSED },
	{ "refused-with-token", set_refused_token_refused, REFUSES, PROVEN, REASON_REFUSED },
	{ "closed-after-capa", set_closed_after_capa, REFUSES, PROVEN, REASON_REFUSED },
	{ "closed-and-then-alive", set_closed_and_then_alive, UNDETERMINED, NONE,
		REASON_NOT_ASKED },
	{ "one-closed-before-life", set_one_closed_before_life, UNDETERMINED, NONE,
		REASON_NOT_ASKED },
	{ "lists-lost", set_lists_lost, UNDETERMINED, NONE, REASON_NOT_ASKED },
	{ "lists-lost-but-one", set_lists_lost_but_one, REFUSES, PROVEN, REASON_REFUSED },
	{ "late-but-plain-is-open", set_late_but_plain_is_open, UNDETERMINED, NONE,
		REASON_TEMPORARY },
	{ "listed-token-not-asked", set_listed_token_not_asked, UNDETERMINED, NONE,
		REASON_NOT_ASKED },
	{ "token-temporary", set_token_temporary, UNDETERMINED, NONE, REASON_TEMPORARY },
	{ "reset-with-stls", set_reset_with_stls, REFUSES, PROVEN, REASON_REFUSED },
	{ "reset-without-stls", set_reset_without_stls, UNDETERMINED, NONE, REASON_NOT_ASKED },
	{ "closed-on-everything", set_closed_on_everything, UNDETERMINED, NONE, REASON_NOT_ASKED },
	{ "refused-late", set_refused_late, REFUSES, PROVEN, REASON_REFUSED_LATE },
	{ "disabled-late", set_disabled_late, REFUSES, PROVEN, REASON_REFUSED_LATE },
	{ "late-but-another-invited", set_late_but_another_invited, UNDETERMINED, NONE,
		REASON_PASS_NOT_TRIED },
	{ "pass-not-tried", set_pass_not_tried, UNDETERMINED, NONE, REASON_PASS_NOT_TRIED },
	{ "unknown-refusal", set_unknown_refusal, UNDETERMINED, NONE, REASON_UNKNOWN_REFUSAL },
	{ "closed-on-pass", set_closed_on_pass, UNDETERMINED, NONE, REASON_UNKNOWN_REFUSAL },
	{ "pass-unanswered", set_pass_unanswered, UNDETERMINED, NONE, REASON_TIMEOUT },
	{ "pass-temporary", set_pass_temporary, UNDETERMINED, NONE, REASON_TEMPORARY },
	{ "pass-access", set_pass_access, UNDETERMINED, NONE, REASON_GREETING_REFUSED },
	{ "temporary", set_temporary, UNDETERMINED, NONE, REASON_TEMPORARY },
	{ "access", set_access, UNDETERMINED, NONE, REASON_GREETING_REFUSED },
	{ "greeting-temporary", set_greeting_temporary, UNDETERMINED, NONE, REASON_TEMPORARY },
	{ "greeting-refused", set_greeting_refused, UNDETERMINED, NONE, REASON_GREETING_REFUSED },
	{ "connection-refused", set_connection_refused, NO_SERVICE, NONE,
		REASON_CONNECTION_REFUSED },
	{ "unreachable", set_unreachable, UNDETERMINED, NONE, REASON_TIMEOUT },
	{ "closed-early", set_closed_early, NO_SERVICE, NONE, REASON_CLOSED_EARLY },
	{ "silent", set_silent, UNDETERMINED, NONE, REASON_TIMEOUT },
	{ "not-pop3", set_not_pop3, NO_SERVICE, NONE, REASON_NOT_POP3 },
	{ "tls-only", set_tls_only, REFUSES, PROVEN, REASON_TLS_ONLY },
	{ "tls-alert", set_tls_alert, REFUSES, PROVEN, REASON_TLS_ONLY },
	{ "tls-but-not-pop3", set_tls_not_pop3, NO_SERVICE, NONE, REASON_NOT_POP3 },
	{ "tls-without-greeting", set_tls_without_greeting, REFUSES, PROVEN, REASON_TLS_ONLY },
	{ "tls-first-on-clear-port", set_tls_first, REFUSES, PROVEN, REASON_TLS_ONLY },
	{ "same-host", set_same_host, UNDETERMINED, NONE, REASON_SAME_HOST },
	{ "same-host-user-only", set_same_host_user_only, UNDETERMINED, NONE, REASON_SAME_HOST },
	{ "same-host-refused", set_same_host_refused, REFUSES, PROVEN, REASON_REFUSED },
	{ "same-host-not-exempt", set_same_host_not_exempt, PERMITS, PROVEN,
		REASON_CREDENTIALS_CHECKED },
	{ "trusted", set_trusted, PERMITS, PROVEN, REASON_TRUSTED_NETWORK },
	{ "trusted-continuation", set_trusted_continuation, PERMITS, LIKELY,
		REASON_TRUSTED_NETWORK },
	{ "trusted-refused", set_trusted_refused, REFUSES, PROVEN, REASON_REFUSED },
	{ "timeout", set_timeout, UNDETERMINED, NONE, REASON_TIMEOUT },
	{ "timeout-elsewhere", set_timeout_elsewhere, REFUSES, PROVEN, REASON_REFUSED },
	{ "user-name-unknown", set_user_unknown_name, UNDETERMINED, NONE, REASON_UNKNOWN_REFUSAL },
	{ "strange", set_strange, UNDETERMINED, NONE, REASON_UNKNOWN_REFUSAL },
	{ "listed-plain-wants-argument", set_listed_plain_wants_argument, UNDETERMINED, NONE,
		REASON_UNKNOWN_REFUSAL },
	{ "unlisted-plain-wants-argument", set_unlisted_plain_wants_argument, REFUSES, PROVEN,
		REASON_REFUSED },
	{ "not-asked", set_not_asked, UNDETERMINED, NONE, REASON_NOT_ASKED },
	{ "out-of-step", set_out_of_step, UNDETERMINED, NONE, REASON_UNKNOWN_REFUSAL },
	{ "apop-is-no-password", set_apop_only, REFUSES, PROVEN, REASON_REFUSED },
};

static void
test_row(const void *data)
{
	const struct row_test *test = data;
	struct facts *facts = facts_new();
	static const char *const names[] = { "PLAIN", "LOGIN", "USER" };

	facts_reserve(facts);
	facts->probe.connect = CONNECT_OPEN;
	facts->probe.greeting_kind = GREETING_OK;
	facts->probe.greeting = "+OK ready";
	facts->probe.depth = DEPTH_STANDARD;
	facts->probe.attempt_count = ATTEMPT_OTHERS;
	for (size_t i = 0; i < ATTEMPT_OTHERS; i++)
		facts->probe.attempts[i].name = names[i];
	test->set(facts);
	verdict_decide(facts);
	g_assert_cmpstr(verdict_word(facts->verdict.value), ==, verdict_word(test->value));
	g_assert_cmpstr(reason_word(facts->verdict.reason), ==, reason_word(test->reason));
	g_assert_cmpint(facts->verdict.confidence, ==, test->confidence);
	g_assert_nonnull(facts->verdict.explanation);
	g_assert_true((facts->verdict.settle != NULL) == (test->value == VERDICT_UNDETERMINED));
	facts_free(facts);
}

/*
 * --- STLS ---------------------------------------------------------------------------------------
 */

static enum stls
stls_of(enum answer answer, enum handshake handshake, bool advertised, bool plaintext_after)
{
	struct facts *facts = facts_new();
	enum stls state;

	facts_reserve(facts);
	facts->probe.connect = CONNECT_OPEN;
	facts->probe.greeting_kind = GREETING_OK;
	facts->probe.attempt_count = ATTEMPT_OTHERS;
	set_refused(facts);
	facts->probe.stls.answer = answer;
	facts->probe.tls.handshake = handshake;
	facts->probe.stls.plaintext_after = plaintext_after;
	facts->probe.clear.state = LIST_ANSWERED;
	facts->probe.clear.count = advertised ? 1 : 0;
	facts->probe.clear.lines[0] = "STLS";
	verdict_decide(facts);
	state = facts->probe.stls.state;
	facts_free(facts);
	return state;
}

static void
test_stls(void)
{
	g_assert_cmpint(stls_of(ANSWER_ACCEPTED, HANDSHAKE_UP, true, false), ==, STLS_REQUIRED);
	g_assert_cmpint(stls_of(ANSWER_ACCEPTED, HANDSHAKE_UP, false, false), ==, STLS_REQUIRED);
	g_assert_cmpint(stls_of(ANSWER_ACCEPTED, HANDSHAKE_UP, true, true), ==, STLS_BROKEN);
	g_assert_cmpint(stls_of(ANSWER_ACCEPTED, HANDSHAKE_CLOSED, true, false), ==, STLS_BROKEN);
	g_assert_cmpint(stls_of(ANSWER_REFUSED, HANDSHAKE_NOT_TRIED, true, false), ==, STLS_BROKEN);
	g_assert_cmpint(stls_of(ANSWER_REFUSED, HANDSHAKE_NOT_TRIED, false, false), ==, STLS_NONE);
	g_assert_cmpint(stls_of(ANSWER_NONE, HANDSHAKE_NOT_TRIED, true, false), ==, STLS_REQUIRED);
	g_assert_cmpint(stls_of(ANSWER_NONE, HANDSHAKE_NOT_TRIED, false, false), ==, STLS_NONE);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++) {
		g_autofree char *name = g_strdup_printf("/verdict/%s", tests[i].name);

		g_test_add_data_func(name, &tests[i], test_row);
	}
	g_test_add_func("/verdict/stls", test_stls);
	return g_test_run();
}
