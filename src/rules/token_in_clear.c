/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token-in-clear: an OAuth 2 bearer token is taken before TLS is up.
 *
 * A bearer token is as good as a password to whoever reads it. Some servers
 * guard USER and PLAIN before TLS and leave these two open (Stalwart), so each
 * is judged by its own answer.
 */
#include "rules/mechanism.h"
#include "rules/service.h"

static const char *const bearers[] = { "XOAUTH2", "OAUTHBEARER", NULL };

static enum outcome
taken(const struct facts *facts, struct finding *finding, const char *names)
{
	g_autofree char *name = service_name(facts);

	finding_say(finding, "%s asks for a bearer token before TLS, by AUTH %s.", name, names);
	finding->confidence = CONFIDENCE_LIKELY;
	for (size_t i = 0; bearers[i] != NULL; i++) {
		if (mechanism_standing(facts, bearers[i]) != FAIL)
			continue;
		mechanism_cite(facts, bearers[i], finding);
		if (finding->reproduce == NULL)
			mechanism_reproduce(facts, bearers[i], finding);
	}
	return FAIL;
}

static enum outcome
check(const struct facts *facts, struct finding *finding)
{
	if (!service_in_clear(facts))
		return NOT_APPLICABLE;
	if (!service_answers(facts))
		return unknown_dialogue(facts, finding);
	g_autofree char *invited = mechanisms_standing(facts, bearers, FAIL);
	g_autofree char *unclear = mechanisms_standing(facts, bearers, UNKNOWN);

	if (invited != NULL && service_exempts_us(facts))
		return unknown_vantage(facts, finding);
	if (invited != NULL)
		return taken(facts, finding, invited);
	if (unclear != NULL)
		return unknown_question(facts, finding,
			"how the server takes AUTH %s before TLS was not asked or not answered",
			unclear);
	return PASS;
}

const struct rule rule_token_in_clear = {
	.id = "token-in-clear",
	.title = "OAuth token taken before TLS",
	.severity = SEVERITY_HIGH,
	.witnesses = WITNESS_PROBE,
	.references = REFERENCES("CWE-319", "CWE-522", "CWE-523", "RFC 6749 section 10.3",
		"RFC 6750 section 5.3", "RFC 7628 section 5", "RFC 8314 section 4.1"),
	.remedy = "Offer XOAUTH2 and OAUTHBEARER after TLS only; revoke tokens sent in clear.",
	.check = check,
};
