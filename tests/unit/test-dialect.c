/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every dialect gives back the octets that it was given, whatever they are; and Dovecot's means by
 * them what the server does.
 */
#include <locale.h>
#include <string.h>

#include "dialect/dovecot.h"

enum {
	MUTATIONS = 400,
	MUTATIONS_SANITIZED = 40, /* each allocation costs a slow unwinding */
};

static const char *const nasty[] = {
	"",
	"\n",
	"\r\n\r\n",
	"a = b",
	"a = b \\",
	"a = \\\n b\n",
	"a = \\\n# c\n b\n",
	"a = b \\ # note\n c\n",
	"a = \"b # c\" # d\r\n",
	"a = 'b\n",
	"a = \"\n",
	"a = \"b\\\"c\\\\\"\n",
	"\"a b\" = c\n",
	"protocol pop3 {\n  ssl = no\n}\n",
	"a {\n b {\n c = d\n",
	"}\n}\na {\n}\n",
	"a { b = c }\n",
	"!include conf.d/*.conf\n!include_try x\n",
	"key = <<END\nssl = no\nEND\nb = c\n",
	"key = <<END\nssl = no\n  END \n",
	"key = <<\n",
	"group @a b {\n}\n@a = b\n",
	"a = $b $SET:c $ENV:d\n",
	"\xef\xbb\xbf"
	"a = b\n",
	"a = \xff\xfe\x80\n",
	"ssl_mode tls_listen,\\\n tls_outgoing # c\n",
	"a: b\n  c: d\nSERVICES {\n pop3 cmd=\"pop3d\" listen=\"pop3\"\n}\n",
	"mail { server { listen 110; starttls only; } }\n",
	"[pop3s]\naccept = 995\nconnect = 110\n",
	"POP3_TLS_REQUIRED=1\nX=\"a b\"\n. /etc/x\n",
	"<a><b c='d'>e</b></a>\n",
	"= = =\n{\n}\n\\\n\\\n#\\\n",
};

static const char with_nul[] = "a = b\0c\nd = e\n\0\nf {\n\0}\n";

/* --- every octet comes back ------------------------------------------------------------------- */

static void
check_whole(const struct dialect *dialect, const char *bytes, size_t length)
{
	/* Exactly as long as it is, so that reading past the end is seen by a sanitizer. */
	g_autofree char *copy = g_malloc(length + 1);
	g_autoptr(tree_auto) tree = NULL;
	g_autoptr(GString) printed = NULL;

	memcpy(copy, bytes, length);
	copy[length] = '\0';
	tree = dialect->parse(copy, length);
	printed = tree_print(tree, copy);
	g_assert_nonnull(printed);
	g_assert_cmpuint(printed->len, ==, length);
	g_assert_true(memcmp(printed->str, bytes, length) == 0);
}

static void
test_nasty(const void *data)
{
	for (size_t i = 0; i < G_N_ELEMENTS(nasty); i++)
		check_whole(data, nasty[i], strlen(nasty[i]));
	check_whole(data, with_nul, sizeof(with_nul) - 1);
}

/* One octet changed, put in or left out, or a part of another text put in. */
static void
mutate(GString *text)
{
	static const char likely[] = "\n\\{}=#\"'<$! \t\r;:@/END";
	gsize at = (gsize)g_test_rand_int_range(0, (gint32)text->len + 1);
	const char *other = nasty[g_test_rand_int_range(0, G_N_ELEMENTS(nasty))];

	switch (g_test_rand_int_range(0, 4)) {
	case 0:
		g_string_insert_c(text, (gssize)at,
			likely[g_test_rand_int_range(0, sizeof(likely))]);
		break;
	case 1:
		g_string_insert_c(text, (gssize)at, (char)g_test_rand_int_range(-128, 128));
		break;
	case 2:
		if (at < text->len)
			g_string_erase(text, (gssize)at, 1);
		break;
	default:
		g_string_insert(text, (gssize)at, other);
		break;
	}
}

