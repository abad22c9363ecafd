/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jsonl, read again by a JSON parser: fields, words, order and hostile text.
 */
#include <jansson.h>
#include <string.h>

#include "test-reports.h"

static const struct report_options plain = { .color = false };

/* Parses the one line that the report is. */
static json_t *
reread(char *text)
{
	json_error_t error;
	json_t *record = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	g_assert_nonnull(record);
	assert_harmless(text);
	g_assert_true(strchr(text, '\n') == text + strlen(text) - 1);
	g_free(text);
	return record;
}

static json_t *
endpoint_record(struct assessment *assessment)
{
	return reread(sample_report("jsonl", &plain, assessment));
}

static const char *
text_at(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	g_assert_nonnull(value);
	return json_is_null(value) ? NULL : json_string_value(value);
}

/* Returns the array's words with a space behind each. */
static char *
words_at(const json_t *object, const char *key)
{
	GString *words = g_string_new(NULL);
	size_t index;
	json_t *word;

	json_array_foreach(json_object_get(object, key), index, word)
		g_string_append_printf(words, "%s ", json_string_value(word));
	return g_string_free(words, FALSE);
}

static void
assert_keys(json_t *object, const char *expected)
{
	g_autoptr(GString) keys = g_string_new(NULL);
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value) g_string_append_printf(keys, "%s ", key);
	g_assert_cmpstr(keys->str, ==, expected);
}

/* The interface: these fields, in this order. */
static void
test_fields(void)
{
	json_t *record = endpoint_record(sample_permits());
	json_t *tls = json_object_get(record, "tls");
	json_t *findings = json_object_get(record, "findings");

	assert_keys(record,
		"schema type time subject time_quality verdict confidence reason explanation "
		"address port mode host vantage stls product tls mechanisms findings unknowns "
		"greeting duration_ms depth ");
	assert_keys(json_object_get(record, "product"), "name version ");
	assert_keys(tls, "version cipher certificate ");
	assert_keys(json_object_get(tls, "certificate"),
		"subject issuer not_before not_after sha256 key key_bits names ");
	assert_keys(json_object_get(record, "mechanisms"), "advertised accepted refused ");
	assert_keys(json_array_get(findings, 0),
		"rule severity confidence message evidence location remedy reproduce references ");
	assert_keys(json_array_get(json_object_get(record, "unknowns"), 0), "rule message settle ");
	json_decref(record);
}

static void
test_values(void)
{
	json_t *record = endpoint_record(sample_permits());

	g_assert_cmpint(json_integer_value(json_object_get(record, "schema")), ==, 1);
	g_assert_cmpstr(text_at(record, "type"), ==, "endpoint");
	g_assert_cmpstr(text_at(record, "time"), ==, "2026-11-23T10:00:00.123Z");
	g_assert_cmpstr(text_at(record, "subject"), ==, "pop3://192.0.2.1:110");
	g_assert_cmpstr(text_at(record, "verdict"), ==, "permits");
	g_assert_cmpstr(text_at(record, "confidence"), ==, "proven");
	g_assert_cmpstr(text_at(record, "reason"), ==, "credentials-checked");
	g_assert_cmpstr(text_at(record, "mode"), ==, "pop3");
	g_assert_cmpstr(text_at(record, "host"), ==, "mail.example");
	g_assert_cmpstr(text_at(record, "vantage"), ==, "remote");
	g_assert_cmpstr(text_at(record, "stls"), ==, "optional");
	g_assert_cmpstr(text_at(record, "depth"), ==, "standard");
	g_assert_cmpstr(text_at(record, "greeting"), ==, "+OK Dovecot ready. <1.2@mail>");
	g_assert_cmpint(json_integer_value(json_object_get(record, "port")), ==, 110);
	g_assert_cmpint(json_integer_value(json_object_get(record, "duration_ms")), ==, 1234);
	g_assert_null(json_object_get(record, "settle"));
	g_assert_null(json_object_get(record, "step"));
	json_decref(record);
}

