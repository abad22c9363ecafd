/* SPDX-License-Identifier: Apache-2.0 */
/*
 * junit: the XML that continuous integration reads. There is no standard for
 * it; this keeps to what both schemas in use take, that of Ant (the stricter
 * one) and that of Jenkins: a testsuite is an endpoint, a testcase an
 * expectation, unmet is a failure, and undetermined an error.
 */
#include "config.h"
#include "reports/junit_suite.h"
#include "reports/markup.h"

static void
begin(const struct report_options *options, GString *out)
{
	(void)options;
	g_string_append(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites>\n");
}

/* An endpoint's assessment alone is no test; of a configuration each rule is one. */
static void
append_assessment(const struct report_options *options, const struct assessment *assessment,
	GString *out)
{
	if (assessment->facts->config != NULL)
		junit_config(options, assessment, out);
}

/* --- an endpoint ------------------------------------------------------------------------------ */

static void
append_evidence(const struct expectation *expectation, GString *out)
{
	markup_lines(out, expectation->message);
	for (size_t i = 0; i < expectation->evidence_count; i++)
		markup_lines(out, expectation->evidence[i]);
	if (expectation->settle != NULL) {
		g_string_append(out, "What would settle it: ");
		markup_lines(out, expectation->settle);
	}
}

static void
append_outcome(const struct expectation *expectation, const char *element, GString *out)
{
	g_string_append_printf(out, "      <%s", element);
	markup_attribute(out, "type", expectation->reason);
	markup_attribute(out, "message", expectation->message);
	g_string_append_c(out, '>');
	append_evidence(expectation, out);
	g_string_append_printf(out, "</%s>\n", element);
}

static void
append_case(const struct expectation *expectation, const char *url, GString *out)
{
	junit_begin_case(url, expectation->name, out);
	if (expectation->state == EXPECTATION_MET) {
		g_string_append(out, "/>\n");
		return;
	}
	g_string_append(out, ">\n");
	append_outcome(expectation, expectation->state == EXPECTATION_UNMET ? "failure" : "error",
		out);
	g_string_append(out, "    </testcase>\n");
}

void
junit_expectations(const GPtrArray *expectations, const char *class, GString *out)
{
	for (guint i = 0; i < expectations->len; i++)
		append_case(g_ptr_array_index(expectations, i), class, out);
}

/* The schemas leave a test that passed no room for what it rests on: it stands here. */
static void
append_properties(const struct verification *verification, GString *out)
{
	const struct facts *facts = verification->assessment->facts;

	g_string_append(out, "    <properties>\n");
	junit_property(out, "popseal", POPSEAL_VERSION);
	junit_property(out, "verdict", verdict_word(facts->verdict.value));
	junit_property(out, "reason", reason_word(facts->verdict.reason));
	junit_property(out, "product", facts->probe.product);
	junit_property(out, "source", facts->probe.source);
	for (guint i = 0; i < verification->expectations->len; i++) {
		const struct expectation *expectation =
			g_ptr_array_index(verification->expectations, i);

		junit_property(out, expectation->name, expectation->message);
	}
	g_string_append(out, "    </properties>\n");
}

static void
append_endpoint(const struct report_options *options, const struct verification *verification,
	GString *out)
{
	const struct facts *facts = verification->assessment->facts;
	char url[ENDPOINT_URL_MAX];
	struct junit_suite suite = { .name = endpoint_url(&facts->endpoint, url),
		.package = "popseal.verify",
		.host = facts->endpoint.host,
		.tests = verification->expectations->len,
		.failures = verification_states(verification, EXPECTATION_UNMET),
		.errors = verification_states(verification, EXPECTATION_UNDETERMINED),
		.started = facts->probe.started,
		.duration = facts->probe.duration };

	if (facts->config != NULL) {
		junit_config_expectations(options, verification, out);
		return;
	}
	junit_begin_suite(&suite, out);
	append_properties(verification, out);
	junit_expectations(verification->expectations, url, out);
	junit_end_suite(facts->probe.transcript->str, out);
}

/* A target that failed is a test that could not be made. */
static void
append_failure(const struct report_options *options, const struct failure *failure, GString *out)
{
	struct junit_suite suite = { .name = failure->subject[0] != '\0' ? failure->subject : "?",
		/* Without rules of configurations it is no audit. */
		.package = options->rules != NULL ? "popseal.audit" : "popseal.verify",
		.host = options->rules != NULL ? "localhost" : failure->subject,
		.tests = 1,
		.errors = 1,
		.started = failure->time };

	junit_begin_suite(&suite, out);
	g_string_append(out, "    <properties/>\n");
	junit_begin_case(suite.name, "target", out);
	g_string_append(out, ">\n      <error");
	markup_attribute(out, "type", failure->usage ? "usage" : "operational");
	markup_attribute(out, "message", failure->message);
	g_string_append(out, "/>\n    </testcase>\n");
	junit_end_suite(NULL, out);
}

static void
end(const struct report_options *options, const struct summary *summary, GString *out)
{
	struct failure interrupted = { .time = summary->started + summary->duration,
		.subject = "run",
		.message = "interrupted: not all hosts are done" };

	if (summary->interrupted)
		append_failure(options, &interrupted, out);
	g_string_append(out, "</testsuites>\n");
}

const struct report report_junit = {
	.name = "junit",
	.description = "XML with a test case for each expectation, for continuous integration",
	.document = true,
	.begin = begin,
	.assessment = append_assessment,
	.expectations = append_endpoint,
	.failure = append_failure,
	.end = end,
};
