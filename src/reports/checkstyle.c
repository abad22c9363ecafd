/* SPDX-License-Identifier: Apache-2.0 */
/*
 * checkstyle: the XML that Jenkins and many others read. What is known or
 * suppressed has the severity "ignore".
 */
#include "model/place.h"
#include "model/suppression.h"
#include "reports/configuration.h"
#include "reports/markup.h"

static void
begin(const struct report_options *options, GString *out)
{
	(void)options;
	g_string_append(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">\n");
}

static const char *
severity_of(const struct finding *finding)
{
	if (!finding_counts(finding))
		return "ignore";
	switch (finding->severity) {
	case SEVERITY_HIGH:
		return "error";
	case SEVERITY_MEDIUM:
	case SEVERITY_LOW:
		return "warning";
	case SEVERITY_INFO:
	case SEVERITY_NONE:
		return "info";
	}
	g_return_val_if_reached("warning");
}

struct mark {
	const char *file; /* bytes */
	struct location location;
	const char *severity;
	const char *message; /* escaped */
	const char *source;  /* behind "popseal." */
};

static void
append_mark(const struct mark *mark, GString *out)
{
	g_autofree char *source = g_strconcat("popseal.", mark->source, NULL);

	g_string_append(out, "  <file name=\"");
	markup_raw(out, mark->file);
	g_string_append(out, "\">\n    <error");
	if (mark->location.line > 0)
		g_string_append_printf(out, " line=\"%u\" column=\"%u\"", mark->location.line,
			MAX(mark->location.column, 1));
	markup_attribute(out, "severity", mark->severity);
	markup_attribute(out, "message", mark->message);
	markup_attribute(out, "source", source);
	g_string_append(out, "/>\n  </file>\n");
}

static void
append_finding(const struct report_options *options, const struct config_facts *config,
	const struct finding *finding, GString *out)
{
	g_autofree char *file = configuration_file(options, config, finding);
	g_autofree char *message = configuration_message(finding);
	const struct mark mark = {
		.file = file,
		.location = finding->location,
		.severity = finding->outcome == UNKNOWN ? "warning" : severity_of(finding),
		.message = message,
		.source = finding->rule,
	};

	append_mark(&mark, out);
}

static void
append_notices(const struct report_options *options, const GPtrArray *suppressions, GString *out)
{
	for (guint i = 0; suppressions != NULL && i < suppressions->len; i++) {
		const struct suppression *suppression = g_ptr_array_index(suppressions, i);
		g_autofree char *message = configuration_notice(suppression);
		g_autofree char *file = place_relative(options->base, suppression->file);
		const struct mark mark = {
			.file = file,
			.location = { .line = suppression->line },
			.severity = "info",
			.message = message,
			.source = "suppression",
		};

		if (message != NULL)
			append_mark(&mark, out);
	}
}

static void
append_assessment(const struct report_options *options, const struct assessment *assessment,
	GString *out)
{
	const struct config_facts *config = assessment->facts->config;

	if (config == NULL)
		return;
	for (guint i = 0; i < assessment->findings->len; i++)
		append_finding(options, config, g_ptr_array_index(assessment->findings, i), out);
	for (guint i = 0; i < assessment->unknowns->len; i++)
		append_finding(options, config, g_ptr_array_index(assessment->unknowns, i), out);
	append_notices(options, assessment->suppressions, out);
}

static void
append_expectations(const struct report_options *options, const struct verification *verification,
	GString *out)
{
	const struct config_facts *config = verification->assessment->facts->config;
	const struct finding place = { 0 };
	g_autofree char *file = config != NULL ? configuration_file(options, config, &place) : NULL;

	for (guint i = 0; config != NULL && i < verification->expectations->len; i++) {
		const struct expectation *expectation =
			g_ptr_array_index(verification->expectations, i);
		g_autofree char *message =
			g_strdup_printf("Expected: %s: %s: %s", expectation->name,
				expectation_state_word(expectation->state), expectation->message);
		const struct mark mark = {
			.file = file,
			.severity = expectation->state == EXPECTATION_UNMET ? "error" : "warning",
			.message = message,
			.source = "policy",
		};

		if (expectation->state != EXPECTATION_MET)
			append_mark(&mark, out);
	}
}

static void
append_failure(const struct report_options *options, const struct failure *failure, GString *out)
{
	g_autofree char *file = place_relative(options->base, failure->subject);
	const struct mark mark = {
		.file = file,
		.severity = "error",
		.message = failure->message,
		.source = "error",
	};

	append_mark(&mark, out);
}

static void
end(const struct report_options *options, const struct summary *summary, GString *out)
{
	append_notices(options, summary->suppressions, out);
	g_string_append(out, "</checkstyle>\n");
}

const struct report report_checkstyle = {
	.name = "checkstyle",
	.description = "the XML of Checkstyle, which Jenkins reads",
	.document = true,
	.begin = begin,
	.assessment = append_assessment,
	.expectations = append_expectations,
	.failure = append_failure,
	.end = end,
};