static void
test_mechanisms(void)
{
	json_t *record = endpoint_record(sample_permits());
	json_t *mechanisms = json_object_get(record, "mechanisms");
	g_autofree char *advertised = words_at(mechanisms, "advertised");
	g_autofree char *accepted = words_at(mechanisms, "accepted");
	g_autofree char *refused = words_at(mechanisms, "refused");

	g_assert_cmpstr(advertised, ==, "USER PLAIN LOGIN CRAM-MD5 APOP ");
	g_assert_cmpstr(accepted, ==, "PLAIN ");
	g_assert_cmpstr(refused, ==, "LOGIN USER ");
	json_decref(record);
}

static void
test_finding(void)
{
	json_t *record = endpoint_record(sample_permits());
	json_t *finding = json_array_get(json_object_get(record, "findings"), 0);
	json_t *unknown = json_array_get(json_object_get(record, "unknowns"), 0);
	json_t *evidence = json_object_get(finding, "evidence");

	g_assert_cmpstr(text_at(finding, "rule"), ==, "cleartext-login");
	g_assert_cmpstr(text_at(finding, "severity"), ==, "high");
	g_assert_cmpstr(text_at(finding, "confidence"), ==, "proven");
	g_assert_null(text_at(finding, "location"));
	g_assert_cmpuint(json_array_size(evidence), ==, 3);
	g_assert_cmpstr(json_string_value(json_array_get(evidence, 0)), ==, "C: AUTH PLAIN");
	g_assert_cmpstr(json_string_value(json_array_get(evidence, 2)), ==, "S: second");
	g_assert_cmpuint(json_array_size(json_object_get(finding, "references")), ==, 2);
	g_assert_cmpstr(text_at(unknown, "rule"), ==, "stls-injection");
	g_assert_cmpstr(text_at(unknown, "settle"), ==, "popseal scan --depth deep 192.0.2.1");
	json_decref(record);
}

static void
test_nulls(void)
{
	static const char *const nulls[] = { "confidence", "stls", "product", "tls", "greeting" };
	json_t *record = endpoint_record(sample_undetermined());

	for (size_t i = 0; i < G_N_ELEMENTS(nulls); i++)
		g_assert_null(text_at(record, nulls[i]));
	g_assert_cmpstr(text_at(record, "verdict"), ==, "undetermined");
	g_assert_cmpstr(text_at(record, "step"), ==, "capa");
	g_assert_cmpstr(text_at(record, "settle"), ==, "Ask again with --timeout 60.");
	g_assert_cmpuint(json_array_size(json_object_get(record, "findings")), ==, 0);
	json_decref(record);
}

static void
test_transcript(void)
{
	struct report_options options = { .transcript = true };
	json_t *record = reread(sample_report("jsonl", &options, sample_permits()));
	json_t *lines = json_object_get(record, "transcript");

	g_assert_cmpuint(json_array_size(lines), ==, 2);
	g_assert_cmpstr(json_string_value(json_array_get(lines, 1)), ==, "C: CAPA");
	json_decref(record);
	record = reread(sample_report("jsonl", &options, sample_no_service()));
	g_assert_cmpuint(json_array_size(json_object_get(record, "transcript")), ==, 0);
	json_decref(record);
}

static void
test_hostile(void)
{
	struct report_options options = { .transcript = true };
	json_t *record = reread(sample_report("jsonl", &options, sample_hostile()));
	json_t *lines = json_object_get(record, "transcript");
	json_t *tls = json_object_get(record, "tls");
	json_t *names = json_object_get(json_object_get(tls, "certificate"), "names");

	g_assert_cmpstr(text_at(record, "greeting"), ==,
		"+OK \\x1b[2J\"quoted\", 'x'\\ny\\r\\xe2\\x80\\xae\\xff\\\\end?");
	g_assert_cmpstr(text_at(record, "explanation"), ==,
		"-+OK \\x1b[2J\"quoted\", 'x'\\ny\\r\\xe2\\x80\\xae\\xff\\end?");
	g_assert_cmpstr(json_string_value(json_array_get(lines, 2)), ==, "S: \\x1b\\xff");
	g_assert_cmpuint(json_array_size(names), ==, 2);
	json_decref(record);
}

