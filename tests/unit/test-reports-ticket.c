/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ticket, and the claim in jsonl and shadowserver's table: what is pasted
 * elsewhere must be whole, and must not carry what a server or a report hid in it.
 */
#include <jansson.h>
#include <string.h>

#include "model/claim.h"
#include "test-reports.h"

enum {
	SHADOWSERVER_COLUMNS = 60
};

static const struct report_options plain = { .color = true };

static struct assessment *
claimed(struct assessment *assessment, const char *text)
{
	struct claim claim = { .kind = CLAIM_CLEARTEXT,
		.port = 110,
		.reporter = "nessus",
		.id = "15855",
		.text = text,
		.host = "mail.example" };

	facts_set_claim(assessment->facts, &claim);
	return assessment;
}

static struct assessment *
false_positive(void)
{
	struct assessment *assessment = sample_permits();
	struct facts *facts = assessment->facts;

	facts->verdict = (struct verdict){ .value = VERDICT_REFUSES,
		.confidence = CONFIDENCE_PROVEN,
		.reason = REASON_REFUSED,
		.explanation = "It refuses." };
	facts->probe.source = "198.51.100.7";
	facts->probe.attempts[0].exchange = "C: AUTH PLAIN\nS: -ERR TLS first";
	g_ptr_array_set_size(assessment->findings, 0);
	return claimed(assessment, "\nThe following cleartext methods are supported :\r\nUSER\n");
}

static void
test_whole(void)
{
	g_autofree char *text = sample_report("ticket", &plain, false_positive());

	g_test_message("%s", text);
	assert_harmless(text);
	g_assert_true(g_str_has_prefix(text,
		"pop3://192.0.2.1:110  mail.example  Dovecot\n"
		"  claim   nessus 15855: cleartext-login on mail.example, port 110\n"));
	g_assert_nonnull(strstr(text,
		"\n          The following cleartext methods are "
		"supported :\n          USER\n"));
	g_assert_nonnull(strstr(text, "\n  answer  false-positive. What the scanner's rule"));
	g_assert_nonnull(strstr(text, "\n  verdict refuses (proven) [refused]. It refuses.\n"));
	g_assert_nonnull(strstr(text,
		"\n  asked   2026-11-23T10:00:00.123Z, from 198.51.100.7 "
		"(remote), by popseal "));
	g_assert_nonnull(strstr(text, "\n          C: CAPA\n"));
	g_assert_nonnull(strstr(text, "\n          S: TOP\n"));
	g_assert_nonnull(
		strstr(text, "\n          S: user      <-- the scanner's rule fires on this\n"));
	g_assert_nonnull(strstr(text, "\n          C: AUTH PLAIN\n          S: -ERR TLS first\n"));
	g_assert_nonnull(strstr(text, "\n  next    Close the ticket as a false positive"));
}

static void
test_confirmed(void)
{
	g_autofree char *text = sample_report("ticket", &plain, claimed(sample_permits(), NULL));

	g_assert_nonnull(strstr(text, "\n  answer  confirmed. "));
	g_assert_nonnull(strstr(text, "\n  next    Keep the ticket open."));
	g_assert_nonnull(strstr(text, "\n  finding cleartext-login (high): "));
}

static void
test_without_claim(void)
{
	g_autofree char *text = sample_report("ticket", &plain, sample_no_service());

	g_assert_nonnull(strstr(text, "\n  claim   none: no report was given\n"));
	g_assert_null(strstr(text, "answer"));
	g_assert_nonnull(strstr(text, "\n  verdict no-service [connection-refused]. "));
}

static void
test_hostile(void)
{
	g_autofree char *ticket =
		sample_report("ticket", &plain, claimed(sample_hostile(), HOSTILE "\n" HOSTILE));
	g_autofree char *jsonl = sample_report("jsonl", &plain, claimed(sample_hostile(), HOSTILE));
	g_autofree char *table = sample_report("shadowserver", &plain, sample_hostile());

	assert_harmless(ticket);
	assert_harmless(jsonl);
	assert_harmless(table);
}

static void
test_long_claim(void)
{
	GString *lines = g_string_new(NULL);

	for (int i = 0; i < 21; i++)
		g_string_append_printf(lines, "line %d\n", i);

	g_autofree char *text =
		sample_report("ticket", &plain, claimed(sample_permits(), lines->str));

	g_assert_nonnull(strstr(text, "line 19\n"));
	g_assert_null(strstr(text, "line 20\n"));
	g_assert_nonnull(strstr(text, "... and 1 more\n"));
	g_string_free(lines, TRUE);
}

static void
test_ends(void)
{
	struct failure failure = { .subject = "a\x1b", .message = "b" };
	struct summary summary = { .interrupted = true };
	g_autofree char *end = sample_summary("ticket", &plain, &summary);
	g_autoptr(GString) out = g_string_new(NULL);

	report_find("ticket")->failure(&plain, &failure, out);
	g_assert_cmpstr(out->str, ==, "a\\x1b\n  error   b\n\n");
	g_assert_cmpstr(end, ==, "Interrupted: not all hosts are done.\n");
}

