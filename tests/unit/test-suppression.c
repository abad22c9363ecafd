/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Suppressions: which comment is about which line, when one holds, and that
 * nothing that is written wrongly ever hides a finding.
 */
#include "model/suppression.h"

#include <string.h>

#include "model/facts.h"

#define FILE_NAME "dir/a.conf"
#define REASON    " reason=\"r\""

static bool
is_rule(const char *id)
{
	return g_str_equal(id, "rule-a") || g_str_equal(id, "rule-b");
}

static struct finding *
add_finding(struct assessment *assessment, const char *rule, const char *file, unsigned line)
{
	struct finding *finding = g_new0(struct finding, 1);

	finding->rule = rule;
	finding->outcome = FAIL;
	finding->severity = SEVERITY_HIGH;
	finding->location = (struct location){ .file = file, .line = line, .column = 1 };
	g_ptr_array_add(assessment->findings, finding);
	return finding;
}

static struct assessment *
assess(void)
{
	struct facts *facts = facts_new();

	config_facts_new(facts, "dovecot", "Dovecot");
	return assessment_new(facts);
}

/* --- which line ------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	const char *text;
	unsigned line; /* of the finding; 0: the file as a whole */
	bool suppressed;
} places[] = {
	{ "above", "x = y\n# popseal: ignore rule-a" REASON "\nssl = no\n", 3, true },
	{ "above-not-further", "# popseal: ignore rule-a" REASON "\nssl = no\nx = y\n", 3, false },
	{ "above-not-before", "x = y\n# popseal: ignore rule-a" REASON "\n", 1, false },
	{ "same", "ssl = no # popseal: ignore rule-a" REASON "\n", 1, true },
	{ "same-not-next", "ssl = no # popseal: ignore rule-a" REASON "\nx\n", 2, false },
	{ "stacked",
		"# popseal: ignore rule-a" REASON "\n# popseal: ignore rule-b" REASON
		"\nssl = no\n",
		3, true },
	{ "other-rule", "# popseal: ignore rule-b" REASON "\nssl = no\n", 2, false },
	{ "several-rules", "# popseal: ignore rule-b,rule-a" REASON "\nssl = no\n", 2, true },
	{ "several-rules-apart", "# popseal: ignore rule-b, rule-a" REASON "\nssl = no\n", 2,
		true },
	{ "semicolon", "; popseal: ignore rule-a" REASON "\nssl = no\n", 2, true },
	{ "slashes", "// popseal: ignore rule-a" REASON "\nssl = no\n", 2, true },
	{ "xml", "<!-- popseal: ignore rule-a" REASON " -->\n<a/>\n", 2, true },
	{ "xml-tight", "<a/> <!--popseal: ignore rule-a" REASON "-->\n", 1, true },
	{ "crlf", "# popseal: ignore rule-a" REASON "\r\nssl = no\r\n", 2, true },
	{ "no-end", "ssl = no # popseal: ignore rule-a" REASON, 1, true },
	{ "indented", "\t #\tpopseal:\tignore\trule-a" REASON "\nssl = no\n", 2, true },
	{ "no-comment", "popseal: ignore rule-a" REASON "\nssl = no\n", 2, false },
	{ "text-between", "# see popseal: ignore rule-a" REASON "\nssl = no\n", 2, false },
	{ "blank-between", "# popseal: ignore rule-a" REASON "\n\nssl = no\n", 3, false },
	{ "whole-file", "# head\n# popseal: ignore rule-a" REASON "\nx = y\n", 0, true },
	{ "whole-file-xml", "<?xml version=\"1.0\"?>\n<!-- popseal: ignore rule-a" REASON "-->\n",
		0, true },
	{ "whole-file-too-late", "x = y\n# popseal: ignore rule-a" REASON "\n", 0, false },
	{ "whole-file-same-line", "x = y # popseal: ignore rule-a" REASON "\n", 0, false },
	{ "last-day", "# popseal: ignore rule-a until=2027-01-31" REASON "\nssl = no\n", 2, true },
	{ "day-after", "# popseal: ignore rule-a until=2027-01-30" REASON "\nssl = no\n", 2,
		false },
	{ "order", "# popseal: ignore rule-a" REASON " until=2027-02-01\nssl = no\n", 2, true },
	{ "no-reason", "# popseal: ignore rule-a\nssl = no\n", 2, false },
	{ "empty-reason", "# popseal: ignore rule-a reason=\" \"\nssl = no\n", 2, false },
	{ "bare-reason", "# popseal: ignore rule-a reason=old\nssl = no\n", 2, false },
	{ "open-reason", "# popseal: ignore rule-a reason=\"old\nssl = no\n", 2, false },
	{ "no-day", "# popseal: ignore rule-a until=2027-02-30" REASON "\nssl = no\n", 2, false },
	{ "short-day", "# popseal: ignore rule-a until=2027-2-1" REASON "\nssl = no\n", 2, false },
	{ "no-rule", "# popseal: ignore" REASON "\nssl = no\n", 2, false },
	{ "unknown-rule", "# popseal: ignore rule-a,rule-c" REASON "\nssl = no\n", 2, false },
	{ "unknown-key", "# popseal: ignore rule-a from=x" REASON "\nssl = no\n", 2, false },
	{ "unknown-word", "# popseal: ignroe rule-a" REASON "\nssl = no\n", 2, false },
	{ "twice", "# popseal: ignore rule-a" REASON REASON "\nssl = no\n", 2, false },
	{ "all", "# popseal: ignore *" REASON "\nssl = no\n", 2, false },
};

