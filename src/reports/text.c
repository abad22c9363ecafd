/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text: the report for people. Endpoints come as they are done, so no column
 * depends on what is yet to come; the totals stand at the end.
 */
#include "model/escape.h"
#include "reports/text_layout.h"

enum {
	MARGIN_SUMMARY = 2
};

static void
begin(const struct report_options *options, GString *out)
{
	(void)options;
	(void)out;
}

static void
failure_line(const struct report_options *options, const struct failure *failure, GString *out)
{
	g_autofree char *subject = escape_again(failure->subject);
	g_autofree char *message = escape_again(failure->message);

	/* One line however long: these are searched for. */
	text_paint(options, COLOR_BAD, "error:", out);
	g_string_append_printf(out, " %s: %s\n", subject, message);
}

static void
append_count(GString *text, uint64_t count, const char *one, const char *many)
{
	g_string_append_printf(text, "%" G_GUINT64_FORMAT " %s", (guint64)count,
		count == 1 ? one : many);
}

static char *
coverage(const struct summary *summary)
{
	static const enum verdict_value order[] = { VERDICT_PERMITS, VERDICT_REFUSES,
		VERDICT_NO_SERVICE, VERDICT_UNDETERMINED };
	GString *text = g_string_new(NULL);

	if (summary->configs > 0) {
		append_count(text, summary->configs, "configuration", "configurations");
	} else {
		append_count(text, summary->hosts, "host", "hosts");
		g_string_append(text, ", ");
		append_count(text, summary->endpoints, "endpoint", "endpoints");
	}
	for (size_t i = 0; i < G_N_ELEMENTS(order); i++)
		g_string_append_printf(text, "%s%s %" G_GUINT64_FORMAT, i == 0 ? ": " : ", ",
			verdict_word(order[i]), (guint64)summary->verdicts[order[i]]);
	return g_string_free(text, FALSE);
}

static char *
findings_line(const struct summary *summary)
{
	GString *text = g_string_new(NULL);

	for (int severity = SEVERITY_HIGH; severity >= SEVERITY_INFO; severity--) {
		guint64 count = summary->findings[severity];

		if (count > 0)
			g_string_append_printf(text, "%s%s %" G_GUINT64_FORMAT,
				text->len > 0 ? ", " : "findings: ",
				severity_word((enum severity)severity), count);
	}
	if (text->len == 0)
		g_string_append(text, "findings: none");
	if (summary->known > 0)
		g_string_append_printf(text, "; known %" G_GUINT64_FORMAT, (guint64)summary->known);
	if (summary->suppressed > 0)
		g_string_append_printf(text, "; suppressed %" G_GUINT64_FORMAT,
			(guint64)summary->suppressed);
	return g_string_free(text, FALSE);
}

/* Returns what became of the expectations; NULL where none was judged. */
static char *
expectations_line(const struct summary *summary)
{
	const uint64_t *counts = summary->expectations;

	if (counts[EXPECTATION_MET] + counts[EXPECTATION_UNMET] +
			counts[EXPECTATION_UNDETERMINED] ==
		0)
		return NULL;
	return g_strdup_printf("expectations: %" G_GUINT64_FORMAT " met, %" G_GUINT64_FORMAT
			       " unmet, %" G_GUINT64_FORMAT " undetermined",
		(guint64)counts[EXPECTATION_MET], (guint64)counts[EXPECTATION_UNMET],
		(guint64)counts[EXPECTATION_UNDETERMINED]);
}

static void
append_interrupted(GString *text, const struct summary *summary)
{
	uint64_t not_done = summary->hosts_total - MIN(summary->hosts, summary->hosts_total);

	g_string_append(text, text->len > 0 ? "; " : "");
	if (summary->hosts_total > 0)
		g_string_append_printf(text,
			"interrupted: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
			" hosts not done",
			(guint64)not_done, (guint64)summary->hosts_total);
	else
		g_string_append(text, "interrupted: not all hosts done");
}

static void
append_passed(GString *text, uint64_t count, const char *why)
{
	if (count == 0)
		return;
	g_string_append(text, text->len > 0 ? "; " : "");
	append_count(text, count, "target", "targets");
	g_string_append_printf(text, " %s", why);
}

/* Returns what went wrong or was left out; "" where nothing was. */
static char *
gaps(const struct summary *summary)
{
	GString *text = g_string_new(NULL);

	if (summary->errors > 0)
		append_count(text, summary->errors, "error", "errors");
	if (summary->targets.skipped > 0) {
		g_string_append(text, text->len > 0 ? "; skipped " : "skipped ");
		append_count(text, summary->targets.skipped, "address", "addresses");
		g_string_append(text, " of networks that are never asked");
	}
	append_passed(text, summary->targets.excluded, "excluded");
	append_passed(text, summary->targets.doubles, "asked already, as another target");
	if (summary->interrupted)
		append_interrupted(text, summary);
	return g_string_free(text, FALSE);
}

static void
end(const struct report_options *options, const struct summary *summary, GString *out)
{
	g_autofree char *hosts = coverage(summary);
	g_autofree char *findings = findings_line(summary);
	g_autofree char *expectations = expectations_line(summary);
	g_autofree char *left_out = gaps(summary);

	if (summary->is_of_changes)
		return;
	text_notices(options, summary->suppressions, out);
	text_gone(options, summary->gone, out);
	/* --quiet has nothing to say on a clean run: cron sends no mail then. */
	if (!options->quiet) {
		text_wrap(hosts, 0, MARGIN_SUMMARY, out);
		text_wrap(findings, 0, MARGIN_SUMMARY, out);
		if (expectations != NULL)
			text_wrap(expectations, 0, MARGIN_SUMMARY, out);
	}
	if (left_out[0] != '\0' && (!options->quiet || summary->interrupted))
		text_wrap(left_out, 0, MARGIN_SUMMARY, out);
}

const struct report report_text = {
	.name = "text",
	.description = "for people",
	.begin = begin,
	.assessment = text_endpoint,
	.expectations = text_expectations,
	.change = text_change,
	.failure = failure_line,
	.end = end,
};
