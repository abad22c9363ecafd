/* SPDX-License-Identifier: Apache-2.0 */
/*
 * STLS and TLS in the text report: what --verbose tells of an endpoint, and who
 * could not connect to it.
 */
#include "model/escape.h"
#include "reports/text_layout.h"
#include "reports/tls_words.h"

enum {
	CLIENT_COLUMNS = 30, /* of a client's name; longer ones push the rest to the right */
};

static const char *
or_else(const char *text, const char *otherwise)
{
	return text != NULL && text[0] != '\0' ? text : otherwise;
}

/* Appends the text as a field, and frees it. */
static void
field(const struct report_options *options, const char *label, GString *text, GString *out)
{
	if (text->len > 0)
		text_field(options, TEXT_MARGIN, label, text->str, out);
	g_string_free(text, TRUE);
}

/* --- STLS ------------------------------------------------------------------------------------- */

static void
append_difference(GString *text, const char *where, const struct capabilities *list,
	const struct capabilities *other)
{
	const char *before = text->len > 0 ? "; " : "";

	for (size_t i = 0; i < list->count; i++) {
		g_autofree char *line = escape_string(list->lines[i]);

		if (report_tls_lists(other, list->lines[i]))
			continue;
		g_string_append_printf(text, "%s%s%s", before, before[0] == ',' ? "" : where, line);
		before = ", ";
	}
}

static void
append_stls(const struct report_options *options, const struct probe_facts *probe, GString *out)
{
	const char *injection = injection_word(probe->stls.injection);
	const char *state = stls_word(probe->stls.state);
	GString *stls = g_string_new(state);
	GString *differences = g_string_new(NULL);

	if (injection != NULL)
		g_string_append_printf(stls, "%sinjection: %s", state != NULL ? "; " : "",
			injection);
	if (probe->depth == DEPTH_DEEP && probe->clear.state == LIST_ANSWERED &&
		probe->over_tls.state == LIST_ANSWERED) {
		append_difference(differences, "in clear only: ", &probe->clear, &probe->over_tls);
		append_difference(differences, "over TLS only: ", &probe->over_tls, &probe->clear);
	}
	field(options, "STLS", stls, out);
	field(options, "CAPA", differences, out);
}

/* --- the session ------------------------------------------------------------------------------ */

void
text_session(const struct report_options *options, const struct tls_facts *tls, GString *out)
{
	const struct tls_details *details = tls->details;
	GString *text = g_string_new(NULL);

	if (tls->handshake != HANDSHAKE_UP) {
		g_string_free(text, TRUE);
		text_field(options, TEXT_MARGIN, "TLS", tls->error, out);
		return;
	}
	g_string_append_printf(text, "%s %s", or_else(tls->version, ""), or_else(tls->cipher, ""));
	if (details != NULL && details->group != NULL)
		g_string_append_printf(text, " %s", details->group);
	if (details != NULL)
		g_string_append_printf(text,
			", in %" G_GINT64_FORMAT ".%03d ms (%" G_GINT64_FORMAT
			".%03d ms of processor time here)",
			details->duration / 1000, (int)(details->duration % 1000),
			details->cpu / 1000, (int)(details->cpu % 1000));
	field(options, "TLS", text, out);
}

static void
append_certificate(const struct report_options *options,
	const struct certificate_facts *certificate, GString *out)
{
	GString *text = g_string_new(NULL);

	if (certificate != NULL)
		g_string_append_printf(text, "%s, until %s, %s %d",
			or_else(certificate->subject, "(no subject)"),
			or_else(certificate->not_after, "?"), or_else(certificate->key, "key"),
			certificate->key_bits);
	if (certificate != NULL && certificate->signature != NULL)
		g_string_append_printf(text, ", %s", certificate->signature);
	field(options, "cert", text, out);
}

static void
append_trust(const struct report_options *options, const struct tls_details *details, GString *out)
{
	const char *name = report_tls_name_word(details->name);
	const char *staple = staple_word(details->staple);
	GString *text = g_string_new(or_else(trust_word(details->trust), "not checked"));

	if (details->trust_error != NULL)
		g_string_append_printf(text, " (%s)", details->trust_error);
	if (details->anchors != NULL)
		g_string_append_printf(text, ", against %s", details->anchors);
	if (name != NULL)
		g_string_append_printf(text, "; name %s: %s", name,
			or_else(details->reference, "?"));
	if (staple != NULL)
		g_string_append_printf(text, "; OCSP staple: %s%s%s", staple,
			details->staple_error != NULL ? ": " : "",
			or_else(details->staple_error, ""));
	field(options, "chain", text, out);
	for (size_t i = 1; i < details->chain_count; i++)
		append_certificate(options, &details->chain[i], out);
}

