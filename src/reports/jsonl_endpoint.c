/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The `endpoint` record. What a server sent verbatim (its greeting) is
 * escaped here; exchanges and evidence were escaped when they were written down.
 */
#include "model/escape.h"
#include "model/samples.h"
#include "pop3/ticket.h"
#include "reports/jsonl.h"
#include "reports/login.h"

static void
set_text(json_t *object, const char *key, const char *text)
{
	json_object_set_new(object, key, jsonl_text(text));
}

/* Sets the field only where there is something to say. */
static void
set_known(json_t *object, const char *key, const char *text)
{
	if (text != NULL)
		set_text(object, key, text);
}

static json_t *
words(GPtrArray *list)
{
	json_t *array = json_array();

	for (guint i = 0; i < list->len; i++)
		json_array_append_new(array, jsonl_text(g_ptr_array_index(list, i)));
	g_ptr_array_unref(list);
	return array;
}

static json_t *
texts(const char *const *list, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, jsonl_text(list[i]));
	return array;
}

/* --- verdict ---------------------------------------------------------------------------------- */

static void
set_verdict(json_t *record, const struct verdict *verdict)
{
	bool confident = verdict->confidence != CONFIDENCE_NONE;

	set_text(record, "verdict", verdict_word(verdict->value));
	set_text(record, "confidence", confident ? confidence_word(verdict->confidence) : NULL);
	set_text(record, "reason", reason_word(verdict->reason));
	set_known(record, "step", verdict->step);
	set_text(record, "explanation", verdict->explanation);
	set_known(record, "settle", verdict->settle);
}

/* --- what was seen ---------------------------------------------------------------------------- */

static void
set_endpoint(json_t *record, const struct endpoint *endpoint)
{
	set_text(record, "address", endpoint->address);
	json_object_set_new(record, "port", json_integer(endpoint->port));
	set_text(record, "mode", mode_word(endpoint->mode));
	set_text(record, "host", endpoint->host);
}

static json_t *
product(const struct probe_facts *probe)
{
	if (probe->product == NULL)
		return json_null();

	json_t *object = json_object();

	set_text(object, "name", probe->product);
	set_text(object, "version", probe->product_version);
	return object;
}

static json_t *
certificate(const struct tls_facts *tls)
{
	const struct certificate_facts *facts = &tls->certificate;

	if (!tls->has_certificate)
		return json_null();

	json_t *object = json_object();

	set_text(object, "subject", facts->subject);
	set_text(object, "issuer", facts->issuer);
	set_text(object, "not_before", facts->not_before);
	set_text(object, "not_after", facts->not_after);
	set_text(object, "sha256", facts->sha256);
	set_text(object, "key", facts->key);
	json_object_set_new(object, "key_bits", json_integer(facts->key_bits));
	json_object_set_new(object, "names", texts(facts->names, facts->name_count));
	return object;
}

static json_t *
tls(const struct tls_facts *facts)
{
	if (facts->handshake != HANDSHAKE_UP && !facts->has_certificate)
		return json_null();

	json_t *object = json_object();

	set_text(object, "version", facts->version);
	set_text(object, "cipher", facts->cipher);
	json_object_set_new(object, "certificate", certificate(facts));
	return object;
}

static json_t *
mechanisms(const struct facts *facts)
{
	json_t *object = json_object();

	json_object_set_new(object, "advertised", words(login_advertised(facts)));
	json_object_set_new(object, "accepted", words(login_accepted(facts)));
	json_object_set_new(object, "refused", words(login_refused(facts)));
	return object;
}

static void
set_seen(json_t *record, const struct facts *facts)
{
	const struct probe_facts *probe = &facts->probe;

	set_text(record, "vantage", vantage_word(probe->vantage));
	set_text(record, "stls", stls_word(probe->stls.state));
	json_object_set_new(record, "product", product(probe));
	json_object_set_new(record, "tls", tls(&probe->tls));
	json_object_set_new(record, "mechanisms", mechanisms(facts));
}

/* --- findings --------------------------------------------------------------------------------- */

static json_t *
evidence(const struct finding *finding)
{
	json_t *array = json_array();

	/* An exchange is one piece of evidence; its lines stay apart. */
	for (size_t i = 0; i < finding->evidence_count; i++) {
		g_auto(GStrv) lines = g_strsplit(finding->evidence[i], "\n", -1);

		for (size_t line = 0; lines[line] != NULL; line++)
			json_array_append_new(array, jsonl_text(lines[line]));
	}
	return array;
}

