/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules, driven by fixtures (fixture.h says how they are written), and
 * what holds for all rules on all facts: unknown is never pass, nothing that a
 * server sent reaches a terminal unescaped, a finding is complete.
 */
#include <string.h>

#include "fixture.h"
#include "pop3/scanners.h"
#include "products/product.h"
#include "rules/eol.h"
#include "rules/page.h"
#include "rules/rule.h"

/* --- fixtures --------------------------------------------------------------------------------- */

static char *
fixture_folder(const char *id)
{
	const char *source = g_getenv("POPSEAL_SOURCE");

	return g_build_filename(source != NULL ? source : ".", "tests", "rules", id, NULL);
}

static gint
by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Returns the fixtures of that rule: full paths, sorted. */
static GPtrArray *
fixture_paths(const char *id)
{
	g_autofree char *folder = fixture_folder(id);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
		if (g_str_has_suffix(name, ".facts"))
			g_ptr_array_add(paths, g_build_filename(folder, name, NULL));
	g_ptr_array_sort(paths, by_name);
	return paths;
}

static enum outcome
ask(const struct rule *rule, const struct facts *facts)
{
	struct finding *finding = g_new0(struct finding, 1);
	enum outcome outcome = rule->check(facts, finding);

	finding_free(finding);
	return outcome;
}

static const struct finding *
find(const GPtrArray *findings, const char *id)
{
	for (guint i = 0; i < findings->len; i++) {
		const struct finding *finding = g_ptr_array_index(findings, i);

		if (g_str_equal(finding->rule, id))
			return finding;
	}
	return NULL;
}

/* --- what holds for every finding ------------------------------------------------------------- */

static void
assert_line(const char *text)
{
	g_assert_nonnull(text);
	g_assert_cmpstr(text, !=, "");
	g_assert_true(g_utf8_validate(text, -1, NULL));
	for (const char *c = text; *c != '\0'; c++)
		g_assert_false(g_ascii_iscntrl(*c));
}

/* Evidence is escaped, and may have several lines. */
static void
assert_lines(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (size_t i = 0; lines[i] != NULL; i++)
		assert_line(lines[i]);
}

static void
assert_complete(const struct finding *finding)
{
	const struct rule *rule = rule_find(finding->rule);

	g_assert_nonnull(rule);
	g_assert_cmpstr(finding->title, ==, rule->title);
	g_assert_nonnull(finding->references);
	g_assert_nonnull(finding->references[0]);
	assert_line(finding->message);
	g_assert_true(g_str_has_suffix(finding->message, "."));
	assert_line(finding->remedy);
	if (finding->reproduce != NULL)
		assert_line(finding->reproduce);
	for (size_t i = 0; i < finding->evidence_count; i++)
		assert_lines(finding->evidence[i]);
	g_assert_cmpint(finding->severity, <, SEVERITY_NONE);
	if (finding->outcome == FAIL) {
		g_assert_cmpint(finding->confidence, !=, CONFIDENCE_NONE);
		/* What stands in a file is seen there. */
		if (finding->location.file == NULL)
			assert_line(finding->reproduce);
	} else {
		g_assert_cmpint(finding->confidence, ==, CONFIDENCE_NONE);
		assert_line(finding->settle);
	}
}

static void
assert_assessment(const struct assessment *assessment)
{
	for (guint i = 0; i < assessment->findings->len; i++) {
		const struct finding *finding = g_ptr_array_index(assessment->findings, i);
		const struct finding *before =
			i > 0 ? g_ptr_array_index(assessment->findings, i - 1) : finding;

		g_assert_cmpint(finding->outcome, ==, FAIL);
		g_assert_cmpint(before->severity, >=, finding->severity);
		assert_complete(finding);
	}
	for (guint i = 0; i < assessment->unknowns->len; i++) {
		const struct finding *finding = g_ptr_array_index(assessment->unknowns, i);

		g_assert_cmpint(finding->outcome, ==, UNKNOWN);
		assert_complete(finding);
	}
}

/* --- one fixture ------------------------------------------------------------------------------ */

static void
assert_has(const char *text, const char *part)
{
	if (part != NULL && (text == NULL || strstr(text, part) == NULL))
		g_error("'%s' is not in '%s'", part, text != NULL ? text : "(nothing)");
}

