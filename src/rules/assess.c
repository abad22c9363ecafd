/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Assessing: every rule of a witness is asked, and what it leaves open in its
 * finding is filled in from the rule, so that a rule says only what is its own.
 */
#include "rules/rule.h"

#include "model/escape.h"

static struct finding
begin(const struct rule *rule)
{
	return (struct finding){
		.rule = rule->id,
		.title = rule->title,
		.severity = rule->severity,
		.references = rule->references,
	};
}

/* Fills in what the rule left open, and adds it to the findings or to what is unknown. */
static void
add(struct assessment *assessment, const struct rule *rule, struct finding *finding)
{
	bool failed = finding->outcome == FAIL;

	if (finding->message == NULL)
		finding_say(finding, "%s", rule->title);
	if (finding->remedy == NULL)
		finding->remedy = g_strdup(rule->remedy);
	g_ptr_array_add(failed ? assessment->findings : assessment->unknowns,
		g_memdup2(finding, sizeof(*finding)));
}

static void
apply_check(struct assessment *assessment, const struct rule *rule)
{
	struct finding finding = begin(rule);

	finding.outcome = rule->check(assessment->facts, &finding);
	if (finding.outcome == FAIL || finding.outcome == UNKNOWN)
		add(assessment, rule, &finding);
	else
		finding_clear(&finding);
}

static void
cite_step(struct finding *finding, const struct location *location, const char *line,
	const char *meaning)
{
	g_autofree char *place = location_text(location);
	g_autofree char *escaped = escape_string(line);
	g_autofree char *file = escape_again(place);
	g_autofree char *text = g_strdup_printf("%s: %s%s%s", file, escaped,
		meaning != NULL ? "  -- " : "", meaning != NULL ? meaning : "");

	finding_cite(finding, text);
}

static void
apply_note(struct assessment *assessment, const struct rule *rule, const struct config_note *note)
{
	struct finding finding = begin(rule);
	size_t steps = note->chain != NULL ? note->chain->count : 0;
	/* A room may have quoted what stands in the file. */
	g_autofree char *message = escape_again(note->message);
	g_autofree char *settle = escape_again(note->settle);

	finding.outcome = note->unknown ? UNKNOWN : FAIL;
	finding.confidence = note->unknown ? CONFIDENCE_NONE : CONFIDENCE_LIKELY;
	finding.location = note->location;
	finding.line = note->line;
	finding.reach = note->reach;
	finding.remedy = escape_again(note->remedy);
	if (message != NULL)
		finding_say(&finding, "%s", message);
	if (settle != NULL)
		finding_settle(&finding, settle);
	for (size_t i = 0; i < steps; i++)
		cite_step(&finding, &note->chain->steps[i].location, note->chain->steps[i].line,
			note->chain->steps[i].meaning);
	if (steps == 0 && note->line != NULL)
		cite_step(&finding, &note->location, note->line, NULL);
	add(assessment, rule, &finding);
}

static void
apply(struct assessment *assessment, const struct rule *rule)
{
	const struct config_facts *config = assessment->facts->config;
	bool noted = false;

	for (guint i = 0; rule->note != CONFIG_NOTE_NONE && i < config->notes->len; i++) {
		const struct config_note *note =
			&g_array_index(config->notes, struct config_note, i);

		if (note->kind != rule->note)
			continue;
		apply_note(assessment, rule, note);
		noted = true;
	}
	if (!noted && rule->check != NULL)
		apply_check(assessment, rule);
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

	for (size_t i = 0; rules[i] != NULL; i++)
		if ((rules[i]->witnesses & (unsigned)witness) != 0)
			apply(assessment, rules[i]);
	/* Stable: among equals the order of rules.def stays. */
	g_ptr_array_sort(assessment->findings, by_gravity);
	g_ptr_array_sort(assessment->unknowns, by_gravity);
	return assessment;
}
