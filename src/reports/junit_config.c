/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configurations in a JUnit document: a testsuite is a configuration, a
 * testcase a rule. What is known, suppressed or below --fail-on lets its rule pass,
 * and stands in the suite's output.
 */
#include "config.h"
#include "model/escape.h"
#include "model/place.h"
#include "model/suppression.h"
#include "reports/configuration.h"
#include "reports/junit_suite.h"
#include "reports/markup.h"

#define PACKAGE "popseal.audit"

/* Whether it fails its rule as it would fail the run (--fail-on); or is unknown. */
static bool
fails(const struct report_options *options, const struct finding *finding)
{
	return finding_counts(finding) &&
		(finding->outcome == UNKNOWN ||
			(finding->severity != SEVERITY_INFO &&
				finding->severity >= options->fail_on));
}

/* The first finding of the rule in a list that fails it, or that is unknown; NULL: none. */
static const struct finding *
find(const struct report_options *options, const GPtrArray *findings, const char *rule)
{
	for (guint i = 0; i < findings->len; i++) {
		const struct finding *finding = g_ptr_array_index(findings, i);

		if (g_str_equal(finding->rule, rule) && fails(options, finding))
			return finding;
	}
	return NULL;
}

static void
append_line(const struct report_options *options, const struct config_facts *config,
	const struct finding *finding, GString *out)
{
	g_autofree char *bytes = configuration_file(options, config, finding);
	g_autofree char *file = escape_string(bytes);
	g_autofree char *message = configuration_message(finding);

	if (finding->location.line > 0)
		g_string_append_printf(out, "%s:%u: %s\n", file, finding->location.line, message);
	else
		g_string_append_printf(out, "%s: %s\n", file, message);
}

static void
append_outcome(const struct report_options *options, const struct assessment *assessment,
	const struct finding *first, GString *out)
{
	const GPtrArray *all =
		first->outcome == UNKNOWN ? assessment->unknowns : assessment->findings;
	const char *element = first->outcome == UNKNOWN ? "error" : "failure";
	g_autoptr(GString) lines = g_string_new(NULL);

	for (guint i = 0; i < all->len; i++) {
		const struct finding *finding = g_ptr_array_index(all, i);

		if (g_str_equal(finding->rule, first->rule) && fails(options, finding))
			append_line(options, assessment->facts->config, finding, lines);
	}
	g_string_append_printf(out, ">\n      <%s", element);
	markup_attribute(out, "type",
		first->outcome == UNKNOWN ? "unknown" : severity_word(first->severity));
	markup_attribute(out, "message", first->message);
	g_string_append_c(out, '>');
	markup_lines(out, lines->str);
	g_string_append_printf(out, "</%s>\n    </testcase>\n", element);
}

/* Gravest first: a rule that fails somewhere is a failure, whatever is unknown elsewhere. */
static const struct finding *
worst(const struct report_options *options, const struct assessment *assessment, const char *rule)
{
	const struct finding *finding = find(options, assessment->findings, rule);

	return finding != NULL ? finding : find(options, assessment->unknowns, rule);
}

static void
count(const struct report_options *options, const struct assessment *assessment,
	struct junit_suite *suite)
{
	for (const struct report_rule *rule = options->rules; rule->id != NULL; rule++) {
		const struct finding *finding = worst(options, assessment, rule->id);

		suite->tests++;
		suite->failures += finding != NULL && finding->outcome == FAIL;
		suite->errors += finding != NULL && finding->outcome == UNKNOWN;
	}
}

static void
append_properties(const struct facts *facts, GString *out)
{
	g_autofree char *scope = escape_string(facts->config->scope);
	g_autofree char *version = escape_string(facts->config->version);

	g_string_append(out, "    <properties>\n");
	junit_property(out, "popseal", POPSEAL_VERSION);
	junit_property(out, "verdict", verdict_word(facts->verdict.value));
	junit_property(out, "reason", reason_word(facts->verdict.reason));
	junit_property(out, "product", facts->config->product);
	junit_property(out, "version", version);
	junit_property(out, "scope", scope);
	g_string_append(out, "    </properties>\n");
}

/* What fails no rule, and what is to be told of suppressions. */
static char *
output_of(const struct report_options *options, const struct assessment *assessment)
{
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < assessment->findings->len; i++) {
		const struct finding *finding = g_ptr_array_index(assessment->findings, i);
		const char *standing;

		if (fails(options, finding))
			continue;
		standing = finding_counts(finding) ? severity_word(finding->severity) :
			finding->known             ? "known" :
						     "suppressed";
		g_string_append_printf(out, "%s: ", standing);
		append_line(options, assessment->facts->config, finding, out);
	}
	for (guint i = 0; assessment->suppressions != NULL && i < assessment->suppressions->len;
		i++) {
		const struct suppression *suppression =
			g_ptr_array_index(assessment->suppressions, i);
		g_autofree char *notice = configuration_notice(suppression);
		g_autofree char *path = place_relative(options->base, suppression->file);
		g_autofree char *file = escape_string(path);

		if (notice != NULL)
			g_string_append_printf(out, "%s:%u: %s\n", file, suppression->line, notice);
	}
	return g_string_free(out, FALSE);
}

/* The name of the suite of a configuration: its root, escaped. */
static char *
name_of(const struct report_options *options, const struct config_facts *config)
{
	g_autofree char *path = place_relative(options->base, config->root);

	return escape_string(path);
}

void
junit_config(const struct report_options *options, const struct assessment *assessment,
	GString *out)
{
	const struct facts *facts = assessment->facts;
	g_autofree char *name = name_of(options, facts->config);
	g_autofree char *output = output_of(options, assessment);
	struct junit_suite suite = {
		.name = name,
		.package = PACKAGE,
		.host = "localhost",
		.started = facts->now,
	};

	count(options, assessment, &suite);
	junit_begin_suite(&suite, out);
	append_properties(facts, out);
	for (const struct report_rule *rule = options->rules; rule->id != NULL; rule++) {
		const struct finding *finding = worst(options, assessment, rule->id);

		junit_begin_case(name, rule->id, out);
		if (finding != NULL)
			append_outcome(options, assessment, finding, out);
		else
			g_string_append(out, "/>\n");
	}
	junit_end_suite(output, out);
}

void
junit_config_expectations(const struct report_options *options,
	const struct verification *verification, GString *out)
{
	const struct facts *facts = verification->assessment->facts;
	g_autofree char *root = name_of(options, facts->config);
	g_autofree char *name = g_strdup_printf("%s (policy)", root);
	const struct junit_suite suite = {
		.name = name,
		.package = PACKAGE,
		.host = "localhost",
		.tests = verification->expectations->len,
		.failures = verification_states(verification, EXPECTATION_UNMET),
		.errors = verification_states(verification, EXPECTATION_UNDETERMINED),
		.started = facts->now,
	};

	junit_begin_suite(&suite, out);
	append_properties(facts, out);
	junit_expectations(verification->expectations, root, out);
	junit_end_suite(NULL, out);
}
