/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text, byte for byte: what people read is tested as they read it.
 */
#include <string.h>

#include "test-reports.h"

static const struct report_options plain = { .color = false };
static const struct report_options quiet = { .quiet = true };
static const struct report_options verbose = { .verbose = true };

static void
assert_text(const struct report_options *options, struct assessment *assessment,
	const char *expected)
{
	g_autofree char *text = sample_report("text", options, assessment);

	g_assert_cmpstr(text, ==, expected);
}

static void
test_permits(void)
{
	assert_text(&plain, sample_permits(),
		"pop3://192.0.2.1:110  permits (proven)  Dovecot 2.3.16  mail.example\n"
		"  It checked a random name and password before TLS. [credentials-checked]\n"
		"  high    cleartext-login  POP3 cleartext login permitted\n"
		"    why   Dovecot checked a random name and password before TLS, so every\n"
		"          mailbox is open to whoever can see the wire.\n"
		"          C: AUTH PLAIN\n"
		"          S: -ERR [AUTH] Authentication failed.\n"
		"    fix   Require TLS before any login.\n"
		"    show  telnet 192.0.2.1 110, then: AUTH PLAIN (a line that is long enough "
		"to be wrapped, if commands were wrapped)\n\n");
}

static void
test_calm(void)
{
	assert_text(&plain, sample_refuses(),
		"pop3s://[2001:db8::1]:995  refuses (proven)\n"
		"  It speaks TLS from the first byte. [tls-only]\n\n");
	assert_text(&plain, sample_no_service(),
		"pop3://192.0.2.9:110  no-service  connection-refused\n");
	assert_text(&quiet, sample_refuses(), "");
	assert_text(&quiet, sample_no_service(), "");
}

static void
test_undetermined(void)
{
	static const char expected[] = "pop3://192.0.2.8:110  undetermined\n"
				       "  It stopped answering. [timeout in capa]\n"
				       "  settle  Ask again with --timeout 60.\n\n";

	assert_text(&plain, sample_undetermined(), expected);
	assert_text(&quiet, sample_undetermined(), expected);
}

static void
test_verbose(void)
{
	g_autofree char *text = sample_report("text", &verbose, sample_permits());

	g_assert_nonnull(strstr(text, "          S: second\n"));
	g_assert_nonnull(strstr(text, "    see   CWE-319, RFC 8314 section 4.1\n"));
	g_assert_nonnull(strstr(text,
		"  unknown stls-injection  STLS was not asked.\n"
		"    settle popseal scan --depth deep 192.0.2.1\n"));
	g_assert_nonnull(strstr(text,
		"  greets  +OK Dovecot ready. <1.2@mail>\n"
		"  offers  USER PLAIN LOGIN CRAM-MD5 APOP\n"
		"  took    PLAIN\n"
		"  refused LOGIN USER\n"
		"  STLS    optional\n"
		"  TLS     TLSv1.3 TLS_AES_256_GCM_SHA384\n"));
	g_assert_nonnull(strstr(text, "    C: CAPA\n"));
	assert_text(&(struct report_options){ .transcript = true }, sample_no_service(),
		"pop3://192.0.2.9:110  no-service\n"
		"  The connection was refused. [connection-refused]\n\n");
}

static void
test_transcript(void)
{
	struct report_options options = { .transcript = true };
	g_autofree char *text = sample_report("text", &options, sample_permits());

	g_assert_true(g_str_has_suffix(text,
		"  wire    what was said:\n"
		"    S: +OK Dovecot ready.\n"
		"    C: CAPA\n\n"));
	g_assert_null(strstr(text, "greets"));
}

static void
test_color(void)
{
	struct report_options options = { .color = true };

	assert_text(&options, sample_refuses(),
		"\033[1mpop3s://[2001:db8::1]:995\033[0m  \033[32mrefuses\033[0m (proven)\n"
		"  It speaks TLS from the first byte. [tls-only]\n\n");
}

static void
test_hostile(void)
{
	g_autofree char *brief = sample_report("text", &plain, sample_hostile());
	g_autofree char *full = sample_report("text", &verbose, sample_hostile());

	assert_harmless(brief);
	assert_harmless(full);
	g_assert_nonnull(strstr(full, "greets  +OK \\x1b[2J\"quoted\", 'x'\\ny\\r"));
	g_assert_nonnull(strstr(full, "\\\\end?"));
}

