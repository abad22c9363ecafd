/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The evidence bundle as HTML: one file that loads nothing and runs nothing, as
 * its own policy demands (its style is let in by its hash), and that a browser
 * shows and prints alike.
 */
#include <string.h>

#include "config.h"
#include "model/timestamp.h"
#include "reports/evidence-private.h"

/* --- pieces ----------------------------------------------------------------------------------- */

void
html_facts_begin(GString *out)
{
	g_string_append(out, "<table><tbody>\n");
}

static void
begin_fact(GString *out, const char *label)
{
	g_string_append_printf(out, "<tr><th scope=\"row\">%s</th><td>", label);
}

void
html_fact(GString *out, const char *label, const char *text)
{
	if (text == NULL)
		return;
	begin_fact(out, label);
	markup_text(out, text);
	g_string_append(out, "</td></tr>\n");
}

void
html_fact_raw(GString *out, const char *label, const char *bytes)
{
	if (bytes == NULL)
		return;
	begin_fact(out, label);
	markup_raw(out, bytes);
	g_string_append(out, "</td></tr>\n");
}

void
html_facts_end(GString *out)
{
	g_string_append(out, "</tbody></table>\n");
}

void
html_table_begin(GString *out, const char *caption, const char *const *headings)
{
	g_string_append_printf(out, "<table class=\"list\"><caption>%s</caption><thead><tr>",
		caption);
	for (size_t i = 0; headings[i] != NULL; i++)
		g_string_append_printf(out, "<th scope=\"col\">%s</th>", headings[i]);
	g_string_append(out, "</tr></thead><tbody>\n");
}

void
html_table_end(GString *out)
{
	g_string_append(out, "</tbody></table>\n");
}

void
html_cell(GString *out, const char *class, const char *text)
{
	if (class != NULL)
		g_string_append_printf(out, "<td class=\"%s\">", class);
	else
		g_string_append(out, "<td>");
	markup_text(out, text);
	g_string_append(out, "</td>");
}

void
html_lines(GString *out, const char *label, const char *lines)
{
	if (lines == NULL || lines[0] == '\0')
		return;
	/* Focusable, as it may have to be scrolled by those who have no mouse. */
	g_string_append_printf(out, "<pre tabindex=\"0\" role=\"region\" aria-label=\"%s\">",
		label);
	markup_lines(out, lines);
	g_string_append(out, "</pre>\n");
}

static void
append_state(GString *out, enum expectation_state state)
{
	const char *word = expectation_state_word(state);

	g_string_append_printf(out, "<td class=\"state\"><span class=\"%s\">%s</span></td>", word,
		word);
}

static void
append_count(GString *out, unsigned count)
{
	g_string_append_printf(out, "<td>%u</td>", count);
}

/* --- the head --------------------------------------------------------------------------------- */

/* The hash by which the policy lets in the style, and nothing else. */
static char *
style_hash(void)
{
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
	guint8 digest[32];
	gsize length = sizeof(digest);

	g_checksum_update(checksum, (const guchar *)evidence_style, -1);
	g_checksum_get_digest(checksum, digest, &length);
	return g_base64_encode(digest, length);
}

static void
append_head(GString *out)
{
	g_autofree char *hash = style_hash();

	g_string_append(out,
		"<!DOCTYPE html>\n<html lang=\"en\" dir=\"ltr\">\n<head>\n"
		"<meta charset=\"utf-8\">\n");
	g_string_append_printf(out,
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"style-src 'sha256-%s'; base-uri 'none'; form-action 'none'\">\n",
		hash);
	g_string_append(out,
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"color-scheme\" content=\"light dark\">\n"
		"<meta name=\"referrer\" content=\"no-referrer\">\n"
		"<title>POP3 verification: evidence</title>\n<style>");
	g_string_append(out, evidence_style);
	g_string_append(out, "</style>\n</head>\n<body>\n");
}

/* What became of it all, in a sentence. */
static void
append_result(GString *out, const uint64_t *counts)
{
	enum expectation_state worst = EXPECTATION_MET;
	static const char *const sentences[] = { "All that was expected holds.",
		"Not all that was expected holds.", "Not all could be determined." };

	if (counts[EXPECTATION_UNMET] > 0)
		worst = EXPECTATION_UNMET;
	else if (counts[EXPECTATION_UNDETERMINED] > 0)
		worst = EXPECTATION_UNDETERMINED;
	if (counts[EXPECTATION_MET] == 0 && worst == EXPECTATION_MET) {
		g_string_append(out, "<p>Nothing was judged.</p>\n");
		return;
	}
	g_string_append_printf(out,
		"<p><span class=\"%s\">%s</span> %" G_GUINT64_FORMAT " met, %" G_GUINT64_FORMAT
		" unmet, %" G_GUINT64_FORMAT " undetermined.</p>\n",
		expectation_state_word(worst), sentences[worst], (guint64)counts[EXPECTATION_MET],
		(guint64)counts[EXPECTATION_UNMET], (guint64)counts[EXPECTATION_UNDETERMINED]);
}

