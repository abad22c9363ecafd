/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rule: a pure function from facts to pass, fail, unknown or not-applicable.
 *
 * To add one: the file rules/NAME.c with its const struct rule_NAME, one line
 * in rules/rules.def, its page docs/rules/ID.md (ID is the file's name with
 * '-' for '_'), and fixtures in tests/rules/ID/ (fail*, pass*, unknown*).
 * tests/lint/registries.py fails while one of these is missing.
 */
#ifndef POPSEAL_RULES_RULE_H
#define POPSEAL_RULES_RULE_H

#include "model/assessment.h"

enum witness {
	WITNESS_PROBE = 1 << 0,
	WITNESS_CONFIG = 1 << 1,
	WITNESS_LOGS = 1 << 2,
	WITNESS_TRAFFIC = 1 << 3,
};

#define REFERENCES(...) ((const char *const[]){ __VA_ARGS__, NULL })

struct rule {
	const char *id;
	const char *title;
	enum severity severity; /* of a failure; check may lower or raise it in the finding */
	unsigned witnesses;     /* enum witness, ored: whose facts it reads */
	const char *const *references;
	const char *remedy; /* one line */
	/*
	 * Its page says how each product is fixed: the settings by which products refuse logins
	 * in clear (products/product.h) are beside the point.
	 */
	bool page_names_products;
	/*
	 * Of configurations: it fails once for each note of that kind that a product's room or the
	 * verdict has left (model/config_facts.h). CONFIG_NOTE_NONE: it has none.
	 */
	enum config_note_kind note;
	/*
	 * Says how the rule stands on these facts; asked, of a rule with notes, where there are
	 * none, and NULL then means that it passes. For FAIL and UNKNOWN it
	 * fills in what is its own: message, evidence, reproduce, settle,
	 * confidence, and severity or remedy where they differ from the
	 * rule's. Pure: no I/O, no clock, no state.
	 */
	enum outcome (*check)(const struct facts *facts, struct finding *finding);
};

/* All rules in the order of rules.def, NULL-terminated. */
extern const struct rule *const rules[];

/* Returns the rule of that id, or NULL. */
const struct rule *rule_find(const char *id);

/*
 * Takes over facts and returns their assessment: every rule of that witness, gravest finding
 * first.
 */
struct assessment *rules_assess(struct facts *facts, enum witness witness);

#endif