static void
assert_expected(const struct fixture *fixture, const struct finding *finding)
{
	g_autoptr(GString) evidence = g_string_new(NULL);

	if (fixture->outcome == FAIL) {
		/* So that no severity and no confidence changes silently. */
		g_assert_nonnull(fixture->severity);
		g_assert_nonnull(fixture->confidence);
		g_assert_cmpstr(severity_word(finding->severity), ==, fixture->severity);
		g_assert_cmpstr(confidence_word(finding->confidence), ==, fixture->confidence);
	}
	for (size_t i = 0; i < finding->evidence_count; i++)
		g_string_append_printf(evidence, "%s\n", finding->evidence[i]);
	assert_has(finding->message, fixture->message);
	assert_has(evidence->str, fixture->evidence);
	if (fixture->no_evidence != NULL)
		g_assert_null(strstr(evidence->str, fixture->no_evidence));
	assert_has(finding->reproduce, fixture->reproduce);
	assert_has(finding->settle, fixture->settle);
	assert_has(finding->remedy, fixture->remedy);
	if (fixture->place != NULL) {
		g_autofree char *place = location_text(&finding->location);

		g_assert_cmpstr(place, ==, fixture->place);
	}
}

/* What the rule says of the fixture's facts, by its own check where it has no notes. */
static enum outcome
outcome_of(const struct rule *rule, const struct assessment *assessment)
{
	const struct config_facts *config = assessment->facts->config;

	for (guint i = 0; config != NULL && i < config->notes->len; i++) {
		const struct config_note *note =
			&g_array_index(config->notes, struct config_note, i);

		if (note->kind == rule->note)
			return note->unknown ? UNKNOWN : FAIL;
	}
	return rule->check != NULL ? ask(rule, assessment->facts) : PASS;
}

static void
test_fixture(const void *data)
{
	const char *path = data;
	g_autoptr(fixture_auto) fixture = fixture_load(path);
	g_autoptr(assessment_auto) assessment = NULL;
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *id = g_path_get_basename(folder);
	const struct rule *rule = rule_find(id);
	bool is_config = fixture->facts->config != NULL;
	const struct finding *finding;

	g_assert_nonnull(rule);
	assessment = rules_assess(g_steal_pointer(&fixture->facts),
		is_config ? WITNESS_CONFIG : WITNESS_PROBE);
	g_assert_cmpint(outcome_of(rule, assessment), ==, fixture->outcome);
	assert_assessment(assessment);
	finding = find(assessment->findings, id);
	g_assert_true((finding != NULL) == (fixture->outcome == FAIL));
	if (finding == NULL)
		finding = find(assessment->unknowns, id);
	g_assert_true(
		(finding != NULL) == (fixture->outcome == FAIL || fixture->outcome == UNKNOWN));
	if (finding != NULL)
		assert_expected(fixture, finding);
}

/* --- all rules -------------------------------------------------------------------------------- */

/* A rule that always says the same would pass some fixture of each rule that lacks one outcome. */
static void
test_coverage(const void *data)
{
	const struct rule *rule = data;
	g_autoptr(GPtrArray) paths = fixture_paths(rule->id);
	unsigned count[4] = { 0 };

	for (guint i = 0; i < paths->len; i++) {
		g_autofree char *name = g_path_get_basename(g_ptr_array_index(paths, i));

		g_assert_cmpint(fixture_outcome(name), >=, 0);
		count[fixture_outcome(name)]++;
	}
	g_assert_cmpuint(count[FAIL], >, 0);
	g_assert_cmpuint(count[PASS], >, 0);
	g_assert_cmpuint(count[UNKNOWN], >, 0);
	/* Without a check of its own it reports what a product's room noted, or passes. */
	if (rule->check != NULL)
		g_assert_cmpuint(count[NOT_APPLICABLE], >, 0);
}

