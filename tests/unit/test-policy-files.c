/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies about configurations: which files a group is about, what it expects
 * of them, and what it excuses; and that verify's side does not see them.
 */
#include <string.h>

#include "model/facts.h"
#include "model/policy.h"

#define BASE   "/srv/repository"
#define IGNORE "ignore=config-permits reason=\"r\"\n"

static bool
is_rule(const char *id)
{
	return g_str_equal(id, "config-permits");
}

static struct policy *
parse(const char *text)
{
	g_autoptr(GError) error = NULL;
	struct policy *policy = policy_parse(text, strlen(text), &error);

	g_assert_no_error(error);
	return policy;
}

static struct assessment *
assess(const char *root, const char *file)
{
	struct facts *facts = facts_new();
	struct finding *finding = g_new0(struct finding, 1);
	struct assessment *assessment;

	config_facts_new(facts, "dovecot", "Dovecot")->root = root;
	assessment = assessment_new(facts);
	finding->rule = "config-permits";
	finding->outcome = FAIL;
	finding->location.file = file;
	g_ptr_array_add(assessment->findings, finding);
	return assessment;
}

/* --- which files ------------------------------------------------------------------------------ */

static void
test_matches(void)
{
	static const struct {
		const char *group;
		const char *root;
		const char *file;
		bool matches; /* the finding; by its root too */
		bool root_matches;
	} cases[] = {
		{ "*", "/etc/dovecot/dovecot.conf", "/etc/dovecot/x", true, true },
		{ "/etc/dovecot", "/etc/dovecot/dovecot.conf", "/etc/dovecot/x", true, true },
		{ "/etc/dovecot/", "/etc/dovecot/dovecot.conf", "/etc/dovecot/x", true, true },
		{ "/etc/dovecot", "/etc/dovecot2/dovecot.conf", "/etc/x", false, false },
		{ "/etc/dovecot/conf.d/*", "/etc/dovecot/dovecot.conf",
			"/etc/dovecot/conf.d/a.conf", true, false },
		{ "/etc/dovecot/conf.d/?.conf", "/etc/dovecot/dovecot.conf",
			"/etc/dovecot/conf.d/a.conf", true, false },
		{ "./mx", "mx/dovecot.conf", "mx/a", true, true },
		{ "./mx", BASE "/mx/dovecot.conf", "mx/a", true, true },
		{ "./mx", "/etc/mx/dovecot.conf", "/etc/mx/a", false, false },
		{ "../other", "/srv/other/dovecot.conf", "/srv/other/a", true, true },
		{ "*/old/*", "servers/old/dovecot.conf", NULL, true, true },
		{ "*/old/*", "servers/new/dovecot.conf", NULL, false, false },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text =
			g_strdup_printf("[%s]\nexpect=refuses\n" IGNORE, cases[i].group);
		struct policy *policy = parse(text);
		struct expectations expectations = { 0 };
		g_autoptr(assessment_auto) assessment = assess(cases[i].root, cases[i].file);
		const struct finding *finding = g_ptr_array_index(assessment->findings, 0);

		g_test_message("[%s] and %s, %s", cases[i].group, cases[i].root, cases[i].file);
		policy_suppress(policy, BASE, assessment, "2027-01-31");
		g_assert_cmpint(finding->suppressed, ==,
			cases[i].matches ? SUPPRESSED_EXTERNAL : SUPPRESSED_NOT);
		policy_apply_config(policy, BASE, cases[i].root, &expectations);
		g_assert_cmpint(expectations.wanted[EXPECT_REFUSES], ==, cases[i].root_matches);
		policy_free(policy);
	}
}

static void
test_later_wins(void)
{
	struct policy *policy =
		parse("[*]\nexpect=refuses,tls>=1.2,cert\n[mail.example]\nexpect=tls\n"
		      "[/etc]\nexpect=tls\n");
	struct expectations expectations = { 0 };

	policy_apply_config(policy, BASE, "/srv/a", &expectations);
	g_assert_true(expectations.wanted[EXPECT_REFUSES]);
	g_assert_false(expectations.wanted[EXPECT_TLS]);
	policy_apply_config(policy, BASE, "/etc/a", &expectations);
	g_assert_false(expectations.wanted[EXPECT_REFUSES]);
	g_assert_true(expectations.wanted[EXPECT_TLS]);
	policy_free(policy);
}

/* Of a group of files verify sees nothing: it is no target, and no endpoint's. */
static void
test_verify_side(void)
{
	struct policy *policy = parse("[/etc/dovecot]\nexpect=refuses\n" IGNORE "[*]\n" IGNORE);
	const struct endpoint endpoint = { .address = "192.0.2.1",
		.host = "mail.example",
		.port = 110 };
	struct policy_terms terms = { 0 };
	g_autoptr(GPtrArray) targets = policy_targets(policy);

	policy_apply(policy, &endpoint, &terms);
	g_assert_false(expectations_any(&terms.expectations));
	g_assert_cmpuint(targets->len, ==, 0);
	policy_free(policy);
}

