/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One endpoint in the text report: a headline that can be read down a page, a
 * sentence on why, and for every finding why, how to fix it, and the line to
 * type to see it for oneself.
 */
#include <string.h>

#include "model/escape.h"
#include "reports/login.h"
#include "reports/text_layout.h"

enum {
	EVIDENCE_LINES_MAX = 6, /* the rest is in jsonl, and in --verbose */
	MARGIN_ENDPOINT = 2,
	MARGIN_FINDING = 4,
};

static enum color
verdict_color(enum verdict_value value)
{
	switch (value) {
	case VERDICT_PERMITS:
		return COLOR_BAD;
	case VERDICT_REFUSES:
		return COLOR_GOOD;
	case VERDICT_UNDETERMINED:
		return COLOR_WARNING;
	case VERDICT_NO_SERVICE:
		return COLOR_FAINT;
	}
	g_return_val_if_reached(COLOR_WARNING);
}

static enum color
severity_color(enum severity severity)
{
	switch (severity) {
	case SEVERITY_HIGH:
		return COLOR_BAD;
	case SEVERITY_MEDIUM:
		return COLOR_WARNING;
	case SEVERITY_LOW:
		return COLOR_NOTICE;
	case SEVERITY_INFO:
	case SEVERITY_NONE:
		return COLOR_FAINT;
	}
	g_return_val_if_reached(COLOR_NONE);
}

/* --- headline --------------------------------------------------------------------------------- */

static void
append_verdict(const struct report_options *options, const struct verdict *verdict, GString *out)
{
	g_string_append(out, "  ");
	text_paint(options, verdict_color(verdict->value), verdict_word(verdict->value), out);
	if (verdict->confidence != CONFIDENCE_NONE)
		g_string_append_printf(out, " (%s)", confidence_word(verdict->confidence));
}

static void
append_product(const struct probe_facts *probe, GString *out)
{
	const char *title = probe->product_title != NULL ? probe->product_title : probe->product;
	g_autofree char *version = escape_again(probe->product_version);

	if (title == NULL)
		return;
	g_string_append_printf(out, "  %s%s%s", title, version != NULL ? " " : "",
		version != NULL ? version : "");
}

/* Of a configuration: where it lies, and what it comes to. */
static void
config_headline(const struct report_options *options, const struct facts *facts, GString *out)
{
	const struct config_facts *config = facts->config;
	g_autofree char *root = escape_string(config->root);
	g_autofree char *version = escape_string(config->version);
	g_autofree char *scope = escape_string(config->scope);

	text_paint(options, COLOR_STRONG, root, out);
	append_verdict(options, &facts->verdict, out);
	g_string_append_printf(out, "  %s%s%s", config->title, version != NULL ? " " : "",
		version != NULL ? version : "");
	if (scope != NULL)
		g_string_append_printf(out, "  (%s)", scope);
}

void
text_headline(const struct report_options *options, const struct facts *facts, GString *out)
{
	char url[ENDPOINT_URL_MAX];
	g_autofree char *host = escape_again(facts->endpoint.host);
	g_autofree char *subject = escape_again(endpoint_url(&facts->endpoint, url));

	if (facts->config != NULL) {
		config_headline(options, facts, out);
		return;
	}
	text_paint(options, COLOR_STRONG, subject, out);
	append_verdict(options, &facts->verdict, out);
	append_product(&facts->probe, out);
	if (host[0] != '\0' && !g_str_equal(host, facts->endpoint.address))
		g_string_append_printf(out, "  %s", host);
}

/* Returns the reason word, with the step where it stopped answering. */
static char *
reason_of(const struct verdict *verdict)
{
	const char *word = reason_word(verdict->reason);

	return verdict->step != NULL ? g_strdup_printf("%s in %s", word, verdict->step) :
				       g_strdup(word);
}

static void
append_explanation(const struct verdict *verdict, GString *out)
{
	g_autofree char *reason = reason_of(verdict);
	g_autofree char *text = g_strdup_printf("  %s%s[%s]",
		verdict->explanation != NULL ? verdict->explanation : "",
		verdict->explanation != NULL ? " " : "", reason);

	text_wrap(text, 0, MARGIN_ENDPOINT, out);
}

/* --- findings --------------------------------------------------------------------------------- */

static void
append_references(const struct report_options *options, const struct finding *finding, GString *out)
{
	g_autoptr(GString) joined = g_string_new(NULL);

	if (finding->references == NULL || !options->verbose)
		return;
	for (size_t i = 0; finding->references[i] != NULL; i++)
		g_string_append_printf(joined, "%s%s", i > 0 ? ", " : "", finding->references[i]);
	text_field(options, MARGIN_FINDING, "see", joined->str, out);
}

