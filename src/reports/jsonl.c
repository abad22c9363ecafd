/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jsonl: one JSON object a line, which other programs rely on. Fields and
 * words are documented in docs/records.md and never change silently.
 */
#include "reports/jsonl.h"

#include "model/escape.h"
#include "model/timestamp.h"

json_t *
jsonl_text(const char *text)
{
	g_autofree char *escaped = escape_again(text);

	return escaped != NULL ? json_string(escaped) : json_null();
}

json_t *
jsonl_record(const char *type, int64_t time, const char *subject)
{
	json_t *record = json_object();
	char text[TIMESTAMP_MAX];

	json_object_set_new(record, "schema", json_integer(JSONL_SCHEMA));
	json_object_set_new(record, "type", json_string(type));
	json_object_set_new(record, "time", json_string(timestamp_format(time, text)));
	json_object_set_new(record, "subject", jsonl_text(subject));
	json_object_set_new(record, "time_quality", json_string("exact"));
	return record;
}

static int
append(const char *bytes, size_t length, void *out)
{
	g_string_append_len(out, bytes, (gssize)length);
	return 0;
}

void
jsonl_write(json_t *record, GString *out)
{
	/* Fields keep the order in which they were set. */
	json_dump_callback(record, append, out, JSON_COMPACT);
	g_string_append_c(out, '\n');
	json_decref(record);
}

static void
begin(const struct report_options *options, GString *out)
{
	(void)options;
	(void)out;
}

static void
failure_record(const struct report_options *options, const struct failure *failure, GString *out)
{
	json_t *record = jsonl_record("error", failure->time, failure->subject);

	(void)options;
	json_object_set_new(record, "message", jsonl_text(failure->message));
	jsonl_write(record, out);
}

static json_t *
number(uint64_t value)
{
	return json_integer((json_int_t)value);
}

static json_t *
verdict_counts(const struct summary *summary)
{
	static const enum verdict_value order[] = { VERDICT_PERMITS, VERDICT_REFUSES,
		VERDICT_NO_SERVICE, VERDICT_UNDETERMINED };
	json_t *counts = json_object();

	for (size_t i = 0; i < G_N_ELEMENTS(order); i++)
		json_object_set_new(counts, verdict_word(order[i]),
			number(summary->verdicts[order[i]]));
	return counts;
}

static json_t *
finding_counts(const struct summary *summary)
{
	json_t *counts = json_object();

	for (int severity = SEVERITY_HIGH; severity >= SEVERITY_INFO; severity--)
		json_object_set_new(counts, severity_word((enum severity)severity),
			number(summary->findings[severity]));
	return counts;
}

static json_t *
target_counts(const struct target_counts *targets)
{
	json_t *counts = json_object();

	json_object_set_new(counts, "read", number(targets->read));
	json_object_set_new(counts, "asked", number(targets->asked));
	json_object_set_new(counts, "skipped", number(targets->skipped));
	json_object_set_new(counts, "excluded", number(targets->excluded));
	json_object_set_new(counts, "doubles", number(targets->doubles));
	json_object_set_new(counts, "failed", number(targets->failed));
	json_object_set_new(counts, "not_done", number(targets->not_done));
	return counts;
}

static void
end(const struct report_options *options, const struct summary *summary, GString *out)
{
	json_t *record = jsonl_record("summary", summary->started + summary->duration, "run");
	bool known = summary->hosts_total > 0;
	uint64_t not_done = summary->hosts_total - MIN(summary->hosts, summary->hosts_total);

	(void)options;
	json_object_set_new(record, "hosts", number(summary->hosts));
	json_object_set_new(record, "hosts_total",
		known ? number(summary->hosts_total) : json_null());
	json_object_set_new(record, "endpoints", number(summary->endpoints));
	json_object_set_new(record, "verdicts", verdict_counts(summary));
	json_object_set_new(record, "findings", finding_counts(summary));
	json_object_set_new(record, "errors", number(summary->errors));
	json_object_set_new(record, "skipped", number(summary->targets.skipped));
	json_object_set_new(record, "targets", target_counts(&summary->targets));
	json_object_set_new(record, "seed", number(summary->seed));
	if (summary->shards > 0)
		json_object_set_new(record, "shard",
			json_sprintf("%u/%u", summary->shard, summary->shards));
	json_object_set_new(record, "interrupted", json_boolean(summary->interrupted));
	json_object_set_new(record, "not_done", known ? number(not_done) : json_null());
	json_object_set_new(record, "duration_ms", json_integer(summary->duration / 1000));
	jsonl_write(record, out);
}

const struct report report_jsonl = {
	.name = "jsonl",
	.description = "one JSON record a line, for other programs (docs/records.md)",
	.begin = begin,
	.assessment = jsonl_endpoint,
	.failure = failure_record,
	.end = end,
};