static void
test_page(const void *data)
{
	const struct rule *rule = data;
	const char *page = rule_page(rule->id);
	g_autofree char *heading = g_strdup_printf("# %s: %s\n", rule->id, rule->title);
	g_autofree char *severity =
		g_strdup_printf("\n\nSeverity: %s", severity_word(rule->severity));
	static const char *const parts[] = {
		"## What it means",
		"Confidentiality",
		"## How it is exploited",
		"## How popseal proves it",
		"## How it is fixed",
		"## References",
		"https://www.rfc-editor.org/",
	};

	g_assert_nonnull(page);
	g_assert_true(g_str_has_prefix(page, heading));
	assert_has(page, severity);
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
		assert_has(page, parts[i]);
	for (size_t i = 0; rule->references[i] != NULL; i++) {
		g_auto(GStrv) words = g_strsplit(rule->references[i], " ", 3);
		g_autofree char *start =
			words[1] != NULL ? g_strdup_printf("%s", words[1]) : g_strdup(words[0]);

		assert_has(page, start);
	}
}

static void
test_registry(void)
{
	static const char *const high[] = { "cleartext-login", "token-in-clear", "stls-injection",
		"config-permits", NULL };

	for (size_t i = 0; rules[i] != NULL; i++) {
		g_assert_true(rule_find(rules[i]->id) == rules[i]);
		g_assert_cmpint(rules[i]->severity == SEVERITY_HIGH, ==,
			g_strv_contains(high, rules[i]->id));
		g_assert_cmpuint(rules[i]->witnesses, !=, 0);
		assert_line(rules[i]->remedy);
		assert_line(rules[i]->title);
	}
	g_assert_null(rule_find("cleartext_login"));
	g_assert_null(rule_find(""));
	g_assert_null(rule_page("no-such-rule"));
}

/* A kind of note that two rules report would be counted twice; one that none does would be lost. */
static void
test_notes(void)
{
	for (int kind = CONFIG_NOTE_NONE + 1; kind < CONFIG_NOTES; kind++) {
		size_t count = 0;

		for (size_t i = 0; rules[i] != NULL; i++) {
			count += rules[i]->note == (enum config_note_kind)kind;
			if (rules[i]->note != CONFIG_NOTE_NONE)
				g_assert_cmpuint(rules[i]->witnesses, ==, WITNESS_CONFIG);
			else
				g_assert_nonnull(rules[i]->check);
		}
		g_assert_cmpuint(count, ==, 1);
	}
}

/* What nobody looked at is never safe, whatever the rule. */
static void
test_empty_facts(void)
{
	g_autoptr(assessment_auto) assessment = rules_assess(facts_new(), WITNESS_PROBE);

	for (size_t i = 0; rules[i] != NULL; i++) {
		enum outcome outcome =
			rules[i]->check != NULL ? ask(rules[i], assessment->facts) : UNKNOWN;

		g_assert_true(outcome == UNKNOWN || outcome == NOT_APPLICABLE);
	}
	g_assert_cmpuint(assessment->findings->len, ==, 0);
	g_assert_nonnull(find(assessment->unknowns, "cleartext-login"));
	assert_assessment(assessment);
}

static void
test_other_witness(void)
{
	g_autoptr(assessment_auto) assessment = rules_assess(facts_new(), WITNESS_TRAFFIC);

	g_assert_cmpuint(assessment->findings->len + assessment->unknowns->len, ==, 0);
}

static struct facts *
hostile_facts(enum verdict_value value, bool prepared)
{
	static const char bytes[] = "+OK \033[2J\r\n\xff\xc2\x9b"
				    "0m SASL PLAIN USER %s%n";
	struct facts *facts = facts_new();
	struct probe_facts *probe = &facts->probe;

	facts->verdict.value = value;
	facts->verdict.confidence = value == VERDICT_PERMITS ? CONFIDENCE_PROVEN : CONFIDENCE_NONE;
	facts->endpoint.address = "2001:db8::1";
	probe->greeting_kind = GREETING_OK;
	probe->greeting = probe->apop = bytes;
	probe->clear.state = LIST_ANSWERED;
	capabilities_add(facts, &probe->clear, bytes, strlen(bytes));
	probe->product_title = "Server";
	probe->product_version = bytes;
	probe->stls.state = prepared ? STLS_BROKEN : STLS_NONE;
	probe->stls.answer = prepared ? ANSWER_ACCEPTED : ANSWER_REFUSED;
	probe->stls.reply = bytes;
	probe->tls.error = bytes;
	facts->host.implicit_tls_asked = true;
	return facts;
}

