/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/annotation.h"

#include "model/place.h"
#include "model/suppression.h"
#include "reports/configuration.h"

static const char *
passed_over(const struct finding *finding)
{
	if (finding_counts(finding))
		return NULL;
	return finding->known ? "known" : "suppressed";
}

static void
annotate(const struct report_options *options, const struct config_facts *config,
	const struct finding *finding, annotation_writer write, GString *out)
{
	bool unknown = finding->outcome == UNKNOWN;
	g_autofree char *file = configuration_file(options, config, finding);
	g_autofree char *message = configuration_message(finding);
	g_autofree char *title = g_strdup_printf("%s: %s", finding->rule,
		unknown ? "cannot be told" : finding->title);
	const struct annotation annotation = {
		.kind = unknown ? ANNOTATION_UNKNOWN : ANNOTATION_FINDING,
		.severity = unknown ? SEVERITY_MEDIUM : finding->severity,
		.passed_over = passed_over(finding),
		.file = file,
		.location = finding->location,
		.check = finding->rule,
		.title = title,
		.message = message,
		.sentence = message,
		.fingerprint = finding->fingerprint,
	};

	write(&annotation, out);
}

void
annotate_suppressions(const struct report_options *options, const GPtrArray *suppressions,
	annotation_writer write, GString *out)
{
	for (guint i = 0; suppressions != NULL && i < suppressions->len; i++) {
		const struct suppression *suppression = g_ptr_array_index(suppressions, i);
		g_autofree char *notice = configuration_notice(suppression);
		g_autofree char *file = place_relative(options->base, suppression->file);
		const struct annotation annotation = {
			.kind = ANNOTATION_NOTICE,
			.severity = SEVERITY_INFO,
			.file = file,
			.location = { .line = suppression->line },
			.check = "suppression",
			.title = "popseal: suppression",
			.message = notice,
			.sentence = notice,
		};

		if (notice != NULL)
			write(&annotation, out);
	}
}

void
annotate_assessment(const struct report_options *options, const struct assessment *assessment,
	annotation_writer write, GString *out)
{
	const struct config_facts *config = assessment->facts->config;

	if (config == NULL)
		return;
	for (guint i = 0; i < assessment->findings->len; i++)
		annotate(options, config, g_ptr_array_index(assessment->findings, i), write, out);
	for (guint i = 0; i < assessment->unknowns->len; i++)
		annotate(options, config, g_ptr_array_index(assessment->unknowns, i), write, out);
	annotate_suppressions(options, assessment->suppressions, write, out);
}

static char *
digest(const char *first, const char *second)
{
	g_autofree char *text = g_strdup_printf("%s\n%s", first, second);

	return g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
}

static void
annotate_expectation(const char *file, const struct expectation *expectation,
	annotation_writer write, GString *out)
{
	g_autofree char *title = g_strdup_printf("Expected: %s: %s", expectation->name,
		expectation_state_word(expectation->state));
	g_autofree char *sentence = g_strdup_printf("%s: %s", title, expectation->message);
	g_autofree char *fingerprint = digest(file, expectation->name);
	const struct annotation annotation = {
		.kind = ANNOTATION_EXPECTATION,
		.severity =
			expectation->state == EXPECTATION_UNMET ? SEVERITY_HIGH : SEVERITY_MEDIUM,
		.file = file,
		.check = "policy",
		.title = title,
		.message = expectation->message,
		.sentence = sentence,
		.fingerprint = fingerprint,
	};

	write(&annotation, out);
}

void
annotate_expectations(const struct report_options *options, const struct verification *verification,
	annotation_writer write, GString *out)
{
	const struct config_facts *config = verification->assessment->facts->config;
	const struct finding place = { 0 };
	g_autofree char *file = config != NULL ? configuration_file(options, config, &place) : NULL;

	for (guint i = 0; config != NULL && i < verification->expectations->len; i++) {
		const struct expectation *expectation =
			g_ptr_array_index(verification->expectations, i);

		if (expectation->state != EXPECTATION_MET)
			annotate_expectation(file, expectation, write, out);
	}
}

void
annotate_failure(const struct report_options *options, const struct failure *failure,
	annotation_writer write, GString *out)
{
	g_autofree char *fingerprint = digest(failure->subject, failure->message);
	g_autofree char *file = place_relative(options->base, failure->subject);
	g_autofree char *message = g_strdup_printf("%s: %s", failure->subject, failure->message);
	const struct annotation annotation = {
		.kind = ANNOTATION_FAILURE,
		.severity = SEVERITY_HIGH,
		.file = file,
		.check = "error",
		.title = "popseal: this could not be read",
		.message = message,
		.sentence = failure->message,
		.fingerprint = fingerprint,
	};

	write(&annotation, out);
}
