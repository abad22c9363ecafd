/* SPDX-License-Identifier: Apache-2.0 */
/*
 * github: workflow commands that GitHub Actions turns into annotations.
 *
 * What is known or suppressed goes into the debug log: it is to be found, and
 * takes none of the few annotations that a step may have.
 */
#include <string.h>

#include "model/escape.h"
#include "model/suppression.h"
#include "reports/configuration.h"

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

struct annotation {
	const char *command; /* "error", "warning", "notice" */
	const char *file;    /* or NULL */
	struct location location;
	const char *title;
	const char *message;
};

static void
append_annotation(const struct annotation *annotation, GString *out)
{
	char separator = ' ';

	g_string_append_printf(out, "::%s", annotation->command);
	if (annotation->file != NULL) {
		g_autofree char *file = file_text(annotation->file);

		append_property(out, separator, "file", file);
		separator = ',';
	}
	if (annotation->file != NULL && annotation->location.line > 0)
		g_string_append_printf(out, ",line=%u,col=%u", annotation->location.line,
			MAX(annotation->location.column, 1));
	append_property(out, separator, "title", annotation->title);
	g_string_append(out, "::");
	append_escaped(out, annotation->message, "%\r\n");
	g_string_append_c(out, '\n');
}

static void
begin(const struct report_options *options, GString *out)
{
	(void)options;
	(void)out;
}

static const char *
command_of(const struct finding *finding)
{
	switch (finding->severity) {
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
append_finding(const struct report_options *options, const struct config_facts *config,
	const struct finding *finding, GString *out)
{
	g_autofree char *file = configuration_file(options, config, finding);
	g_autofree char *message = configuration_message(finding);
	g_autofree char *title = g_strdup_printf("%s: %s", finding->rule, finding->title);
	const struct annotation annotation = {
		.command = command_of(finding),
		.file = file,
		.location = finding->location,
		.title = title,
		.message = message,
	};

	if (finding_counts(finding)) {
		append_annotation(&annotation, out);
		return;
	}
	g_string_append(out, "::debug::");
	append_escaped(out, finding->known ? "known: " : "suppressed: ", "%\r\n");
	append_escaped(out, title, "%\r\n");
	g_string_append_c(out, '\n');
}

static void
append_undetermined(const struct report_options *options, const struct config_facts *config,
	const struct finding *unknown, GString *out)
{
	g_autofree char *file = configuration_file(options, config, unknown);
	g_autofree char *message = configuration_message(unknown);
	g_autofree char *title = g_strdup_printf("%s: cannot be told", unknown->rule);
	const struct annotation annotation = {
		.command = "warning",
		.file = file,
		.location = unknown->location,
		.title = title,
		.message = message,
	};

	append_annotation(&annotation, out);
}

static void
append_notice(const struct report_options *options, const struct suppression *suppression,
	GString *out)
{
	g_autofree char *message = configuration_notice(suppression);
	const struct finding place = { .location = { .file = suppression->file } };
	g_autofree char *file = configuration_file(options, NULL, &place);
	const struct annotation annotation = {
		.command = "notice",
		.file = file,
		.location = { .line = suppression->line },
		.title = "popseal: suppression",
		.message = message,
	};

	if (message != NULL)
		append_annotation(&annotation, out);
}

static void
append_notices(const struct report_options *options, const GPtrArray *suppressions, GString *out)
{
	for (guint i = 0; suppressions != NULL && i < suppressions->len; i++)
		append_notice(options, g_ptr_array_index(suppressions, i), out);
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
		append_undetermined(options, config, g_ptr_array_index(assessment->unknowns, i),
			out);
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
		bool unmet = expectation->state == EXPECTATION_UNMET;
		g_autofree char *title = g_strdup_printf("expected: %s: %s", expectation->name,
			expectation_state_word(expectation->state));
		const struct annotation annotation = {
			.command = unmet ? "error" : "warning",
			.file = file,
			.title = title,
			.message = expectation->message,
		};

		if (expectation->state != EXPECTATION_MET)
			append_annotation(&annotation, out);
	}
}

static void
append_failure(const struct report_options *options, const struct failure *failure, GString *out)
{
	g_autofree char *message = g_strdup_printf("%s: %s", failure->subject, failure->message);
	const struct annotation annotation = {
		.command = "error",
		.title = "popseal: this could not be read",
		.message = message,
	};

	(void)options;
	append_annotation(&annotation, out);
}

static void
end(const struct report_options *options, const struct summary *summary, GString *out)
{
	append_notices(options, summary->suppressions, out);
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
