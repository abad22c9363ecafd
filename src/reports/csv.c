/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv: one line an endpoint, for spreadsheets and databases.
 */
#include "model/timestamp.h"
#include "reports/csv_cell.h"
#include "reports/login.h"
#include "reports/report.h"

static const char header[] = "time,subject,host,address,port,mode,verdict,confidence,reason,"
			     "vantage,stls,product,product_version,tls_version,tls_cipher,"
			     "advertised,accepted,refused,findings,explanation,duration_ms\n";

/* Appends the words as one cell, and frees the list. */
static void
words_cell(GString *out, GPtrArray *words)
{
	g_ptr_array_add(words, NULL);

	g_autofree char *joined = g_strjoinv(" ", (char **)words->pdata);

	csv_cell(out, joined);
	g_ptr_array_unref(words);
}

static void
endpoint_cells(GString *out, const struct facts *facts)
{
	char time[TIMESTAMP_MAX];
	char url[ENDPOINT_URL_MAX];

	csv_cell(out, timestamp_format(facts->probe.started, time));
	csv_cell(out, endpoint_url(&facts->endpoint, url));
	csv_cell(out, facts->endpoint.host);
	csv_cell(out, facts->endpoint.address);
	csv_number(out, facts->endpoint.port);
	csv_cell(out, mode_word(facts->endpoint.mode));
}

static void
verdict_cells(GString *out, const struct facts *facts)
{
	const struct verdict *verdict = &facts->verdict;
	bool confident = verdict->confidence != CONFIDENCE_NONE;

	csv_cell(out, verdict_word(verdict->value));
	csv_cell(out, confident ? confidence_word(verdict->confidence) : NULL);
	csv_cell(out, reason_word(verdict->reason));
	csv_cell(out, vantage_word(facts->probe.vantage));
}

static void
service_cells(GString *out, const struct probe_facts *probe)
{
	csv_cell(out, stls_word(probe->stls.state));
	csv_cell(out, probe->product);
	csv_cell(out, probe->product_version);
	csv_cell(out, probe->tls.version);
	csv_cell(out, probe->tls.cipher);
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
	csv_cell(out, facts->verdict.explanation);
	csv_number(out, facts->probe.duration / 1000);
	csv_end_line(out);
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
