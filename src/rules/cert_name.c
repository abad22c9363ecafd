/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cert-name: the certificate is for another name than the one that was asked.
 *
 * RFC 7817: a mail client compares DNS-IDs and SRV-IDs of the certificate with
 * the name that its user entered; the subject's CN does not count, and "*"
 * stands for the whole left-most label only.
 */
#include "rules/tls_service.h"

static void
append_names(GString *text, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count && i < TLS_LISTED_MAX; i++) {
		if (text->len > 0)
			g_string_append(text, ", ");
		append_short(text, names[i]);
	}
	if (count > TLS_LISTED_MAX)
		g_string_append_printf(text, " and %zu more", count - TLS_LISTED_MAX);
}

/* "a.example.org, _pop3s.b.example.org"; empty where the certificate has no name that counts. */
static char *
certificate_names(const struct certificate_facts *certificate)
{
	g_autoptr(GString) text = g_string_new(NULL);

	append_names(text, (const char *const *)certificate->names, certificate->name_count);
	append_names(text, (const char *const *)certificate->services, certificate->service_count);
	return g_string_free(g_steal_pointer(&text), FALSE);
}

static void
reproduce_name(const struct facts *facts, struct finding *finding, const char *reference)
{
	g_autofree char *show = g_strdup_printf("-ext subjectAltName %s %s",
		g_hostname_is_ip_address(reference) ? "-checkip" : "-checkhost", reference);

	reproduce_certificate(facts, finding, 0, show);
}

static enum outcome
differs(const struct facts *facts, struct finding *finding, const struct tls_details *details)
{
	const char *reference =
		details->reference != NULL ? details->reference : facts->endpoint.host;
	g_autofree char *title = certificate_title(details, 0);
	g_autofree char *names = certificate_names(&details->chain[0]);
	g_autoptr(GString) asked = g_string_new(NULL);

	append_short(asked, reference);
	if (*names != '\0')
		finding_say(finding, "%s is for %s, not for %s.", title, names, asked->str);
	else
		finding_say(finding,
			"%s has no subject alternative name, by which clients would know %s.",
			title, asked->str);
	finding->confidence = CONFIDENCE_PROVEN;
	cite_certificate(finding, details, 0);
	if (*names != '\0')
		finding_cite(finding, names);
	reproduce_name(facts, finding, asked->str);
	return FAIL;
}

static enum outcome
unchecked(const struct facts *facts, struct finding *finding)
{
	char url[ENDPOINT_URL_MAX];
	g_autofree char *settle =
		g_strdup_printf("Ask by name, or: popseal verify --expect name --tls-name NAME %s",
			endpoint_url(&facts->endpoint, url));

	finding_say(finding, "Cannot tell: there was no name to hold the certificate against.");
	finding_settle(finding, settle);
	return UNKNOWN;
}

static enum outcome
check(const struct facts *facts, struct finding *finding)
{
	const struct tls_details *details;
	enum outcome outcome = tls_chain(facts, finding, &details);

	if (outcome != PASS)
		return outcome;
	switch (details->name) {
	case NAME_MATCHES:
		return PASS;
	case NAME_DIFFERS:
		return differs(facts, finding, details);
	case NAME_NOT_CHECKED:
		return unchecked(facts, finding);
	}
	g_return_val_if_reached(UNKNOWN);
}

const struct rule rule_cert_name = {
	.id = "cert-name",
	.title = "The certificate is for another name",
	.severity = SEVERITY_LOW,
	.witnesses = WITNESS_PROBE,
	.references = REFERENCES("CWE-297", "RFC 7817 section 3", "RFC 9525", "RFC 6125",
		"RFC 6186 section 6", "RFC 8314 section 4.1"),
	.remedy = "Get a certificate that has the name clients are set up with as a DNS subject "
		  "alternative name.",
	.page_names_products = true,
	.check = check,
};
