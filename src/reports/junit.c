/* SPDX-License-Identifier: Apache-2.0 */
/*
 * junit: the XML that continuous integration reads. There is no standard for
 * it; this keeps to what both schemas in use take, that of Ant (the stricter
 * one) and that of Jenkins: a testsuite is an endpoint, a testcase an
 * expectation, unmet is a failure, and undetermined an error.
 */
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "model/timestamp.h"
#include "reports/markup.h"
#include "reports/report.h"

#define SUITE_BEGIN "  <testsuite id=\""

static void
begin(const struct report_options *options, GString *out)
{
	(void)options;
	g_string_append(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites>\n");
}

/* An assessment alone is no test. */
static void
assessment(const struct report_options *options, const struct assessment *assessment, GString *out)
{
	(void)options;
	(void)assessment;
	(void)out;
}

/* --- a suite ---------------------------------------------------------------------------------- */

static void
append_count(GString *out, const char *name, unsigned count)
{
	g_string_append_printf(out, " %s=\"%u\"", name, count);
}

static void
append_time(GString *out, int64_t duration)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];
	double seconds = (double)duration / G_USEC_PER_SEC;

	markup_attribute(out, "time", g_ascii_formatd(text, sizeof(text), "%.3f", seconds));
}

/* The schema's timestamp has neither fractions nor a zone. */
static void
append_timestamp(GString *out, int64_t time)
{
	char text[TIMESTAMP_MAX];

	timestamp_format(time, text);
	text[strlen("2026-11-23T10:00:00")] = '\0';
	markup_attribute(out, "timestamp", text);
}

/* The number of a suite: one more than the last that stands in the document. */
static unsigned
next_id(const GString *out)
{
	const char *last = g_strrstr_len(out->str, (gssize)out->len, SUITE_BEGIN);

	return last == NULL ? 0 : (unsigned)strtoul(last + strlen(SUITE_BEGIN), NULL, 10) + 1;
}

struct suite {
	const char *name;
	const char *host;
	unsigned tests;
	unsigned failures;
	unsigned errors;
	int64_t started;
	int64_t duration;
};

static void
begin_suite(const struct suite *suite, GString *out)
{
	unsigned id = next_id(out);

	g_string_append_printf(out, SUITE_BEGIN "%u\"", id);
	markup_attribute(out, "name", suite->name);
	markup_attribute(out, "package", "popseal.verify");
	markup_attribute(out, "hostname", suite->host[0] != '\0' ? suite->host : "?");
	append_timestamp(out, suite->started);
	append_count(out, "tests", suite->tests);
	append_count(out, "failures", suite->failures);
	append_count(out, "errors", suite->errors);
	append_count(out, "skipped", 0);
	append_time(out, suite->duration);
	g_string_append(out, ">\n");
}

static void
begin_case(const char *class, const char *name, GString *out)
{
	g_string_append(out, "    <testcase");
	markup_attribute(out, "classname", class);
	markup_attribute(out, "name", name);
	append_time(out, 0);
}

static void
append_property(GString *out, const char *name, const char *value)
{
	if (value == NULL)
		return;
	g_string_append(out, "      <property");
	markup_attribute(out, "name", name);
	markup_attribute(out, "value", value);
	g_string_append(out, "/>\n");
}

static void
end_suite(const char *output, GString *out)
{
	g_string_append(out, "    <system-out>");
	markup_lines(out, output);
	g_string_append(out, "</system-out>\n    <system-err/>\n  </testsuite>\n");
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
	begin_case(url, expectation->name, out);
	if (expectation->state == EXPECTATION_MET) {
		g_string_append(out, "/>\n");
		return;
	}
	g_string_append(out, ">\n");
	append_outcome(expectation, expectation->state == EXPECTATION_UNMET ? "failure" : "error",
		out);
	g_string_append(out, "    </testcase>\n");
}

/* The schemas leave a test that passed no room for what it rests on: it stands here. */
static void
append_properties(const struct verification *verification, GString *out)
{
	const struct facts *facts = verification->assessment->facts;

	g_string_append(out, "    <properties>\n");
	append_property(out, "popseal", POPSEAL_VERSION);
	append_property(out, "verdict", verdict_word(facts->verdict.value));
	append_property(out, "reason", reason_word(facts->verdict.reason));
	append_property(out, "product", facts->probe.product);
	append_property(out, "source", facts->probe.source);
	for (guint i = 0; i < verification->expectations->len; i++) {
		const struct expectation *expectation =
			g_ptr_array_index(verification->expectations, i);

		append_property(out, expectation->name, expectation->message);
	}
	g_string_append(out, "    </properties>\n");
}

static void
append_endpoint(const struct report_options *options, const struct verification *verification,
	GString *out)
{
	const struct facts *facts = verification->assessment->facts;
	char url[ENDPOINT_URL_MAX];
	struct suite suite = { .name = endpoint_url(&facts->endpoint, url),
		.host = facts->endpoint.host,
		.tests = verification->expectations->len,
		.failures = verification_states(verification, EXPECTATION_UNMET),
		.errors = verification_states(verification, EXPECTATION_UNDETERMINED),
		.started = facts->probe.started,
		.duration = facts->probe.duration };

	(void)options;
	begin_suite(&suite, out);
	append_properties(verification, out);
	for (guint i = 0; i < verification->expectations->len; i++)
		append_case(g_ptr_array_index(verification->expectations, i), url, out);
	end_suite(facts->probe.transcript->str, out);
}

/* A target that failed is a test that could not be made. */
static void
append_failure(const struct report_options *options, const struct failure *failure, GString *out)
{
	struct suite suite = { .name = failure->subject[0] != '\0' ? failure->subject : "?",
		.host = failure->subject,
		.tests = 1,
		.errors = 1,
		.started = failure->time };

	(void)options;
	begin_suite(&suite, out);
	g_string_append(out, "    <properties/>\n");
	begin_case(suite.name, "target", out);
	g_string_append(out, ">\n      <error");
	markup_attribute(out, "type", failure->usage ? "usage" : "operational");
	markup_attribute(out, "message", failure->message);
	g_string_append(out, "/>\n    </testcase>\n");
	end_suite(NULL, out);
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
	.assessment = assessment,
	.expectations = append_endpoint,
	.failure = append_failure,
	.end = end,
};
