/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grammars of inetd, xinetd, James, Exchange, Zimbra and Postfix: what they make of their
 * texts, and that no octet is lost of any.
 */
#include <string.h>

#include "dialect/lines.h"

extern const struct dialect dialect_inetd, dialect_xinetd, dialect_xml, dialect_poplist,
	dialect_zmprov, dialect_maincf;

static const struct dialect *const tested[] = {
	&dialect_inetd,
	&dialect_xinetd,
	&dialect_xml,
	&dialect_poplist,
	&dialect_zmprov,
	&dialect_maincf,
};

static const char *const texts[] = {
	"",
	"\n",
	"pop3 stream tcp nowait root /usr/sbin/tcpd popa3d\n#off\n  more words\n127.0.0.1:\nx y\n",
	"service pop3\n{\n\tserver = /bin/x\n# c\n\n\tonly_from += 1.2.3.4\n}\n\nincludedir /x\n",
	"service pop3 {\n server=/x\n}\nservice a\n{\n b\n}\nservice c\n{\n d = e\n",
	"<?xml version=\"1.0\"?><!-- c --><a x='1' y = \"&lt;\"><b/>t &amp; u<![CDATA[<&]]></a >\n",
	"<a><b></a>",
	"<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
	"<a b></a>",
	"Server    : EX01\r\nBanner : a long\r\n            one\r\n\r\nServer : EX02\r\n",
	"[{\"Server\": \"A\", \"LoginType\": 3, \"SSLBindings\": [\"0.0.0.0:995\", {\"Address\": "
	"\"::\", \"Port\": 995}], \"x\": null, \"y\": {\"z\": [1, \"}\"]}}]\n",
	"{\"a\": \"\\\"\"",
	"# name mail.example.com\nzimbraPop3BindPort: 110\ndescription: two\nlines\n# name b\na: b",
	"a = b\n  c\n# comment\n  d\ne\n = f\n g = h\n",
};

static void
assert_whole(const struct dialect *dialect, const char *bytes, size_t length)
{
	g_autoptr(tree_auto) tree = dialect->parse(bytes, length);
	GString *out = tree_print(tree, bytes);

	g_assert_nonnull(out);
	g_assert_cmpuint(out->len, ==, length);
	g_assert_true(length == 0 || memcmp(out->str, bytes, length) == 0);
	g_string_free(out, TRUE);
}

/* Every dialect keeps every text, every beginning of it, and what random octets make of it. */
static void
test_whole(void)
{
	g_autoptr(GRand) random = g_rand_new_with_seed(110);

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		size_t length = strlen(texts[i]);

		for (size_t d = 0; d < G_N_ELEMENTS(tested); d++) {
			for (size_t end = 0; end <= length; end++) {
				g_autofree char *part = g_strndup(texts[i], end);

				assert_whole(tested[d], part, end);
			}
			for (int round = 0; length > 0 && round < 300; round++) {
				g_autofree char *text = g_strndup(texts[i], length);

				for (int n = 0; n < 3; n++)
					text[g_rand_int_range(random, 0, (gint32)length)] =
						(char)g_rand_int_range(random, 0, 256);
				assert_whole(tested[d], text, length);
			}
		}
	}
}

/* Past the most nodes what is left is one. */
static void
test_bound(void)
{
	g_autoptr(GString) lines = g_string_new(NULL);

	for (int i = 0; i < TREE_NODES_MAX + 10; i++)
		g_string_append(lines, i % 2 == 0 ? "a = b\n" : "<a/>\n");
	for (size_t d = 0; d < G_N_ELEMENTS(tested); d++)
		assert_whole(tested[d], lines->str, lines->len);
	g_string_assign(lines, "");
	for (int i = 0; i < TREE_NODES_MAX; i++)
		g_string_append(lines, "<a/>");
	assert_whole(&dialect_xml, lines->str, lines->len);
	g_string_assign(lines, "service a\n{\n");
	for (int i = 0; i < TREE_NODES_MAX; i++)
		g_string_append(lines, "a = b\n");
	assert_whole(&dialect_xinetd, lines->str, lines->len);
}

static const struct node *
nth(const struct tree *tree, enum node_kind kind, unsigned n)
{
	const struct node *node = tree->root.first;

	for (; node != NULL; node = node->next)
		if (node->kind == kind && n-- == 0)
			return node;
	g_assert_not_reached();
}

