/* SPDX-License-Identifier: Apache-2.0 */
/*
 * password-invited: the server invites the password in clear, then refuses it.
 *
 * A client sends PASS once USER got "+OK", and its response once AUTH PLAIN or
 * LOGIN got "+". The refusal comes after the password has crossed the wire
 * (James, Perdition), so it protects nobody who listens for passwords.
 */
#include "rules/mechanism.h"
#include "rules/service.h"

/* Returns the first of the essential three that invites the secret; else ATTEMPT_OTHERS. */
static size_t
invitation(const struct facts *facts)
{
	size_t i = 0;

	while (i < ATTEMPT_OTHERS && !attempt_invites(&facts->probe.attempts[i]))
		i++;
	return i;
}

static bool
all_refused(const struct facts *facts)
{
	for (size_t i = 0; i < ATTEMPT_OTHERS; i++) {
		const struct attempt *attempt = &facts->probe.attempts[i];
		bool refused = attempt->answer == ANSWER_REFUSED &&
			attempt->refusal != REFUSAL_TEMPORARY && attempt->refusal != REFUSAL_ACCESS;

		if (!refused && !(attempt->answer == ANSWER_CLOSED && attempt->alive))
			return false;
	}
	return true;
}

static enum outcome
invited(const struct facts *facts, struct finding *finding, const struct attempt *attempt)
{
	bool refused = facts->verdict.value == VERDICT_REFUSES;
	bool by_user = g_str_equal(attempt->name, "USER");
	g_autofree char *name = service_name(facts);

	finding_say(finding, "%s takes %s%s before TLS, so the client has sent its password %s.",
		name, by_user ? "" : "AUTH ", attempt->name,
		refused ? "before it hears the refusal" : "whatever comes of the login");
	finding->confidence = refused ? CONFIDENCE_PROVEN : CONFIDENCE_LIKELY;
	finding_cite(finding, attempt->exchange);
	finding_cite(finding, facts->probe.credential.exchange);
	finding_reproduce(finding, "telnet %s %u, then: %s (\"%s\" is the proof; %s)",
		facts->endpoint.address, (unsigned)facts->endpoint.port,
		by_user                                     ? "USER nobody" :
			g_str_equal(attempt->name, "PLAIN") ? "AUTH PLAIN" :
							      "AUTH LOGIN",
		by_user ? "+OK" : "+", by_user ? "leave with QUIT" : "cancel with \"*\"");
	return FAIL;
}

static enum outcome
check(const struct facts *facts, struct finding *finding)
{
	size_t index = invitation(facts);
	bool found = index < ATTEMPT_OTHERS;

	if (!service_in_clear(facts) || facts->verdict.value == VERDICT_PERMITS)
		return NOT_APPLICABLE;
	if (!service_answers(facts))
		return unknown_dialogue(facts, finding);
	if (found && service_exempts_us(facts))
		return unknown_vantage(facts, finding);
	if (found)
		return invited(facts, finding, &facts->probe.attempts[index]);
	if (facts->verdict.value == VERDICT_REFUSES || all_refused(facts))
		return PASS;
	return unknown_dialogue(facts, finding);
}

const struct rule rule_password_invited = {
	.id = "password-invited",
	.title = "Password invited before TLS",
	.severity = SEVERITY_MEDIUM,
	.witnesses = WITNESS_PROBE,
	.references = REFERENCES("CWE-319", "CWE-522", "CWE-523", "RFC 1939 section 7",
		"RFC 2595 section 2.3", "RFC 5034 section 4", "RFC 8314 section 4.1"),
	.remedy = "Refuse USER and AUTH themselves before TLS, or serve POP3 on port 995 only.",
	.check = check,
};
