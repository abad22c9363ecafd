/* SPDX-License-Identifier: Apache-2.0 */
/*
 * github: workflow commands that GitHub Actions turns into annotations.
 *
 * What is known or suppressed goes into the debug log: it is to be found, and
 * takes none of the few annotations that a step may have.
 */
#include <string.h>

#include "model/escape.h"
#include "reports/annotation.h"

/* Escaped as every output, then what the command's own syntax gives a meaning. */
static void
append_escaped(GString *out, const char *text, const char *special)
{
	g_autofree char *escaped = escape_again(text);

	for (const char *c = escaped != NULL ? escaped : ""; *c != '\0'; c++) {
		if (strchr(special, *c) != NULL)
			g_string_append_printf(out, "%%%02X", (unsigned char)*c);
		else
			g_string_append_c(out, *c);
	}
}

static void
append_property(GString *out, char before, const char *name, const char *value)
{
	g_string_append_printf(out, "%c%s=", before, name);
	append_escaped(out, value, "%\r\n:,");
}

/* The file as its octets are, in UTF-8: what is none is told as in every output. */
static char *
file_text(const char *file)
{
	return g_utf8_validate(file, -1, NULL) ? g_strdup(file) : escape_string(file);
}

static void
begin(const struct report_options *options, GString *out)
{
	(void)options;
	(void)out;
}

static const char *
command_of(enum severity severity)
{
	switch (severity) {
	case SEVERITY_HIGH:
		return "error";
	case SEVERITY_MEDIUM:
	case SEVERITY_LOW:
		return "warning";
	case SEVERITY_INFO:
	case SEVERITY_NONE:
		return "notice";
	}
	g_return_val_if_reached("warning");
}

static void
append_place(const struct annotation *annotation, GString *out)
{
	const struct location *location = &annotation->location;
	g_autofree char *file = file_text(annotation->file);

	append_property(out, ' ', "file", file);
	if (location->line > 0)
		g_string_append_printf(out, ",line=%u,col=%u", location->line,
			MAX(location->column, 1));
}

static void
append_passed_over(const struct annotation *annotation, GString *out)
{
	g_string_append_printf(out, "::debug::%s: ", annotation->passed_over);
	append_escaped(out, annotation->title, "%\r\n");
	g_string_append_c(out, '\n');
}

/* What could not be read may be no file, and has no line to stand at. */
static void
append(const struct annotation *annotation, GString *out)
{
	bool placed = annotation->kind != ANNOTATION_FAILURE;

	if (annotation->passed_over != NULL) {
		append_passed_over(annotation, out);
		return;
	}
	g_string_append_printf(out, "::%s", command_of(annotation->severity));
	if (placed)
		append_place(annotation, out);
	append_property(out, placed ? ',' : ' ', "title", annotation->title);
	g_string_append(out, "::");
	append_escaped(out, annotation->message, "%\r\n");
	g_string_append_c(out, '\n');
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
}

const struct report report_github = {
	.name = "github",
	.description = "annotations of GitHub Actions",
	.begin = begin,
	.assessment = append_assessment,
	.expectations = append_expectations,
	.failure = append_failure,
	.end = end,
};