static int
mutations(void)
{
	return g_strcmp0(g_getenv("POPSEAL_SANITIZED"), "1") == 0 ? MUTATIONS_SANITIZED : MUTATIONS;
}

static void
test_mutations(const void *data)
{
	for (size_t i = 0; i < G_N_ELEMENTS(nasty); i++) {
		g_autoptr(GString) text = g_string_new(nasty[i]);

		for (int j = 0; j < mutations(); j++) {
			mutate(text);
			check_whole(data, text->str, text->len);
			if (text->len > 2000)
				g_string_truncate(text, 100);
		}
	}
}

/* More nodes or levels than are taken. */
static void
test_bounds(const void *data)
{
	g_autoptr(GString) deep = g_string_new(NULL), many = g_string_new(NULL);

	for (int i = 0; i < 2 * TREE_DEPTH_MAX; i++)
		g_string_append(deep, "a {\n");
	check_whole(data, deep->str, deep->len);
	for (int i = 0; i < TREE_NODES_MAX + 10; i++)
		g_string_append(many, i % 2 == 0 ? "a = b\n" : "#\n");
	check_whole(data, many->str, many->len);
}

/* --- Dovecot ---------------------------------------------------------------------------------- */

/* Whether that is the value of the key's last setting at the top; NULL: there is none. */
static void
check_value(const struct dialect *dialect, const char *text, const char *key, const char *wanted)
{
	g_autoptr(tree_auto) tree = dialect->parse(text, strlen(text));
	const struct node *node = tree_find_last(&tree->root, key, false);

	g_assert_cmpstr(node != NULL ? node->value : NULL, ==, wanted);
}

/* As doveconf of 2.3.19 and 2.4.1 takes them. */
static void
test_dovecot_values(void)
{
	static const struct {
		const char *text, *of_23, *of_24;
	} rows[] = {
		{ "a = b c\t \n", "b c", "b c" },
		{ "a=b\r\n", "b", "b" },
		{ "a = b\r", "b", "b" },
		{ "a = b#c\n", "b", "b" },
		{ "a = \"b # c\" # d\n", "b # c", "b # c" },
		{ "a = \"b # c\n", "\"b # c", "\"b # c" },
		{ "a = 'b\\'c \\n'\n", "b'c n", "b'c n" },
		{ "a = \"b' \n", "\"b'", "\"b'" },
		{ "a = \"b\" c \"d\"\n", "b\" c \"d", "b\" c \"d" },
		{ "a = \"\n", "", "" },
		{ "a =\n", "", "" },
		{ "a = b = c\n", "b = c", "b = c" },
		{ "a = b \\\n   c\n", "b c", "b c" },
		{ "a = b \\ # note\n   c # note\n", "b c", "b c" },
		{ "a = \"b \\\n  c\"\n", "b c", "b c" },
		{ "\\\na = b\n", "b", "b" },
		{ "a = b \\\n \\\n c\n", "b c", "b c" },
		{ "a = b \\\n# note\n c = d\n", NULL, NULL },
		{ "a = b \\\n\na = c\n", "c", "c" },
		{ "# b \\\na = c\n", "c", "c" },
		{ "a = b\\", NULL, NULL },
		{ "\"a\" = b\n", NULL, "b" },
		{ "\fa = b\n", NULL, "b" },
		{ "a = <  /b\n", "/b", "/b" },
		{ "a = <<END\nb = c\nEND\n", "<END", "b = c\n" },
		{ "x {\na = b\n}\n", NULL, NULL },
		{ "x {\na = b\n", NULL, NULL },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		check_value(&dialect_dovecot23, rows[i].text, "a", rows[i].of_23);
		check_value(&dialect_dovecot24, rows[i].text, "a", rows[i].of_24);
	}
}