static void
append_asked(GString *out, const struct evidence_head *head)
{
	char time[TIMESTAMP_MAX];
	const struct summary *summary = head->summary;

	g_string_append(out, "<header>\n<h1>POP3 verification: evidence</h1>\n");
	append_result(out, summary->expectations);
	g_string_append(out, "</header>\n<main>\n<section>\n<h2>What was asked</h2>\n");
	html_facts_begin(out);
	begin_fact(out, "Command");
	g_string_append(out, "<code>");
	markup_raw(out, head->command);
	g_string_append(out, "</code></td></tr>\n");
	html_fact(out, "Begun", timestamp_format(head->started, time));
	html_fact(out, "Ended", timestamp_format(head->started + summary->duration, time));
	html_fact(out, "By", "popseal " POPSEAL_VERSION);
	if (summary->interrupted)
		html_fact(out, "Interrupted", "yes: not all hosts are done");
	html_facts_end(out);
}

static void
append_overview(GString *out, const struct verification *const *list, size_t count)
{
	static const char *const headings[] = { "Endpoint", "Host", "Verdict", "Met", "Unmet",
		"Undetermined", NULL };
	char url[ENDPOINT_URL_MAX];

	html_table_begin(out, "Endpoints", headings);
	for (size_t i = 0; i < count; i++) {
		const struct facts *facts = list[i]->assessment->facts;

		g_string_append_printf(out, "<tr><th scope=\"row\"><a href=\"#endpoint-%zu\">",
			i + 1);
		markup_text(out, endpoint_url(&facts->endpoint, url));
		g_string_append(out, "</a></th>");
		html_cell(out, NULL, facts->endpoint.host);
		html_cell(out, "state", verdict_word(facts->verdict.value));
		append_count(out, verification_states(list[i], EXPECTATION_MET));
		append_count(out, verification_states(list[i], EXPECTATION_UNMET));
		append_count(out, verification_states(list[i], EXPECTATION_UNDETERMINED));
		g_string_append(out, "</tr>\n");
	}
	html_table_end(out);
}

static void
append_failures(GString *out, const struct evidence_head *head)
{
	static const char *const headings[] = { "Target", "Error", NULL };

	if (head->failure_count == 0)
		return;
	html_table_begin(out, "Targets that could not be verified", headings);
	for (size_t i = 0; i < head->failure_count; i++) {
		g_string_append(out, "<tr><th scope=\"row\">");
		markup_text(out, head->failures[i].subject);
		g_string_append(out, "</th>");
		html_cell(out, NULL, head->failures[i].message);
		g_string_append(out, "</tr>\n");
	}
	html_table_end(out);
}

/* --- an endpoint ------------------------------------------------------------------------------ */

static void
append_verdict(GString *out, const struct verdict *verdict)
{
	bool confident = verdict->confidence != CONFIDENCE_NONE;
	g_autofree char *text = g_strdup_printf("%s%s%s%s [%s%s%s]. %s",
		verdict_word(verdict->value), confident ? " (" : "",
		confident ? confidence_word(verdict->confidence) : "", confident ? ")" : "",
		reason_word(verdict->reason), verdict->step != NULL ? " in " : "",
		verdict->step != NULL ? verdict->step : "",
		verdict->explanation != NULL ? verdict->explanation : "");

	html_fact(out, "Verdict", text);
	html_fact(out, "What would settle it", verdict->settle);
}

static void
append_answered(GString *out, const struct facts *facts)
{
	char time[TIMESTAMP_MAX];
	const struct probe_facts *probe = &facts->probe;
	g_autofree char *from = g_strdup_printf("%s (%s)",
		probe->source != NULL ? probe->source : "no connection came about",
		vantage_word(probe->vantage));
	g_autofree char *product = g_strdup_printf("%s%s%s",
		probe->product_title != NULL   ? probe->product_title :
			probe->product != NULL ? probe->product :
						 "not recognised",
		probe->product_version != NULL ? " " : "",
		probe->product_version != NULL ? probe->product_version : "");
	g_autofree char *duration =
		g_strdup_printf("%" G_GINT64_FORMAT " ms", probe->duration / 1000);

	html_facts_begin(out);
	html_fact(out, "Host", facts->endpoint.host);
	html_fact(out, "Asked", timestamp_format(probe->started, time));
	html_fact(out, "Answered in", duration);
	html_fact(out, "Asked from", from);
	append_verdict(out, &facts->verdict);
	html_fact(out, "Product", product);
	html_fact_raw(out, "Greeting", probe->greeting);
	html_fact(out, "STLS", stls_word(probe->stls.state));
	html_fact(out, "STLS injection", injection_word(probe->stls.injection));
	html_facts_end(out);
}

static void
append_pieces(GString *out, char *const *pieces, size_t count)
{
	if (count == 0)
		return;
	g_string_append(out, "<pre>");
	for (size_t i = 0; i < count; i++)
		markup_lines(out, pieces[i]);
	g_string_append(out, "</pre>");
}

