/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gitlab: a Code Quality report. GitLab compares the fingerprints of two
 * branches by itself, so what is known or suppressed is left out.
 */
#include <string.h>

#include "model/escape.h"
#include "model/place.h"
#include "reports/configuration.h"
#include "reports/json.h"

static void
begin(const struct report_options *options, GString *out)
{
	(void)options;
	json_open(out, NULL, '[');
}

static const char *
severity_of(enum severity severity)
{
	switch (severity) {
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

struct issue {
	const char *check;
	const char *message; /* escaped */
	const char *fingerprint;
	const char *severity;
	const char *path; /* bytes */
	unsigned line;    /* 0: the file as a whole, which GitLab shows at its first line */
};

static void
append_issue(const struct issue *issue, GString *out)
{
	g_autofree char *path = escape_string(issue->path);

	json_open(out, NULL, '{');
	json_text(out, "description", issue->message);
	json_text(out, "check_name", issue->check);
	json_text(out, "fingerprint", issue->fingerprint);
	json_text(out, "severity", issue->severity);
	json_open(out, "location", '{');
	json_text(out, "path", path);
	json_open(out, "lines", '{');
	json_number(out, "begin", MAX(issue->line, 1));
	json_close(out, '}');
	json_close(out, '}');
	json_close(out, '}');
}

static void
append_finding(const struct report_options *options, const struct config_facts *config,
	const struct finding *finding, GString *out)
{
	g_autofree char *file = configuration_file(options, config, finding);
	g_autofree char *message = configuration_message(finding);
	const struct issue issue = {
		.check = finding->rule,
		.message = message,
		.fingerprint = finding->fingerprint,
		.severity = finding->outcome == UNKNOWN ? "major" : severity_of(finding->severity),
		.path = file,
		.line = finding->location.line,
	};

	if (finding_counts(finding))
		append_issue(&issue, out);
}

static void
append_assessment(const struct report_options *options, const struct assessment *assessment,
	GString *out)
{
	const struct config_facts *config = assessment->facts->config;

	for (guint i = 0; config != NULL && i < assessment->findings->len; i++)
		append_finding(options, config, g_ptr_array_index(assessment->findings, i), out);
	for (guint i = 0; config != NULL && i < assessment->unknowns->len; i++)
		append_finding(options, config, g_ptr_array_index(assessment->unknowns, i), out);
}

static char *
digest(const char *first, const char *second)
{
	g_autofree char *text = g_strdup_printf("%s\n%s", first, second);

	return g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
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
		g_autofree char *fingerprint = digest(file, expectation->name);
		g_autofree char *message =
			g_strdup_printf("Expected: %s: %s: %s", expectation->name,
				expectation_state_word(expectation->state), expectation->message);
		const struct issue issue = {
			.check = "policy",
			.message = message,
			.fingerprint = fingerprint,
			.severity = expectation->state == EXPECTATION_UNMET ? "critical" : "major",
			.path = file,
		};

		if (expectation->state != EXPECTATION_MET)
			append_issue(&issue, out);
	}
}

static void
append_failure(const struct report_options *options, const struct failure *failure, GString *out)
{
	g_autofree char *fingerprint = digest(failure->subject, failure->message);
	g_autofree char *path = place_relative(options->base, failure->subject);
	const struct issue issue = {
		.check = "error",
		.message = failure->message,
		.fingerprint = fingerprint,
		.severity = "blocker",
		.path = path,
	};

	append_issue(&issue, out);
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