static json_t *
references(const struct finding *finding)
{
	json_t *array = json_array();

	for (size_t i = 0; finding->references != NULL && finding->references[i] != NULL; i++)
		json_array_append_new(array, jsonl_text(finding->references[i]));
	return array;
}

static json_t *
finding_object(const struct finding *finding)
{
	json_t *object = json_object();
	bool confident = finding->confidence != CONFIDENCE_NONE;

	set_text(object, "rule", finding->rule);
	set_text(object, "severity", severity_word(finding->severity));
	set_text(object, "confidence", confident ? confidence_word(finding->confidence) : NULL);
	set_text(object, "message", finding->message);
	json_object_set_new(object, "evidence", evidence(finding));
	json_object_set_new(object, "location", json_null()); /* of configurations only */
	set_text(object, "remedy", finding->remedy);
	set_text(object, "reproduce", finding->reproduce);
	json_object_set_new(object, "references", references(finding));
	return object;
}

static json_t *
unknown_object(const struct finding *finding)
{
	json_t *object = json_object();

	set_text(object, "rule", finding->rule);
	set_text(object, "message", finding->message);
	set_text(object, "settle", finding->settle);
	return object;
}

static json_t *
objects(const GPtrArray *findings, json_t *(*object)(const struct finding *finding))
{
	json_t *array = json_array();

	for (guint i = 0; i < findings->len; i++)
		json_array_append_new(array, object(g_ptr_array_index(findings, i)));
	return array;
}

static void
set_samples(json_t *record, const struct facts *facts)
{
	const struct samples *samples = facts->samples;
	json_t *differences;

	if (facts->tries > 0)
		json_object_set_new(record, "tries", json_integer(facts->tries));
	if (samples == NULL)
		return;
	differences = json_array();
	for (size_t i = 0; i < samples->difference_count; i++)
		json_array_append_new(differences, jsonl_text(samples->differences[i].what));
	json_object_set_new(record, "samples", json_integer(samples->asked));
	json_object_set_new(record, "samples_answered", json_integer(samples->answered));
	json_object_set_new(record, "differences", differences);
}

/* --- what another tool's report said ---------------------------------------------------------- */

static json_t *
claim_object(const struct claim *claim)
{
	json_t *object = json_object();
	g_autofree char *text = escape_string(claim->text);
	g_autofree char *host = escape_string(claim->host);
	g_autofree char *id = escape_string(claim->id);

	set_text(object, "reporter", claim->reporter);
	set_text(object, "id", id);
	set_text(object, "kind", claim_kind_word(claim->kind));
	set_text(object, "text", text);
	set_text(object, "host", host);
	json_object_set_new(object, "port",
		claim->port != 0 ? json_integer(claim->port) : json_null());
	return object;
}

static void
set_claim(json_t *record, const struct facts *facts)
{
	if (facts->claim == NULL)
		return;
	json_object_set_new(record, "claim", claim_object(facts->claim));
	set_text(record, "answer", ticket_answer_word(ticket_decide(facts).answer));
}

/* --- the record ------------------------------------------------------------------------------- */

static void
set_probe(json_t *record, const struct probe_facts *probe)
{
	g_autofree char *greeting = escape_string(probe->greeting);

	set_text(record, "greeting", greeting);
	json_object_set_new(record, "duration_ms", json_integer(probe->duration / 1000));
	set_text(record, "depth", depth_word(probe->depth));
}

static json_t *
transcript(const struct probe_facts *probe)
{
	g_auto(GStrv) lines = g_strsplit(probe->transcript->str, "\n", -1);
	size_t count = g_strv_length(lines);

	/* Every line ends in "\n", so the last piece is empty. */
	if (count > 0 && lines[count - 1][0] == '\0')
		count--;
	return texts((const char *const *)lines, count);
}

void
jsonl_endpoint(const struct report_options *options, const struct assessment *assessment,
	GString *out)
{
	const struct facts *facts = assessment->facts;
	char url[ENDPOINT_URL_MAX];
	json_t *record =
		jsonl_record("endpoint", facts->probe.started, endpoint_url(&facts->endpoint, url));

	set_verdict(record, &facts->verdict);
	set_endpoint(record, &facts->endpoint);
	set_seen(record, facts);
	json_object_set_new(record, "findings", objects(assessment->findings, finding_object));
	json_object_set_new(record, "unknowns", objects(assessment->unknowns, unknown_object));
	set_probe(record, &facts->probe);
	set_samples(record, facts);
	set_claim(record, facts);
	if (options->transcript)
		json_object_set_new(record, "transcript", transcript(&facts->probe));
	jsonl_write(record, out);
}
