/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fingerprints and baselines: the same finding stays the same under edits that
 * are not about it, and another one is never taken for it.
 */
#include "model/baseline.h"

#include <string.h>

#include "model/facts.h"
#include "model/fingerprint.h"
#include "model/place.h"

#define BASE "/srv/repository"

struct sample {
	const char *rule;
	const char *file;
	unsigned number;
	const char *line;
	const char *message;
	const char *reach;
};

static const struct sample usual = {
	.rule = "config-permits",
	.file = BASE "/mx/dovecot.conf",
	.number = 4,
	.line = "ssl = no",
	.message = "It permits.",
};

static void
add(struct assessment *assessment, const struct sample *sample)
{
	struct finding *finding = g_new0(struct finding, 1);

	finding->rule = sample->rule;
	finding->outcome = FAIL;
	finding->location = (struct location){ .file = sample->file, .line = sample->number };
	finding->line = sample->line;
	finding->reach = sample->reach;
	finding->message = g_strdup(sample->message);
	g_ptr_array_add(assessment->findings, finding);
}

static struct assessment *
assess(const char *product, const struct sample *first, const struct sample *second)
{
	struct facts *facts = facts_new();
	struct assessment *assessment;

	config_facts_new(facts, product, "Product")->root = BASE "/mx/dovecot.conf";
	assessment = assessment_new(facts);
	add(assessment, first);
	if (second != NULL)
		add(assessment, second);
	fingerprints_make(assessment, BASE);
	return assessment;
}

static const struct finding *
finding_of(const struct assessment *assessment, guint i)
{
	return g_ptr_array_index(assessment->findings, i);
}

static char *
fingerprint(const char *product, struct sample sample)
{
	g_autoptr(assessment_auto) assessment = assess(product, &sample, NULL);

	return g_strdup(finding_of(assessment, 0)->fingerprint);
}

static void
test_stable(void)
{
	g_autofree char *first = fingerprint("dovecot", usual);
	struct sample moved = usual, worded = usual, excused = usual, named = usual;
	g_autofree char *after_move = NULL, *after_words = NULL, *after_excuse = NULL;
	g_autofree char *after_name = NULL;

	moved.number = 400;
	worded.message = "It lets passwords out.";
	excused.line = "ssl = no # popseal: ignore config-permits reason=\"x\"";
	named.file = "mx/./dovecot.conf";
	after_move = fingerprint("dovecot", moved);
	after_words = fingerprint("dovecot", worded);
	after_excuse = fingerprint("dovecot", excused);
	after_name = fingerprint("dovecot", named);
	g_assert_cmpuint(strlen(first), ==, 64);
	g_assert_cmpstr(after_move, ==, first);
	g_assert_cmpstr(after_words, ==, first);
	g_assert_cmpstr(after_excuse, ==, first);
	g_assert_cmpstr(after_name, ==, first);
}

static void
test_different(void)
{
	g_autofree char *first = fingerprint("dovecot", usual);
	struct sample cases[5] = { usual, usual, usual, usual, usual };

	cases[0].rule = "config-latent";
	cases[1].file = BASE "/mx2/dovecot.conf";
	cases[2].line = "ssl = yes";
	cases[3].line = NULL;
	cases[4].reach = "remote 10.0.0.0/8 at every address";
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *other = fingerprint("dovecot", cases[i]);

		g_assert_cmpstr(other, !=, first);
	}
	{
		g_autofree char *product = fingerprint("perdition", usual);

		g_assert_cmpstr(product, !=, first);
	}
}

/* The same line twice in a file makes two findings. */
static void
test_twice(void)
{
	struct sample below = usual;
	g_autoptr(assessment_auto) assessment = NULL;
	g_autoptr(assessment_auto) again = NULL;

	below.number = 9;
	assessment = assess("dovecot", &usual, &below);
	again = assess("dovecot", &usual, &below);
	g_assert_cmpstr(finding_of(assessment, 0)->fingerprint, !=,
		finding_of(assessment, 1)->fingerprint);
	for (guint i = 0; i < 2; i++)
		g_assert_cmpstr(finding_of(assessment, i)->fingerprint, ==,
			finding_of(again, i)->fingerprint);
}

/* --- the file --------------------------------------------------------------------------------- */

static char *
text_of(const struct assessment *assessment)
{
	struct baseline *baseline = baseline_new();
	char *text;

	baseline_add(baseline, assessment, BASE);
	text = baseline_text(baseline);
	baseline_free(baseline);
	return text;
}

