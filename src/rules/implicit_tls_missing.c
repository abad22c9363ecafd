/* SPDX-License-Identifier: Apache-2.0 */
/*
 * implicit-tls-missing: the host serves POP3 in clear, and nowhere from TLS's first byte.
 *
 * Implicit TLS cannot be stripped on the way, and it is where a server can
 * send its clients before it closes port 110. A rule of host scope: it speaks
 * on the endpoint that starts in clear, once.
 */
#include "rules/service.h"

enum {
	PORT_POP3S = 995
};

static enum outcome
missing(const struct facts *facts, struct finding *finding)
{
	bool permits = facts->verdict.value == VERDICT_PERMITS;

	finding_say(finding, "No endpoint of %s that was asked speaks TLS from the first byte%s.",
		facts->endpoint.address, permits ? ", while a login in clear is possible" : "");
	finding->severity = permits ? SEVERITY_MEDIUM : SEVERITY_INFO;
	finding->confidence = CONFIDENCE_PROVEN;
	reproduce_implicit_tls(facts, finding, PORT_POP3S);
	return FAIL;
}

static enum outcome
check(const struct facts *facts, struct finding *finding)
{
	const struct host_facts *host = &facts->host;

	if (!service_in_clear(facts) || !host->implicit_tls_asked)
		return NOT_APPLICABLE;
	if (host->implicit_tls_found)
		return PASS;
	if (!service_answers(facts))
		return unknown_dialogue(facts, finding);
	if (host->implicit_tls_unknown)
		return unknown_question(facts, finding,
			"the endpoint that should speak TLS from the first byte did not answer");
	return missing(facts, finding);
}

const struct rule rule_implicit_tls_missing = {
	.id = "implicit-tls-missing",
	.title = "No implicit TLS beside POP3 in clear",
	.severity = SEVERITY_INFO,
	.witnesses = WITNESS_PROBE,
	.references = REFERENCES("CWE-319", "RFC 8314 section 3", "RFC 8314 section 4.1"),
	.remedy =
		"Give the POP3 server a certificate and serve POP3 over implicit TLS on port 995.",
	.check = check,
};
