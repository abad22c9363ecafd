/* SPDX-License-Identifier: Apache-2.0 */
/*
 * popseal explain RULE: the rule's page, then how each product is fixed, unless
 * the page says so itself. The page is docs/rules/ID.md, built in; the rest
 * comes from the products' rooms.
 */
#include <string.h>

#include "cmd/command.h"
#include "cmd/options.h"
#include "cmd/output.h"
#include "products/product.h"
#include "rules/page.h"
#include "rules/rule.h"

static const struct option_set set = {
	.command = "explain",
	.arguments = "RULE",
	.formats = "text",
	.summary = "Prints what a rule means, how it is exploited, how popseal proves it, and how\n"
		   "it is fixed, product by product. 'popseal rules' lists the rules.",
};

/* --- the nearest rule ------------------------------------------------------------------------- */

enum {
	WORD_MAX = 64,
	PART_MIN = 4,     /* letters of a part of an id, such as "stls" */
	DISTANCE_MAX = 5, /* letters that may be wrong in a word that is still recognised */
};

static unsigned
least(unsigned a, unsigned b, unsigned c)
{
	return MIN(a, MIN(b, c));
}

/* Returns how many letters must be added, dropped or changed to make b of a (Levenshtein). */
static unsigned
distance(const char *a, const char *b)
{
	unsigned row[WORD_MAX + 1];
	size_t length = MIN(strlen(b), WORD_MAX);

	for (size_t j = 0; j <= length; j++)
		row[j] = (unsigned)j;
	for (size_t i = 0; a[i] != '\0'; i++) {
		unsigned diagonal = row[0]++;

		for (size_t j = 0; j < length; j++) {
			unsigned changed = diagonal + (a[i] != b[j]);

			diagonal = row[j + 1];
			row[j + 1] = least(changed, row[j] + 1, row[j + 1] + 1);
		}
	}
	return row[length];
}

/* Returns the rule that was most likely meant, or NULL if none is near. */
static const struct rule *
nearest(const char *word)
{
	const struct rule *best = NULL;
	unsigned best_distance = DISTANCE_MAX + 1;

	for (size_t i = 0; rules[i] != NULL; i++) {
		unsigned away = distance(word, rules[i]->id);

		if (strlen(word) >= PART_MIN && strstr(rules[i]->id, word) != NULL)
			away = 1;
		if (away < best_distance) {
			best = rules[i];
			best_distance = away;
		}
	}
	return best;
}

static GError *
unknown_rule(const char *word)
{
	const struct rule *meant = *word != '\0' ? nearest(word) : NULL;

	if (meant != NULL)
		return g_error_new(POPSEAL_USAGE_ERROR, 0,
			"'%s' is no rule; did you mean '%s'? 'popseal rules' lists them all", word,
			meant->id);
	return g_error_new(POPSEAL_USAGE_ERROR, 0,
		"'%s' is no rule; 'popseal rules' lists them all", word);
}

/* --- the page --------------------------------------------------------------------------------- */

static void
append_product(GString *text, const struct product *product)
{
	g_string_append_printf(text, "\n* %s: %s\n", product->title,
		product->remedy != NULL ? product->remedy : "see its documentation.");
	for (size_t i = 0; product->documentation != NULL && product->documentation[i] != NULL; i++)
		g_string_append_printf(text, "  <%s>\n", product->documentation[i]);
}

static void
append_products(GString *text)
{
	g_string_append(text,
		"\n## How it is fixed, product by product\n\n"
		"The setting by which each server refuses logins in clear, and where its vendor\n"
		"documents it:\n");
	for (size_t i = 0; products[i] != NULL; i++)
		append_product(text, products[i]);
}

static int
explain(char **words, const struct common_options *common)
{
	g_autoptr(GString) text = NULL;
	const char *page = NULL;
	GError *error = NULL;

	if (g_strv_length(words) != 1)
		error = g_error_new(POPSEAL_USAGE_ERROR, 0,
			"one RULE is needed; 'popseal rules' lists them");
	else if ((page = rule_page(words[0])) == NULL)
		error = unknown_rule(words[0]);
	if (error != NULL)
		return options_fail(set.command, error, EXIT_USAGE);
	text = g_string_new(page);
	if (!rule_find(words[0])->page_names_products)
		append_products(text);
	if (!output_print(common->output, text, &error))
		return options_fail(set.command, error, EXIT_OPERATIONAL);
	return EXIT_CLEAN;
}

static int
run(int argc, char **argv)
{
	struct common_options common = { 0 };
	GError *error = NULL;
	g_auto(GStrv) words = options_parse(&set, &common, argc, argv, &error);
	int code = words != NULL ? explain(words, &common) :
				   options_fail(set.command, error, EXIT_USAGE);

	options_clear(&common);
	return code;
}

const struct command command_explain = {
	.name = "explain",
	.summary = "tell what a rule means, and how it is fixed",
	.options = &set,
	.run = run,
};
