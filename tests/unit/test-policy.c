/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies: which group matches which endpoint, which key wins, every bound
 * and every mistake, with the line, group and key that its message names.
 */
#include <string.h>

#include "model/policy.h"

static struct policy *
parse(const char *text)
{
	GError *error = NULL;
	struct policy *policy = policy_parse(text, strlen(text), &error);

	g_assert_no_error(error);
	g_assert_nonnull(policy);
	return policy;
}

/* --- matching --------------------------------------------------------------------------------- */

struct match_case {
	const char *group;
	struct endpoint endpoint;
	bool matches;
};

#define POP3(host, address, port)              \
	{                                      \
		host, address, port, MODE_POP3 \
	}
#define POP3S(host, address, port)              \
	{                                       \
		host, address, port, MODE_POP3S \
	}

static const struct match_case match_cases[] = {
	{ "*", POP3("mail.example", "192.0.2.1", 110), true },
	{ "*", POP3S("2001:db8::1", "2001:db8::1", 995), true },
	{ "*:995", POP3S("mail.example", "192.0.2.1", 995), true },
	{ "*:995", POP3("mail.example", "192.0.2.1", 995), true },
	{ "*:995", POP3("mail.example", "192.0.2.1", 110), false },
	{ "pop3s://*", POP3S("mail.example", "192.0.2.1", 1995), true },
	{ "pop3s://*", POP3("mail.example", "192.0.2.1", 995), false },
	{ "pop3://*:110", POP3("mail.example", "192.0.2.1", 110), true },
	{ "pop3://*/", POP3("mail.example", "192.0.2.1", 110), true },
	{ "pop3://*:1110", POP3("mail.example", "192.0.2.1", 110), false },
	{ "*.example", POP3("mail.example", "192.0.2.1", 110), true },
	{ "*.Example", POP3("MAIL.exAmple.", "192.0.2.1", 110), true },
	{ "*.example", POP3("example", "192.0.2.1", 110), false },
	{ "*.example", POP3("mail.example.org", "192.0.2.1", 110), false },
	{ "mail?.example", POP3("mail1.example", "192.0.2.1", 110), true },
	{ "mail?.example", POP3("mail.example", "192.0.2.1", 110), false },
	{ "mail?.example", POP3("mail12.example", "192.0.2.1", 110), false },
	{ "m*a*l.*", POP3("mal-mail.example", "192.0.2.1", 110), true },
	{ "192.0.2.*", POP3("mail.example", "192.0.2.1", 110), true },
	{ "192.0.2.*", POP3("mail.example", "192.0.20.1", 110), false },
	{ "mail.example", POP3("mail.example", "192.0.2.1", 110), true },
	{ "MAIL.example.", POP3("mail.EXAMPLE", "192.0.2.1", 110), true },
	{ "mail.example", POP3("xmail.example", "192.0.2.1", 110), false },
	{ "mail.example:110", POP3("mail.example", "192.0.2.1", 110), true },
	{ "mail.example:110", POP3S("mail.example", "192.0.2.1", 995), false },
	{ "pop3://mail.example", POP3("mail.example", "192.0.2.1", 1110), true },
	{ "pop3://mail.example", POP3S("mail.example", "192.0.2.1", 995), false },
	{ "pop3s://mail.example:995/", POP3S("mail.example", "192.0.2.1", 995), true },
	{ "b\xc3\xbc"
	  "cher.example",
		POP3("xn--bcher-kva.example", "192.0.2.1", 110), true },
	{ "xn--bcher-kva.example",
		POP3("b\xc3\xbc"
		     "cher.example",
			"192.0.2.1", 110),
		true },
	{ "192.0.2.1", POP3("mail.example", "192.0.2.1", 110), true },
	{ "192.0.2.1", POP3("mail.example", "192.0.2.11", 110), false },
	{ "192.0.2.0/24", POP3("mail.example", "192.0.2.255", 110), true },
	{ "192.0.2.77/24", POP3("mail.example", "192.0.2.0", 110), true },
	{ "192.0.2.0/24", POP3("mail.example", "192.0.3.0", 110), false },
	{ "192.0.2.0/24:995", POP3S("mail.example", "192.0.2.9", 995), true },
	{ "192.0.2.0/24:995", POP3("mail.example", "192.0.2.9", 110), false },
	{ "pop3://192.0.2.0/24", POP3("mail.example", "192.0.2.9", 110), true },
	{ "pop3://192.0.2.0/24/", POP3("mail.example", "192.0.2.9", 110), true },
	{ "0.0.0.0/0", POP3("mail.example", "192.0.2.9", 110), true },
	{ "0.0.0.0/0", POP3("mail.example", "2001:db8::1", 110), false },
	{ "192.0.2.1-9", POP3("mail.example", "192.0.2.9", 110), true },
	{ "192.0.2.1-9", POP3("mail.example", "192.0.2.10", 110), false },
	{ "192.0.2.1-9:110", POP3("mail.example", "192.0.2.1", 110), true },
	{ "2001:db8::1", POP3("mail.example", "2001:db8::1", 110), true },
	{ "2001:DB8:0::1", POP3("mail.example", "2001:db8::1", 110), true },
	{ "[2001:db8::1]", POP3("mail.example", "2001:db8::1", 110), true },
	{ "[2001:db8::1]:995", POP3S("mail.example", "2001:db8::1", 995), true },
	{ "[2001:db8::1]:995", POP3("mail.example", "2001:db8::1", 110), false },
	{ "pop3s://[2001:db8::1]", POP3S("mail.example", "2001:db8::1", 995), true },
	{ "2001:db8::/32", POP3("mail.example", "2001:db8:ffff::1", 110), true },
	{ "2001:db8::/32", POP3("mail.example", "2001:db9::1", 110), false },
	{ "[2001:db8::/32]:110", POP3("mail.example", "2001:db8::1", 110), true },
	{ "[2001:db8::]/32:110", POP3("mail.example", "2001:db8::1", 110), true },
	{ "::/0", POP3("mail.example", "2001:db8::1", 110), true },
	{ "fe80::1%eth0", POP3("fe80::1%eth0", "fe80::1%eth0", 110), true },
	{ "fe80::1%eth0", POP3("fe80::1%eth1", "fe80::1%eth1", 110), false },
	{ "fe80::1%eth0", POP3("fe80::1", "fe80::1", 110), false },
	{ "fe80::/10", POP3("fe80::1%eth0", "fe80::1%eth0", 110), true },
};

