/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verifications in jsonl, text and ticket: the records field by field, and the
 * texts byte for byte.
 */
#include <jansson.h>
#include <string.h>

#include "test-reports-verified.h"

static const struct report_options plain = { .color = false };
static const struct report_options quiet = { .quiet = true };
static const struct report_options verbose = { .verbose = true };
static const struct report_options transcript = { .transcript = true };

/* Returns what the report makes of the expectations alone. */
static char *
expectations_of(const char *name, const struct report_options *options,
	struct sample_verification *sample)
{
	GString *out = g_string_new(NULL);

	report_find(name)->expectations(options, &sample->verification, out);
	sample_verification_free(sample);
	return g_string_free(out, FALSE);
}

/* --- jsonl ------------------------------------------------------------------------------------ */

/* Parses each line. */
static json_t *
records_of(const char *text)
{
	json_t *records = json_array();
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	assert_harmless(text);
	for (size_t i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++) {
		json_t *record = json_loads(lines[i], JSON_REJECT_DUPLICATES, NULL);

		g_assert_nonnull(record);
		json_array_append_new(records, record);
	}
	return records;
}

/* The compact text of a field. */
static void
assert_field(const json_t *object, const char *key, const char *expected)
{
	json_t *value = json_object_get(object, key);
	g_autofree char *text = value == NULL ?
		NULL :
		json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));

	g_test_message("%s", key);
	g_assert_cmpstr(text, ==, expected);
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

static void
test_record(void)
{
	g_autofree char *text = expectations_of("jsonl", &plain, sample_verified());
	json_t *records = records_of(text);
	json_t *record = json_array_get(records, 0);
	json_t *open = json_array_get(records, 1);

	g_assert_cmpuint(json_array_size(records), ==, 3);
	assert_keys(record,
		"schema type time subject time_quality name state reason message evidence settle "
		"host ");
	assert_field(record, "schema", "1");
	assert_field(record, "type", "\"expectation\"");
	assert_field(record, "time", "\"2026-11-23T10:00:00.123Z\"");
	assert_field(record, "subject", "\"pop3://192.0.2.1:110\"");
	assert_field(record, "name", "\"refuses\"");
	assert_field(record, "state", "\"unmet\"");
	assert_field(record, "reason", "\"permits\"");
	assert_field(record, "message", "\"It is plain.\"");
	assert_field(record, "evidence", "[\"C: STLS\",\"S: plain\",\"-- second\"]");
	assert_field(record, "settle", "null");
	assert_field(record, "host", "\"mail.example\"");
	assert_field(open, "name", "\"tls>=1.2\"");
	assert_field(open, "state", "\"undetermined\"");
	assert_field(open, "settle", "\"Ask plain again.\"");
	json_decref(records);
}

static void
test_login_record(void)
{
	g_autofree char *text = expectations_of("jsonl", &plain, sample_verified());
	g_autofree char *full = expectations_of("jsonl", &transcript, sample_verified());
	json_t *records = records_of(text);
	json_t *logins = json_object_get(json_array_get(records, 2), "logins");
	json_t *login = json_array_get(logins, 0);
	json_t *told = records_of(full);

	g_assert_cmpuint(json_array_size(logins), ==, 1);
	assert_keys(login,
		"outcome mechanism binding why step reply messages octets overridden duration_ms ");
	assert_field(login, "outcome", "\"ok\"");
	assert_field(login, "mechanism", "\"PLAIN\"");
	assert_field(login, "binding", "\"tls-exporter\"");
	assert_field(login, "step", "null");
	assert_field(login, "reply", "\"plain\"");
	assert_field(login, "messages", "3");
	assert_field(login, "octets", "4096");
	assert_field(login, "overridden", "true");
	assert_field(login, "duration_ms", "23");
	login = json_array_get(json_object_get(json_array_get(told, 2), "logins"), 0);
	assert_field(login, "transcript", "[\"C: AUTH PLAIN <secret>\",\"S: plain\"]");
	json_decref(records);
	json_decref(told);
}

static void
test_summary_record(void)
{
	struct sample_verification *samples[] = { sample_verified(), sample_verified_calm() };
	g_autofree char *text = sample_verified_report("jsonl", &plain, samples, 2, NULL);
	g_autofree char *scan = sample_summary("jsonl", &plain, &(struct summary){ .hosts = 1 });
	json_t *records = records_of(text);
	json_t *none = records_of(scan);
	size_t count = json_array_size(records);

	g_assert_cmpuint(count, ==, 7);
	assert_field(json_array_get(records, count - 1), "expectations",
		"{\"met\":2,\"unmet\":1,\"undetermined\":1}");
	assert_field(json_array_get(none, 0), "expectations", NULL);
	json_decref(records);
	json_decref(none);
	sample_verification_free(samples[0]);
	sample_verification_free(samples[1]);
}

