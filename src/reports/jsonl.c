/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jsonl: one JSON object a line, which other programs rely on. Fields and
 * words are documented in docs/records.md and never change silently.
 */
#include "reports/jsonl.h"

#include "model/timestamp.h"

void
jsonl_begin(GString *out, const char *type, int64_t time, const char *subject)
{
	char text[TIMESTAMP_MAX];

	json_open(out, NULL, '{');
	json_number(out, "schema", JSONL_SCHEMA);
	json_text(out, "type", type);
	json_text(out, "time", timestamp_format(time, text));
	json_text(out, "subject", subject);
	json_text(out, "time_quality", "exact");
}

void
jsonl_end(GString *out)
{
	json_close(out, '}');
	g_string_append_c(out, '\n');
}

static void
begin(const struct report_options *options, GString *out)
{
	(void)options;
	(void)out;
}

static void
assessment_record(const struct report_options *options, const struct assessment *assessment,
	GString *out)
{
	if (assessment->facts->config != NULL)
		jsonl_config(assessment, out);
	else
		jsonl_endpoint(options, assessment, out);
}

static void
failure_record(const struct report_options *options, const struct failure *failure, GString *out)
{
	(void)options;
	jsonl_begin(out, "error", failure->time, failure->subject);
	json_text(out, "message", failure->message);
	jsonl_end(out);
}

static void
set_count(GString *out, const char *key, uint64_t count)
{
	json_number(out, key, (int64_t)count);
}

static void
set_verdicts(GString *out, const struct summary *summary)
{
	static const enum verdict_value order[] = { VERDICT_PERMITS, VERDICT_REFUSES,
		VERDICT_NO_SERVICE, VERDICT_UNDETERMINED };

	json_open(out, "verdicts", '{');
	for (size_t i = 0; i < G_N_ELEMENTS(order); i++)
		set_count(out, verdict_word(order[i]), summary->verdicts[order[i]]);
	json_close(out, '}');
}

static void
set_findings(GString *out, const struct summary *summary)
{
	json_open(out, "findings", '{');
	for (int severity = SEVERITY_HIGH; severity >= SEVERITY_INFO; severity--)
		set_count(out, severity_word((enum severity)severity), summary->findings[severity]);
	json_close(out, '}');
}

static void
set_targets(GString *out, const struct target_counts *targets)
{
	json_open(out, "targets", '{');
	set_count(out, "read", targets->read);
	set_count(out, "asked", targets->asked);
	set_count(out, "skipped", targets->skipped);
	set_count(out, "excluded", targets->excluded);
	set_count(out, "doubles", targets->doubles);
	set_count(out, "failed", targets->failed);
	set_count(out, "not_done", targets->not_done);
	json_close(out, '}');
}

static void
set_shard(GString *out, const struct summary *summary)
{
	g_autofree char *shard = g_strdup_printf("%u/%u", summary->shard, summary->shards);

	if (summary->shards > 0)
		json_text(out, "shard", shard);
}

static void
set_expectations(GString *out, const struct summary *summary)
{
	const uint64_t *counts = summary->expectations;

	if (counts[EXPECTATION_MET] + counts[EXPECTATION_UNMET] +
			counts[EXPECTATION_UNDETERMINED] ==
		0)
		return;
	json_open(out, "expectations", '{');
	for (int state = EXPECTATION_MET; state <= EXPECTATION_UNDETERMINED; state++)
		set_count(out, expectation_state_word((enum expectation_state)state),
			counts[state]);
	json_close(out, '}');
}

/* What is not known of a total is null. */
static void
set_known_count(GString *out, const char *key, bool known, uint64_t count)
{
	if (known)
		set_count(out, key, count);
	else
		json_none(out, key);
}

void
jsonl_totals(GString *out, const struct summary *summary)
{
	bool known = summary->hosts_total > 0;
	uint64_t not_done = summary->hosts_total - MIN(summary->hosts, summary->hosts_total);

	if (summary->is_of_changes) {
		set_count(out, "changes", summary->changes);
		set_count(out, "errors", summary->errors);
		json_number(out, "duration_ms", summary->duration / 1000);
		return;
	}
	set_count(out, "hosts", summary->hosts);
	set_known_count(out, "hosts_total", known, summary->hosts_total);
	set_count(out, "endpoints", summary->endpoints);
	if (summary->configs > 0)
		set_count(out, "configs", summary->configs);
	set_verdicts(out, summary);
	set_findings(out, summary);
	if (summary->configs > 0) {
		set_count(out, "known", summary->known);
		set_count(out, "suppressed", summary->suppressed);
	}
	jsonl_suppressions(out, summary->suppressions);
	jsonl_gone(out, summary->gone);
	set_expectations(out, summary);
	set_count(out, "errors", summary->errors);
	set_count(out, "skipped", summary->targets.skipped);
	set_targets(out, &summary->targets);
	set_count(out, "seed", summary->seed);
	set_shard(out, summary);
	json_flag(out, "interrupted", summary->interrupted);
	set_known_count(out, "not_done", known, not_done);
	json_number(out, "duration_ms", summary->duration / 1000);
}

static void
end(const struct report_options *options, const struct summary *summary, GString *out)
{
	(void)options;
	jsonl_begin(out, "summary", summary->started + summary->duration, "run");
	jsonl_totals(out, summary);
	jsonl_end(out);
}

const struct report report_jsonl = {
	.name = "jsonl",
	.description = "one JSON record a line, for other programs (docs/records.md)",
	.begin = begin,
	.assessment = assessment_record,
	.expectations = jsonl_expectations,
	.change = jsonl_change,
	.failure = failure_record,
	.end = end,
};