static const char hostile_text[] = "CN=\033[2J\r\n\xff\xc2\x9b"
				   "0m`id`'\"%s%n\\";

/* µs: the last that an ASN.1 time can say. */
#define YEAR_9999 (INT64_C(253402300799) * G_USEC_PER_SEC)

/* What a certificate or a middlebox may make of each text that deep depth keeps. */
static void
hostile_details(struct facts *facts, unsigned number)
{
	struct tls_details *details = arena_take(&facts->arena, sizeof(*details));
	const char **names = arena_take(&facts->arena, FACTS_NAMES_MAX * sizeof(*names));
	struct certificate_facts *unsent = arena_take(&facts->arena, sizeof(*unsent));

	for (size_t i = 0; i < FACTS_NAMES_MAX; i++)
		names[i] = hostile_text;
	*unsent = (struct certificate_facts){ .subject = hostile_text, .begins = 1, .ends = 1 };
	details->chain = arena_take(&facts->arena, TLS_CHAIN_MAX * sizeof(*details->chain));
	details->chain_count = TLS_CHAIN_MAX;
	for (size_t i = 0; i < TLS_CHAIN_MAX; i++)
		details->chain[i] = (struct certificate_facts){
			.subject = hostile_text,
			.issuer = hostile_text,
			.key = number % 2 == 0 ? "RSA" : hostile_text,
			.key_bits = 512,
			.signature = "\033SHA1",
			.begins = 1,
			.ends = number % 3 == 0 ? YEAR_9999 : -YEAR_9999,
			.names = names,
			.name_count = FACTS_NAMES_MAX,
			.services = names,
			.service_count = FACTS_NAMES_MAX,
		};
	details->path =
		arena_take(&facts->arena, TLS_PATH_MAX * sizeof(struct certificate_facts *));
	details->path_count = TLS_PATH_MAX;
	for (size_t i = 0; i < TLS_PATH_MAX; i++)
		details->path[i] = i < number % TLS_CHAIN_MAX ? &details->chain[i] : unsent;
	details->trust = (enum trust)(number % (TRUST_BROKEN + 1));
	details->trust_error = details->anchors = details->reference = hostile_text;
	details->name = (enum name_check)(number % (NAME_DIFFERS + 1));
	details->staple = (enum staple)(number % (STAPLE_INVALID + 1));
	facts->probe.tls.details = details;
}

static void
hostile_survey(struct facts *facts, unsigned number)
{
	struct tls_survey *survey = arena_take(&facts->arena, sizeof(*survey));

	for (int i = TLS_SSLV3; i < TLS_VERSIONS; i++) {
		survey->versions[i] = (enum trial)((number + (unsigned)i) % 4);
		survey->chosen[i] = hostile_text;
	}
	for (size_t i = 0; i < number % (TLS_WEAK_MAX + 1); i++)
		survey->weak[survey->weak_count++] = (struct tls_weakness){
			.version = (enum tls_version)(i % TLS_VERSIONS),
			.cipher = hostile_text,
			.why = i % 2 == 0 ? hostile_text : "RC4",
		};
	survey->weak_asked = (enum trial)(number % 4);
	survey->dh_bits = (int)number - 2;
	facts->probe.tls.survey = survey;
}

static struct facts *
hostile_tls(unsigned number)
{
	struct facts *facts = hostile_facts(VERDICT_REFUSES, number % 2 == 0);
	struct probe_facts *probe = &facts->probe;

	probe->depth = DEPTH_DEEP;
	probe->product = number % 2 == 0 ? "cyrus" : "uw";
	probe->product_version = number % 3 == 0 ? "2\033" : hostile_text;
	facts->now = number % 5 == 0 ? 0 : G_USEC_PER_SEC;
	facts->endpoint.host = number % 3 == 0 ? "mail.example.org" : hostile_text;
	facts->endpoint.mode = number % 7 == 0 ? MODE_POP3S : MODE_POP3;
	facts->host.implicit_tls_found = true;
	facts->host.implicit_tls_greeting = hostile_text;
	probe->tls.handshake = (enum handshake)(number % (HANDSHAKE_TIMEOUT + 1));
	probe->tls.version = "TLSv1";
	probe->tls.cipher = hostile_text;
	probe->stls.state = (enum stls)(number % (STLS_BROKEN + 1));
	probe->stls.answer = (enum answer)(number % (ANSWER_STRANGE + 1));
	probe->stls.injection = (enum injection)(number % (INJECTION_UNCLEAR + 1));
	probe->stls.injection_error = hostile_text;
	probe->stls.injection_exchange = "S: escaped";
	if (number % 4 != 0)
		hostile_details(facts, number / 4);
	if (number % 6 != 0)
		hostile_survey(facts, number / 6);
	return facts;
}