static void
test_place(const void *data)
{
	size_t i = GPOINTER_TO_SIZE(data);
	g_autoptr(assessment_auto) assessment = assess();
	struct finding *finding = add_finding(assessment, "rule-a", FILE_NAME, places[i].line);
	struct finding *other = add_finding(assessment, "rule-a", "dir/b.conf", places[i].line);

	suppressions_scan(assessment, FILE_NAME, places[i].text, strlen(places[i].text), is_rule);
	suppressions_apply(assessment, "2027-01-31");
	g_assert_cmpint(finding->suppressed, ==,
		places[i].suppressed ? SUPPRESSED_IN_SOURCE : SUPPRESSED_NOT);
	g_assert_cmpint(finding_counts(finding), ==, !places[i].suppressed);
	g_assert_cmpint(other->suppressed, ==, SUPPRESSED_NOT);
	if (places[i].suppressed)
		g_assert_cmpstr(finding->reason, ==, "r");
}

/* --- what is told of them --------------------------------------------------------------------- */

static const struct {
	const char *text;
	enum suppression_state state;
} states[] = {
	{ "ignore rule-a reason=\"r\"", SUPPRESSION_USED },
	{ "ignore rule-b reason=\"r\"", SUPPRESSION_UNUSED },
	{ "ignore rule-a until=2026-12-31 reason=\"r\"", SUPPRESSION_EXPIRED },
	{ "ignore rule-b until=2026-12-31 reason=\"r\"", SUPPRESSION_EXPIRED },
	{ "ignore rule-a", SUPPRESSION_MALFORMED },
	{ "", SUPPRESSION_MALFORMED },
	{ "ignore", SUPPRESSION_MALFORMED },
	{ "ignore rule-a \xff reason=\"r\"", SUPPRESSION_MALFORMED },
};

