/* SPDX-License-Identifier: Apache-2.0 */
/*
 * advertises-but-refuses: logins in clear are refused, yet scanners that read
 * the CAPA list will report them.
 *
 * It harms nobody but the one who must answer the scanner's report; this
 * finding is the evidence for that answer.
 */
#include "model/escape.h"
#include "pop3/scanners.h"
#include "rules/service.h"

static enum outcome
reported(const struct facts *facts, struct finding *finding)
{
	const struct capabilities *clear = &facts->probe.clear;
	const char *first = NULL;
	bool by_openvas = false;

	for (size_t i = 0; i < clear->count; i++) {
		if (!scanner_nessus_reports(clear->lines[i]))
			continue;
		if (first == NULL)
			first = clear->lines[i];
		by_openvas |= scanner_openvas_reports(clear->lines[i]);
		cite_bytes(finding, clear->lines[i]);
	}
	if (first == NULL)
		return PASS;
	g_autofree char *name = service_name(facts);
	g_autofree char *line = escape_string(first);

	finding_say(finding,
		"%s lists \"%s\" before TLS but refuses the login, so %s%s a false positive.", name,
		line, SCANNER_NESSUS, by_openvas ? " and " SCANNER_OPENVAS " report" : " reports");
	finding->confidence = CONFIDENCE_PROVEN;
	finding_reproduce(finding, "telnet %s %u, then: CAPA, then: USER nobody, then: PASS x",
		facts->endpoint.address, (unsigned)facts->endpoint.port);
	return FAIL;
}

static enum outcome
check(const struct facts *facts, struct finding *finding)
{
	if (!service_in_clear(facts) || facts->verdict.value == VERDICT_PERMITS)
		return NOT_APPLICABLE;
	if (facts->verdict.value == VERDICT_UNDETERMINED)
		return unknown_dialogue(facts, finding);
	switch (facts->probe.clear.state) {
	case LIST_ANSWERED:
		return reported(facts, finding);
	case LIST_REFUSED:
		return PASS;
	case LIST_NOT_ASKED:
	case LIST_UNANSWERED:
		return unknown_question(facts, finding, "the CAPA list before TLS was not read");
	}
	g_return_val_if_reached(UNKNOWN);
}

const struct rule rule_advertises_but_refuses = {
	.id = "advertises-but-refuses",
	.title = "Cleartext login advertised, though refused",
	.severity = SEVERITY_INFO,
	.witnesses = WITNESS_PROBE,
	.references = REFERENCES("RFC 2449 section 6.2", "RFC 5034 section 3",
		"Nessus 15855 (alias 32847)", "OpenVAS 1.3.6.1.4.1.25623.1.0.15855"),
	.remedy = "No risk in itself: answer the scanner's report with this evidence, or "
		  "update to a server that hides what it refuses.",
	.check = check,
};
