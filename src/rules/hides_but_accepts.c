/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hides-but-accepts: a login in clear works, though the CAPA list shows none.
 *
 * Scanners that read the CAPA list call such a server safe (WildDuck without
 * STARTTLS), and so may whoever trusts their reports.
 */
#include <string.h>

#include "model/escape.h"
#include "rules/mechanism.h"
#include "rules/service.h"

static bool
is_hidden(const struct facts *facts)
{
	static const char *const tokens[] = { "XOAUTH2", "OAUTHBEARER" };
	const struct capabilities *clear = &facts->probe.clear;

	if (clear->cut || capabilities_have(clear, "USER") ||
		capabilities_have_mechanism(clear, "PLAIN") ||
		capabilities_have_mechanism(clear, "LOGIN"))
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(tokens); i++)
		if (mechanism_standing(facts, tokens[i]) == FAIL &&
			capabilities_have_mechanism(clear, tokens[i]))
			return false;
	return true;
}

static enum outcome
hidden(const struct facts *facts, struct finding *finding)
{
	const char *known = mechanism_of_login(facts);
	const char *mechanism = known != NULL ? known : "USER";
	const struct capabilities *clear = &facts->probe.clear;
	g_autofree char *name = service_name(facts);
	g_autofree char *commands = mechanism_commands(mechanism);
	g_autoptr(GString) list = g_string_new("C: CAPA");

	finding_say(finding,
		"%s takes a login before TLS by %s, though its CAPA list shows none: scanners "
		"that read the list call it safe.",
		name, commands);
	finding->confidence = facts->verdict.confidence;
	for (size_t i = 0; i < clear->count; i++) {
		g_string_append(list, "\nS: ");
		escape_append(list, clear->lines[i], strlen(clear->lines[i]));
	}
	finding_cite(finding, list->str);
	finding_cite(finding, facts->verdict.transcript);
	mechanism_reproduce(facts, mechanism, finding);
	return FAIL;
}

static enum outcome
check(const struct facts *facts, struct finding *finding)
{
	if (!service_in_clear(facts))
		return NOT_APPLICABLE;
	if (facts->verdict.value == VERDICT_REFUSES)
		return PASS;
	if (facts->verdict.value != VERDICT_PERMITS)
		return unknown_dialogue(facts, finding);
	switch (facts->probe.clear.state) {
	case LIST_ANSWERED:
		return is_hidden(facts) ? hidden(facts, finding) : PASS;
	case LIST_REFUSED:
		return NOT_APPLICABLE;
	case LIST_NOT_ASKED:
	case LIST_UNANSWERED:
		return unknown_question(facts, finding, "the CAPA list before TLS was not read");
	}
	g_return_val_if_reached(UNKNOWN);
}

const struct rule rule_hides_but_accepts = {
	.id = "hides-but-accepts",
	.title = "Cleartext login permitted, though not advertised",
	.severity = SEVERITY_MEDIUM,
	.witnesses = WITNESS_PROBE,
	.references = REFERENCES("CWE-319", "CWE-523", "RFC 2449 section 6.2",
		"RFC 2595 section 2.3", "RFC 5034 section 3"),
	.remedy = "Require TLS before any login: hiding it from the CAPA list protects nobody.",
	.check = check,
};
