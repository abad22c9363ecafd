/* SPDX-License-Identifier: Apache-2.0 */
/*
 * challenge-in-clear: a challenge-response login is taken before TLS is up.
 *
 * It sends no password, so it is no cleartext login and never a verdict
 * "permits". But one recorded exchange lets the password be guessed offline,
 * and NTLM can be relayed.
 */
#include "rules/mechanism.h"
#include "rules/service.h"

static const char *const challenges[] = { "APOP", "CRAM-MD5", "DIGEST-MD5", "NTLM", NULL };

static enum outcome
taken(const struct facts *facts, struct finding *finding, const char *names)
{
	g_autofree char *name = service_name(facts);
	bool proven = mechanism_processed(facts, "APOP");

	finding_say(finding, "%s %s challenge-response logins before TLS: %s.", name,
		proven ? "processes" : "offers", names);
	finding->confidence = proven ? CONFIDENCE_PROVEN : CONFIDENCE_LIKELY;
	for (size_t i = 0; challenges[i] != NULL; i++) {
		if (mechanism_standing(facts, challenges[i]) != FAIL)
			continue;
		if (g_str_equal(challenges[i], "APOP"))
			cite_bytes(finding, facts->probe.greeting);
		mechanism_cite(facts, challenges[i], finding);
		if (finding->reproduce == NULL)
			mechanism_reproduce(facts, challenges[i], finding);
	}
	return FAIL;
}

/* The one credential of a probe may be needed elsewhere; then only a person can ask APOP. */
static enum outcome
unclear(const struct facts *facts, struct finding *finding, const char *names)
{
	unknown_question(facts, finding,
		"how the server takes %s before TLS was not asked or not clearly answered", names);
	if (facts->probe.no_credential || facts->probe.credential.mechanism != NULL) {
		mechanism_reproduce(facts, "APOP", finding);
		finding_settle(finding, finding->reproduce);
	}
	return UNKNOWN;
}

static enum outcome
check(const struct facts *facts, struct finding *finding)
{
	if (!service_in_clear(facts))
		return NOT_APPLICABLE;
	if (!service_answers(facts))
		return unknown_dialogue(facts, finding);
	g_autofree char *offered = mechanisms_standing(facts, challenges, FAIL);
	g_autofree char *open = mechanisms_standing(facts, challenges, UNKNOWN);

	if (offered != NULL && service_exempts_us(facts))
		return unknown_vantage(facts, finding);
	if (offered != NULL)
		return taken(facts, finding, offered);
	return open != NULL ? unclear(facts, finding, open) : PASS;
}

const struct rule rule_challenge_in_clear = {
	.id = "challenge-in-clear",
	.title = "Challenge-response login taken before TLS",
	.severity = SEVERITY_MEDIUM,
	.witnesses = WITNESS_PROBE,
	.references = REFERENCES("CWE-522", "CWE-916", "RFC 1939 section 7", "RFC 1939 section 13",
		"RFC 2195", "RFC 6331", "RFC 8314 section 4.1", "MS-NLMP"),
	.remedy =
		"Require TLS before any login, and switch APOP, CRAM-MD5, DIGEST-MD5 and NTLM off.",
	.check = check,
};
