/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config-permits: by its configuration the server takes a password without TLS.
 *
 * Each place that lets it out is a finding of its own, with the chain of settings
 * that leads to it; what the configuration does not settle is unknown.
 */
#include "rules/rule.h"

#include "model/escape.h"

static enum outcome
check(const struct facts *facts, struct finding *finding)
{
	g_autofree char *explanation = NULL, *settle = NULL;

	switch (facts->verdict.value) {
	case VERDICT_PERMITS:
	case VERDICT_REFUSES:
		return PASS;
	case VERDICT_NO_SERVICE:
		return NOT_APPLICABLE;
	case VERDICT_UNDETERMINED:
		break;
	}
	explanation = escape_again(facts->verdict.explanation);
	settle = escape_again(facts->verdict.settle);
	if (explanation != NULL)
		finding_say(finding, "%s", explanation);
	if (settle != NULL)
		finding_settle(finding, settle);
	return UNKNOWN;
}

const struct rule rule_config_permits = {
	.id = "config-permits",
	.title = "The configuration permits cleartext logins",
	.severity = SEVERITY_HIGH,
	.witnesses = WITNESS_CONFIG,
	.references =
		REFERENCES("CWE-319", "CWE-523", "RFC 2595 section 2.3", "RFC 8314 section 4.1"),
	.remedy = "Require TLS before any login, in the setting that decides.",
	.note = CONFIG_NOTE_PERMITS,
	.check = check,
};
