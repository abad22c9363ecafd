/* SPDX-License-Identifier: Apache-2.0 */
/*
 * checkstyle: the XML that Jenkins and many others read. What is known or
 * suppressed has the severity "ignore".
 */
#include "reports/annotation.h"
#include "reports/markup.h"

static void
begin(const struct report_options *options, GString *out)
{
	(void)options;
	g_string_append(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">\n");
}

static const char *
severity_of(const struct annotation *annotation)
{
	if (annotation->passed_over != NULL)
		return "ignore";
	switch (annotation->severity) {
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

static void
append(const struct annotation *annotation, GString *out)
{
	const struct location *location = &annotation->location;
	g_autofree char *source = g_strconcat("popseal.", annotation->check, NULL);

	g_string_append(out, "  <file name=\"");
	markup_raw(out, annotation->file);
	g_string_append(out, "\">\n    <error");
	if (location->line > 0)
		g_string_append_printf(out, " line=\"%u\" column=\"%u\"", location->line,
			MAX(location->column, 1));
	markup_attribute(out, "severity", severity_of(annotation));
	markup_attribute(out, "message", annotation->sentence);
	markup_attribute(out, "source", source);
	g_string_append(out, "/>\n  </file>\n");
}

static void
append_assessment(const struct report_options *options, const struct assessment *assessment,
	GString *out)
{
	annotate_assessment(options, assessment, append, out);
}

static void
append_expectations(const struct report_options *options, const struct verification *verification,
	GString *out)
{
	annotate_expectations(options, verification, append, out);
}

static void
append_failure(const struct report_options *options, const struct failure *failure, GString *out)
{
	annotate_failure(options, failure, append, out);
}

static void
end(const struct report_options *options, const struct summary *summary, GString *out)
{
	annotate_suppressions(options, summary->suppressions, append, out);
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
