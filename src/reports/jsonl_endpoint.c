/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The `endpoint` record. What a server sent verbatim (its greeting) is
 * escaped here; exchanges and evidence were escaped when they were written down.
 */
#include <string.h>

#include "model/escape.h"
#include "model/samples.h"
#include "pop3/ticket.h"
#include "reports/jsonl.h"
#include "reports/login.h"

/* Sets the field only where there is something to say. */
static void
set_known(GString *out, const char *key, const char *text)
{
	if (text != NULL)
		json_text(out, key, text);
}

static void
set_words(GString *out, const char *key, GPtrArray *list)
{
	json_open(out, key, '[');
	for (guint i = 0; i < list->len; i++)
		json_text(out, NULL, g_ptr_array_index(list, i));
	json_close(out, ']');
	g_ptr_array_unref(list);
}

void
jsonl_texts(GString *out, const char *key, const char *const *list, size_t count)
{
	json_open(out, key, '[');
	for (size_t i = 0; i < count; i++)
		json_text(out, NULL, list[i]);
	json_close(out, ']');
}

void
jsonl_lines(GString *out, const char *text)
{
	while (*text != '\0') {
		size_t length = (size_t)(strchrnul(text, '\n') - text);

		json_text_len(out, NULL, text, length);
		text += length + (text[length] == '\n');
	}
}

/* --- verdict ---------------------------------------------------------------------------------- */

void
jsonl_verdict(GString *out, const struct verdict *verdict)
{
	bool confident = verdict->confidence != CONFIDENCE_NONE;

	json_text(out, "verdict", verdict_word(verdict->value));
	json_text(out, "confidence", confident ? confidence_word(verdict->confidence) : NULL);
	json_text(out, "reason", reason_word(verdict->reason));
	set_known(out, "step", verdict->step);
	json_text(out, "explanation", verdict->explanation);
	set_known(out, "settle", verdict->settle);
}

/* --- what was seen ---------------------------------------------------------------------------- */

static void
set_endpoint(GString *out, const struct endpoint *endpoint)
{
	json_text(out, "address", endpoint->address);
	json_number(out, "port", endpoint->port);
	json_text(out, "mode", mode_word(endpoint->mode));
	json_text(out, "host", endpoint->host);
}

static void
set_product(GString *out, const struct probe_facts *probe)
{
	if (probe->product == NULL) {
		json_none(out, "product");
		return;
	}
	json_open(out, "product", '{');
	json_text(out, "name", probe->product);
	json_text(out, "version", probe->product_version);
	json_close(out, '}');
}

static void
set_seen(GString *out, const struct facts *facts, bool pem)
{
	const struct probe_facts *probe = &facts->probe;

	json_text(out, "vantage", vantage_word(probe->vantage));
	json_text(out, "stls", stls_word(probe->stls.state));
	jsonl_stls(out, facts);
	set_product(out, probe);
	jsonl_tls(out, &probe->tls, pem);
	json_open(out, "mechanisms", '{');
	set_words(out, "advertised", login_advertised(facts));
	set_words(out, "accepted", login_accepted(facts));
	set_words(out, "refused", login_refused(facts));
	json_close(out, '}');
}

/* --- findings --------------------------------------------------------------------------------- */

static void
set_location(GString *out, const struct location *location)
{
	if (location->file == NULL) {
		json_none(out, "location");
		return;
	}
	jsonl_location(out, location);
}

static void
append_finding(GString *out, const struct finding *finding)
{
	bool confident = finding->confidence != CONFIDENCE_NONE;
	size_t references = 0;

	while (finding->references != NULL && finding->references[references] != NULL)
		references++;
	json_open(out, NULL, '{');
	json_text(out, "rule", finding->rule);
	json_text(out, "severity", severity_word(finding->severity));
	json_text(out, "confidence", confident ? confidence_word(finding->confidence) : NULL);
	json_text(out, "message", finding->message);
	json_open(out, "evidence", '[');
	for (size_t i = 0; i < finding->evidence_count; i++)
		jsonl_lines(out, finding->evidence[i]);
	json_close(out, ']');
	set_location(out, &finding->location);
	json_text(out, "remedy", finding->remedy);
	json_text(out, "reproduce", finding->reproduce);
	jsonl_texts(out, "references", finding->references, references);
	jsonl_standing(out, finding);
	json_close(out, '}');
}

