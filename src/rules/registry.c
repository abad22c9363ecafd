/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registry: the lines of rules.def as a table.
 */
#include "rules/rule.h"

#define RULE(name) extern const struct rule rule_##name;
#include "rules/rules.def"
#undef RULE

#define RULE(name) &rule_##name,
const struct rule *const rules[] = {
#include "rules/rules.def"
	NULL,
};
#undef RULE

const struct rule *
rule_find(const char *id)
{
	for (size_t i = 0; rules[i] != NULL; i++)
		if (g_str_equal(rules[i]->id, id))
			return rules[i];
	return NULL;
}