/* --- what else it takes ----------------------------------------------------------------------- */

static void
append_versions(GString *text, const struct tls_survey *survey)
{
	static const enum trial outcomes[] = { TRIAL_TAKEN, TRIAL_REFUSED, TRIAL_UNCLEAR };

	for (size_t i = 0; i < G_N_ELEMENTS(outcomes); i++) {
		g_autofree char *versions = report_tls_versions(survey, outcomes[i]);

		if (versions[0] != '\0')
			g_string_append_printf(text, "%s%s: %s", text->len > 0 ? "; " : "",
				trial_word(outcomes[i]), versions);
	}
}

static void
append_survey(const struct report_options *options, const struct tls_survey *survey, GString *out)
{
	GString *versions = g_string_new(NULL);
	GString *weak = g_string_new(NULL);
	GString *groups = g_string_new(NULL);

	append_versions(versions, survey);
	for (size_t i = 0; i < survey->weak_count; i++)
		g_string_append_printf(weak, "%s%s %s (%s)", i > 0 ? ", " : "",
			tls_version_word(survey->weak[i].version), survey->weak[i].cipher,
			survey->weak[i].why);
	for (size_t i = 0; i < survey->group_count; i++)
		g_string_append_printf(groups, "%s%s", i > 0 ? " " : "", survey->groups[i]);
	if (survey->dh_bits > 0)
		g_string_append_printf(groups, "%sDH of %d bits", groups->len > 0 ? "; " : "",
			survey->dh_bits);
	field(options, "asked", versions, out);
	field(options, "weak", weak, out);
	field(options, "groups", groups, out);
}

static void
append_tlsa(const struct report_options *options, const struct tlsa_facts *tlsa, GString *out)
{
	GString *text = g_string_new(NULL);

	if (tlsa->error != NULL)
		g_string_append_printf(text, "%s: %s", or_else(tlsa->owner, "?"), tlsa->error);
	for (size_t i = 0; i < tlsa->count; i++)
		g_string_append_printf(text, "%s%u %u %u %s (%s)", i > 0 ? ", " : "",
			(unsigned)tlsa->records[i].usage, (unsigned)tlsa->records[i].selector,
			(unsigned)tlsa->records[i].matching, or_else(tlsa->records[i].data, ""),
			tlsa->records[i].matches ? "matches" : "does not match");
	if (tlsa->count > 0)
		g_string_append(text, tlsa->authentic ? "; signed" : "; not signed");
	field(options, "TLSA", text, out);
}

void
text_tls(const struct report_options *options, const struct facts *facts, GString *out)
{
	const struct tls_facts *tls = &facts->probe.tls;

	append_stls(options, &facts->probe, out);
	text_session(options, tls, out);
	append_certificate(options, tls->certificate, out);
	if (tls->details != NULL)
		append_trust(options, tls->details, out);
	if (tls->survey != NULL)
		append_survey(options, tls->survey, out);
	if (tls->tlsa != NULL && tls->tlsa->asked)
		append_tlsa(options, tls->tlsa, out);
}

/* --- who would break -------------------------------------------------------------------------- */

static void
append_client(const struct report_options *options, const struct tls_client_result *client,
	GString *out)
{
	g_autofree char *session = report_tls_client(client);
	g_autofree char *line = NULL;

	if (client->outcome == TRIAL_TAKEN && !options->verbose)
		return;
	line = g_strdup_printf("%-*s  %s", CLIENT_COLUMNS, client->name,
		client->outcome == TRIAL_TAKEN ? session : or_else(client->why, "not asked"));
	text_lines(line, TEXT_INDENT, SIZE_MAX, out);
}

void
text_clients(const struct report_options *options, const struct tls_survey *survey, GString *out)
{
	size_t refused = report_tls_clients(survey, TRIAL_REFUSED);
	size_t open = survey->client_count - refused - report_tls_clients(survey, TRIAL_TAKEN);
	GString *text = g_string_new(NULL);

	if (refused + open == 0)
		g_string_append_printf(text, "all %zu simulated clients connect",
			survey->client_count);
	else
		g_string_append_printf(text, "%zu of %zu simulated clients cannot connect", refused,
			survey->client_count);
	if (open > 0)
		g_string_append_printf(text, ", and of %zu it is not known", open);
	if (survey->clients_dated != NULL)
		g_string_append_printf(text, " (data of %s)", survey->clients_dated);
	field(options, "clients", text, out);
	for (size_t i = 0; i < survey->client_count; i++)
		append_client(options, &survey->clients[i], out);
}
