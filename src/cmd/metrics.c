/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenMetrics, as <https://openmetrics.io/> has it: one family after the other, each with its
 * metadata first.
 */
#include "cmd/metrics.h"

#include <string.h>

/* A label of a sample; `name` NULL = none. */
struct label {
	const char *name;
	const char *value;
};

static const struct label unlabelled;

static void
family(GString *out, const char *name, const char *type, const char *help)
{
	g_string_append_printf(out, "# HELP popseal_scan_%s %s\n# TYPE popseal_scan_%s %s\n", name,
		help, name, type);
	if (g_str_has_suffix(name, "_seconds"))
		g_string_append_printf(out, "# UNIT popseal_scan_%s seconds\n", name);
}

static void
append_label(GString *out, const struct label *label)
{
	g_string_append_printf(out, "%s=\"", label->name);
	for (const char *c = label->value; *c != '\0'; c++) {
		if (*c == '\n')
			g_string_append(out, "\\n");
		else if (*c == '\\' || *c == '"')
			g_string_append_printf(out, "\\%c", *c);
		else
			g_string_append_c(out, *c);
	}
	g_string_append_c(out, '"');
}

static void
append_name(GString *out, const char *name, struct label one, struct label other)
{
	g_string_append_printf(out, "popseal_scan_%s", name);
	if (one.name != NULL) {
		g_string_append_c(out, '{');
		append_label(out, &one);
		if (other.name != NULL) {
			g_string_append_c(out, ',');
			append_label(out, &other);
		}
		g_string_append_c(out, '}');
	}
	g_string_append_c(out, ' ');
}

static void
sample(GString *out, const char *name, struct label label, uint64_t value)
{
	append_name(out, name, label, unlabelled);
	g_string_append_printf(out, "%" G_GUINT64_FORMAT "\n", (guint64)value);
}

static void
sample_decimal(GString *out, const char *name, struct label label, double value)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	append_name(out, name, label, unlabelled);
	g_ascii_formatd(text, sizeof(text), "%.6f", value);
	g_string_append_printf(out, "%s\n", text);
}

static void
counter(GString *out, const char *name, const char *help, uint64_t value)
{
	g_autofree char *total = g_strconcat(name, "_total", NULL);

	family(out, name, "counter", help);
	sample(out, total, unlabelled, value);
}

static void
gauge(GString *out, const char *name, const char *help, double value)
{
	family(out, name, "gauge", help);
	sample_decimal(out, name, unlabelled, value);
}

/* --- totals ----------------------------------------------------------------------------------- */

static void
append_verdicts(GString *out, const struct summary *summary)
{
	family(out, "verdicts", "counter", "Endpoints that were asked, by verdict.");
	for (unsigned i = 0; i < G_N_ELEMENTS(summary->verdicts); i++)
		sample(out, "verdicts_total",
			(struct label){ "verdict", verdict_word((enum verdict_value)i) },
			summary->verdicts[i]);
}

static void
append_findings(GString *out, const struct summary *summary)
{
	family(out, "findings", "counter", "Findings, by severity.");
	for (unsigned i = 0; i < G_N_ELEMENTS(summary->findings); i++)
		sample(out, "findings_total",
			(struct label){ "severity", severity_word((enum severity)i) },
			summary->findings[i]);
}

static void
append_targets(GString *out, const struct target_counts *targets)
{
	const struct {
		const char *outcome;
		uint64_t count;
	} outcomes[] = {
		{ "asked", targets->asked },
		{ "skipped", targets->skipped },
		{ "excluded", targets->excluded },
		{ "doubles", targets->doubles },
		{ "failed", targets->failed },
	};

	family(out, "targets", "counter", "Targets that are done, by what became of them.");
	for (size_t i = 0; i < G_N_ELEMENTS(outcomes); i++)
		sample(out, "targets_total", (struct label){ "outcome", outcomes[i].outcome },
			outcomes[i].count);
	counter(out, "targets_read", "Targets that were named or read.", targets->read);
	gauge(out, "targets_not_done", "Targets that were read and are not done.",
		(double)targets->not_done);
}