static void
test_hostile_tls(void)
{
	enum {
		COMBINATIONS = 7 * 6 * 5 * 4 * 6
	};

	for (unsigned i = 0; i < COMBINATIONS; i++) {
		g_autoptr(assessment_auto) assessment = rules_assess(hostile_tls(i), WITNESS_PROBE);

		assert_assessment(assessment);
	}
}

static const char hostile_line[] = "ssl = \033[2J\r\n\xff\xc2\x9b"
				   "0m %s%n \\ <script>.";

/* Whatever stands in a configuration, and whatever of it a product's room repeats. */
static struct facts *
hostile_config(unsigned number)
{
	struct facts *facts = facts_new();
	const struct location location = { .file = hostile_line, .line = number % 3 };
	struct config_listener *listener;

	config_facts_new(facts, "dovecot", "Dovecot")->root = hostile_line;
	listener = config_add_listener(facts);
	listener->address = hostile_line;
	listener->scope = number % 2 == 0 ? hostile_line : NULL;
	listener->verdict = (enum verdict_value)(number / 2 % 4);
	listener->explanation = listener->settle = hostile_line;
	for (unsigned i = 0; i < number % (CONFIG_CHAIN_MAX + 2); i++)
		config_chain_add(&listener->chain, location, hostile_line, "is overridden");
	for (int kind = CONFIG_NOTE_NONE + 1; kind < CONFIG_NOTES; kind++) {
		struct config_note *note = config_add_note(facts, (enum config_note_kind)kind);

		note->unknown = (number + (unsigned)kind) % 3 == 0;
		note->location = location;
		note->line = note->message = note->settle = hostile_line;
		note->remedy = number % 2 == 0 ? hostile_line : NULL;
	}
	if (number % 5 == 0) {
		struct config_doubt *doubt = config_add_doubt(facts, REASON_INVALID);

		doubt->fatal = number % 2 == 0;
		doubt->message = doubt->settle = doubt->line = hostile_line;
	}
	config_verdict_decide(facts);
	return facts;
}

static void
test_hostile_config(void)
{
	for (unsigned i = 0; i < 1000; i++) {
		g_autoptr(assessment_auto) assessment =
			rules_assess(hostile_config(i), WITNESS_CONFIG);

		assert_assessment(assessment);
		g_assert_cmpuint(assessment->findings->len + assessment->unknowns->len, >=,
			CONFIG_NOTES - 1);
	}
}

/* Below deep depth nobody looked, whatever stands in the facts. */
static void
test_deep_only(void)
{
	static const char *const deep[] = { "stls-injection", "stls-stripped", "tls-version",
		"tls-cipher", "cert-expired", "cert-untrusted", "cert-weak-key", "cert-name",
		"cert-expiring", "software-eol" };

	for (unsigned i = 0; i < 100; i++) {
		g_autoptr(facts_auto) facts = hostile_tls(i);

		facts->probe.depth = i % 2 == 0 ? DEPTH_STANDARD : DEPTH_GENTLE;
		for (size_t j = 0; j < G_N_ELEMENTS(deep); j++)
			g_assert_cmpint(ask(rule_find(deep[j]), facts), ==, NOT_APPLICABLE);
	}
}

