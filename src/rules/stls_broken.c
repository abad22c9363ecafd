/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stls-broken: STLS is there, but no TLS session comes of it.
 *
 * Clients that insist on TLS cannot read their mail; clients that do not
 * (and users who are told to "try without encryption") fall back to clear.
 */
#include "rules/service.h"

#include "model/escape.h"

/* Says what failed, as the rest of a sentence about the server. The caller frees it. */
static char *
defect(const struct probe_facts *probe)
{
	g_autofree char *error = escape_string(probe->tls.error);

	if (probe->stls.plaintext_after)
		return g_strdup(
			"sends plaintext after its \"+OK\" to STLS, where only TLS may follow");
	switch (probe->stls.answer) {
	case ANSWER_ACCEPTED:
		return g_strdup_printf("takes STLS, but the TLS handshake fails%s%s",
			error != NULL ? ": " : "", error != NULL ? error : "");
	case ANSWER_REFUSED:
		return g_strdup("lists STLS, but refuses the command");
	case ANSWER_CLOSED:
		return g_strdup("closes the connection when it is asked for STLS");
	case ANSWER_TIMEOUT:
		return g_strdup("does not answer STLS");
	case ANSWER_NONE:
	case ANSWER_STRANGE:
		return g_strdup("gives STLS an answer that is none");
	}
	g_return_val_if_reached(NULL);
}

static enum outcome
broken(const struct facts *facts, struct finding *finding)
{
	g_autofree char *name = service_name(facts);
	g_autofree char *what = defect(&facts->probe);

	finding_say(finding, "%s %s.", name, what);
	finding->confidence = CONFIDENCE_PROVEN;
	cite_exchange(finding, "STLS", facts->probe.stls.reply);
	cite_bytes(finding, facts->probe.tls.error);
	reproduce_stls(facts, finding);
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
		return NOT_APPLICABLE;
	case STLS_BROKEN:
		return broken(facts, finding);
	case STLS_OPTIONAL:
	case STLS_REQUIRED:
		if (facts->probe.tls.handshake == HANDSHAKE_UP)
			return PASS;
		return unknown_question(facts, finding,
			"STLS is listed, but was not tried or not answered");
	case STLS_UNTRIED:
		return unknown_question(facts, finding, "STLS was not tried");
	}
	g_return_val_if_reached(UNKNOWN);
}

const struct rule rule_stls_broken = {
	.id = "stls-broken",
	.title = "STLS does not lead to TLS",
	.severity = SEVERITY_LOW,
	.witnesses = WITNESS_PROBE,
	.references =
		REFERENCES("CWE-319", "RFC 2595 section 4", "RFC 8314 section 4.1", "RFC 9325"),
	.remedy =
		"Repair the server's certificate, key and TLS settings, until STLS brings up TLS.",
	.check = check,
};
