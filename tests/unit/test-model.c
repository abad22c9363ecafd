/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model: words, URLs, times, facts, findings and totals.
 */
#include <string.h>

#include "model/assessment.h"
#include "model/timestamp.h"

/* The words of the interface (docs/records.md), in the order of their constants. */
static void
test_words(void)
{
	static const char *const reasons[] = { "not-asked", "credentials-checked", "continuation",
		"refused", "refused-late", "pass-not-tried", "unknown-refusal", "temporary",
		"tls-only", "connection-refused", "closed-early", "not-pop3", "timeout",
		"greeting-refused", "same-host", "trusted-network", "inconsistent" };

	for (size_t i = 0; i < G_N_ELEMENTS(reasons); i++)
		g_assert_cmpstr(reason_word((enum reason)i), ==, reasons[i]);
	g_assert_cmpint(REASON_INCONSISTENT + 1, ==, G_N_ELEMENTS(reasons));
	g_assert_cmpstr(verdict_word(VERDICT_PERMITS), ==, "permits");
	g_assert_cmpstr(verdict_word(VERDICT_REFUSES), ==, "refuses");
	g_assert_cmpstr(verdict_word(VERDICT_NO_SERVICE), ==, "no-service");
	g_assert_cmpstr(verdict_word(VERDICT_UNDETERMINED), ==, "undetermined");
	g_assert_cmpstr(confidence_word(CONFIDENCE_PROVEN), ==, "proven");
	g_assert_cmpstr(confidence_word(CONFIDENCE_LIKELY), ==, "likely");
	g_assert_cmpstr(confidence_word(CONFIDENCE_NONE), ==, "none");
	g_assert_cmpstr(vantage_word(VANTAGE_REMOTE), ==, "remote");
	g_assert_cmpstr(vantage_word(VANTAGE_SAME_HOST), ==, "same-host");
	g_assert_cmpstr(vantage_word(VANTAGE_TRUSTED), ==, "trusted");
	g_assert_cmpstr(mode_word(MODE_POP3), ==, "pop3");
	g_assert_cmpstr(mode_word(MODE_POP3S), ==, "pop3s");
	g_assert_null(stls_word(STLS_UNTRIED));
	g_assert_cmpstr(stls_word(STLS_NONE), ==, "none");
	g_assert_cmpstr(stls_word(STLS_OPTIONAL), ==, "optional");
	g_assert_cmpstr(stls_word(STLS_REQUIRED), ==, "required");
	g_assert_cmpstr(stls_word(STLS_BROKEN), ==, "broken");
	g_assert_cmpstr(depth_word(DEPTH_GENTLE), ==, "gentle");
	g_assert_cmpstr(depth_word(DEPTH_STANDARD), ==, "standard");
	g_assert_cmpstr(depth_word(DEPTH_DEEP), ==, "deep");
}

static void
test_undecided_is_not_secure(void)
{
	struct verdict verdict = { 0 };

	g_assert_cmpstr(verdict_word(verdict.value), ==, "undetermined");
	g_assert_cmpstr(reason_word(verdict.reason), ==, "not-asked");
}

static void
test_severity(void)
{
	enum severity severity = SEVERITY_INFO;

	for (int i = SEVERITY_INFO; i <= SEVERITY_NONE; i++) {
		g_assert_true(severity_parse(severity_word((enum severity)i), &severity));
		g_assert_cmpint(severity, ==, i);
	}
	g_assert_false(severity_parse("critical", &severity));
	g_assert_false(severity_parse("", &severity));
	g_assert_cmpint(severity, ==, SEVERITY_NONE);
}

static void
test_url(void)
{
	struct endpoint endpoint = { .host = "", .address = "192.0.2.1", .port = 110 };
	g_autofree char *longest = g_strnfill(ENDPOINT_ADDRESS_MAX, ':');
	char url[ENDPOINT_URL_MAX];

	g_assert_cmpstr(endpoint_url(&endpoint, url), ==, "pop3://192.0.2.1:110");
	endpoint.address = "2001:db8::1";
	endpoint.port = 995;
	endpoint.mode = MODE_POP3S;
	g_assert_cmpstr(endpoint_url(&endpoint, url), ==, "pop3s://[2001:db8::1]:995");
	endpoint.address = longest;
	endpoint.port = 65535;
	g_assert_true(g_str_has_suffix(endpoint_url(&endpoint, url), ":]:65535"));
}

