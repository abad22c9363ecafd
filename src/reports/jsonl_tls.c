/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS in the `endpoint` record. The session and its certificate are always
 * told; the rest where it was asked for, at deep depth.
 */
#include <string.h>

#include "reports/jsonl.h"
#include "reports/tls_words.h"

static void
set_milliseconds(GString *out, const char *key, int64_t duration)
{
	json_decimal(out, key, (double)duration / 1000);
}

/* --- certificates ----------------------------------------------------------------------------- */

static void
set_names(GString *out, const struct certificate_facts *facts)
{
	json_text(out, "subject", facts->subject);
	json_text(out, "issuer", facts->issuer);
	json_text(out, "not_before", facts->not_before);
	json_text(out, "not_after", facts->not_after);
	json_text(out, "sha256", facts->sha256);
	json_text(out, "key", facts->key);
	json_number(out, "key_bits", facts->key_bits);
	jsonl_texts(out, "names", facts->names, facts->name_count);
}

static void
set_certificate(GString *out, const struct certificate_facts *facts)
{
	if (facts == NULL) {
		json_none(out, "certificate");
		return;
	}
	json_open(out, "certificate", '{');
	set_names(out, facts);
	json_close(out, '}');
}

static void
set_chain(GString *out, const struct tls_details *details, bool pem)
{
	json_open(out, "chain", '[');
	for (size_t i = 0; i < details->chain_count; i++) {
		const struct certificate_facts *facts = &details->chain[i];

		json_open(out, NULL, '{');
		set_names(out, facts);
		jsonl_texts(out, "services", facts->services, facts->service_count);
		json_text(out, "signature", facts->signature);
		if (pem && facts->pem != NULL)
			jsonl_transcript(out, "pem", facts->pem);
		json_close(out, '}');
	}
	json_close(out, ']');
}

/* --- the session ------------------------------------------------------------------------------ */

static void
set_details(GString *out, const struct tls_details *details, bool pem)
{
	json_text(out, "group", details->group);
	set_milliseconds(out, "handshake_ms", details->duration);
	set_milliseconds(out, "cpu_ms", details->cpu);
	json_text(out, "trust", trust_word(details->trust));
	json_text(out, "trust_error", details->trust_error);
	json_text(out, "anchors", details->anchors);
	json_text(out, "name", report_tls_name_word(details->name));
	json_text(out, "reference", details->reference);
	json_text(out, "ocsp", staple_word(details->staple));
	json_text(out, "ocsp_error", details->staple_error);
	set_chain(out, details, pem);
}

/* --- what else it takes ----------------------------------------------------------------------- */

static void
set_versions(GString *out, const struct tls_survey *survey)
{
	json_open(out, "versions", '{');
	for (int version = 0; version < TLS_VERSIONS; version++)
		json_text(out, tls_version_word((enum tls_version)version),
			trial_word(survey->versions[version]));
	json_close(out, '}');
}

/* Whether that much was asked that an empty list means that there is none. */
static bool
is_whole(enum trial asked)
{
	return asked == TRIAL_TAKEN || asked == TRIAL_REFUSED;
}

static void
set_weak(GString *out, const struct tls_survey *survey)
{
	if (survey->weak_count == 0 && !is_whole(survey->weak_asked)) {
		json_none(out, "weak_ciphers");
		return;
	}
	json_open(out, "weak_ciphers", '[');
	for (size_t i = 0; i < survey->weak_count; i++) {
		json_open(out, NULL, '{');
		json_text(out, "version", tls_version_word(survey->weak[i].version));
		json_text(out, "cipher", survey->weak[i].cipher);
		json_text(out, "why", survey->weak[i].why);
		json_close(out, '}');
	}
	json_close(out, ']');
}

static void
set_groups(GString *out, const struct tls_survey *survey)
{
	if (survey->group_count == 0 && !is_whole(survey->groups_asked))
		json_none(out, "groups");
	else
		jsonl_texts(out, "groups", survey->groups, survey->group_count);
	if (survey->dh_bits > 0)
		json_number(out, "dh_bits", survey->dh_bits);
	else
		json_none(out, "dh_bits");
}

