/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Assessments, and the totals of a run, which are counted from them as they
 * pass by: a run of a million hosts keeps none of them.
 */
#include "model/assessment.h"

static void
free_finding(void *finding)
{
	finding_free(finding);
}

struct assessment *
assessment_new(struct facts *facts)
{
	struct assessment *assessment = g_new0(struct assessment, 1);

	assessment->facts = facts;
	assessment->findings = g_ptr_array_new_with_free_func(free_finding);
	assessment->unknowns = g_ptr_array_new_with_free_func(free_finding);
	return assessment;
}

void
assessment_free(struct assessment *assessment)
{
	if (assessment == NULL)
		return;
	facts_free(assessment->facts);
	g_ptr_array_unref(assessment->findings);
	g_ptr_array_unref(assessment->unknowns);
	if (assessment->suppressions != NULL)
		g_ptr_array_unref(assessment->suppressions);
	g_free(assessment);
}

void
summary_count(struct summary *summary, const struct assessment *assessment)
{
	enum verdict_value value = assessment->facts->verdict.value;

	if (assessment->facts->config != NULL)
		summary->configs++;
	else
		summary->endpoints++;
	if ((size_t)value < G_N_ELEMENTS(summary->verdicts))
		summary->verdicts[value]++;
	for (guint i = 0; i < assessment->findings->len; i++) {
		const struct finding *finding = g_ptr_array_index(assessment->findings, i);

		if (finding->suppressed != SUPPRESSED_NOT)
			summary->suppressed++;
		else if (finding->known)
			summary->known++;
		else if (finding->severity < SEVERITY_NONE)
			summary->findings[finding->severity]++;
	}
}

void
summary_fail(struct summary *summary, const struct failure *failure)
{
	summary->errors++;
	if (failure->usage)
		summary->usage_errors++;
}

const struct finding *
assessment_unknown(const struct assessment *assessment, const char *rule)
{
	for (guint i = 0; i < assessment->unknowns->len; i++) {
		const struct finding *finding = g_ptr_array_index(assessment->unknowns, i);

		if (strcmp(finding->rule, rule) == 0)
			return finding;
	}
	return NULL;
}