static void
append_unknown(GString *out, const struct finding *finding)
{
	json_open(out, NULL, '{');
	json_text(out, "rule", finding->rule);
	json_text(out, "message", finding->message);
	json_text(out, "settle", finding->settle);
	json_close(out, '}');
}

static void
set_findings(GString *out, const char *key, const GPtrArray *findings,
	void (*append)(GString *out, const struct finding *finding))
{
	json_open(out, key, '[');
	for (guint i = 0; i < findings->len; i++)
		append(out, g_ptr_array_index(findings, i));
	json_close(out, ']');
}

void
jsonl_findings(GString *out, const struct assessment *assessment)
{
	set_findings(out, "findings", assessment->findings, append_finding);
	set_findings(out, "unknowns", assessment->unknowns, append_unknown);
}

static void
set_samples(GString *out, const struct facts *facts)
{
	const struct samples *samples = facts->samples;

	if (facts->tries > 0)
		json_number(out, "tries", facts->tries);
	if (samples == NULL)
		return;
	json_number(out, "samples", samples->asked);
	json_number(out, "samples_answered", samples->answered);
	json_open(out, "differences", '[');
	for (size_t i = 0; i < samples->difference_count; i++)
		json_text(out, NULL, samples->differences[i].what);
	json_close(out, ']');
}

/* --- what another tool's report said ---------------------------------------------------------- */

void
jsonl_raw(GString *out, const char *key, const char *text)
{
	g_autofree char *escaped = escape_string(text);

	json_text(out, key, escaped);
}

static void
set_claim(GString *out, const struct facts *facts)
{
	const struct claim *claim = facts->claim;

	if (claim == NULL)
		return;
	json_open(out, "claim", '{');
	json_text(out, "reporter", claim->reporter);
	jsonl_raw(out, "id", claim->id);
	json_text(out, "kind", claim_kind_word(claim->kind));
	jsonl_raw(out, "text", claim->text);
	jsonl_raw(out, "host", claim->host);
	if (claim->port != 0)
		json_number(out, "port", claim->port);
	else
		json_none(out, "port");
	json_close(out, '}');
	json_text(out, "answer", ticket_answer_word(ticket_decide(facts).answer));
}

/* --- the record ------------------------------------------------------------------------------- */

static void
set_probe(GString *out, const struct probe_facts *probe)
{
	jsonl_raw(out, "greeting", probe->greeting);
	json_number(out, "duration_ms", probe->duration / 1000);
	json_text(out, "depth", depth_word(probe->depth));
}

void
jsonl_transcript(GString *out, const char *key, const char *transcript)
{
	json_open(out, key, '[');
	jsonl_lines(out, transcript);
	json_close(out, ']');
}

void
jsonl_endpoint_begin(GString *out, const struct assessment *assessment, bool transcript, bool pem)
{
	const struct facts *facts = assessment->facts;
	char url[ENDPOINT_URL_MAX];

	jsonl_begin(out, "endpoint", facts->probe.started, endpoint_url(&facts->endpoint, url));
	jsonl_verdict(out, &facts->verdict);
	set_endpoint(out, &facts->endpoint);
	set_seen(out, facts, pem);
	jsonl_findings(out, assessment);
	set_probe(out, &facts->probe);
	set_samples(out, facts);
	set_claim(out, facts);
	if (transcript)
		jsonl_transcript(out, "transcript", facts->probe.transcript->str);
}

void
jsonl_endpoint(const struct report_options *options, const struct assessment *assessment,
	GString *out)
{
	jsonl_endpoint_begin(out, assessment, options->transcript, false);
	jsonl_end(out);
}
