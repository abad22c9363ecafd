/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stls-missing: an endpoint that starts in clear has no way to TLS.
 *
 * Where logins are refused it is a port without a use. Where they are
 * permitted it is worse: not even a careful client can protect itself.
 */
#include "rules/service.h"

static enum outcome
missing(const struct facts *facts, struct finding *finding)
{
	const struct probe_facts *probe = &facts->probe;
	bool asked = probe->stls.answer != ANSWER_NONE && probe->stls.answer != ANSWER_TIMEOUT;
	bool permits = facts->verdict.value == VERDICT_PERMITS;
	g_autofree char *name = service_name(facts);

	finding_say(finding, "%s %s STLS on port %u%s.", name, asked ? "refuses" : "does not list",
		(unsigned)facts->endpoint.port,
		permits ? ", so no client can log in there but in clear" : "");
	finding->severity = permits ? SEVERITY_MEDIUM : SEVERITY_INFO;
	finding->confidence = asked ? CONFIDENCE_PROVEN : CONFIDENCE_LIKELY;
	if (asked)
		cite_exchange(finding, "STLS", probe->stls.reply);
	finding_reproduce(finding, "telnet %s %u, then: STLS (\"-ERR\" is the proof)",
		facts->endpoint.address, (unsigned)facts->endpoint.port);
	return FAIL;
}

static enum outcome
check(const struct facts *facts, struct finding *finding)
{
	if (!service_in_clear(facts))
		return NOT_APPLICABLE;
	if (!service_answers(facts))
		return unknown_dialogue(facts, finding);
	switch (facts->probe.stls.state) {
	case STLS_NONE:
		return missing(facts, finding);
	case STLS_OPTIONAL:
	case STLS_REQUIRED:
	case STLS_BROKEN: /* there, and another rule's finding */
		return PASS;
	case STLS_UNTRIED:
		return unknown_question(facts, finding,
			"STLS was not asked, and no CAPA list told");
	}
	g_return_val_if_reached(UNKNOWN);
}

const struct rule rule_stls_missing = {
	.id = "stls-missing",
	.title = "No STLS on an endpoint that starts in clear",
	.severity = SEVERITY_INFO,
	.witnesses = WITNESS_PROBE,
	.references = REFERENCES("CWE-319", "RFC 2595 section 4", "RFC 8314 section 4.1",
		"OpenVAS 1.3.6.1.4.1.25623.1.0.108552"),
	.remedy = "Give the server a certificate and switch STLS on, or close the clear port.",
	.check = check,
};