static void
set_client(GString *out, const struct tls_client_result *client)
{
	bool taken = client->outcome == TRIAL_TAKEN;

	json_open(out, NULL, '{');
	json_text(out, "name", client->name);
	json_text(out, "outcome", trial_word(client->outcome));
	json_text(out, "version", taken ? tls_version_word(client->version) : NULL);
	json_text(out, "cipher", taken ? client->cipher : NULL);
	json_text(out, "group", taken ? client->group : NULL);
	json_text(out, "why", client->why);
	json_close(out, '}');
}

static void
set_clients(GString *out, const struct tls_survey *survey)
{
	if (survey->client_count == 0)
		return;
	json_open(out, "clients", '[');
	for (size_t i = 0; i < survey->client_count; i++)
		set_client(out, &survey->clients[i]);
	json_close(out, ']');
	json_text(out, "clients_dated", survey->clients_dated);
}

static void
set_tlsa(GString *out, const struct tlsa_facts *tlsa)
{
	json_open(out, "tlsa", '{');
	json_text(out, "owner", tlsa->owner);
	json_flag(out, "authentic", tlsa->authentic);
	json_open(out, "records", '[');
	for (size_t i = 0; i < tlsa->count; i++) {
		const struct tlsa_record *record = &tlsa->records[i];

		json_open(out, NULL, '{');
		json_number(out, "usage", record->usage);
		json_number(out, "selector", record->selector);
		json_number(out, "matching", record->matching);
		json_text(out, "data", record->data);
		json_flag(out, "matches", record->matches);
		json_close(out, '}');
	}
	json_close(out, ']');
	json_text(out, "error", tlsa->error);
	json_close(out, '}');
}

void
jsonl_tls(GString *out, const struct tls_facts *tls, bool pem)
{
	if (!report_tls_known(tls)) {
		json_none(out, "tls");
		return;
	}
	json_open(out, "tls", '{');
	json_text(out, "version", tls->version);
	json_text(out, "cipher", tls->cipher);
	set_certificate(out, tls->certificate);
	if (tls->details != NULL)
		set_details(out, tls->details, pem);
	if (tls->survey != NULL) {
		set_versions(out, tls->survey);
		set_weak(out, tls->survey);
		set_groups(out, tls->survey);
		set_clients(out, tls->survey);
	}
	if (tls->tlsa != NULL && tls->tlsa->asked)
		set_tlsa(out, tls->tlsa);
	json_close(out, '}');
}

/* --- STLS ------------------------------------------------------------------------------------- */

static void
set_capabilities(GString *out, const char *key, const struct capabilities *list)
{
	if (list->state != LIST_ANSWERED) {
		json_none(out, key);
		return;
	}
	json_open(out, key, '[');
	for (size_t i = 0; i < list->count; i++)
		jsonl_raw(out, NULL, list->lines[i]);
	json_close(out, ']');
}

/* What one list has and the other lacks; null where one of them is not known. */
static void
set_difference(GString *out, const char *key, const struct capabilities *list,
	const struct capabilities *other)
{
	if (list->state != LIST_ANSWERED || other->state != LIST_ANSWERED) {
		json_none(out, key);
		return;
	}
	json_open(out, key, '[');
	for (size_t i = 0; i < list->count; i++)
		if (!report_tls_lists(other, list->lines[i]))
			jsonl_raw(out, NULL, list->lines[i]);
	json_close(out, ']');
}

void
jsonl_stls(GString *out, const struct facts *facts)
{
	const struct probe_facts *probe = &facts->probe;
	const char *injection = injection_word(probe->stls.injection);

	if (injection != NULL)
		json_text(out, "injection", injection);
	if (probe->depth != DEPTH_DEEP)
		return;
	json_open(out, "capabilities", '{');
	set_capabilities(out, "clear", &probe->clear);
	set_capabilities(out, "tls", &probe->over_tls);
	set_difference(out, "only_clear", &probe->clear, &probe->over_tls);
	set_difference(out, "only_tls", &probe->over_tls, &probe->clear);
	json_close(out, '}');
}
