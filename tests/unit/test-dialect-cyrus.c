/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dialect/tree.h"

extern const struct dialect dialect_imapd;
extern const struct dialect dialect_masterconf;

enum {
	RANDOM_TEXTS = 4000,
	RANDOM_LENGTH = 60
};

static void
assert_prints(const struct dialect *dialect, const char *bytes, size_t length)
{
	g_autoptr(tree_auto) tree = dialect->parse(bytes, length);
	GString *text = tree_print(tree, bytes);

	g_assert_nonnull(text);
	g_assert_true(text->len == length && memcmp(text->str, bytes, length) == 0);
	g_string_free(text, TRUE);
}

/* Texts of the octets that mean something to one of the two grammars. */
static void
test_print(void)
{
	static const char octets[] = "ab:\\\n\n#@ \t\"={}}SERVICES {\r";

	for (int i = 0; i < RANDOM_TEXTS; i++) {
		char text[RANDOM_LENGTH];
		size_t length = (size_t)g_test_rand_int_range(0, RANDOM_LENGTH);

		for (size_t at = 0; at < length; at++)
			text[at] = octets[g_test_rand_int_range(0, (gint32)sizeof(octets))];
		assert_prints(&dialect_imapd, text, length);
		assert_prints(&dialect_masterconf, text, length);
		g_autofree char *within =
			g_strdup_printf("SERVICES {\n%.*s\n}\n", (int)length, text);
		assert_prints(&dialect_masterconf, within, strlen(within));
	}
}

/* The nodes but for blanks, one a line: kind's letter, key, value. */
static char *
show(const struct dialect *dialect, const char *text)
{
	static const char kinds[] = { [NODE_BLANK] = '#',
		[NODE_SETTING] = '=',
		[NODE_BLOCK] = '{',
		[NODE_INCLUDE] = '<',
		[NODE_WRONG] = '!' };
	g_autoptr(tree_auto) tree = dialect->parse(text, strlen(text));
	GString *shown = g_string_new(NULL);

	for (const struct node *node = tree->root.first; node != NULL;
		node = tree_next(node, &tree->root))
		if (node->kind != NODE_BLANK || node->problem != NULL)
			g_string_append_printf(shown, "%c%s|%s\n", kinds[node->kind], node->key,
				node->value != NULL ? node->value : "");
	return g_string_free(shown, FALSE);
}

static void
test_imapd(void)
{
	static const char *const rows[][2] = {
		{ "allowplaintext: yes\n", "=allowplaintext|yes\n" },
		{ "  AllowPlaintext:yes \t\r\n", "=allowplaintext|yes\n" },
		{ "a: b # c\n#d: e\n  #f: g\n", "=a|b # c\n" },
		{ "allow\\\nplaintext: y\\\nes\n", "=allowplaintext|yes\n" },
		{ "# c \\\na: b\nc: d", "=c|d\n" },
		{ "a: b\\", "=a|b\\\n" },
		{ "a: b\\\n", "#|\n" },
		{ "a: b\\\\\n\nc: d\n", "=a|bc: d\n" },
		{ "a: b\\\r\nc: d\n", "=a|b\\\n=c|d\n" },
		{ "@include: /x\n@INCLUDE: /y\n@other: z\n",
			"<@include|/x\n<@include|/y\n!@other|z\n" },
		{ "a:\nb c\n: d\na b: c\n", "!a|\n!|\n!|\n!|\n" },
		{ "partition-x_1: /y: z\n", "=partition-x_1|/y: z\n" },
		{ "", "" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *shown = show(&dialect_imapd, rows[i][0]);

		g_assert_cmpstr(shown, ==, rows[i][1]);
	}
}

/* A value over two lines is replaced whole. */
static void
test_imapd_spans(void)
{
	static const char text[] = "x: 1\nallow\\\nplaintext: y\\\nes \n";
	g_autoptr(tree_auto) tree = dialect_imapd.parse(text, strlen(text));
	const struct node *node = tree_find_last(&tree->root, "allowplaintext", false);
	const struct edit edit = { node->value_at, "no" };
	GString *edited = tree_splice(text, strlen(text), &edit, 1);
	unsigned line, column;

	g_assert_cmpstr(edited->str, ==, "x: 1\nallow\\\nplaintext: no \n");
	tree_position(text, node->key_at.start, &line, &column);
	g_assert_cmpuint(line, ==, 2);
	tree_position(text, node->value_at.start, &line, &column);
	g_assert_cmpuint(line, ==, 3);
	g_assert_cmpuint(column, ==, 12);
	g_string_free(edited, TRUE);
}

static void
test_masterconf(void)
{
	static const char *const rows[][2] = {
		{ "SERVICES {\n pop3 cmd=\"pop3d -s\" listen=995\n}\n",
			"{SERVICES|\n{pop3|\n=cmd|pop3d -s\n=listen|995\n" },
		{ "Services {\n p cmd=\"a\"\n", "{SERVICES|\n{p|\n=cmd|a\n" },
		{ "services {\n p cmd=\"a\"\n}\n", "#|\n" },
		{ "SERVICES\n{\n p cmd=\"a\"\n}\n", "!|\n#|\n" },
		{ "SERVICES { # x\n p cmd=a#b\n # q\n\n}\n", "{SERVICES|\n{p|\n=cmd|a\n" },
		{ "SERVICES {\n p cmd=\"a # b\"\n}\n", "{SERVICES|\n!p|\n" },
		{ "SERVICES {\n p-q cmd=a\n p cmd\n p c-d=e\n p a=b }\n}\n",
			"{SERVICES|\n!p|\n!p|\n!p|\n!p|\n" },
		{ "SERVICES {\n p\n}\n", "{SERVICES|\n{p|\n" },
		{ "START {\n}\nSERVICES {\n}\nSERVICES {\n}\n", "{START|\n{SERVICES|\n!|\n" },
		{ "OTHER {\n SERVICES {\n }\n}\nSERVICES {\n p a=b\n}\n",
			"#|\n{SERVICES|\n{p|\n=a|b\n" },
		{ "}\nSERVICES {\n p a=b\n}\n", "#|\n!|\n#|\n#|\n" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *shown = show(&dialect_masterconf, rows[i][0]);

		g_test_message("%s", rows[i][0]);
		g_assert_cmpstr(shown, ==, rows[i][1]);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/dialect/cyrus/print", test_print);
	g_test_add_func("/dialect/cyrus/imapd", test_imapd);
	g_test_add_func("/dialect/cyrus/imapd-spans", test_imapd_spans);
	g_test_add_func("/dialect/cyrus/masterconf", test_masterconf);
	return g_test_run();
}
