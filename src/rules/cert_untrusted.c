/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cert-untrusted: the chain leads to no anchor that clients trust.
 *
 * Dates and name are asked for apart, so that an expired certificate of a good
 * chain is one finding and not two. A staple that says "revoked" counts here.
 */
#include "rules/tls_service.h"

#include "model/escape.h"

/* What the chain was held against: "the system's store", or a file. */
static const char *
anchors(const struct tls_details *details)
{
	return details->anchors != NULL ? details->anchors : "the system's store";
}

static void
say(struct finding *finding, const struct tls_details *details, const char *title, const char *what)
{
	g_autofree char *held = escape_string(anchors(details));
	g_autofree char *error = escape_string(details->trust_error);

	finding_say(finding, "%s %s (held against %s%s%s).", title, what, held,
		error != NULL ? "; " : "", error != NULL ? error : "");
}

static void
say_incomplete(struct finding *finding, const struct tls_details *details)
{
	const struct certificate_facts *last = &details->chain[details->chain_count - 1];
	g_autofree char *title = certificate_title(details, details->chain_count - 1);
	g_autoptr(GString) what = g_string_new(NULL);

	g_string_append(what, "was issued by \"");
	append_short(what, last->issuer);
	g_string_append(what,
		"\", whose certificate the server does not send and which is no "
		"anchor: the chain is incomplete");
	say(finding, details, title, what->str);
	g_free(finding->remedy);
	finding->remedy =
		g_strdup("Add the missing intermediate certificate to the server's certificate "
			 "file, behind its own; if the issuer is a private CA, install that in "
			 "the clients.");
}

static void
say_unknown_root(struct finding *finding, const struct tls_details *details)
{
	size_t last = details->chain_count - 1;
	g_autofree char *title = certificate_title(details, 0);
	g_autoptr(GString) what = g_string_new("leads to \"");

	append_short(what,
		details->chain[last].self_issued ? details->chain[last].subject :
						   details->chain[last].issuer);
	g_string_append(what, "\", which is no anchor");
	say(finding, details, title, what->str);
}

static enum outcome
untrusted(const struct facts *facts, struct finding *finding, const struct tls_details *details)
{
	g_autofree char *title = certificate_title(details, 0);

	switch (details->trust) {
	case TRUST_NOT_CHECKED:
	case TRUST_HOLDS:
		finding_say(finding,
			"%s is revoked: the server itself staples that answer of its issuer.",
			title);
		break;
	case TRUST_SELF_SIGNED:
		say(finding, details, title, "is self-signed, and no anchor");
		break;
	case TRUST_INCOMPLETE:
		say_incomplete(finding, details);
		break;
	case TRUST_UNKNOWN_ROOT:
		say_unknown_root(finding, details);
		break;
	case TRUST_BROKEN:
		say(finding, details, title, "has a chain that does not hold");
		break;
	}
	finding->confidence = CONFIDENCE_PROVEN;
	for (size_t i = 0; i < details->chain_count; i++)
		cite_certificate(finding, details, i);
	if (details->staple == STAPLE_REVOKED)
		finding_cite(finding, "OCSP staple: revoked");
	reproduce_session(facts, finding,
		details->staple == STAPLE_REVOKED ? "-showcerts -status" : "-showcerts", NULL);
	return FAIL;
}

static enum outcome
unchecked(const struct facts *facts, struct finding *finding)
{
	char url[ENDPOINT_URL_MAX];
	g_autofree char *settle = g_strdup_printf("popseal verify --expect cert --ca FILE %s",
		endpoint_url(&facts->endpoint, url));

	finding_say(finding, "Cannot tell: the chain was held against no anchors.");
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
	if (details->trust == TRUST_HOLDS && details->staple != STAPLE_REVOKED)
		return PASS;
	if (details->trust == TRUST_NOT_CHECKED && details->staple != STAPLE_REVOKED)
		return unchecked(facts, finding);
	return untrusted(facts, finding, details);
}

const struct rule rule_cert_untrusted = {
	.id = "cert-untrusted",
	.title = "The certificate's chain is not trusted",
	.severity = SEVERITY_MEDIUM,
	.witnesses = WITNESS_PROBE,
	.references = REFERENCES("CWE-295", "CWE-296", "CWE-299", "RFC 5280 section 6",
		"RFC 6066 section 8", "RFC 7817", "RFC 8314 section 4.1"),
	.remedy = "Install a certificate from an authority that the clients trust, with its whole "
		  "chain.",
	.page_names_products = true,
	.check = check,
};