static void
test_matches(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(match_cases); i++) {
		const struct match_case *match = &match_cases[i];
		g_autofree char *text = g_strdup_printf("[%s]\nca=/x\n", match->group);
		struct policy *policy = parse(text);
		struct policy_terms terms = { 0 };

		g_test_message("[%s] and %s, %s, %u", match->group, match->endpoint.host,
			match->endpoint.address, match->endpoint.port);
		policy_apply(policy, &match->endpoint, &terms);
		g_assert_true((terms.ca != NULL) == match->matches);
		policy_free(policy);
	}
}

/* No pattern takes long, whatever its host is. */
static void
test_slow_pattern(void)
{
	g_autofree char *host = g_strnfill(250, 'a');
	g_autoptr(GString) text = g_string_new("[");
	struct endpoint endpoint = { host, "192.0.2.1", 110, MODE_POP3 };
	struct policy_terms terms = { 0 };
	struct policy *policy;

	for (int i = 0; i < 30; i++)
		g_string_append(text, "*a");
	g_string_append(text, "*b]\nca=/x\n");
	policy = parse(text->str);
	policy_apply(policy, &endpoint, &terms);
	g_assert_null(terms.ca);
	policy_free(policy);
}

/* --- keys ------------------------------------------------------------------------------------- */

static const char whole[] = "\xef\xbb\xbf"
			    "# a comment\r\n"
			    "\r\n"
			    "[*]\r\n"
			    "  expect = refuses , tls>=1.2,cert,days>=14 \r\n"
			    "insecure=false\r\n"
			    "# another\n"
			    "[*.example.org]\n"
			    "tls-name=mail.example.org\n"
			    "[192.0.2.0/24]\n"
			    "ca=/etc/ssl/a = b.pem\n"
			    "insecure=true\n"
			    "[pop3://mail.example.org]\n"
			    "expect=cleartext-port-closed\n"
			    "tls-name=192.0.2.7\n"
			    "insecure=0\n"
			    "[*]";

