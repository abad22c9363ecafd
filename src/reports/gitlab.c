/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gitlab: a Code Quality report. GitLab compares the fingerprints of two
 * branches by itself, so what is known or suppressed is left out.
 */
#include "model/escape.h"
#include "reports/annotation.h"
#include "reports/json.h"

static void
begin(const struct report_options *options, GString *out)
{
	(void)options;
	json_open(out, NULL, '[');
}

static const char *
severity_of(const struct annotation *annotation)
{
	if (annotation->kind == ANNOTATION_FAILURE)
		return "blocker";
	switch (annotation->severity) {
	case SEVERITY_HIGH:
		return "critical";
	case SEVERITY_MEDIUM:
		return "major";
	case SEVERITY_LOW:
		return "minor";
	case SEVERITY_INFO:
	case SEVERITY_NONE:
		return "info";
	}
	g_return_val_if_reached("major");
}

/* What concerns a file as a whole is shown at its first line. */
static void
append(const struct annotation *annotation, GString *out)
{
	g_autofree char *path = escape_string(annotation->file);
	unsigned line = MAX(annotation->location.line, 1);

	if (annotation->passed_over != NULL || annotation->kind == ANNOTATION_NOTICE)
		return;
	json_open(out, NULL, '{');
	json_text(out, "type", "issue");
	json_text(out, "description", annotation->sentence);
	json_text(out, "check_name", annotation->check);
	json_text(out, "fingerprint", annotation->fingerprint);
	json_text(out, "severity", severity_of(annotation));
	json_open(out, "categories", '[');
	json_text(out, NULL, "Security");
	json_close(out, ']');
	json_open(out, "location", '{');
	json_text(out, "path", path);
	json_open(out, "lines", '{');
	json_number(out, "begin", line);
	json_number(out, "end", line);
	json_close(out, '}');
	json_close(out, '}');
	json_close(out, '}');
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
	(void)options;
	(void)summary;
	json_close(out, ']');
	g_string_append_c(out, '\n');
}

const struct report report_gitlab = {
	.name = "gitlab",
	.description = "a Code Quality report of GitLab",
	.document = true,
	.begin = begin,
	.assessment = append_assessment,
	.expectations = append_expectations,
	.failure = append_failure,
	.end = end,
};