/* Returns the longest line's width in columns. */
static size_t
widest(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	size_t width = 0;

	for (size_t i = 0; lines[i] != NULL; i++)
		width = MAX(width, (size_t)g_utf8_strlen(lines[i], -1));
	return width;
}

/* A line of exactly 80 columns stays one; a word too long for any line is not torn. */
static void
test_wrap_bounds(void)
{
	struct assessment *assessment = sample_refuses();
	g_autofree char *fits = g_strnfill(80 - strlen("   [tls-only]") - 2, 'a');
	g_autofree char *spaced = g_strconcat("b ", fits, NULL);
	g_autofree char *text = NULL;

	assessment->facts->verdict.explanation = spaced;
	text = sample_report("text", &plain, assessment);
	g_assert_cmpuint(widest(text), ==, 80);
	g_assert_nonnull(strstr(text, "a [tls-only]\n"));

	g_autofree char *past = g_strconcat(spaced, "a", NULL);

	assessment = sample_refuses();
	assessment->facts->verdict.explanation = past;
	g_free(text);
	text = sample_report("text", &plain, assessment);
	g_assert_nonnull(strstr(text, "a\n  [tls-only]\n"));

	g_autofree char *word = g_strnfill(200, 'a');

	assessment = sample_refuses();
	assessment->facts->verdict.explanation = word;
	g_free(text);
	text = sample_report("text", &plain, assessment);
	g_assert_nonnull(strstr(text, word));
}

static void
assert_summary(const struct report_options *options, const struct summary *summary,
	const char *expected)
{
	g_autofree char *text = sample_summary("text", options, summary);

	g_assert_cmpstr(text, ==, expected);
}

static void
test_summary(void)
{
	struct summary summary = { .hosts = 1,
		.endpoints = 2,
		.verdicts = { 0, 1, 1, 0 },
		.findings = { 0, 0, 0, 1 } };

	assert_summary(&plain, &summary,
		"1 host, 2 endpoints: permits 1, refuses 1, no-service 0, undetermined 0\n"
		"findings: high 1\n");
	assert_summary(&quiet, &summary, "");
	summary.findings[SEVERITY_HIGH] = 0;
	summary.errors = 1;
	summary.targets.skipped = 256;
	summary.interrupted = true;
	summary.hosts_total = 5;
	assert_summary(&plain, &summary,
		"1 host, 2 endpoints: permits 1, refuses 1, no-service 0, undetermined 0\n"
		"findings: none\n"
		"1 error; skipped 256 addresses of networks that are never asked; interrupted: 4\n"
		"  of 5 hosts not done\n");
	summary.errors = 0;
	summary.targets.skipped = 0;
	summary.hosts_total = 0;
	assert_summary(&quiet, &summary, "interrupted: not all hosts done\n");
}

static void
test_error(void)
{
	struct failure failure = { .subject = "mail\x1b.example", .message = "no such\nhost" };
	g_autoptr(GString) out = g_string_new(NULL);

	report_find("text")->failure(&plain, &failure, out);
	g_assert_cmpstr(out->str, ==, "error: mail\\x1b.example: no such\\nhost\n");
}

static void
test_registry(void)
{
	g_assert_cmpstr(reports[0]->name, ==, "text");
	for (size_t i = 0; reports[i] != NULL; i++)
		g_assert_true(report_find(reports[i]->name) == reports[i]);
	g_assert_null(report_find("html"));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/reports/registry", test_registry);
	g_test_add_func("/reports/text/permits", test_permits);
	g_test_add_func("/reports/text/calm", test_calm);
	g_test_add_func("/reports/text/undetermined", test_undetermined);
	g_test_add_func("/reports/text/verbose", test_verbose);
	g_test_add_func("/reports/text/transcript", test_transcript);
	g_test_add_func("/reports/text/color", test_color);
	g_test_add_func("/reports/text/hostile", test_hostile);
	g_test_add_func("/reports/text/wrap-bounds", test_wrap_bounds);
	g_test_add_func("/reports/text/summary", test_summary);
	g_test_add_func("/reports/text/error", test_error);
	return g_test_run();
}
