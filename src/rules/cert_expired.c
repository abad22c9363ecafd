/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cert-expired: a certificate of the path is not valid today.
 *
 * The server's own comes first; one of its issuers that has expired stops
 * clients just as well, and so does the anchor. What is sent besides does not
 * count. Whether the chain leads to an anchor is another rule's question
 * (cert-untrusted).
 */
#include "rules/tls_service.h"

static enum outcome
invalid(const struct facts *facts, struct finding *finding, const struct tls_details *details,
	size_t step)
{
	const struct certificate_facts *certificate = details->path[step];
	bool early = facts->now < certificate->begins;
	g_autofree char *title = path_title(details, step);
	g_autofree char *days = days_text(
		early ? certificate->begins - facts->now : facts->now - certificate->ends);

	if (early)
		finding_say(finding, "%s is not valid yet, for %s more.", title, days);
	else
		finding_say(finding, "%s expired %s ago.", title, days);
	finding->confidence = CONFIDENCE_PROVEN;
	cite_path(finding, details, step);
	reproduce_path(facts, finding, step, "-dates");
	return FAIL;
}

static enum outcome
check(const struct facts *facts, struct finding *finding)
{
	const struct tls_details *details;
	enum outcome outcome = tls_chain(facts, finding, &details);

	if (outcome != PASS)
		return outcome;
	for (size_t i = 0; i < details->path_count; i++) {
		const struct certificate_facts *certificate = details->path[i];

		if (certificate->begins == 0 || certificate->ends == 0)
			outcome = UNKNOWN;
		else if (facts->now < certificate->begins || facts->now > certificate->ends)
			return invalid(facts, finding, details, i);
	}
	if (outcome == UNKNOWN)
		return unknown_question(facts, finding,
			"the dates of a certificate cannot be read");
	return PASS;
}

const struct rule rule_cert_expired = {
	.id = "cert-expired",
	.title = "A certificate is not valid today",
	.severity = SEVERITY_MEDIUM,
	.witnesses = WITNESS_PROBE,
	.references = REFERENCES("CWE-298", "CWE-324", "RFC 5280 section 4.1.2.5",
		"RFC 8314 section 4.1", "RFC 9325"),
	.remedy = "Renew the certificate, install it with its chain, reload the server, and let "
		  "renewal and reload run by themselves.",
	.page_names_products = true,
	.check = check,
};
