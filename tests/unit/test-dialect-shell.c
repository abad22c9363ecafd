/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dialect/shell.h"
#include "dialect/tree.h"
#include "test-config-memory.h"

extern const struct dialect dialect_shell;

enum {
	RANDOM_TEXTS = 6000,
	RANDOM_PARTS = 14
};

static void
test_print(void)
{
	static const char *const parts[] = { "A=1", "B=", "'x y'", "\"$A", "\"", "'", "\\", "\n",
		" ", "; ", "# c\n", "if ", "then ", "fi\n", "case x in\n", "esac", "export ",
		". /f\n", "(", ")", "{ ", "}", "f()", "$(", "`", "${A:=", "<<X\n", "&& ", "| ",
		"& ", "\\\n", "~", "=" };

	for (int i = 0; i < RANDOM_TEXTS; i++) {
		g_autoptr(GString) text = g_string_new(NULL);
		g_autoptr(tree_auto) tree = NULL;
		GString *printed;

		for (int j = g_test_rand_int_range(0, RANDOM_PARTS); j > 0; j--)
			g_string_append(text,
				parts[g_test_rand_int_range(0, (gint32)G_N_ELEMENTS(parts))]);
		tree = dialect_shell.parse(text->str, text->len);
		printed = tree_print(tree, text->str);
		g_assert_nonnull(printed);
		g_assert_true(g_string_equal(printed, text));
		g_string_free(printed, TRUE);
	}
}

/* What A is at the end, in an empty environment: its text, "(unknown)" or "(unset)". */
static const struct {
	const char *text, *value;
} rows[] = {
	{ "", "(unset)" },
	{ "A=1", "1" },
	{ "A=1\nA=2\n", "2" },
	{ "A=1 B=2\n", "1" },
	{ "A=1; A=3 # A=4\n", "3" },
	{ "A='a b'\"c $B\"d\\ e\n", "a bc d e" },
	{ "B=x\nA=\"$B-${B}y\"\n", "x-xy" },
	{ "A=$B\n", "" },
	{ "A=\"a\\\nb\"\n", "ab" },
	{ "A='a\nb'\n", "a\nb" },
	{ "A=\"\\$B \\x\"\n", "$B \\x" },
	{ "A=1\r\n", "1\r" },
	{ "A=x#y\n", "x#y" },
	{ "export A=1\n", "1" },
	{ "A=1\nexport A\n", "1" },
	{ "export A=$B\n", "(unknown)" },
	{ "A=~\n", "(unknown)" },
	{ "A=$(x)\n", "(unknown)" },
	{ "A=`x`\nA=1\n", "1" },
	{ "A=$1\n", "(unknown)" },
	{ "A=${B:-1}\n", "(unknown)" },
	{ "B=${A:=1}\n", "(unknown)" },
	{ "B=$((A=1))\n", "(unknown)" },
	{ "B=${C:?}\nA=1\n", "(unknown)" },
	{ "A=$PATH\n", "(unknown)" },
	{ "A=1\nif x; then\n  A=2\nfi\n", "(unknown)" },
	{ "if x; then\n  A=2\nfi\nA=1\n", "1" },
	{ "A=1\nif x; then B=2; fi\n", "1" },
	{ "A=1\ncase $B in\nx) A=2 ;;\nesac\n", "(unknown)" },
	{ "f() {\n  A=2\n}\nA=1\nf\n", "(unknown)" },
	{ "A=1\n[ -f /x ] && A=2\n", "(unknown)" },
	{ "A=1\nA=2 cmd\n", "(unknown)" },
	{ "A=1\neval x\n", "(unknown)" },
	{ "A=1\n$CMD x\n", "(unknown)" },
	{ "exit 0\nA=1\n", "(unknown)" },
	{ "cat <<X\nA=2\nX\nA=1\n", "(unknown)" },
	{ "A='1\n", "(unknown)" },
	{ "umask 022\nA=1\necho hello\n", "1" },
	{ "A=1\n(A=2)\n", "(unknown)" },
	{ "A=1\n}\n", "(unknown)" },
	{ ". /included\n", "from there" },
	{ "A=1\n. /nowhere\n", "(unknown)" },
	{ "A=1\n. ./included\n", "(unknown)" },
	{ "A=1\n. /loop\n", "(unknown)" },
	{ "A=1\n[ -f /included ] && . /included\n", "(unknown)" },
};

static void
test_values(void)
{
	static const struct memory_file files[] = {
		{ "/included", "A='from there'\n", 0 },
		{ "/loop", ". /loop\n", 0 },
		{ NULL, NULL, 0 },
	};
	struct memory memory = { { memory_read, memory_match, memory_look }, files, { { 0 } } };

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(shell_values_auto) values = shell_values_new(true);
		const struct config_text text = { "/t", "/t", rows[i].text, strlen(rows[i].text) };
		const struct shell_value *value;

		shell_values_source(values, &memory.source, &text);
		value = shell_values_find(values, "A");
		g_test_message("%s", rows[i].text);
		g_assert_cmpstr(value == NULL       ? "(unset)" :
				value->text == NULL ? "(unknown)" :
						      value->text,
			==, rows[i].value);
	}
}

/* Where the environment is not empty, what is not set may come from there. */
static void
test_environment(void)
{
	struct memory memory = { .source = { memory_read, memory_match, memory_look } };
	g_autoptr(shell_values_auto) values = shell_values_new(false);
	const struct config_text text = { "/t", "/t", "A=$B\nC=1\nD=$C\n", 14 };

	shell_values_source(values, &memory.source, &text);
	g_assert_null(shell_values_find(values, "A")->text);
	g_assert_cmpstr(shell_values_find(values, "D")->text, ==, "1");
}

static void
test_spans(void)
{
	static const char text[] = "  export B=2 A=\"1 x\" # c\n";
	g_autoptr(tree_auto) tree = dialect_shell.parse(text, strlen(text));
	const struct node *node = tree_find_last(&tree->root, "A", false);
	const struct edit edit = { node->value_at, "3" };
	GString *edited = tree_splice(text, strlen(text), &edit, 1);

	g_assert_cmpstr(edited->str, ==, "  export B=2 A=3 # c\n");
	g_assert_cmpstr(node->value, ==, "1 x");
	g_string_free(edited, TRUE);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/dialect/shell/print", test_print);
	g_test_add_func("/dialect/shell/values", test_values);
	g_test_add_func("/dialect/shell/environment", test_environment);
	g_test_add_func("/dialect/shell/spans", test_spans);
	return g_test_run();
}