static json_t *
endpoint_of(struct sample_verification *sample)
{
	g_autofree char *text = sample_verified_report("jsonl", &plain, &sample, 1, NULL);
	json_t *records = records_of(text);
	json_t *record = json_incref(json_array_get(records, 0));

	json_decref(records);
	sample_verification_free(sample);
	return record;
}

static void
assert_chain(const json_t *tls)
{
	json_t *certificate = json_array_get(json_object_get(tls, "chain"), 0);

	g_assert_cmpuint(json_array_size(json_object_get(tls, "chain")), ==, 2);
	assert_keys(certificate,
		"subject issuer not_before not_after sha256 key key_bits names services "
		"signature ");
	assert_field(certificate, "subject", "\"CN=mail.example\"");
	assert_field(certificate, "services", "[\"_pop3s.mail.example\"]");
	assert_field(certificate, "signature", "\"ecdsa-with-SHA256\"");
}

/* What deep depth adds to the endpoint's record. */
static void
test_deep(void)
{
	json_t *record = endpoint_of(sample_verified());
	json_t *tls = json_object_get(record, "tls");

	assert_keys(tls,
		"version cipher certificate group handshake_ms cpu_ms trust trust_error anchors "
		"name reference ocsp ocsp_error chain versions weak_ciphers groups dh_bits clients "
		"clients_dated tlsa ");
	assert_field(tls, "group", "\"X25519\"");
	assert_field(tls, "handshake_ms", "12.345");
	assert_field(tls, "cpu_ms", "0.678");
	assert_field(tls, "trust", "\"broken\"");
	assert_field(tls, "name", "\"differs\"");
	assert_field(tls, "reference", "\"plain\"");
	assert_field(tls, "ocsp", "\"invalid\"");
	assert_field(tls, "versions",
		"{\"SSLv3\":\"refused\",\"TLSv1\":\"taken\",\"TLSv1.1\":\"unclear\","
		"\"TLSv1.2\":\"taken\",\"TLSv1.3\":null}");
	assert_field(tls, "weak_ciphers",
		"[{\"version\":\"TLSv1\",\"cipher\":\"TLS_RSA_WITH_RC4_128_SHA\",\"why\":"
		"\"RC4\"}]");
	assert_field(tls, "groups", "[\"X25519\",\"secp256r1\"]");
	assert_field(tls, "dh_bits", "1024");
	assert_field(json_array_get(json_object_get(tls, "clients"), 0), "version", "\"TLSv1.3\"");
	assert_field(tls, "clients",
		"[{\"name\":\"Thunderbird 128\",\"outcome\":\"taken\",\"version\":\"TLSv1.3\","
		"\"cipher\":\"TLS_AES_128_GCM_SHA256\",\"group\":\"X25519\",\"why\":null},"
		"{\"name\":\"Outlook 2010 (Windows 7)\",\"outcome\":\"refused\",\"version\":null,"
		"\"cipher\":null,\"group\":null,\"why\":\"protocol version\"},"
		"{\"name\":\"K-9 Mail\",\"outcome\":\"unclear\",\"version\":null,\"cipher\":null,"
		"\"group\":null,\"why\":\"plain\"}]");
	assert_field(tls, "clients_dated", "\"2026-11-27\"");
	assert_field(tls, "tlsa",
		"{\"owner\":\"plain\",\"authentic\":true,\"records\":[{\"usage\":3,\"selector\":1,"
		"\"matching\":1,\"data\":\"ab12\",\"matches\":true}],\"error\":null}");
	assert_chain(tls);
	assert_field(record, "injection", "\"none\"");
	assert_field(record, "capabilities",
		"{\"clear\":[\"TOP\",\"user\",\"SASL PLAIN login PLAIN\"],\"tls\":[\"top\","
		"\"plain\"],\"only_clear\":[\"user\",\"SASL PLAIN login PLAIN\"],"
		"\"only_tls\":[\"plain\"]}");
	json_decref(record);
}

