/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ticket: what whoever closes the ticket of another tool's report pastes into
 * it: the claim, the answer, its proof word by word, and what to do next. Plain
 * text without colours. The answer is decided in pop3/ticket.c.
 */
#include "pop3/ticket.h"

#include <string.h>

#include "config.h"
#include "model/escape.h"
#include "model/timestamp.h"
#include "reports/text_layout.h"

enum {
	MARGIN = 2,
	CLAIM_LINES_MAX = 20, /* of what a report says */
};

static const struct report_options plain = { .color = false };

static void
field(const char *label, const char *text, GString *out)
{
	text_field(&plain, MARGIN, label, text, out);
}

static void
begin(const struct report_options *options, GString *out)
{
	(void)options;
	(void)out;
}

/* --- what was claimed ------------------------------------------------------------------------- */

/* Lines of another tool's report: each escaped as a whole, so that none goes on by itself. */
static void
append_report_text(const char *text, GString *out)
{
	g_autofree char *copy = g_strstrip(g_strdup(text));
	g_auto(GStrv) lines = g_strsplit(copy, "\n", -1);
	g_autoptr(GString) escaped = g_string_new(NULL);

	for (size_t i = 0; lines[i] != NULL; i++) {
		escape_append(escaped, lines[i], strcspn(lines[i], "\r"));
		g_string_append_c(escaped, '\n');
	}
	text_lines(escaped->str, TEXT_INDENT, CLAIM_LINES_MAX, out);
}

static void
append_claim(const struct claim *claim, GString *out)
{
	g_autoptr(GString) head = g_string_new(NULL);
	g_autofree char *host = NULL;
	g_autofree char *id = NULL;

	if (claim == NULL) {
		field("claim", "none: no report was given", out);
		return;
	}
	host = escape_string(claim->host);
	id = escape_string(claim->id);
	g_string_append_printf(head, "%s%s%s: %s on %s", claim->reporter, id != NULL ? " " : "",
		id != NULL ? id : "", claim_kind_word(claim->kind), host);
	if (claim->port != 0)
		g_string_append_printf(head, ", port %u", (unsigned)claim->port);
	field("claim", head->str, out);
	if (claim->text != NULL)
		append_report_text(claim->text, out);
}

/* --- what was found --------------------------------------------------------------------------- */

static void
append_verdict(const struct verdict *verdict, GString *out)
{
	bool confident = verdict->confidence != CONFIDENCE_NONE;
	g_autofree char *text = g_strdup_printf("%s%s%s%s [%s%s%s]. %s",
		verdict_word(verdict->value), confident ? " (" : "",
		confident ? confidence_word(verdict->confidence) : "", confident ? ")" : "",
		reason_word(verdict->reason), verdict->step != NULL ? " in " : "",
		verdict->step != NULL ? verdict->step : "",
		verdict->explanation != NULL ? verdict->explanation : "");

	field("verdict", text, out);
}

static void
append_asked(const struct facts *facts, GString *out)
{
	char time[TIMESTAMP_MAX];
	const struct probe_facts *probe = &facts->probe;
	g_autofree char *text = g_strdup_printf("%s, from %s (%s), by popseal %s at depth %s",
		timestamp_format(probe->started, time),
		probe->source != NULL ? probe->source : "here", vantage_word(probe->vantage),
		POPSEAL_VERSION, depth_word(probe->depth));

	field("asked", text, out);
}

static void
append_exchange(const char *exchange, GString *out)
{
	if (exchange != NULL)
		text_lines(exchange, TEXT_INDENT, SIZE_MAX, out);
}

static const char *
list_outcome(enum list_state state)
{
	switch (state) {
	case LIST_ANSWERED:
		return "-- taken, with this list:";
	case LIST_REFUSED:
		return "-- refused: there is no list";
	case LIST_UNANSWERED:
		return "-- no answer";
	case LIST_NOT_ASKED:
		break;
	}
	return NULL;
}