static void
test_error(void)
{
	struct failure failure = { .time = SAMPLE_TIME,
		.subject = "a\\b\x1b",
		.message = "no such host\n" };
	g_autoptr(GString) out = g_string_new(NULL);
	json_t *record = NULL;

	report_find("jsonl")->failure(&plain, &failure, out);
	record = reread(g_strdup(out->str));
	assert_keys(record, "schema type time subject time_quality message ");
	g_assert_cmpstr(text_at(record, "type"), ==, "error");
	g_assert_cmpstr(text_at(record, "subject"), ==, "a\\b\\x1b");
	g_assert_cmpstr(text_at(record, "message"), ==, "no such host\\n");
	json_decref(record);
}

static int64_t
count_at(const json_t *record, const char *group, const char *key)
{
	const json_t *object = group != NULL ? json_object_get(record, group) : record;

	g_assert_true(json_is_integer(json_object_get(object, key)));
	return json_integer_value(json_object_get(object, key));
}

static void
test_summary(void)
{
	struct summary summary = { .started = SAMPLE_TIME,
		.duration = 2500999,
		.hosts = 3,
		.hosts_total = 5,
		.endpoints = 6,
		.verdicts = { 1, 2, 3, 0 },
		.findings = { 4, 3, 2, 1 },
		.errors = 7,
		.targets.skipped = 8,
		.interrupted = true };
	json_t *record = reread(sample_summary("jsonl", &plain, &summary));

	assert_keys(record,
		"schema type time subject time_quality hosts hosts_total endpoints "
		"verdicts findings errors skipped targets seed interrupted not_done duration_ms ");
	assert_keys(json_object_get(record, "targets"),
		"read asked skipped excluded doubles failed not_done ");
	assert_keys(json_object_get(record, "verdicts"),
		"permits refuses no-service undetermined ");
	assert_keys(json_object_get(record, "findings"), "high medium low info ");
	g_assert_cmpstr(text_at(record, "subject"), ==, "run");
	g_assert_cmpint(count_at(record, NULL, "not_done"), ==, 2);
	g_assert_cmpint(count_at(record, NULL, "duration_ms"), ==, 2500);
	g_assert_cmpint(count_at(record, "verdicts", "undetermined"), ==, 1);
	g_assert_cmpint(count_at(record, "verdicts", "permits"), ==, 2);
	g_assert_cmpint(count_at(record, "findings", "high"), ==, 1);
	g_assert_cmpint(count_at(record, "findings", "info"), ==, 4);
	g_assert_true(json_is_true(json_object_get(record, "interrupted")));
	json_decref(record);
	summary.hosts_total = 0;
	record = reread(sample_summary("jsonl", &plain, &summary));
	g_assert_true(json_is_null(json_object_get(record, "hosts_total")));
	g_assert_true(json_is_null(json_object_get(record, "not_done")));
	json_decref(record);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/reports/jsonl/fields", test_fields);
	g_test_add_func("/reports/jsonl/values", test_values);
	g_test_add_func("/reports/jsonl/mechanisms", test_mechanisms);
	g_test_add_func("/reports/jsonl/finding", test_finding);
	g_test_add_func("/reports/jsonl/nulls", test_nulls);
	g_test_add_func("/reports/jsonl/transcript", test_transcript);
	g_test_add_func("/reports/jsonl/hostile", test_hostile);
	g_test_add_func("/reports/jsonl/error", test_error);
	g_test_add_func("/reports/jsonl/summary", test_summary);
	return g_test_run();
}