static void
test_round(void)
{
	struct sample other = usual;
	g_autoptr(assessment_auto) before = NULL;
	g_autoptr(assessment_auto) after = NULL;
	g_autofree char *text = NULL;
	g_autoptr(GPtrArray) gone = NULL;
	struct baseline *baseline;
	const struct baseline_entry *entry;

	other.line = "ssl = yes\n\xff";
	other.message = "Hostile \033[2J \xff.";
	before = assess("dovecot", &usual, &other);
	after = assess("dovecot", &usual, NULL);
	text = text_of(before);
	g_assert_true(g_utf8_validate(text, -1, NULL));
	baseline = baseline_parse(text, strlen(text), NULL);
	g_assert_nonnull(baseline);
	baseline_apply(baseline, after);
	g_assert_true(finding_of(after, 0)->known);
	g_assert_false(finding_counts(finding_of(after, 0)));
	gone = baseline_gone(baseline);
	g_assert_cmpuint(gone->len, ==, 1);
	entry = g_ptr_array_index(gone, 0);
	g_assert_cmpstr(entry->fingerprint, ==, finding_of(before, 1)->fingerprint);
	g_assert_cmpstr(entry->file, ==, "mx/dovecot.conf");
	g_assert_cmpstr(entry->message, ==, "Hostile \\x1b[2J \\xff.");
	baseline_free(baseline);
}

static void
test_suppressed(void)
{
	g_autoptr(assessment_auto) assessment = assess("dovecot", &usual, NULL);
	g_autofree char *text = NULL;

	finding_suppress(g_ptr_array_index(assessment->findings, 0), SUPPRESSED_EXTERNAL, "r",
		NULL);
	text = text_of(assessment);
	g_assert_null(strstr(text, "config-permits"));
}

#define HEAD "{\"schema\":1,\"type\":\"baseline\"}\n"

static void
test_mistakes(void)
{
	static const struct {
		const char *text;
		const char *message;
	} cases[] = {
		{ "", "the baseline is empty" },
		{ "\n", "line 1: is no JSON object" },
		{ "[]\n", "line 1: is no JSON object" },
		{ "{}\n", "line 1: its schema is not 1" },
		{ "{\"schema\":2,\"type\":\"baseline\"}\n", "line 1: its schema is not 1" },
		{ "{\"schema\":1,\"type\":\"config\"}\n", "line 1: this is no baseline" },
		{ HEAD "{\"schema\":1,\"type\":\"config\"}\n", "line 2: its type is not" },
		{ HEAD "{\"schema\":1,\"type\":\"known\"}\n", "line 2: it has no fingerprint" },
		{ HEAD "{\"schema\":1,\"type\":\"known\",\"fingerprint\":\"X\"}\n",
			"line 2: it has no fingerprint" },
		{ HEAD "{\"schema\":1,", "line 2: is no JSON object" },
		{ HEAD "\xff\n", "line 2: is no JSON object" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;

		g_assert_null(baseline_parse(cases[i].text, strlen(cases[i].text), &error));
		g_assert_error(error, POPSEAL_BASELINE_ERROR, 0);
		if (!g_str_has_prefix(error->message, cases[i].message))
			g_error("%s: not %s", error->message, cases[i].message);
	}
}

/* --- places ----------------------------------------------------------------------------------- */

static void
test_places(void)
{
	static const struct {
		const char *base;
		const char *file;
		const char *wanted;
	} cases[] = {
		{ BASE, BASE "/a/b", "a/b" },
		{ BASE, "a/b", "a/b" },
		{ BASE, "./a/../b", "b" },
		{ BASE, "../x/b", "/srv/x/b" },
		{ BASE, BASE, BASE },
		{ BASE, BASE "2/b", BASE "2/b" },
		{ "/", "/etc/b", "/etc/b" },
		{ NULL, "./a", "./a" },
	};
	static const struct {
		const char *pattern;
		const char *text;
		bool matches;
	} patterns[] = {
		{ "*", "", true },
		{ "a*c", "abbc", true },
		{ "a*c", "abb", false },
		{ "a?c", "abc", true },
		{ "a?c", "ac", false },
		{ "*/x/*", "/a/x/b", true },
		{ "a*b*c", "aXbYbZc", true },
		{ "", "a", false },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *got = place_relative(cases[i].base, cases[i].file);

		g_assert_cmpstr(got, ==, cases[i].wanted);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(patterns); i++)
		g_assert_cmpint(place_matches(patterns[i].pattern, patterns[i].text), ==,
			patterns[i].matches);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/fingerprint/stable", test_stable);
	g_test_add_func("/fingerprint/different", test_different);
	g_test_add_func("/fingerprint/twice", test_twice);
	g_test_add_func("/baseline/round", test_round);
	g_test_add_func("/baseline/suppressed", test_suppressed);
	g_test_add_func("/baseline/mistakes", test_mistakes);
	g_test_add_func("/places", test_places);
	return g_test_run();
}