static void
test_states(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
		g_autofree char *text =
			g_strdup_printf("# popseal: %s\nssl = no\n", states[i].text);
		g_autoptr(assessment_auto) assessment = assess();
		const struct suppression *suppression;

		g_test_message("%zu", i);
		add_finding(assessment, "rule-a", FILE_NAME, 2);
		suppressions_scan(assessment, FILE_NAME, text, strlen(text), is_rule);
		suppressions_apply(assessment, "2027-01-31");
		g_assert_cmpuint(assessment->suppressions->len, ==, 1);
		suppression = g_ptr_array_index(assessment->suppressions, 0);
		g_assert_cmpint(suppression->state, ==, states[i].state);
		g_assert_cmpuint(suppression->line, ==, 1);
		g_assert_cmpint(suppression->complaint != NULL, ==,
			suppression->state == SUPPRESSION_MALFORMED);
	}
}

/* A reason may hold quotes; octets that are no text change nothing. */
static void
test_reason(void)
{
	g_autoptr(assessment_auto) assessment = assess();
	static const char text[] =
		"# popseal: ignore rule-a reason=\"say \\\"no\\\" \\\\ \xff\"\nx\n";
	struct finding *finding = add_finding(assessment, "rule-a", FILE_NAME, 2);

	suppressions_scan(assessment, FILE_NAME, text, strlen(text), is_rule);
	suppressions_apply(assessment, "2027-01-31");
	g_assert_cmpstr(finding->reason, ==, "say \"no\" \\ \xff");
}

static void
test_bounds(void)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(assessment_auto) assessment = assess();
	const struct suppression *last;

	for (unsigned i = 0; i < SUPPRESSIONS_MAX + 8; i++)
		g_string_append(text, "x # popseal: ignore rule-a" REASON "\n");
	g_string_append(text, "# popseal: ignore rule-a reason=\"");
	for (unsigned i = 0; i < SUPPRESSION_TEXT_MAX; i++)
		g_string_append_c(text, 'r');
	g_string_append(text, "\"\n");
	suppressions_scan(assessment, FILE_NAME, text->str, text->len, is_rule);
	g_assert_cmpuint(assessment->suppressions->len, ==, SUPPRESSIONS_MAX);
	last = g_ptr_array_index(assessment->suppressions, SUPPRESSIONS_MAX - 1);
	g_assert_cmpint(last->state, ==, SUPPRESSION_MALFORMED);
}

/* NULs, lone markers and cut lines: every prefix of a hostile text, and every octet in it. */
static void
test_hostile(void)
{
	static const char text[] =
		"<!-- popseal: ignore rule-a until=2027-01-31 reason=\"\\\"\" -->"
		"\n#popseal:\n;popseal: ignore ,,,=\n\0# popseal: ignore rule-a"
		" reason=\"\\";

	for (size_t length = 0; length < sizeof(text); length++) {
		for (int octet = 0; octet < 256; octet += 15) {
			g_autofree char *bytes = g_memdup2(text, sizeof(text));
			g_autoptr(assessment_auto) assessment = assess();

			bytes[length] = (char)octet;
			add_finding(assessment, "rule-a", FILE_NAME, 2);
			suppressions_scan(assessment, FILE_NAME, bytes, length, is_rule);
			suppressions_apply(assessment, "2027-01-31");
		}
	}
}

static void
test_day(void)
{
	char day[SUPPRESSION_DAY_MAX];

	g_assert_cmpstr(suppression_day(0, day), ==, "1970-01-01");
	g_assert_cmpstr(suppression_day(INT64_C(1801439999) * G_USEC_PER_SEC, day), ==,
		"2027-01-31");
	/* A clock that is out of range lets no day hold. */
	g_assert_cmpstr(suppression_day(INT64_MAX, day), ==, "9999-12-31");
	g_assert_cmpstr(suppression_day(INT64_MIN, day), ==, "9999-12-31");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
		g_autofree char *name = g_strdup_printf("/place/%s", places[i].name);

		g_test_add_data_func(name, GSIZE_TO_POINTER(i), test_place);
	}
	g_test_add_func("/states", test_states);
	g_test_add_func("/reason", test_reason);
	g_test_add_func("/bounds", test_bounds);
	g_test_add_func("/hostile", test_hostile);
	g_test_add_func("/day", test_day);
	return g_test_run();
}