static void
test_precedence(void)
{
	struct policy *policy = parse(whole);
	struct endpoint clear = POP3("mail.example.org", "192.0.2.1", 110);
	struct endpoint tls = POP3S("mail.example.org", "192.0.2.1", 995);
	struct endpoint other = POP3S("mail.example.net", "198.51.100.1", 995);
	struct policy_terms terms = { 0 };

	policy_apply(policy, &clear, &terms);
	g_assert_true(terms.expectations.wanted[EXPECT_CLEARTEXT_PORT_CLOSED]);
	g_assert_false(terms.expectations.wanted[EXPECT_REFUSES]);
	g_assert_cmpstr(terms.tls_name, ==, "192.0.2.7");
	g_assert_cmpstr(terms.ca, ==, "/etc/ssl/a = b.pem");
	g_assert_false(terms.insecure);

	terms = (struct policy_terms){ 0 };
	policy_apply(policy, &tls, &terms);
	g_assert_true(terms.expectations.wanted[EXPECT_REFUSES]);
	g_assert_cmpuint(terms.expectations.days, ==, 14);
	g_assert_cmpstr(terms.tls_name, ==, "mail.example.org");
	g_assert_true(terms.insecure);

	/* What nobody speaks of stays. */
	terms = (struct policy_terms){ .tls_name = "given", .ca = "given", .insecure = true };
	policy_apply(policy, &other, &terms);
	g_assert_cmpstr(terms.tls_name, ==, "given");
	g_assert_cmpstr(terms.ca, ==, "given");
	g_assert_false(terms.insecure);
	policy_free(policy);
}

static void
test_nothing_said(void)
{
	struct policy *policy = parse("");
	struct endpoint endpoint = POP3("mail.example.org", "192.0.2.1", 110);
	struct policy_terms terms = { .insecure = true };
	g_autoptr(GPtrArray) targets = policy_targets(policy);

	terms.expectations.wanted[EXPECT_NAME] = true;
	policy_apply(policy, &endpoint, &terms);
	g_assert_true(terms.expectations.wanted[EXPECT_NAME]);
	g_assert_true(terms.insecure);
	g_assert_cmpuint(targets->len, ==, 0);
	policy_free(policy);
	policy_free(NULL);
}

static void
test_targets(void)
{
	struct policy *policy = parse("[*]\n[mail.example]\n[192.0.2.0/24]\n[192.0.2.1-2]\n"
				      "[pop3s://mail.example]\n[mail.example]\n[mail?.example]\n"
				      "[[2001:db8::1]:995]\n[192.0.2.1]\n[*.example:110]\n");
	g_autoptr(GPtrArray) targets = policy_targets(policy);
	g_autofree char *joined = NULL;

	for (guint i = 0; i < targets->len; i++) {
		g_autoptr(target_auto) target = target_parse(g_ptr_array_index(targets, i), NULL);

		g_assert_nonnull(target);
	}
	g_ptr_array_add(targets, NULL);
	joined = g_strjoinv(" ", (char **)targets->pdata);
	g_assert_cmpstr(joined, ==,
		"mail.example pop3s://mail.example [2001:db8::1]:995 192.0.2.1");
	policy_free(policy);
}

/* --- mistakes --------------------------------------------------------------------------------- */

static const struct {
	const char *text;
	const char *message; /* begins with this */
} mistakes[] = {
	{ "expect=tls", "line 1: expect: stands before the first group" },
	{ "\n\n[*]\nexpct=tls",
		"line 4: [*] expct: is no key of a policy: expect, ignore, tls-name, ca" },
	{ "[*]\nExpect=tls", "line 2: [*] Expect: is no key" },
	{ "[*]\nexpect[de]=tls", "line 2: [*] expect[de]: is no key" },
	{ "[*]\n=tls", "line 2: [*] : is no key" },
	{ "[*]\nexpect", "line 2: [*] expect: is neither a group, nor a key with its value" },
	{ "[*]\n\x1b[2J", "line 2: [*] \\x1b[2J: is neither a group" },
	{ "[*]\nexpect=", "line 2: [*] expect: \"\" is no expectation" },
	{ "[*]\nexpect=tls,days>=\x1b", "line 2: [*] expect: \"days>=\\x1b\" has no number" },
	{ "[*]\nexpect=tls\nexpect=tls", "line 3: [*] expect: stands twice" },
	{ "[*]\nca=/a\nca=/a", "line 3: [*] ca: stands twice" },
	{ "[*]\nca=", "line 2: [*] ca: names no file" },
	{ "[*]\ntls-name=a\ntls-name=a", "line 3: [*] tls-name: stands twice" },
	{ "[*]\ntls-name=", "line 2: [*] tls-name: the name \"\" has an empty label" },
	{ "[*]\ntls-name=a b", "line 2: [*] tls-name: the name \"a b\" has a character" },
	{ "[*]\ninsecure=yes", "line 2: [*] insecure: is neither true nor false" },
	{ "[*]\ninsecure=1\ninsecure=1", "line 3: [*] insecure: stands twice" },
	{ "[]\n", "line 1: []: the host is empty" },
	{ "[abc\n", "line 1: [abc]: the group lacks its closing bracket" },
	{ "[\n", "line 1: []: the group lacks its closing bracket" },
	{ "[a b]\n", "line 1: [a b]: host \"a b\" has a character" },
	{ "[a\x1b]\n", "line 1: [a\\x1b]: host \"a\\x1b\" has a character" },
	{ "[imap://a]\n", "line 1: [imap://a]: scheme \"imap\" is not pop3 or pop3s" },
	{ "[pop3://u@a]\n", "line 1: [...]: a user in the URL" },
	{ "[a:0]\n", "line 1: [a:0]: port" },
	{ "[a:65536]\n", "line 1: [a:65536]: port" },
	{ "[*:x]\n", "line 1: [*:x]: port" },
	{ "[*.b\xc3\xbc.example]\n", "line 1: [*.b\xc3\xbc.example]: in a pattern, write" },
	{ "[* *]\n", "line 1: [* *]: host" },
	{ "[192.0.2.0/33]\n", "line 1: [192.0.2.0/33]: has a prefix length that is none" },
	{ "[2001:db8::/129]\n", "line 1: [2001:db8::/129]: has a prefix length that is none" },
	{ "[192.0.2.0/]\n", "line 1: [192.0.2.0/]: prefix length" },
	{ "[mail.example/24]\n", "line 1: [mail.example/24]: is no network" },
	{ "[192.0.2.1-9/24]\n", "line 1: [192.0.2.1-9/24]: is no network" },
	{ "[192.0.2.9-1]\n", "line 1: [192.0.2.9-1]: range" },
	{ "\xff", "the policy is no text in UTF-8" },
};