static void
append_totals(GString *out, const struct summary *summary)
{
	counter(out, "hosts", "Hosts that are done.", summary->hosts);
	if (summary->hosts_total > 0)
		gauge(out, "hosts_planned", "Hosts to be done in all, where that is known.",
			(double)summary->hosts_total);
	counter(out, "endpoints", "Endpoints that were asked.", summary->endpoints);
	append_verdicts(out, summary);
	append_findings(out, summary);
	counter(out, "errors", "Targets, files and lines that failed.", summary->errors);
	append_targets(out, &summary->targets);
}

/* --- how it goes ------------------------------------------------------------------------------ */

static void
append_state(GString *out, enum status_state now)
{
	family(out, "state", "gauge", "1 for the state that the scan is in.");
	for (unsigned i = STATUS_RUNNING; i <= STATUS_FAILED; i++)
		sample(out, "state", (struct label){ "state", status_word((enum status_state)i) },
			i == now);
}

static void
append_pace(GString *out, const struct status *status)
{
	gauge(out, "start_time_seconds", "When the process began, since the epoch.",
		(double)status->started / G_USEC_PER_SEC);
	gauge(out, "update_time_seconds", "When this was written, since the epoch.",
		(double)status->updated / G_USEC_PER_SEC);
	family(out, "hosts_per_second", "gauge", "Hosts a second.");
	sample_decimal(out, "hosts_per_second", (struct label){ "over", "all" }, status->rate);
	sample_decimal(out, "hosts_per_second", (struct label){ "over", "10s" },
		status->rate_recent);
	if (status->left >= 0)
		gauge(out, "eta_seconds", "How long it will still take at this rate.",
			status->left);
}

static void
append_engine(GString *out, const struct scan_state *engine)
{
	gauge(out, "jobs", "Worker processes.", engine->jobs);
	gauge(out, "concurrency", "Endpoints that may be asked at once.", engine->concurrency);
	gauge(out, "in_flight", "Endpoints that are being asked.", engine->endpoints);
	counter(out, "worker_deaths", "Workers that died.", engine->deaths);
}

/* --- steps ------------------------------------------------------------------------------------ */

static void
append_bucket(GString *out, struct label step, size_t bucket, uint64_t count)
{
	char bound[G_ASCII_DTOSTR_BUF_SIZE] = "+Inf";

	if (bucket < PROBE_CLOCK_BUCKETS - 1)
		g_ascii_formatd(bound, sizeof(bound), "%.3f",
			(double)probe_clock_bound(bucket) / 1000);
	append_name(out, "step_seconds_bucket", step, (struct label){ "le", bound });
	g_string_append_printf(out, "%" G_GUINT64_FORMAT "\n", (guint64)count);
}

static void
append_histogram(GString *out, struct label step, const struct probe_clock_step *waits)
{
	uint64_t count = 0;

	for (size_t i = 0; i < PROBE_CLOCK_BUCKETS; i++) {
		count += waits->waits[i];
		append_bucket(out, step, i, count);
	}
	sample_decimal(out, "step_seconds_sum", step, (double)waits->total / G_USEC_PER_SEC);
	sample(out, "step_seconds_count", step, count);
}

static bool
was_waited(const struct probe_clock_step *step)
{
	static const struct probe_clock_step never;

	return memcmp(step, &never, sizeof(never)) != 0;
}

/* Steps that no endpoint came to are left out. */
static void
append_steps(GString *out, const struct probe_clock *clock)
{
	family(out, "step_seconds", "histogram", "How long an answer took, by step.");
	for (size_t i = 0; i < PROBE_CLOCK_STEPS; i++)
		if (probe_clock_name(i) != NULL && was_waited(&clock->steps[i]))
			append_histogram(out, (struct label){ "step", probe_clock_name(i) },
				&clock->steps[i]);
	family(out, "step_timeouts", "counter", "Answers that did not come in time, by step.");
	for (size_t i = 0; i < PROBE_CLOCK_STEPS; i++)
		if (probe_clock_name(i) != NULL && was_waited(&clock->steps[i]))
			sample(out, "step_timeouts_total",
				(struct label){ "step", probe_clock_name(i) },
				clock->steps[i].timeouts);
}

void
metrics_append(const struct status *status, GString *out)
{
	append_state(out, status->state);
	append_pace(out, status);
	append_totals(out, &status->summary);
	append_engine(out, &status->engine);
	append_steps(out, &status->clock);
	g_string_append(out, "# EOF\n");
}
