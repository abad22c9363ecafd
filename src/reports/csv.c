/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv: one line an endpoint, for spreadsheets and databases. A cell that a
 * spreadsheet would run as a formula is made text by a leading apostrophe:
 * part of what stands in it was chosen by the server.
 */
#include <string.h>

#include "model/escape.h"
#include "model/timestamp.h"
#include "reports/login.h"
#include "reports/report.h"

static const char header[] = "time,subject,host,address,port,mode,verdict,confidence,reason,"
			     "vantage,stls,product,product_version,tls_version,tls_cipher,"
			     "advertised,accepted,refused,findings,explanation,duration_ms\n";

/* Appends the cell and its comma (RFC 4180 section 2); NULL is an empty cell. */
static void
cell(GString *out, const char *text)
{
	g_autofree char *clean = escape_again(text != NULL ? text : "");
	const char *guard = clean[0] != '\0' && strchr("=+-@", clean[0]) != NULL ? "'" : "";

	if (text != NULL && text[0] == '\t')
		guard = "'";
	if (strpbrk(clean, ",\"") == NULL) {
		g_string_append_printf(out, "%s%s,", guard, clean);
		return;
	}

	g_auto(GStrv) parts = g_strsplit(clean, "\"", -1);
	g_autofree char *doubled = g_strjoinv("\"\"", parts);

	g_string_append_printf(out, "\"%s%s\",", guard, doubled);
}

static void
number_cell(GString *out, int64_t number)
{
	g_string_append_printf(out, "%" G_GINT64_FORMAT ",", number);
}

/* Appends the words as one cell, and frees the list. */
static void
words_cell(GString *out, GPtrArray *words)
{
	g_ptr_array_add(words, NULL);

	g_autofree char *joined = g_strjoinv(" ", (char **)words->pdata);

	cell(out, joined);
	g_ptr_array_unref(words);
}

static void
endpoint_cells(GString *out, const struct facts *facts)
{
	char time[TIMESTAMP_MAX];
	char url[ENDPOINT_URL_MAX];

	cell(out, timestamp_format(facts->probe.started, time));
	cell(out, endpoint_url(&facts->endpoint, url));
	cell(out, facts->endpoint.host);
	cell(out, facts->endpoint.address);
	number_cell(out, facts->endpoint.port);
	cell(out, mode_word(facts->endpoint.mode));
}

static void
verdict_cells(GString *out, const struct facts *facts)
{
	const struct verdict *verdict = &facts->verdict;
	bool confident = verdict->confidence != CONFIDENCE_NONE;

	cell(out, verdict_word(verdict->value));
	cell(out, confident ? confidence_word(verdict->confidence) : NULL);
	cell(out, reason_word(verdict->reason));
	cell(out, vantage_word(facts->probe.vantage));
}

static void
service_cells(GString *out, const struct probe_facts *probe)
{
	cell(out, stls_word(probe->stls.state));
	cell(out, probe->product);
	cell(out, probe->product_version);
	cell(out, probe->tls.version);
	cell(out, probe->tls.cipher);
}

static GPtrArray *
rule_ids(const GPtrArray *findings)
{
	GPtrArray *ids = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < findings->len; i++) {
		const struct finding *finding = g_ptr_array_index(findings, i);

		g_ptr_array_add(ids, g_strdup(finding->rule));
	}
	return ids;
}

static void
begin(const struct report_options *options, GString *out)
{
	(void)options;
	g_string_append(out, header);
}

static void
line(const struct report_options *options, const struct assessment *assessment, GString *out)
{
	const struct facts *facts = assessment->facts;

	(void)options;
	endpoint_cells(out, facts);
	verdict_cells(out, facts);
	service_cells(out, &facts->probe);
	words_cell(out, login_advertised(facts));
	words_cell(out, login_accepted(facts));
	words_cell(out, login_refused(facts));
	words_cell(out, rule_ids(assessment->findings));
	cell(out, facts->verdict.explanation);
	number_cell(out, facts->probe.duration / 1000);
	out->str[out->len - 1] = '\n'; /* the last comma */
}

/* A table has one kind of line: the command tells failures on stderr. */
static void
failure_line(const struct report_options *options, const struct failure *failure, GString *out)
{
	(void)options;
	(void)failure;
	(void)out;
}

static void
end(const struct report_options *options, const struct summary *summary, GString *out)
{
	(void)options;
	(void)summary;
	(void)out;
}

const struct report report_csv = {
	.name = "csv",
	.description = "one line an endpoint, for spreadsheets and databases",
	.begin = begin,
	.assessment = line,
	.failure = failure_line,
	.end = end,
};