static void
test_dovecot_nul(void)
{
	static const char text[] = "a = b\0c\nd = e\n";
	g_autoptr(tree_auto) tree = dialect_dovecot23.parse(text, sizeof(text) - 1);

	g_assert_cmpstr(tree_find_last(&tree->root, "a", false)->value, ==, "b");
	g_assert_cmpstr(tree_find_last(&tree->root, "d", false)->value, ==, "e");
}

/* The problem of the first node, where that one is wrong. */
static void
test_dovecot_wrong(void)
{
	static const char *const rows[] = {
		"ssl\n",
		"ssl no\n",
		"protocol imap { ssl = no }\n",
		"protocol imap {}\n",
		"protocol imap{\n}\n",
		"protocol imap\n{\n}\n",
		"protocol \"imap {\n}\n",
		"}\n",
		"} # c\n",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		for (int j = 0; j < 2; j++) {
			const struct dialect *dialect =
				j == 0 ? &dialect_dovecot23 : &dialect_dovecot24;
			g_autoptr(tree_auto) tree = dialect->parse(rows[i], strlen(rows[i]));

			g_assert_cmpint(tree->root.first->kind, ==, NODE_WRONG);
			g_assert_nonnull(tree->root.first->problem);
		}
}

static void
test_dovecot_blocks(void)
{
	static const char text[] =
		"service \"a b\" { # c\n  inet_listener x {\n    port = 1\n  }\n}\nssl = no\n";
	g_autoptr(tree_auto) tree = dialect_dovecot23.parse(text, strlen(text));
	const struct node *service = tree->root.first;

	g_assert_cmpint(service->kind, ==, NODE_BLOCK);
	g_assert_cmpstr(service->key, ==, "service");
	g_assert_cmpstr(service->words[0], ==, "a b");
	g_assert_null(service->words[1]);
	g_assert_cmpstr(service->first->words[0], ==, "x");
	g_assert_cmpstr(service->first->first->value, ==, "1");
	g_assert_cmpstr(service->next->key, ==, "ssl");
}

/* An edit of a value leaves all else as it is, in a continued line, too. */
static void
test_dovecot_edit(void)
{
	static const char text[] = "# x\r\n  ssl = \\\n  \"yes\"   # y\nb = c\n";
	g_autoptr(tree_auto) tree = dialect_dovecot23.parse(text, strlen(text));
	const struct node *ssl = tree_find_last(&tree->root, "ssl", false);
	const struct edit edit = { ssl->value_at, "required" };
	g_autoptr(GString) edited = tree_splice(text, strlen(text), &edit, 1);

	g_assert_cmpstr(ssl->value, ==, "yes");
	g_assert_cmpstr(edited->str, ==, "# x\r\n  ssl = \\\n  required   # y\nb = c\n");
}

int
main(int argc, char **argv)
{
	setlocale(LC_ALL, "");
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; dialects[i] != NULL; i++) {
		g_autofree char *name = g_strconcat("/dialect/", dialects[i]->name, NULL);
		g_autofree char *nasties = g_strconcat(name, "/nasty", NULL);
		g_autofree char *mutations = g_strconcat(name, "/mutations", NULL);
		g_autofree char *bounds = g_strconcat(name, "/bounds", NULL);

		g_test_add_data_func(nasties, dialects[i], test_nasty);
		g_test_add_data_func(mutations, dialects[i], test_mutations);
		g_test_add_data_func(bounds, dialects[i], test_bounds);
	}
	g_test_add_func("/dialect/dovecot/values", test_dovecot_values);
	g_test_add_func("/dialect/dovecot/nul", test_dovecot_nul);
	g_test_add_func("/dialect/dovecot/wrong", test_dovecot_wrong);
	g_test_add_func("/dialect/dovecot/blocks", test_dovecot_blocks);
	g_test_add_func("/dialect/dovecot/edit", test_dovecot_edit);
	return g_test_run();
}
