/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cleartext-login: a client can log in before TLS is up.
 *
 * The verdict was decided by what the server did (pop3/verdict.c, one row per
 * row of the table in the design), not by what it advertises: CAPA lists USER
 * on servers that refuse it (Courier, Zimbra) and hides it on servers that
 * accept it (WildDuck).
 */
#include "rules/mechanism.h"
#include "rules/service.h"

/* What the server did with the question for a login, or with a random credential. */
static const char *
deed(const struct facts *facts, const char *mechanism)
{
	const struct credential *credential = &facts->probe.credential;

	if (!mechanism_processed(facts, mechanism))
		return "invites a login before TLS";
	if (credential->answer == ANSWER_ACCEPTED)
		return "let a random name and password log in before TLS";
	if (credential->refusal == REFUSAL_BACKEND)
		return "passed a random name and password on to its login back end before TLS";
	return "checked a random name and password before TLS";
}

#define REMEDY "Require TLS before any login, or serve implicit TLS on port 995 only."

static enum outcome
permitted(const struct facts *facts, struct finding *finding)
{
	const char *known = mechanism_of_login(facts);
	const char *mechanism = known != NULL ? known : "USER";
	g_autofree char *name = service_name(facts);
	g_autofree char *commands = mechanism_commands(mechanism);

	finding_say(finding, "%s %s, by %s%s.", name, deed(facts, mechanism), commands,
		facts->verdict.reason == REASON_TRUSTED_NETWORK ?
			"; it trusts the network of this probe, and may refuse clients elsewhere" :
			"");
	finding->confidence = facts->verdict.confidence;
	finding_cite(finding, facts->verdict.transcript);
	mechanism_reproduce(facts, mechanism, finding);
	if (facts->probe.product_remedy != NULL)
		finding->remedy = g_strdup_printf("%s %s: %s", REMEDY, facts->probe.product_title,
			facts->probe.product_remedy);
	return FAIL;
}

static enum outcome
check(const struct facts *facts, struct finding *finding)
{
	switch (facts->verdict.value) {
	case VERDICT_PERMITS:
		return permitted(facts, finding);
	case VERDICT_REFUSES:
		return PASS;
	case VERDICT_NO_SERVICE:
		return NOT_APPLICABLE;
	case VERDICT_UNDETERMINED:
		return unknown_dialogue(facts, finding);
	}
	g_return_val_if_reached(UNKNOWN);
}

const struct rule rule_cleartext_login = {
	.id = "cleartext-login",
	.title = "POP3 cleartext login permitted",
	.severity = SEVERITY_HIGH,
	.witnesses = WITNESS_PROBE,
	.references = REFERENCES("CWE-319", "CWE-522", "CWE-523", "RFC 1939 section 13",
		"RFC 2595 section 2.3", "RFC 8314 section 4.1", "Nessus 15855 (alias 32847)",
		"OpenVAS 1.3.6.1.4.1.25623.1.0.15855"),
	.remedy = REMEDY,
	.check = check,
};
