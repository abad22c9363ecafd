/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sarif: SARIF 2.1.0, which code scanning services read.
 *
 * What a baseline knows is not left out, but "unchanged", and what is gone "absent": a service
 * that is not told of a result any more would close it, and open it again.
 */
#include "reports/sarif.h"

#include "model/baseline.h"
#include "model/suppression.h"
#include "reports/configuration.h"

#define FINGERPRINT "popseal/v1"

static void
append_message(const char *text, GString *out)
{
	json_open(out, "message", '{');
	json_text(out, "text", text);
	json_close(out, '}');
}

static void
append_fingerprint(const char *fingerprint, GString *out)
{
	json_open(out, "partialFingerprints", '{');
	json_text(out, FINGERPRINT, fingerprint);
	json_close(out, '}');
}

static void
append_rule(const struct report_options *options, const char *id, GString *out)
{
	int index = sarif_rule_index(options, id);

	json_text(out, "ruleId", id);
	if (index >= 0)
		json_number(out, "ruleIndex", index);
}

/* An empty list says that it is known to be suppressed by nobody. */
static void
append_suppressions(const struct finding *finding, GString *out)
{
	json_open(out, "suppressions", '[');
	if (finding->suppressed != SUPPRESSED_NOT) {
		json_open(out, NULL, '{');
		json_text(out, "kind",
			finding->suppressed == SUPPRESSED_EXTERNAL ? "external" : "inSource");
		json_text(out, "status", "accepted");
		json_text(out, "justification", finding->reason);
		if (finding->until != NULL) {
			json_open(out, "properties", '{');
			json_text(out, "until", finding->until);
			json_close(out, '}');
		}
		json_close(out, '}');
	}
	json_close(out, ']');
}

static void
append_properties(const struct config_facts *config, const struct finding *finding, GString *out)
{
	bool confident = finding->confidence != CONFIDENCE_NONE;

	json_open(out, "properties", '{');
	json_text(out, "product", config->product);
	json_text(out, "severity", severity_word(finding->severity));
	if (confident)
		json_text(out, "confidence", confidence_word(finding->confidence));
	if (finding->evidence_count > 0) {
		json_open(out, "evidence", '[');
		for (size_t i = 0; i < finding->evidence_count; i++)
			json_text(out, NULL, finding->evidence[i]);
		json_close(out, ']');
	}
	json_close(out, '}');
}

/* What could not be told is "open", and such a result has no level. */
static void
append_result(const struct report_options *options, const struct config_facts *config,
	const struct finding *finding, GString *out)
{
	bool open = finding->outcome == UNKNOWN;
	g_autofree char *file = configuration_file(options, config, finding);
	g_autofree char *message = configuration_message(finding);

	json_open(out, NULL, '{');
	append_rule(options, finding->rule, out);
	json_text(out, "kind", open ? "open" : "fail");
	json_text(out, "level", open ? "none" : sarif_level(finding->severity));
	append_message(message, out);
	sarif_locations(file, &finding->location, out);
	append_fingerprint(finding->fingerprint, out);
	append_suppressions(finding, out);
	if (options->baseline && !open)
		json_text(out, "baselineState", finding->known ? "unchanged" : "new");
	append_properties(config, finding, out);
	json_close(out, '}');
}

static void
append_notices(const struct report_options *options, const GPtrArray *suppressions, GString *out)
{
	for (guint i = 0; suppressions != NULL && i < suppressions->len; i++)
		sarif_notice(options, g_ptr_array_index(suppressions, i), out);
}

static void
append_assessment(const struct report_options *options, const struct assessment *assessment,
	GString *out)
{
	const struct config_facts *config = assessment->facts->config;

	if (config == NULL)
		return;
	for (guint i = 0; i < assessment->findings->len; i++)
		append_result(options, config, g_ptr_array_index(assessment->findings, i), out);
	for (guint i = 0; i < assessment->unknowns->len; i++)
		append_result(options, config, g_ptr_array_index(assessment->unknowns, i), out);
	append_notices(options, assessment->suppressions, out);
}

/* Its file is escaped; what was no plain name has lost its octets, which nobody needs any more. */
static void
append_gone(const struct report_options *options, const struct baseline_entry *entry, GString *out)
{
	const struct location location = { 0 };

	json_open(out, NULL, '{');
	append_rule(options, entry->rule, out);
	json_text(out, "kind", "fail");
	append_message(entry->message, out);
	sarif_locations(entry->file, &location, out);
	append_fingerprint(entry->fingerprint, out);
	json_text(out, "baselineState", "absent");
	json_close(out, '}');
}

static void
end(const struct report_options *options, const struct summary *summary, GString *out)
{
	for (guint i = 0; summary->gone != NULL && i < summary->gone->len; i++)
		append_gone(options, g_ptr_array_index(summary->gone, i), out);
	append_notices(options, summary->suppressions, out);
	sarif_end(summary, out);
}

/* What a policy expects has no rule, and no place in the log: the exit code tells it. */
const struct report report_sarif = {
	.name = "sarif",
	.description = "SARIF 2.1.0, for code scanning services",
	.document = true,
	.begin = sarif_begin,
	.assessment = append_assessment,
	.failure = sarif_failure,
	.end = end,
};
