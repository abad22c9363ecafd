/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS, the certificates and the simulated clients in the HTML bundle.
 */
#include "reports/evidence-private.h"
#include "reports/tls_words.h"

static void
number_fact(GString *out, const char *label, int number)
{
	char text[16];

	g_snprintf(text, sizeof(text), "%d", number);
	html_fact(out, label, text);
}

/* µs as "12.345 ms". */
static void
duration_fact(GString *out, const char *label, int64_t duration)
{
	g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT ".%03d ms", duration / 1000,
		(int)(duration % 1000));

	html_fact(out, label, text);
}

/* Appends the texts as one fact, and frees the list; an empty list is left out. */
static void
list_fact(GString *out, const char *label, GPtrArray *texts)
{
	g_autofree char *joined = NULL;

	g_ptr_array_add(texts, NULL);
	joined = g_strjoinv(", ", (char **)texts->pdata);
	html_fact(out, label, joined[0] != '\0' ? joined : NULL);
	g_ptr_array_unref(texts);
}

static GPtrArray *
list_new(void)
{
	return g_ptr_array_new_with_free_func(g_free);
}

/* --- the session ------------------------------------------------------------------------------ */

static void
append_details(GString *out, const struct tls_details *details)
{
	html_fact(out, "Key exchange", details->group);
	duration_fact(out, "Handshake", details->duration);
	duration_fact(out, "Processor time here", details->cpu);
	html_fact(out, "Chain", trust_word(details->trust));
	html_fact(out, "Why it does not hold", details->trust_error);
	html_fact(out, "Held against", details->anchors);
	html_fact(out, "Name", report_tls_name_word(details->name));
	html_fact(out, "Name expected", details->reference);
	html_fact(out, "OCSP staple", staple_word(details->staple));
	html_fact(out, "OCSP error", details->staple_error);
}

static void
append_survey(GString *out, const struct tls_survey *survey)
{
	static const struct {
		enum trial outcome;
		const char *label;
	} outcomes[] = { { TRIAL_TAKEN, "Versions taken" }, { TRIAL_REFUSED, "Versions refused" },
		{ TRIAL_UNCLEAR, "Versions unclear" } };
	GPtrArray *weak = list_new();
	GPtrArray *groups = list_new();

	for (size_t i = 0; i < G_N_ELEMENTS(outcomes); i++) {
		g_autofree char *versions = report_tls_versions(survey, outcomes[i].outcome);

		html_fact(out, outcomes[i].label, versions[0] != '\0' ? versions : NULL);
	}
	for (size_t i = 0; i < survey->weak_count; i++)
		g_ptr_array_add(weak,
			g_strdup_printf("%s %s (%s)", tls_version_word(survey->weak[i].version),
				survey->weak[i].cipher, survey->weak[i].why));
	for (size_t i = 0; i < survey->group_count; i++)
		g_ptr_array_add(groups, g_strdup(survey->groups[i]));
	list_fact(out, "Weak ciphers", weak);
	list_fact(out, "Groups", groups);
	if (survey->dh_bits > 0)
		number_fact(out, "Smallest DH prime, bits", survey->dh_bits);
}

static void
append_tlsa(GString *out, const struct tlsa_facts *tlsa)
{
	GPtrArray *records = list_new();

	for (size_t i = 0; i < tlsa->count; i++)
		g_ptr_array_add(records,
			g_strdup_printf("%u %u %u %s (%s)", (unsigned)tlsa->records[i].usage,
				(unsigned)tlsa->records[i].selector,
				(unsigned)tlsa->records[i].matching,
				tlsa->records[i].data != NULL ? tlsa->records[i].data : "",
				tlsa->records[i].matches ? "matches" : "does not match"));
	html_fact(out, "TLSA records of", tlsa->owner);
	list_fact(out, "TLSA", records);
	html_fact(out, "TLSA signed", tlsa->authentic ? "yes, as the resolver says" : "no");
	html_fact(out, "TLSA error", tlsa->error);
}