/* What was not asked for is null, and not an empty list. */
static void
test_deep_unasked(void)
{
	struct sample_verification *sample = sample_verified();
	struct probe_facts *probe = &sample->assessment->facts->probe;
	json_t *record;
	json_t *tls;

	memset(probe->tls.survey, 0, sizeof(*probe->tls.survey));
	probe->tls.details = NULL;
	probe->tls.tlsa = NULL;
	probe->tls.handshake = HANDSHAKE_ALERT;
	probe->tls.certificate = NULL;
	probe->tls.version = probe->tls.cipher = NULL;
	probe->over_tls.state = LIST_UNANSWERED;
	record = endpoint_of(sample);
	tls = json_object_get(record, "tls");
	assert_keys(tls, "version cipher certificate versions weak_ciphers groups dh_bits ");
	assert_field(tls, "version", "null");
	assert_field(tls, "weak_ciphers", "null");
	assert_field(tls, "groups", "null");
	assert_field(tls, "dh_bits", "null");
	assert_field(record, "capabilities",
		"{\"clear\":[\"TOP\",\"user\",\"SASL PLAIN login PLAIN\"],\"tls\":null,"
		"\"only_clear\":null,\"only_tls\":null}");
	json_decref(record);

	/* Nothing weak, where all was asked, is an empty list. */
	sample = sample_verified();
	sample->assessment->facts->probe.tls.survey->weak_count = 0;
	record = endpoint_of(sample);
	assert_field(json_object_get(record, "tls"), "weak_ciphers", "[]");
	json_decref(record);
}

static void
test_hostile_records(void)
{
	struct sample_verification *sample = sample_verified_hostile(HOSTILE_MARKUP);
	g_autofree char *text = sample_verified_report("jsonl", &transcript, &sample, 1, NULL);
	json_t *records = records_of(text);

	g_assert_cmpuint(json_array_size(records), ==, 5);
	json_decref(records);
	sample_verification_free(sample);
}

/* --- text ------------------------------------------------------------------------------------- */

static const char sentences[] =
	"  unmet   refuses  It is plain. [permits]\n"
	"  unknown tls>=1.2  It is plain. [unclear]\n"
	"    settle Ask plain again.\n"
	"  met     login  It is plain. [logged-in]\n"
	"  TLS     TLSv1.3 TLS_AES_256_GCM_SHA384 X25519, in 12.345 ms (0.678 ms of\n"
	"          processor time here)\n"
	"  clients 1 of 3 simulated clients cannot connect, and of 1 it is "
	"not known\n"
	"          (data of 2026-11-27)\n"
	"          Outlook 2010 (Windows 7)        protocol version\n"
	"          K-9 Mail                        plain\n\n";

static void
test_text(void)
{
	struct sample_verification *sample = sample_verified();
	g_autofree char *text = expectations_of("text", &plain, sample_verified());
	g_autofree char *whole = sample_verified_report("text", &plain, &sample, 1, NULL);

	g_assert_cmpstr(text, ==, sentences);
	/* It belongs to the endpoint's block. */
	g_assert_nonnull(strstr(whole, "if commands were wrapped)\n  unmet   refuses"));
	g_assert_nonnull(strstr(whole,
		"\nfindings: high 1\nexpectations: 1 met, 1 unmet, 1 undetermined\n"));
	sample_verification_free(sample);
}

static void
test_text_clients(void)
{
	struct sample_verification *sample = sample_verified();
	struct tls_survey *survey = sample->assessment->facts->probe.tls.survey;
	g_autofree char *text = NULL;
	g_autofree char *full = NULL;

	survey->client_count = 1;
	text = expectations_of("text", &plain, sample);
	g_assert_nonnull(
		strstr(text, "  clients all 1 simulated clients connect (data of 2026-11-27)\n\n"));
	full = expectations_of("text", &verbose, sample_verified());
	g_assert_nonnull(strstr(full,
		"          Thunderbird 128                 "
		"TLSv1.3 TLS_AES_128_GCM_SHA256 X25519\n"));
}

static void
test_text_verbose(void)
{
	struct sample_verification *sample = sample_verified();
	g_autofree char *text = expectations_of("text", &verbose, sample_verified());
	g_autofree char *whole = sample_verified_report("text", &verbose, &sample, 1, NULL);

	g_assert_nonnull(strstr(text,
		"  unmet   refuses  It is plain. [permits]\n          C: STLS\n          S: plain\n"
		"          -- second\n"));
	g_assert_nonnull(strstr(text, "  login   what was said:\n    C: AUTH PLAIN <secret>\n"));
	g_assert_nonnull(strstr(whole,
		"  STLS    optional; injection: none\n"
		"  CAPA    in clear only: user, SASL PLAIN login PLAIN; over TLS only: plain\n"
		"  TLS     TLSv1.3 TLS_AES_256_GCM_SHA384 X25519, in 12.345 ms (0.678 ms of\n"
		"          processor time here)\n"
		"  cert    CN=mail.example, until 2027-01-01T00:00:00Z, EC 256\n"
		"  chain   broken (plain), against plain; name differs: plain; OCSP staple:\n"
		"          invalid: plain\n"
		"  cert    plain, until 2027-01-01T00:00:00Z, EC 256, ecdsa-with-SHA256\n"
		"  asked   taken: TLSv1 TLSv1.2; refused: SSLv3; unclear: TLSv1.1\n"
		"  weak    TLSv1 TLS_RSA_WITH_RC4_128_SHA (RC4)\n"
		"  groups  X25519 secp256r1; DH of 1024 bits\n"
		"  TLSA    3 1 1 ab12 (matches); signed\n"));
	sample_verification_free(sample);
}