static void
test_timestamp(void)
{
	char text[TIMESTAMP_MAX];

	g_assert_cmpstr(timestamp_format(0, text), ==, "1970-01-01T00:00:00.000Z");
	g_assert_cmpstr(timestamp_format(1795428000123999, text), ==, "2026-11-23T10:00:00.123Z");
	g_assert_cmpstr(timestamp_format(-1, text), ==, "1970-01-01T00:00:00.000Z");
	g_assert_cmpstr(timestamp_format(253402300799999999, text), ==, "9999-12-31T23:59:59.999Z");
	g_assert_cmpstr(timestamp_format(INT64_MAX, text), ==, "9999-12-31T23:59:59.999Z");
}

static void
test_facts_keep(void)
{
	g_autoptr(facts_auto) facts = facts_new();

	g_assert_cmpstr(facts_keep(facts, "a\0b", 3), ==, "a?b");
	g_assert_cmpstr(facts_keep(facts, NULL, 0), ==, "");
	g_assert_cmpstr(facts_keep(facts, "abc", 2), ==, "ab");
	g_assert_cmpstr(facts_printf(facts, "%s-%d", "x", 7), ==, "x-7");
	facts_free(NULL);
}

static void
test_facts_attempt(void)
{
	g_autoptr(facts_auto) facts = facts_new();
	struct attempt *attempt;

	g_assert_null(facts_attempt(facts, "PLAIN"));
	attempt = facts_add_attempt(facts, "PLAIN");
	g_assert_true(facts_attempt(facts, "plain") == attempt);
	g_assert_null(facts_attempt(facts, "PLAI"));
	attempt->answer = ANSWER_REFUSED;
	g_assert_false(attempt_invites(attempt));
	attempt->answer = ANSWER_ACCEPTED;
	g_assert_true(attempt_invites(attempt));
	attempt->name = "CRAM-MD5";
	g_assert_false(attempt_invites(attempt));
	attempt->name = "XOAUTH2";
	g_assert_true(attempt_invites(attempt));
}

/* At the bounds, and one past them; what was there stays. */
static void
test_facts_bounds(void)
{
	g_autoptr(facts_auto) facts = facts_new();
	struct capabilities *list = &facts->probe.clear;
	g_autofree char *large = g_strnfill(ARENA_BLOCK_MAX + 1, 'x');

	for (int i = 0; i < FACTS_ATTEMPTS_MAX; i++)
		g_assert_nonnull(facts_add_attempt(facts, facts_printf(facts, "M%d", i)));
	g_assert_null(facts_add_attempt(facts, "M"));
	g_assert_cmpuint(facts->probe.attempt_count, ==, FACTS_ATTEMPTS_MAX);
	g_assert_cmpstr(facts->probe.attempts[0].name, ==, "M0");
	g_assert_cmpstr(facts->probe.attempts[FACTS_ATTEMPTS_MAX - 1].name, ==, "M23");
	for (int i = 0; i < FACTS_CAPABILITIES_MAX; i++)
		g_assert_true(capabilities_add(facts, list, large, (size_t)i));
	g_assert_false(capabilities_add(facts, list, "X", 1));
	g_assert_cmpuint(list->count, ==, FACTS_CAPABILITIES_MAX);
	for (size_t i = 0; i < FACTS_CAPABILITIES_MAX; i++)
		g_assert_cmpuint(strlen(list->lines[i]), ==, i);
	g_assert_cmpstr(facts_keep(facts, large, strlen(large)), ==, large);
}

static void
test_facts_endpoint(void)
{
	g_autoptr(facts_auto) facts = facts_new();
	char host[] = "mail.example", address[] = "192.0.2.1";
	struct endpoint endpoint = { .host = host, .address = address, .port = 995 };

	g_assert_cmpstr(facts->endpoint.host, ==, "");
	g_assert_cmpstr(facts->endpoint.address, ==, "");
	facts_set_endpoint(facts, &endpoint);
	host[0] = address[0] = 'x';
	g_assert_cmpstr(facts->endpoint.host, ==, "mail.example");
	g_assert_cmpstr(facts->endpoint.address, ==, "192.0.2.1");
	g_assert_cmpuint(facts->endpoint.port, ==, 995);
}