static void
append_session(GString *out, const struct tls_facts *tls)
{
	g_string_append(out, "<h3>TLS</h3>\n");
	html_facts_begin(out);
	html_fact(out, "Version", tls->version);
	html_fact(out, "Cipher", tls->cipher);
	html_fact(out, "Error", tls->error);
	if (tls->details != NULL)
		append_details(out, tls->details);
	if (tls->survey != NULL)
		append_survey(out, tls->survey);
	if (tls->tlsa != NULL && tls->tlsa->asked)
		append_tlsa(out, tls->tlsa);
	html_facts_end(out);
}

/* --- the chain -------------------------------------------------------------------------------- */

static void
append_certificate(GString *out, const struct certificate_facts *certificate, size_t number)
{
	GPtrArray *names = list_new();

	for (size_t i = 0; i < certificate->name_count; i++)
		g_ptr_array_add(names, g_strdup(certificate->names[i]));
	for (size_t i = 0; i < certificate->service_count; i++)
		g_ptr_array_add(names, g_strdup(certificate->services[i]));
	g_string_append_printf(out, "<h4>Certificate %zu%s</h4>\n", number,
		number == 1 ? ": the server's own" : "");
	html_facts_begin(out);
	html_fact(out, "Subject", certificate->subject);
	html_fact(out, "Issuer", certificate->issuer);
	html_fact(out, "Valid from", certificate->not_before);
	html_fact(out, "Valid until", certificate->not_after);
	html_fact(out, "Key", certificate->key);
	number_fact(out, "Key, bits", certificate->key_bits);
	html_fact(out, "Signature", certificate->signature);
	list_fact(out, "Names", names);
	html_fact(out, "SHA-256", certificate->sha256);
	html_facts_end(out);
	html_lines(out, "Certificate, PEM", certificate->pem);
}

static void
append_chain(GString *out, const struct tls_facts *tls)
{
	bool whole = tls->details != NULL && tls->details->chain_count > 0;
	const struct certificate_facts *chain = whole ? tls->details->chain : tls->certificate;
	size_t count = whole ? tls->details->chain_count : 1;

	if (chain == NULL)
		return;
	g_string_append(out, "<h3>Certificates, as the server sent them</h3>\n");
	for (size_t i = 0; i < count; i++)
		append_certificate(out, &chain[i], i + 1);
}

/* --- who would break -------------------------------------------------------------------------- */

static void
append_client(GString *out, const struct tls_client_result *client)
{
	g_autofree char *session = report_tls_client(client);
	const char *why = client->why != NULL ? client->why : "not asked";
	bool taken = client->outcome == TRIAL_TAKEN;

	g_string_append(out, "<tr><th scope=\"row\">");
	markup_text(out, client->name);
	g_string_append_printf(out, "</th><td class=\"state\"><span class=\"%s\">%s</span></td>",
		taken                                    ? "met" :
			client->outcome == TRIAL_REFUSED ? "unmet" :
							   "undetermined",
		taken                                    ? "connects" :
			client->outcome == TRIAL_REFUSED ? "cannot connect" :
							   "not known");
	html_cell(out, NULL, taken ? session : why);
	g_string_append(out, "</tr>\n");
}

static void
append_clients(GString *out, const struct tls_survey *survey)
{
	static const char *const headings[] = { "Client", "Outcome", "With, or why not", NULL };

	g_string_append(out, "<h3>Mail clients, simulated</h3>\n<p>Their offers are data");
	if (survey->clients_dated != NULL) {
		g_string_append(out, " of ");
		markup_text(out, survey->clients_dated);
	}
	g_string_append_printf(out, ": %zu of %zu connect.</p>\n",
		report_tls_clients(survey, TRIAL_TAKEN), survey->client_count);
	html_table_begin(out, "Which clients would connect", headings);
	for (size_t i = 0; i < survey->client_count; i++)
		append_client(out, &survey->clients[i]);
	html_table_end(out);
}

void
html_tls(GString *out, const struct facts *facts)
{
	const struct tls_facts *tls = &facts->probe.tls;

	if (!report_tls_known(tls) && tls->error == NULL)
		return;
	append_session(out, tls);
	append_chain(out, tls);
	if (tls->survey != NULL && tls->survey->client_count > 0)
		append_clients(out, tls->survey);
}