static void
test_text_quiet(void)
{
	struct sample_verification *calm = sample_verified_calm();
	struct sample_verification *unmet = sample_verified_calm();
	struct expectation *expectation = g_ptr_array_index(unmet->verification.expectations, 0);
	g_autofree char *nothing = sample_verified_report("text", &quiet, &calm, 1, NULL);
	g_autofree char *text = NULL;

	g_assert_cmpstr(nothing, ==, "");
	expectation->state = EXPECTATION_UNMET;
	text = sample_verified_report("text", &quiet, &unmet, 1, NULL);
	g_assert_cmpstr(text, ==,
		"pop3s://[2001:db8::1]:995  refuses (proven)\n"
		"  unmet   tls  It is there. [session]\n\n");
	sample_verification_free(calm);
	sample_verification_free(unmet);
}

static void
test_text_hostile(void)
{
	struct sample_verification *sample = sample_verified_hostile(HOSTILE_MARKUP);
	g_autofree char *text = sample_verified_report("text", &verbose, &sample, 1, NULL);

	assert_harmless(text);
	sample_verification_free(sample);
}

/* --- ticket ----------------------------------------------------------------------------------- */

static void
assert_closing(struct sample_verification *sample, const char *expected)
{
	g_autofree char *text = expectations_of("ticket", &plain, sample);

	assert_harmless(text);
	g_assert_nonnull(strstr(text, expected));
}

static void
test_ticket(void)
{
	struct sample_verification *open = sample_verified();
	struct sample_verification *nothing = sample_verified_calm();
	g_autofree char *text = expectations_of("ticket", &plain, sample_verified());

	g_assert_cmpstr(text, ==,
		"  expects what was expected of it, and what became of that:\n"
		"          refuses: unmet. It is plain.\n"
		"          C: STLS\n          S: plain\n          -- second\n"
		"          tls>=1.2: undetermined. It is plain.\n"
		"          C: STLS\n          S: plain\n          -- second\n"
		"          login: met. It is plain.\n"
		"  settle  Ask plain again.\n"
		"  close   Keep the ticket open. Unmet: refuses. Not known: tls>=1.2.\n\n");
	g_ptr_array_remove_index(open->verification.expectations, 0);
	assert_closing(open, "\n  close   Do not close the ticket yet. Not known: tls>=1.2.\n\n");
	assert_closing(sample_verified_calm(),
		"\n  close   Close the ticket: all that was expected of this endpoint holds.\n\n");
	g_ptr_array_set_size(nothing->verification.expectations, 0);
	assert_closing(nothing, "\n  close   Nothing was expected of this endpoint.\n\n");
	assert_closing(sample_verified_hostile(HOSTILE_MARKUP), "Keep the ticket open.");
}

/* --- places ----------------------------------------------------------------------------------- */

static void
test_places(void)
{
	static const char *const with[] = { "text", "jsonl", "ticket", "junit", "nagios" };

	for (size_t i = 0; i < G_N_ELEMENTS(with); i++)
		g_assert_nonnull(report_find(with[i])->expectations);
	g_assert_null(report_find("csv")->expectations);
	g_assert_null(report_find("shadowserver")->expectations);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/reports/expectations/record", test_record);
	g_test_add_func("/reports/expectations/login-record", test_login_record);
	g_test_add_func("/reports/expectations/summary-record", test_summary_record);
	g_test_add_func("/reports/expectations/deep", test_deep);
	g_test_add_func("/reports/expectations/deep-unasked", test_deep_unasked);
	g_test_add_func("/reports/expectations/hostile-records", test_hostile_records);
	g_test_add_func("/reports/expectations/text", test_text);
	g_test_add_func("/reports/expectations/text-clients", test_text_clients);
	g_test_add_func("/reports/expectations/text-verbose", test_text_verbose);
	g_test_add_func("/reports/expectations/text-quiet", test_text_quiet);
	g_test_add_func("/reports/expectations/text-hostile", test_text_hostile);
	g_test_add_func("/reports/expectations/ticket", test_ticket);
	g_test_add_func("/reports/expectations/places", test_places);
	return g_test_run();
}