/* --- ignore ----------------------------------------------------------------------------------- */

static void
test_ignores(void)
{
	struct policy *policy =
		parse("[/etc]\nignore=config-permits until=2027-01-30 reason=\"a\"\n"
		      "ignore-2=config-permits until=2027-01-31 reason=\"b\"\n"
		      "[/srv]\n" IGNORE);
	g_autoptr(GPtrArray) list = policy_suppressions(policy, "p.policy", is_rule, NULL);
	g_autoptr(assessment_auto) assessment = assess("/etc/a", "/etc/b");
	const struct finding *finding = g_ptr_array_index(assessment->findings, 0);
	static const enum suppression_state states[] = { SUPPRESSION_EXPIRED, SUPPRESSION_USED,
		SUPPRESSION_UNUSED };
	static const unsigned lines[] = { 2, 3, 5 };

	policy_suppress(policy, BASE, assessment, "2027-01-31");
	g_assert_cmpstr(finding->reason, ==, "b");
	g_assert_cmpstr(finding->until, ==, "2027-01-31");
	g_assert_cmpuint(list->len, ==, G_N_ELEMENTS(states));
	for (guint i = 0; i < list->len; i++) {
		const struct suppression *suppression = g_ptr_array_index(list, i);

		g_assert_cmpint(suppression->state, ==, states[i]);
		g_assert_cmpuint(suppression->line, ==, lines[i]);
		g_assert_cmpstr(suppression->file, ==, "p.policy");
	}
	policy_free(policy);
}

static void
test_mistakes(void)
{
	static const struct {
		const char *text;
		const char *message;
	} cases[] = {
		{ "[/etc]\nexpect=refuses,cert", "line 2: [/etc] expect: of files only" },
		{ "[/etc]\nexpect=login", "line 2: [/etc] expect: of files only" },
		{ "[/etc]\ntls-name=a", "line 2: [/etc] tls-name: is about endpoints" },
		{ "[/etc]\nca=a", "line 2: [/etc] ca: is about endpoints" },
		{ "[mail.example]\n" IGNORE, "line 2: [mail.example] ignore: is about files" },
		{ "[/etc]\nignore=config-permits", "line 2: [/etc] ignore: it has no reason" },
		{ "[/etc]\nignore=", "line 2: [/etc] ignore: it names no rule" },
		{ "[/etc]\nignored=x", "line 2: [/etc] ignored: is no key" },
		{ "ignore=x", "line 1: ignore: stands before the first group" },
		{ "[etc/dovecot]\nexpect=tls", "line 1: [etc/dovecot]" },
	};
	struct policy *policy = parse("[/etc]\nignore=config-permit reason=\"r\"");
	g_autoptr(GError) unknown = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;

		g_assert_null(policy_parse(cases[i].text, strlen(cases[i].text), &error));
		g_assert_error(error, POPSEAL_POLICY_ERROR, 0);
		if (!g_str_has_prefix(error->message, cases[i].message))
			g_error("%s: not %s", error->message, cases[i].message);
	}
	g_assert_null(policy_suppressions(policy, "p", is_rule, &unknown));
	g_assert_cmpstr(unknown->message, ==,
		"line 2: [/etc] config-permit: is no rule; 'popseal rules' lists them all");
	policy_free(policy);
}

/* --- what is expected ------------------------------------------------------------------------- */

struct sight {
	enum verdict_value verdict;
	enum config_note_kind note;
	bool unknown;
	bool doubt;
	bool tls_port;
};

static enum expectation_state
judge(const struct sight *sight, const char *words)
{
	g_autoptr(facts_auto) facts = facts_new();
	struct expectations expectations = { 0 };
	g_autoptr(GPtrArray) judged = NULL;
	const struct expectation *expectation;

	config_facts_new(facts, "dovecot", "Dovecot")->root = "/etc/a";
	facts->verdict.value = sight->verdict;
	if (sight->verdict == VERDICT_PERMITS || sight->verdict == VERDICT_REFUSES) {
		struct config_listener *listener = config_add_listener(facts);

		listener->address = "*";
		listener->verdict = sight->verdict;
		listener->mode = sight->tls_port ? MODE_POP3S : MODE_POP3;
	}
	if (sight->note != CONFIG_NOTE_NONE) {
		struct config_note *note = config_add_note(facts, sight->note);

		note->message = "It is noted.";
		note->unknown = sight->unknown;
		note->settle = "look";
	}
	if (sight->doubt)
		config_add_doubt(facts, REASON_INCLUDE_MISSING)->message = "It is doubted.";
	g_assert_true(expectations_parse(words, &expectations, NULL));
	judged = expectations_judge_config(&expectations, facts);
	g_assert_cmpuint(judged->len, ==, 1);
	expectation = g_ptr_array_index(judged, 0);
	g_assert_cmpstr(expectation->name, ==, words);
	g_assert_nonnull(expectation->reason);
	g_assert_nonnull(expectation->message);
	return expectation->state;
}

