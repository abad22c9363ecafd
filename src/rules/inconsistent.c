/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inconsistent: the same endpoint, asked several times, does not always do the same.
 *
 * Several servers stand behind one address, and not all of them are configured
 * alike. Whoever asks once, a scanner or an administrator, sees one of them.
 */
#include "model/samples.h"
#include "rules/service.h"

static void
name_differences(const struct samples *samples, GString *text)
{
	for (size_t i = 0; i < samples->difference_count; i++)
		g_string_append_printf(text, "%s%s", i > 0 ? ", " : "",
			samples->differences[i].what);
}

static void
cite_difference(struct finding *finding, const struct difference *difference)
{
	g_autofree char *text = g_strdup_printf("-- in one sample\n%s\n-- in another sample\n%s",
		difference->one, difference->other);

	finding_cite(finding, text);
}

static char *
scan_command(const struct facts *facts)
{
	char url[ENDPOINT_URL_MAX];

	return g_strdup_printf("popseal scan --samples %u --transcript %s", facts->samples->asked,
		endpoint_url(&facts->endpoint, url));
}

static enum outcome
differs(const struct facts *facts, struct finding *finding)
{
	const struct samples *samples = facts->samples;
	g_autofree char *command = scan_command(facts);
	g_autoptr(GString) what = g_string_new(NULL);

	name_differences(samples, what);
	finding_say(finding, "Asked %u times, the endpoint did not always do the same: %s.",
		samples->asked, what->str);
	finding->confidence = CONFIDENCE_PROVEN;
	for (size_t i = 0; i < samples->difference_count; i++)
		cite_difference(finding, &samples->differences[i]);
	finding_reproduce(finding, "%s", command);
	return FAIL;
}

static enum outcome
unanswered(const struct facts *facts, struct finding *finding)
{
	g_autofree char *command = scan_command(facts);
	g_autofree char *settle = g_strdup_printf("%s --retries 2", command);

	finding_say(finding, "Cannot tell: %u of %u samples brought no answer.",
		facts->samples->asked - facts->samples->answered, facts->samples->asked);
	finding_settle(finding, settle);
	return UNKNOWN;
}

static enum outcome
check(const struct facts *facts, struct finding *finding)
{
	const struct samples *samples = facts->samples;

	if (samples == NULL || samples->asked < 2)
		return NOT_APPLICABLE;
	if (samples->difference_count > 0)
		return differs(facts, finding);
	return samples->answered < samples->asked ? unanswered(facts, finding) : PASS;
}

const struct rule rule_inconsistent = {
	.id = "inconsistent",
	.title = "The endpoint does not always do the same",
	.severity = SEVERITY_LOW,
	.witnesses = WITNESS_PROBE,
	.references = REFERENCES("CWE-319", "RFC 2449 section 5", "RFC 8314 section 4.1"),
	.remedy = "Give every server behind this address the same configuration, and ask each "
		  "of them by itself.",
	.check = check,
};