static void
append_expectation(GString *out, const struct expectation *expectation)
{
	g_string_append(out, "<tr>");
	append_state(out, expectation->state);
	g_string_append(out, "<th scope=\"row\">");
	markup_text(out, expectation->name);
	g_string_append(out, "</th><td>");
	markup_text(out, expectation->message);
	g_string_append(out, " <span class=\"faint\">[");
	markup_text(out, expectation->reason);
	g_string_append(out, "]</span>");
	if (expectation->settle != NULL) {
		g_string_append(out, "<p>What would settle it: ");
		markup_text(out, expectation->settle);
		g_string_append(out, "</p>");
	}
	append_pieces(out, expectation->evidence, expectation->evidence_count);
	g_string_append(out, "</td></tr>\n");
}

static void
append_expectations(GString *out, const struct verification *verification)
{
	static const char *const headings[] = { "State", "Expectation", "What was found", NULL };

	g_string_append(out, "<h3>Expectations</h3>\n");
	if (verification->expectations->len == 0) {
		g_string_append(out, "<p>Nothing was expected of this endpoint.</p>\n");
		return;
	}
	html_table_begin(out, "What was expected, and what became of it", headings);
	for (guint i = 0; i < verification->expectations->len; i++)
		append_expectation(out, g_ptr_array_index(verification->expectations, i));
	html_table_end(out);
}

static void
append_finding(GString *out, const struct finding *finding)
{
	g_string_append(out, "<tr>");
	html_cell(out, "state", severity_word(finding->severity));
	g_string_append(out, "<th scope=\"row\">");
	markup_text(out, finding->rule);
	g_string_append(out, "</th><td>");
	markup_text(out, finding->message != NULL ? finding->message : finding->title);
	if (finding->remedy != NULL) {
		g_string_append(out, "<p>Remedy: ");
		markup_text(out, finding->remedy);
		g_string_append(out, "</p>");
	}
	append_pieces(out, finding->evidence, finding->evidence_count);
	g_string_append(out, "</td></tr>\n");
}

static void
append_findings(GString *out, const GPtrArray *findings)
{
	static const char *const headings[] = { "Severity", "Rule", "What is wrong", NULL };

	if (findings->len == 0)
		return;
	g_string_append(out, "<h3>Findings</h3>\n");
	html_table_begin(out, "Rules that failed", headings);
	for (guint i = 0; i < findings->len; i++)
		append_finding(out, g_ptr_array_index(findings, i));
	html_table_end(out);
}

static void
append_login(GString *out, const struct login_result *login)
{
	g_autofree char *stat = login->messages < 0 ?
		NULL :
		g_strdup_printf("%" G_GINT64_FORMAT " messages, %" G_GINT64_FORMAT " octets",
			login->messages, login->octets);

	g_string_append(out, "<h3>Login over TLS</h3>\n");
	html_facts_begin(out);
	html_fact(out, "Outcome", login_outcome_word(login->outcome));
	html_fact(out, "Mechanism", login->mechanism);
	html_fact(out, "Channel binding", login->binding);
	html_fact(out, "Why", login->why);
	html_fact(out, "Step", login->step);
	html_fact_raw(out, "Reply", login->reply);
	if (login->outcome == LOGIN_OK)
		html_fact(out, "Mailbox (STAT)", stat);
	if (login->overridden)
		html_fact(out, "Overridden",
			"The password was sent although chain or name did not hold (--insecure).");
	html_facts_end(out);
	html_lines(out, "Transcript of the login", login->transcript);
}

static void
append_endpoint(GString *out, const struct verification *verification, size_t number)
{
	const struct facts *facts = verification->assessment->facts;
	char url[ENDPOINT_URL_MAX];

	g_string_append_printf(out,
		"<section aria-labelledby=\"endpoint-%zu\">\n<h2 id=\"endpoint-%zu\">", number,
		number);
	markup_text(out, endpoint_url(&facts->endpoint, url));
	g_string_append(out, "</h2>\n");
	append_answered(out, facts);
	append_expectations(out, verification);
	append_findings(out, verification->assessment->findings);
	for (size_t i = 0; i < verification->login_count; i++)
		append_login(out, &verification->logins[i]);
	html_tls(out, facts);
	if (facts->probe.transcript->len > 0)
		g_string_append(out,
			"<h3>Transcript</h3>\n<p>C: by popseal, S: by the server, "
			"--: remarks</p>\n");
	html_lines(out, "Transcript", facts->probe.transcript->str);
	g_string_append(out, "</section>\n");
}

void
evidence_html(const struct verification *const *list, size_t count,
	const struct evidence_head *head, GString *out)
{
	append_head(out);
	append_asked(out, head);
	append_overview(out, list, count);
	append_failures(out, head);
	g_string_append(out, "</section>\n");
	for (size_t i = 0; i < count; i++)
		append_endpoint(out, list[i], i + 1);
	g_string_append(out,
		"</main>\n<footer>Made by popseal " POPSEAL_VERSION
		". This file loads nothing and runs nothing. What servers sent is shown escaped; "
		"passwords stand as &lt;secret&gt;.</footer>\n</body>\n</html>\n");
}