static void
test_judge(void)
{
	static const struct {
		struct sight sight;
		const char *words;
		enum expectation_state state;
	} cases[] = {
		{ { VERDICT_REFUSES, 0, 0, 0, 0 }, "refuses", EXPECTATION_MET },
		{ { VERDICT_NO_SERVICE, 0, 0, 0, 0 }, "refuses", EXPECTATION_MET },
		{ { VERDICT_PERMITS, 0, 0, 0, 0 }, "refuses", EXPECTATION_UNMET },
		{ { VERDICT_UNDETERMINED, 0, 0, 0, 0 }, "refuses", EXPECTATION_UNDETERMINED },
		{ { VERDICT_REFUSES, 0, 0, 0, 0 }, "tls", EXPECTATION_MET },
		{ { VERDICT_REFUSES, CONFIG_NOTE_TLS_UNAVAILABLE, 0, 0, 0 }, "tls",
			EXPECTATION_UNMET },
		{ { VERDICT_REFUSES, CONFIG_NOTE_TLS_UNAVAILABLE, 1, 0, 0 }, "tls",
			EXPECTATION_UNDETERMINED },
		{ { VERDICT_PERMITS, 0, 0, 1, 0 }, "tls", EXPECTATION_UNDETERMINED },
		{ { VERDICT_UNDETERMINED, 0, 0, 0, 0 }, "tls", EXPECTATION_UNDETERMINED },
		{ { VERDICT_NO_SERVICE, 0, 0, 0, 0 }, "tls", EXPECTATION_MET },
		/* Who takes passwords in clear may have no TLS at all. */
		{ { VERDICT_PERMITS, 0, 0, 0, 0 }, "tls", EXPECTATION_UNDETERMINED },
		{ { VERDICT_PERMITS, 0, 0, 0, 0 }, "tls>=1.2", EXPECTATION_UNDETERMINED },
		{ { VERDICT_PERMITS, 0, 0, 0, 1 }, "tls", EXPECTATION_MET },
		{ { VERDICT_REFUSES, 0, 0, 0, 0 }, "tls>=1.2", EXPECTATION_MET },
		{ { VERDICT_REFUSES, CONFIG_NOTE_TLS_VERSION, 0, 0, 0 }, "tls>=1.2",
			EXPECTATION_UNMET },
		{ { VERDICT_REFUSES, CONFIG_NOTE_TLS_VERSION, 1, 0, 0 }, "tls>=1.2",
			EXPECTATION_UNDETERMINED },
		{ { VERDICT_REFUSES, CONFIG_NOTE_TLS_UNAVAILABLE, 0, 0, 0 }, "tls>=1.2",
			EXPECTATION_UNMET },
		{ { VERDICT_REFUSES, 0, 0, 1, 0 }, "tls>=1.2", EXPECTATION_UNDETERMINED },
		/* The notes tell of TLS 1.2 alone. */
		{ { VERDICT_REFUSES, 0, 0, 0, 0 }, "tls>=1.3", EXPECTATION_UNDETERMINED },
		{ { VERDICT_REFUSES, CONFIG_NOTE_TLS_VERSION, 0, 0, 0 }, "tls>=1.3",
			EXPECTATION_UNMET },
		{ { VERDICT_REFUSES, CONFIG_NOTE_TLS_VERSION, 0, 0, 0 }, "tls>=1.1",
			EXPECTATION_UNDETERMINED },
		{ { VERDICT_REFUSES, 0, 0, 0, 0 }, "tls>=1.1", EXPECTATION_MET },
		{ { VERDICT_NO_SERVICE, 0, 0, 0, 0 }, "tls>=1.3", EXPECTATION_MET },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_test_message("%zu: %s", i, cases[i].words);
		g_assert_cmpint(judge(&cases[i].sight, cases[i].words), ==, cases[i].state);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/policy-files/matches", test_matches);
	g_test_add_func("/policy-files/later-wins", test_later_wins);
	g_test_add_func("/policy-files/verify-side", test_verify_side);
	g_test_add_func("/policy-files/ignores", test_ignores);
	g_test_add_func("/policy-files/mistakes", test_mistakes);
	g_test_add_func("/policy-files/judge", test_judge);
	return g_test_run();
}