/* Pieces do not overlap, whatever their sizes, and are aligned. */
static void
test_arena(void)
{
	struct arena arena = { 0 };
	guint64 lent[4];
	const char *texts[200];
	guint64 *numbers[200];

	arena_lend(&arena, lent, sizeof(lent));
	g_assert_true(arena_take(&arena, sizeof(lent)) == lent);
	for (unsigned i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autofree char *text = g_strnfill(i, (char)('a' + i % 26));

		texts[i] = arena_text(&arena, text, i);
		numbers[i] = arena_take(&arena, sizeof(*numbers[i]));
		g_assert_cmpuint((guintptr)numbers[i] % sizeof(*numbers[i]), ==, 0);
		g_assert_cmpuint(*numbers[i], ==, 0);
		*numbers[i] = i;
	}
	for (unsigned i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_assert_cmpuint(strlen(texts[i]), ==, i);
		g_assert_true(i == 0 || texts[i][i - 1] == (char)('a' + i % 26));
		g_assert_cmpuint(*numbers[i], ==, i);
	}
	arena_clear(&arena);
	arena_clear(&arena);
	g_assert_cmpstr(arena_text(&arena, NULL, 0), ==, "");
	arena_clear(&arena);
}

static void
test_capabilities(void)
{
	const char *lines[] = { "TOP", "user", "SASL  LOGIN CRAM-MD5 PLAIN-X",
		"IMPLEMENTATION Cyrus" };
	struct capabilities list = { .count = G_N_ELEMENTS(lines), .lines = lines };

	g_assert_true(capabilities_have(&list, "USER"));
	g_assert_true(capabilities_have(&list, "SASL"));
	g_assert_false(capabilities_have(&list, "SAS"));
	g_assert_false(capabilities_have(&list, "STLS"));
	g_assert_true(capabilities_have_mechanism(&list, "login"));
	g_assert_true(capabilities_have_mechanism(&list, "CRAM-MD5"));
	g_assert_false(capabilities_have_mechanism(&list, "PLAIN"));
	g_assert_false(capabilities_have_mechanism(&list, "CYRUS"));
	list.lines[2] = "SASL";
	g_assert_false(capabilities_have_mechanism(&list, "LOGIN"));
}

static void
test_finding(void)
{
	struct finding *finding = g_new0(struct finding, 1);

	finding_say(finding, "first");
	finding_say(finding, "%s %d", "second", 2);
	g_assert_cmpstr(finding->message, ==, "second 2");
	finding_cite(finding, NULL);
	for (int i = 0; i < FINDING_EVIDENCE_MAX + 1; i++)
		finding_cite(finding, "S: +OK");
	g_assert_cmpuint(finding->evidence_count, ==, FINDING_EVIDENCE_MAX);
	finding_reproduce(finding, "telnet %s %u", "192.0.2.1", 110u);
	finding_reproduce(finding, "nc %s", "192.0.2.1");
	g_assert_cmpstr(finding->reproduce, ==, "nc 192.0.2.1");
	finding_settle(finding, "a");
	finding_settle(finding, "b");
	g_assert_cmpstr(finding->settle, ==, "b");
	finding_free(finding);
	finding_free(NULL);
}

static void
test_summary(void)
{
	g_autoptr(assessment_auto) assessment = assessment_new(facts_new());
	struct failure operational = { .subject = "a", .message = "b" };
	struct failure wrong = { .subject = "a", .message = "b", .usage = true };
	struct finding *finding = g_new0(struct finding, 1);
	struct summary summary = { 0 };

	finding->severity = SEVERITY_HIGH;
	g_ptr_array_add(assessment->findings, finding);
	assessment->facts->verdict.value = VERDICT_PERMITS;
	summary_count(&summary, assessment);
	summary_count(&summary, assessment);
	summary_fail(&summary, &operational);
	summary_fail(&summary, &wrong);
	g_assert_cmpuint(summary.endpoints, ==, 2);
	g_assert_cmpuint(summary.verdicts[VERDICT_PERMITS], ==, 2);
	g_assert_cmpuint(summary.verdicts[VERDICT_REFUSES], ==, 0);
	g_assert_cmpuint(summary.findings[SEVERITY_HIGH], ==, 2);
	g_assert_cmpuint(summary.errors, ==, 2);
	g_assert_cmpuint(summary.usage_errors, ==, 1);
	assessment_free(NULL);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/model/words", test_words);
	g_test_add_func("/model/undecided-is-not-secure", test_undecided_is_not_secure);
	g_test_add_func("/model/severity", test_severity);
	g_test_add_func("/model/url", test_url);
	g_test_add_func("/model/timestamp", test_timestamp);
	g_test_add_func("/model/facts-keep", test_facts_keep);
	g_test_add_func("/model/facts-attempt", test_facts_attempt);
	g_test_add_func("/model/bounds", test_facts_bounds);
	g_test_add_func("/model/endpoint", test_facts_endpoint);
	g_test_add_func("/model/arena", test_arena);
	g_test_add_func("/model/capabilities", test_capabilities);
	g_test_add_func("/model/finding", test_finding);
	g_test_add_func("/model/summary", test_summary);
	return g_test_run();
}