/* The list, with a mark at the lines that the scanner's rule fires on. */
static void
append_list(const struct facts *facts, GString *out)
{
	const struct capabilities *clear = &facts->probe.clear;
	const char *outcome = list_outcome(clear->state);

	if (outcome == NULL)
		return;
	append_exchange("C: CAPA", out);
	append_exchange(outcome, out);
	for (size_t i = 0; i < clear->count; i++) {
		g_autofree char *line = escape_string(clear->lines[i]);
		bool fires = ticket_fires_on(facts, clear->lines[i]);
		g_autofree char *shown = g_strdup_printf("S: %s%s", line,
			fires ? "      <-- the scanner's rule fires on this" : "");

		append_exchange(shown, out);
	}
}

static void
append_tls(const struct probe_facts *probe, GString *out)
{
	g_autofree char *text = NULL;

	if (probe->tls.handshake != HANDSHAKE_UP)
		return;
	text = g_strdup_printf("-- TLS came up: %s %s",
		probe->tls.version != NULL ? probe->tls.version : "",
		probe->tls.cipher != NULL ? probe->tls.cipher : "");
	append_exchange(text, out);
}

/* What the server did, whatever popseal says of it. */
static void
append_proof(const struct facts *facts, GString *out)
{
	const struct probe_facts *probe = &facts->probe;
	g_autofree char *greeting = escape_string(probe->greeting);
	g_autofree char *greeted = NULL;

	field("proof", "what was said, C by popseal and S by the server:", out);
	if (greeting != NULL) {
		greeted = g_strdup_printf("S: %s", greeting);
		append_exchange(greeted, out);
	} else if (probe->connect != CONNECT_OPEN) {
		append_exchange(probe->connect == CONNECT_REFUSED ?
				"-- the connection was refused" :
				"-- no connection",
			out);
	} else {
		append_exchange("-- no greeting", out);
	}
	append_list(facts, out);
	for (size_t i = 0; i < probe->attempt_count; i++)
		append_exchange(probe->attempts[i].exchange, out);
	append_exchange(probe->credential.exchange, out);
	append_tls(probe, out);
}

static void
append_next(const struct facts *facts, const struct ticket *ticket, GString *out)
{
	bool claimed = ticket->answer != TICKET_NOT_CLAIMED;

	if (claimed)
		field("next", ticket->next, out);
	if (facts->verdict.settle != NULL)
		field("settle", facts->verdict.settle, out);
	if (facts->verdict.value == VERDICT_PERMITS)
		field("fix", facts->probe.product_remedy, out);
}

static void
append_findings(const struct assessment *assessment, GString *out)
{
	for (guint i = 0; i < assessment->findings->len; i++) {
		const struct finding *finding = g_ptr_array_index(assessment->findings, i);
		g_autofree char *text = g_strdup_printf("%s (%s): %s", finding->rule,
			severity_word(finding->severity),
			finding->message != NULL ? finding->message : finding->title);

		field("finding", text, out);
	}
}

/* --- the block -------------------------------------------------------------------------------- */

static void
append_headline(const struct facts *facts, GString *out)
{
	char url[ENDPOINT_URL_MAX];
	g_autofree char *host = escape_again(facts->endpoint.host);
	g_autofree char *subject = escape_again(endpoint_url(&facts->endpoint, url));
	const char *title = facts->probe.product_title;

	g_string_append(out, subject);
	if (host[0] != '\0' && strcmp(host, facts->endpoint.address) != 0)
		g_string_append_printf(out, "  %s", host);
	g_string_append_printf(out, "%s%s\n", title != NULL ? "  " : "",
		title != NULL ? title : "");
}