static void
test_jsonl(void)
{
	g_autofree char *with = sample_report("jsonl", &plain, false_positive());
	g_autofree char *without = sample_report("jsonl", &plain, sample_permits());
	json_t *record = json_loads(with, 0, NULL);
	json_t *claim = json_object_get(record, "claim");
	json_t *none = json_loads(without, 0, NULL);

	g_assert_cmpstr(json_string_value(json_object_get(record, "answer")), ==, "false-positive");
	g_assert_cmpstr(json_string_value(json_object_get(claim, "reporter")), ==, "nessus");
	g_assert_cmpstr(json_string_value(json_object_get(claim, "id")), ==, "15855");
	g_assert_cmpstr(json_string_value(json_object_get(claim, "kind")), ==, "cleartext-login");
	g_assert_cmpstr(json_string_value(json_object_get(claim, "host")), ==, "mail.example");
	g_assert_cmpint(json_integer_value(json_object_get(claim, "port")), ==, 110);
	g_assert_cmpstr(json_string_value(json_object_get(claim, "text")), ==,
		"\\nThe following cleartext methods are supported :\\r\\nUSER\\n");
	g_assert_null(json_object_get(none, "claim"));
	g_assert_null(json_object_get(none, "answer"));
	json_decref(record);
	json_decref(none);
}

/* --- shadowserver ----------------------------------------------------------------------------- */

static void
assert_cell(char **names, char **cells, const char *name, const char *value)
{
	for (int i = 0; i < SHADOWSERVER_COLUMNS; i++) {
		if (!g_str_equal(names[i], name))
			continue;
		g_assert_cmpstr(cells[i], ==, value);
		return;
	}
	g_error("no column %s", name);
}

static void
test_shadowserver(void)
{
	struct assessment *assessment = sample_permits();

	assessment->facts->probe.tls.certificate->subject =
		"CN=mail.example,OU=a\\,b,O=Example+L=Here,C=DE";
	assessment->facts->probe.tls.certificate->issuer = "CN=Test";

	g_autofree char *text = sample_report("shadowserver", &plain, assessment);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_auto(GStrv) names = g_strsplit(lines[0], ",", -1);
	/* The one cell with a comma would count as two. */
	char *comma = strstr(lines[1], "a\\,b");

	g_assert_nonnull(comma);
	comma[2] = ';';

	g_auto(GStrv) cells = g_strsplit(lines[1], ",", -1);

	g_assert_cmpuint(g_strv_length(names), ==, SHADOWSERVER_COLUMNS);
	g_assert_cmpuint(g_strv_length(cells), ==, SHADOWSERVER_COLUMNS);
	g_assert_cmpstr(lines[2], ==, "");
	assert_cell(names, cells, "timestamp", "2026-11-23 10:00:00");
	assert_cell(names, cells, "severity", "medium");
	assert_cell(names, cells, "ip", "192.0.2.1");
	assert_cell(names, cells, "protocol", "tcp");
	assert_cell(names, cells, "port", "110");
	assert_cell(names, cells, "hostname", "mail.example");
	assert_cell(names, cells, "tag", "pop3;permits");
	assert_cell(names, cells, "asn", "");
	assert_cell(names, cells, "banner", "'+OK Dovecot ready. <1.2@mail>");
	assert_cell(names, cells, "cert_expired", "N");
	assert_cell(names, cells, "cert_length", "256");
	assert_cell(names, cells, "key_algorithm", "EC");
	assert_cell(names, cells, "sha256_fingerprint", "00ff");
	assert_cell(names, cells, "self_signed", "N");
	assert_cell(names, cells, "handshake", "TLSv1.3");
	assert_cell(names, cells, "subject_common_name", "mail.example");
	assert_cell(names, cells, "subject_organization_unit_name", "\"a\\;b\"");
	assert_cell(names, cells, "subject_organization_name", "Example");
	assert_cell(names, cells, "subject_locality_name", "Here");
	assert_cell(names, cells, "subject_country", "DE");
	assert_cell(names, cells, "subject_surname", "");
	assert_cell(names, cells, "validation_level", "");
}

/* Where nothing answered there is nothing to report. */
static void
test_shadowserver_silent(void)
{
	g_autofree char *none = sample_report("shadowserver", &plain, sample_no_service());
	g_autofree char *silent = sample_report("shadowserver", &plain, sample_undetermined());

	g_assert_true(strchr(none, '\n') == none + strlen(none) - 1);
	g_assert_true(strchr(silent, '\n') == silent + strlen(silent) - 1);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/reports/ticket/whole", test_whole);
	g_test_add_func("/reports/ticket/confirmed", test_confirmed);
	g_test_add_func("/reports/ticket/without-claim", test_without_claim);
	g_test_add_func("/reports/ticket/hostile", test_hostile);
	g_test_add_func("/reports/ticket/long-claim", test_long_claim);
	g_test_add_func("/reports/ticket/ends", test_ends);
	g_test_add_func("/reports/ticket/jsonl", test_jsonl);
	g_test_add_func("/reports/shadowserver/cells", test_shadowserver);
	g_test_add_func("/reports/shadowserver/silent", test_shadowserver_silent);
	return g_test_run();
}