/* Whatever a server sends, no control byte of it gets through, and no %-format. */
static void
test_hostile(void)
{
	for (int value = VERDICT_UNDETERMINED; value <= VERDICT_NO_SERVICE; value++) {
		for (int prepared = 0; prepared < 2; prepared++) {
			g_autoptr(assessment_auto) assessment =
				rules_assess(hostile_facts((enum verdict_value)value,
						     prepared != 0),
					WITNESS_PROBE);

			assert_assessment(assessment);
			g_assert_true((find(assessment->findings, "cleartext-login") != NULL) ==
				(value == VERDICT_PERMITS));
			if (value == VERDICT_NO_SERVICE)
				g_assert_cmpuint(assessment->findings->len, ==, 0);
		}
	}
}

/* A row that no product's word or no release could ever meet would say nothing. */
static void
test_eol_table(void)
{
	size_t count = 0;

	g_assert_cmpuint(strlen(eol_dated), ==, strlen("2026-11-27"));
	for (const struct eol_row *row = eol_rows; row->product != NULL; row++, count++) {
		g_assert_nonnull(product_find(row->product));
		g_assert_true(g_ascii_isdigit(*row->release));
		g_assert_true((row->last_day != NULL) == (row->ends != 0));
		g_assert_false(row->last_day != NULL && row->supported);
		g_assert_true(g_str_has_prefix(row->source, "https://"));
		for (const struct eol_row *other = eol_rows; other < row; other++)
			g_assert_false(g_str_equal(other->product, row->product) &&
				g_str_equal(other->release, row->release));
	}
	g_assert_cmpuint(count, >, 0);
}

static void
test_scanners(void)
{
	static const struct {
		const char *line;
		bool nessus;
		bool openvas;
	} cases[] = {
		{ "USER", true, true },
		{ "user", true, true },
		{ "USERX", true, true },
		{ "SASL PLAIN", true, true },
		{ "SASL LOGIN CRAM-MD5", true, true },
		{ "sasl plain", true, true },
		{ "SASL NTLM PLAIN", false, false },
		{ "SASL CRAM-MD5 LOGIN", false, false },
		{ "SASL  PLAIN", false, false },
		{ "EXPIRE 31 USER", true, false },
		{ "UTF8 USER", true, false },
		{ "XSASL PLAIN", true, false },
		{ "SASL", false, false },
		{ "STLS", false, false },
		{ "XTLSREQUIRED", false, false },
		{ "", false, false },
		{ "US", false, false },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_assert_cmpint(scanner_nessus_reports(cases[i].line), ==, cases[i].nessus);
		g_assert_cmpint(scanner_openvas_reports(cases[i].line), ==, cases[i].openvas);
	}
}

static void
add_rule(const struct rule *rule, GPtrArray *keep)
{
	GPtrArray *paths = fixture_paths(rule->id);
	g_autofree char *coverage = g_strdup_printf("/%s/coverage", rule->id);
	g_autofree char *page = g_strdup_printf("/%s/page", rule->id);

	g_ptr_array_add(keep, paths);
	g_test_add_data_func(coverage, rule, test_coverage);
	g_test_add_data_func(page, rule, test_page);
	for (guint i = 0; i < paths->len; i++) {
		const char *path = g_ptr_array_index(paths, i);
		g_autofree char *name = g_path_get_basename(path);
		g_autofree char *test = g_strdup_printf("/%s/%s", rule->id, name);

		g_test_add_data_func(test, path, test_fixture);
	}
}

static void
unref_paths(void *paths)
{
	g_ptr_array_unref(paths);
}

int
main(int argc, char **argv)
{
	g_autoptr(GPtrArray) keep = g_ptr_array_new_with_free_func(unref_paths);

	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/registry", test_registry);
	g_test_add_func("/notes", test_notes);
	g_test_add_func("/empty-facts", test_empty_facts);
	g_test_add_func("/other-witness", test_other_witness);
	g_test_add_func("/hostile", test_hostile);
	g_test_add_func("/hostile-tls", test_hostile_tls);
	g_test_add_func("/hostile-config", test_hostile_config);
	g_test_add_func("/deep-only", test_deep_only);
	g_test_add_func("/eol-table", test_eol_table);
	g_test_add_func("/scanners", test_scanners);
	for (size_t i = 0; rules[i] != NULL; i++)
		add_rule(rules[i], keep);
	return g_test_run();
}