static void
block(const struct report_options *options, const struct assessment *assessment, GString *out)
{
	const struct facts *facts = assessment->facts;
	const struct ticket ticket = ticket_decide(facts);

	(void)options;
	append_headline(facts, out);
	append_claim(facts->claim, out);
	if (facts->claim != NULL) {
		g_autofree char *answer = g_strdup_printf("%s. %s",
			ticket_answer_word(ticket.answer), ticket.explanation);

		field("answer", answer, out);
	}
	append_verdict(&facts->verdict, out);
	append_asked(facts, out);
	append_proof(facts, out);
	append_next(facts, &ticket, out);
	append_findings(assessment, out);
	g_string_append_c(out, '\n');
}

/* --- what was expected ------------------------------------------------------------------------ */

static void
append_expectation(const struct expectation *expectation, GString *out)
{
	g_autofree char *text = g_strdup_printf("%s: %s. %s", expectation->name,
		expectation_state_word(expectation->state), expectation->message);

	g_string_append_printf(out, "%*s", TEXT_INDENT, "");
	text_wrap(text, TEXT_INDENT, TEXT_INDENT, out);
	if (expectation->state != EXPECTATION_MET)
		for (size_t i = 0; i < expectation->evidence_count; i++)
			append_exchange(expectation->evidence[i], out);
}

/* Returns the names of the expectations in that state, "tls, cert". */
static char *
names_of(const struct verification *verification, enum expectation_state state)
{
	GString *names = g_string_new(NULL);

	for (guint i = 0; i < verification->expectations->len; i++) {
		const struct expectation *expectation =
			g_ptr_array_index(verification->expectations, i);

		if (expectation->state == state)
			g_string_append_printf(names, "%s%s", names->len > 0 ? ", " : "",
				expectation->name);
	}
	return g_string_free(names, FALSE);
}

/* Whether the ticket may be closed, as far as this endpoint goes. */
static char *
closing(const struct verification *verification)
{
	g_autofree char *unmet = names_of(verification, EXPECTATION_UNMET);
	g_autofree char *open = names_of(verification, EXPECTATION_UNDETERMINED);

	if (unmet[0] != '\0')
		return g_strdup_printf("Keep the ticket open. Unmet: %s.%s%s%s", unmet,
			open[0] != '\0' ? " Not known: " : "", open, open[0] != '\0' ? "." : "");
	if (open[0] != '\0')
		return g_strdup_printf("Do not close the ticket yet. Not known: %s.", open);
	if (verification->expectations->len == 0)
		return g_strdup("Nothing was expected of this endpoint.");
	return g_strdup("Close the ticket: all that was expected of this endpoint holds.");
}

static void
expectations_block(const struct report_options *options, const struct verification *verification,
	GString *out)
{
	g_autofree char *text = closing(verification);

	(void)options;
	/* They belong to the block before: no blank line between them. */
	if (g_str_has_suffix(out->str, "\n\n"))
		g_string_truncate(out, out->len - 1);
	field("expects", "what was expected of it, and what became of that:", out);
	for (guint i = 0; i < verification->expectations->len; i++)
		append_expectation(g_ptr_array_index(verification->expectations, i), out);
	for (guint i = 0; i < verification->expectations->len; i++) {
		const struct expectation *expectation =
			g_ptr_array_index(verification->expectations, i);

		field("settle", expectation->settle, out);
	}
	field("close", text, out);
	g_string_append_c(out, '\n');
}

static void
failure_block(const struct report_options *options, const struct failure *failure, GString *out)
{
	g_autofree char *subject = escape_again(failure->subject);

	(void)options;
	g_string_append_printf(out, "%s\n", subject);
	field("error", failure->message, out);
	g_string_append_c(out, '\n');
}

static void
end(const struct report_options *options, const struct summary *summary, GString *out)
{
	(void)options;
	if (summary->interrupted)
		g_string_append(out, "Interrupted: not all hosts are done.\n");
}

const struct report report_ticket = {
	.name = "ticket",
	.description = "answers to another tool's report, to paste into its tickets",
	.begin = begin,
	.assessment = block,
	.expectations = expectations_block,
	.failure = failure_block,
	.end = end,
};