static struct tree *
parse(const struct dialect *dialect, const char *text)
{
	return dialect->parse(text, strlen(text));
}

static void
test_inetd(void)
{
	g_autoptr(tree_auto) tree = parse(&dialect_inetd,
		"#pop3 stream tcp nowait root a b\n"
		"pop3 stream tcp nowait root /usr/sbin/tcpd\n"
		"  popa3d -x # y\n"
		"  imap2 stream tcp nowait root c\n"
		"127.0.0.1:\n"
		"smtp stream tcp nowait root\n"
		"ftp stream tcp nowait root ftpd 'a b'\n"
		".include other\n");
	const struct node *node = nth(tree, NODE_SETTING, 0);

	g_assert_cmpstr(node->key, ==, "pop3");
	g_assert_cmpuint(lines_count(node->words), ==, 10);
	g_assert_cmpstr(node->words[6], ==, "popa3d");
	g_assert_null(node->problem);
	node = nth(tree, NODE_SETTING, 1);
	g_assert_cmpstr(node->key, ==, "imap2");
	g_assert_nonnull(node->problem);
	g_assert_cmpstr(nth(tree, NODE_SETTING, 2)->key, ==, "127.0.0.1:");
	g_assert_cmpstr(nth(tree, NODE_WRONG, 0)->key, ==, "smtp");
	g_assert_nonnull(nth(tree, NODE_SETTING, 3)->problem);
	g_assert_cmpstr(nth(tree, NODE_INCLUDE, 0)->value, ==, "other");
}

static void
test_xinetd(void)
{
	g_autoptr(tree_auto) tree = parse(&dialect_xinetd,
		"defaults\n{\n}\n"
		"Service pop3 extra\n# c\n{\n\tserver\t= /x\n\tonly_from\t+= a b\n}\n"
		"service wrong {\n\tx = y\n}\n"
		"service glued\n{\n\tserver=/x\n}\n"
		"include /etc/other\n"
		"nonsense\nservice swallowed\n{\n}\n"
		"service open\n{\n");
	const struct node *node = nth(tree, NODE_BLOCK, 1);

	g_assert_cmpstr(node->value, ==, "pop3");
	g_assert_cmpstr(tree_find_last(node, "server", false)->value, ==, "/x");
	node = tree_find_last(node, "only_from", false);
	g_assert_cmpuint(lines_count(node->words), ==, 3);
	g_assert_cmpstr(node->words[0], ==, "+=");
	g_assert_cmpstr(node->words[2], ==, "b");
	g_assert_cmpstr(nth(tree, NODE_WRONG, 0)->value, ==, "wrong");
	g_assert_cmpstr(nth(tree, NODE_WRONG, 1)->value, ==, "glued");
	g_assert_cmpstr(nth(tree, NODE_INCLUDE, 0)->value, ==, "/etc/other");
	g_assert_cmpstr(nth(tree, NODE_WRONG, 2)->key, ==, "nonsense");
	g_assert_cmpstr(nth(tree, NODE_WRONG, 3)->value, ==, "open");
}

static void
test_xml(void)
{
	g_autoptr(tree_auto) tree = parse(&dialect_xml,
		"<?xml version='1.0'?>\n<a one='1' two=\"&lt;&#65;\">x &amp; y<b/></a>\n");
	g_autoptr(tree_auto) entity = parse(&dialect_xml, "<a>&other;</a>");
	g_autoptr(tree_auto) torn = parse(&dialect_xml, "<a><b></a>");
	const struct node *a = nth(tree, NODE_BLOCK, 0);

	g_assert_cmpstr(a->key, ==, "a");
	g_assert_cmpstr(tree_find_last(a, "@one", false)->value, ==, "1");
	g_assert_cmpstr(tree_find_last(a, "@two", false)->value, ==, "<A");
	g_assert_cmpstr(tree_find_last(a, "#text", false)->value, ==, "x & y");
	g_assert_cmpstr(a->last->key, ==, "b");
	g_assert_cmpint(nth(entity, NODE_BLOCK, 0)->last->kind, ==, NODE_WRONG);
	g_assert_cmpint(nth(torn, NODE_BLOCK, 0)->last->last->kind, ==, NODE_WRONG);
}