static void
assert_wrong(const char *text, size_t length, const char *message)
{
	GError *error = NULL;

	g_assert_null(policy_parse(text, length, &error));
	g_assert_error(error, POPSEAL_POLICY_ERROR, 0);
	g_test_message("%s", error->message);
	g_assert_true(g_str_has_prefix(error->message, message));
	g_assert_null(strpbrk(error->message, "\x1b\n"));
	g_error_free(error);
}

static void
test_mistakes(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(mistakes); i++)
		assert_wrong(mistakes[i].text, strlen(mistakes[i].text), mistakes[i].message);
	assert_wrong("[*]\0\n", 5, "the policy is no text in UTF-8");
}

static void
test_bounds(void)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autofree char *name = g_strnfill(97, 'n');
	struct policy *policy;

	for (int i = 0; i < POLICY_GROUPS_MAX; i++)
		g_string_append_printf(text, "[h%d.example]\n", i);
	policy = parse(text->str);
	policy_free(policy);
	g_string_append(text, "[*]\n");
	assert_wrong(text->str, text->len, "line 4097: [*]: these are more than 4096 groups");

	g_string_assign(text, "[*]\n#");
	while (text->len < POLICY_MAX)
		g_string_append_c(text, '-');
	policy = parse(text->str);
	policy_free(policy);
	g_string_append_c(text, '-');
	assert_wrong(text->str, text->len, "the policy is longer than 1 MiB");

	/* What is wrong is not repeated at any length. */
	g_string_printf(text, "[*]\n%s=x", name);
	name[96] = '\0';
	g_autofree char *message = g_strdup_printf("line 2: [*] %s...: is no key", name);
	assert_wrong(text->str, text->len, message);
}

/* The policy that comes along says what the documentation says of it. */
static void
test_baseline(void)
{
	g_autofree char *path = g_build_filename(g_getenv("POPSEAL_SOURCE"), "data", "policies",
		"baseline.policy", NULL);
	g_autofree char *text = NULL;
	size_t length = 0;
	struct endpoint endpoint = POP3("mail.example.org", "192.0.2.1", 110);
	struct policy_terms terms = { 0 };
	struct expectations expected;
	GError *error = NULL;
	struct policy *policy;

	g_assert_true(g_file_get_contents(path, &text, &length, NULL));
	policy = policy_parse(text, length, &error);
	g_assert_no_error(error);
	policy_apply(policy, &endpoint, &terms);
	g_assert_true(expectations_parse("refuses,tls>=1.2,cert,days>=14,name", &expected, NULL));
	g_assert_true(memcmp(&terms.expectations, &expected, sizeof(expected)) == 0);
	g_assert_null(terms.ca);
	policy_free(policy);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/policy/matches", test_matches);
	g_test_add_func("/policy/slow-pattern", test_slow_pattern);
	g_test_add_func("/policy/precedence", test_precedence);
	g_test_add_func("/policy/nothing-said", test_nothing_said);
	g_test_add_func("/policy/targets", test_targets);
	g_test_add_func("/policy/mistakes", test_mistakes);
	g_test_add_func("/policy/bounds", test_bounds);
	g_test_add_func("/policy/baseline", test_baseline);
	return g_test_run();
}
