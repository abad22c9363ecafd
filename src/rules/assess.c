/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Assessing: every rule of a witness is asked, and what it leaves open in its
 * finding is filled in from the rule, so that a rule says only what is its own.
 */
#include "rules/rule.h"

/* Returns the rule's finding, or NULL where it passed or does not apply. */
static struct finding *
apply(const struct rule *rule, const struct facts *facts)
{
	struct finding finding = {
		.rule = rule->id,
		.title = rule->title,
		.severity = rule->severity,
		.references = rule->references,
	};

	finding.outcome = rule->check(facts, &finding);
	if (finding.outcome != FAIL && finding.outcome != UNKNOWN) {
		finding_clear(&finding);
		return NULL;
	}
	if (finding.message == NULL)
		finding_say(&finding, "%s", rule->title);
	if (finding.remedy == NULL)
		finding.remedy = g_strdup(rule->remedy);
	return g_memdup2(&finding, sizeof(finding));
}

static gint
by_gravity(gconstpointer a, gconstpointer b)
{
	const struct finding *first = *(const struct finding *const *)a;
	const struct finding *second = *(const struct finding *const *)b;

	return (gint)second->severity - (gint)first->severity;
}

struct assessment *
rules_assess(struct facts *facts, enum witness witness)
{
	struct assessment *assessment = assessment_new(facts);

	for (size_t i = 0; rules[i] != NULL; i++) {
		struct finding *finding = NULL;

		if ((rules[i]->witnesses & (unsigned)witness) != 0)
			finding = apply(rules[i], facts);
		if (finding != NULL)
			g_ptr_array_add(finding->outcome == FAIL ? assessment->findings :
								   assessment->unknowns,
				finding);
	}
	/* Stable: among equals the order of rules.def stays. */
	g_ptr_array_sort(assessment->findings, by_gravity);
	g_ptr_array_sort(assessment->unknowns, by_gravity);
	return assessment;
}