/* As deep as it may be, and one deeper. */
static void
test_xml_depth(void)
{
	for (unsigned depth = TREE_DEPTH_MAX; depth <= TREE_DEPTH_MAX + 1; depth++) {
		g_autoptr(GString) text = g_string_new(NULL);
		g_autoptr(tree_auto) tree = NULL;
		bool wrong = false;

		for (unsigned i = 0; i < depth; i++)
			g_string_append(text, "<a>");
		for (unsigned i = 0; i < depth; i++)
			g_string_append(text, "</a>");
		tree = parse(&dialect_xml, text->str);
		for (const struct node *node = tree_next(&tree->root, &tree->root); node != NULL;
			node = tree_next(node, &tree->root))
			wrong |= node->kind == NODE_WRONG;
		g_assert_cmpint(wrong, ==, depth > TREE_DEPTH_MAX);
		assert_whole(&dialect_xml, text->str, text->len);
	}
}

static void
test_poplist(void)
{
	g_autoptr(tree_auto) tree = parse(&dialect_poplist,
		"\nLoginType : SecureLogin\nSSLBindings : {[::]:995, \n              "
		"0.0.0.0:995}\n");
	g_autoptr(tree_auto) json = parse(&dialect_poplist, texts[10]);
	static const char wide[] = "\xFF\xFE"
				   "L\0o\0g\0i\0n\0T\0y\0p\0e\0 \0:\0 \0X\0\r\0\n\0";
	g_autoptr(tree_auto) utf16 = dialect_poplist.parse(wide, sizeof(wide) - 1);

	g_assert_cmpstr(nth(tree, NODE_SETTING, 0)->value, ==, "SecureLogin");
	g_assert_cmpstr(nth(tree, NODE_SETTING, 1)->words[0], ==, "[::]:995");
	g_assert_cmpstr(nth(tree, NODE_SETTING, 1)->words[1], ==, "0.0.0.0:995");
	g_assert_cmpstr(nth(json, NODE_SETTING, 0)->value, ==, "A");
	g_assert_cmpstr(nth(json, NODE_SETTING, 1)->value, ==, "3");
	g_assert_cmpstr(nth(json, NODE_SETTING, 2)->words[1], ==, "[::]:995");
	g_assert_cmpstr(nth(json, NODE_SETTING, 3)->value, ==, "");
	g_assert_cmpstr(nth(utf16, NODE_SETTING, 0)->key, ==, "LoginType");
	g_assert_cmpstr(nth(utf16, NODE_SETTING, 0)->value, ==, "X");
	g_assert_cmpuint(nth(utf16, NODE_SETTING, 0)->value_at.start, ==, 26);
	assert_whole(&dialect_poplist, wide, sizeof(wide) - 1);
}

static void
test_zmprov(void)
{
	g_autoptr(tree_auto) tree = parse(&dialect_zmprov,
		"a: 1\n# name mail.example.com\nb: 2\nc: two\nlines\n\n# name other\nd: 3\n");

	g_assert_cmpstr(tree_find_last(&tree->root, "a", false)->value, ==, "1");
	g_assert_cmpstr(nth(tree, NODE_BLOCK, 0)->value, ==, "mail.example.com");
	g_assert_cmpstr(tree_find_last(nth(tree, NODE_BLOCK, 0), "c", false)->value, ==, "two");
	g_assert_null(tree_find_last(nth(tree, NODE_BLOCK, 0), "d", false));
	g_assert_cmpstr(tree_find_last(nth(tree, NODE_BLOCK, 1), "d", false)->value, ==, "3");
}

static void
test_maincf(void)
{
	g_autoptr(tree_auto) tree = parse(&dialect_maincf,
		"# c\na = b\n  c\n# between\n\n\td\n   # e = f\nempty =\nwrong\n");

	g_assert_cmpstr(nth(tree, NODE_SETTING, 0)->value, ==, "b c d");
	g_assert_cmpstr(nth(tree, NODE_SETTING, 1)->value, ==, "");
	g_assert_cmpstr(nth(tree, NODE_WRONG, 0)->key, ==, "wrong");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/dialect-services/whole", test_whole);
	g_test_add_func("/dialect-services/bound", test_bound);
	g_test_add_func("/dialect-services/inetd", test_inetd);
	g_test_add_func("/dialect-services/xinetd", test_xinetd);
	g_test_add_func("/dialect-services/xml", test_xml);
	g_test_add_func("/dialect-services/xml-depth", test_xml_depth);
	g_test_add_func("/dialect-services/poplist", test_poplist);
	g_test_add_func("/dialect-services/zmprov", test_zmprov);
	g_test_add_func("/dialect-services/maincf", test_maincf);
	return g_test_run();
}