static void
append_finding_head(const struct report_options *options, const struct finding *finding,
	GString *out)
{
	const char *severity = severity_word(finding->severity);
	bool likely = finding->confidence == CONFIDENCE_LIKELY;
	g_autofree char *standing = text_standing(finding);
	g_autofree char *head = g_strdup_printf("%s%s%s%s%s  %s", finding->rule,
		likely ? " (likely)" : "", standing != NULL ? " (" : "",
		standing != NULL ? standing : "", standing != NULL ? ")" : "", finding->title);

	g_string_append_printf(out, "%*s", MARGIN_ENDPOINT, "");
	text_paint(options, severity_color(finding->severity), severity, out);
	g_string_append_printf(out, "%*s", TEXT_INDENT - MARGIN_ENDPOINT - (int)strlen(severity),
		"");
	text_wrap(head, TEXT_INDENT, TEXT_INDENT, out);
}

static void
append_finding(const struct report_options *options, const struct finding *finding, GString *out)
{
	bool whole = options->verbose || finding->location.file != NULL;
	size_t pieces = whole ? finding->evidence_count : MIN(finding->evidence_count, 1);
	size_t limit = options->verbose ? SIZE_MAX : EVIDENCE_LINES_MAX;

	append_finding_head(options, finding, out);
	text_field(options, MARGIN_FINDING, "why", finding->message, out);
	text_excuse(options, finding, out);
	for (size_t i = 0; i < pieces; i++)
		text_lines(finding->evidence[i], TEXT_INDENT, limit, out);
	text_field(options, MARGIN_FINDING, "fix", finding->remedy, out);
	text_command(options, MARGIN_FINDING, "show", finding->reproduce, out);
	append_references(options, finding, out);
}

static void
append_unknown(const struct report_options *options, const struct finding *finding, GString *out)
{
	g_autofree char *text = g_strdup_printf("%s  %s", finding->rule,
		finding->message != NULL ? finding->message : finding->title);

	text_field(options, MARGIN_ENDPOINT, "unknown", text, out);
	text_field(options, MARGIN_FINDING, "settle", finding->settle, out);
}

static void
append_findings(const struct report_options *options, const struct assessment *assessment,
	GString *out)
{
	/* --against asked for it. */
	const struct finding *asked = assessment_unknown(assessment, "config-disagrees");

	for (guint i = 0; i < assessment->findings->len; i++)
		append_finding(options, g_ptr_array_index(assessment->findings, i), out);
	for (guint i = 0; options->verbose && i < assessment->unknowns->len; i++)
		append_unknown(options, g_ptr_array_index(assessment->unknowns, i), out);
	if (!options->verbose && asked != NULL)
		append_unknown(options, asked, out);
	text_notices(options, assessment->suppressions, out);
}

/* --- what --verbose adds ---------------------------------------------------------------------- */

/* Appends the words as one field, and frees the list; an empty list is left out. */
static void
append_words(const struct report_options *options, const char *label, GPtrArray *words,
	GString *out)
{
	g_autofree char *joined = NULL;

	g_ptr_array_add(words, NULL);
	joined = g_strjoinv(" ", (char **)words->pdata);
	text_field(options, MARGIN_ENDPOINT, label, joined[0] != '\0' ? joined : NULL, out);
	g_ptr_array_unref(words);
}

static void
append_details(const struct report_options *options, const struct facts *facts, GString *out)
{
	const struct probe_facts *probe = &facts->probe;
	g_autofree char *greeting = escape_string(probe->greeting);

	text_field(options, MARGIN_ENDPOINT, "greets", greeting, out);
	append_words(options, "offers", login_advertised(facts), out);
	append_words(options, "took", login_accepted(facts), out);
	append_words(options, "refused", login_refused(facts), out);
	text_tls(options, facts, out);
}

static void
append_transcript(const struct report_options *options, const GString *transcript, GString *out)
{
	if (transcript->len == 0)
		return;
	text_field(options, MARGIN_ENDPOINT, "wire", "what was said:", out);
	text_lines(transcript->str, MARGIN_FINDING, SIZE_MAX, out);
}

/* --- the block -------------------------------------------------------------------------------- */

bool
text_is_calm(const struct assessment *assessment)
{
	for (guint i = 0; i < assessment->findings->len; i++)
		if (finding_counts(g_ptr_array_index(assessment->findings, i)))
			return false;
	return !text_has_notices(assessment->suppressions) &&
		assessment->facts->verdict.value != VERDICT_UNDETERMINED;
}

void
text_endpoint(const struct report_options *options, const struct assessment *assessment,
	GString *out)
{
	const struct facts *facts = assessment->facts;
	const struct verdict *verdict = &facts->verdict;
	bool full = options->verbose || options->transcript;
	bool brief = verdict->value == VERDICT_NO_SERVICE && !full;

	if (options->quiet && text_is_calm(assessment))
		return;
	text_headline(options, facts, out);
	if (brief && text_is_calm(assessment) && assessment->findings->len == 0) {
		g_string_append_printf(out, "  %s\n", reason_word(verdict->reason));
		return;
	}
	g_string_append_c(out, '\n');
	append_explanation(verdict, out);
	text_field(options, MARGIN_ENDPOINT, "settle", verdict->settle, out);
	append_findings(options, assessment, out);
	if (options->verbose && facts->config == NULL)
		append_details(options, facts, out);
	if (full)
		append_transcript(options, facts->probe.transcript, out);
	g_string_append_c(out, '\n');
}
