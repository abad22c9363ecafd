/* SPDX-License-Identifier: Apache-2.0 */
#include "test-dialect-shape.h"

#include <string.h>

enum {
	GARBLED = 40, /* variants of each sample */
};

static void
add_words(GString *shape, const struct node *node)
{
	for (size_t i = 0; node->words != NULL && node->words[i] != NULL; i++)
		g_string_append_printf(shape, "%s%s", i > 0 ? "|" : "", node->words[i]);
	if (node->words == NULL && node->value != NULL)
		g_string_append(shape, node->value);
}

static void
add_node(GString *shape, const struct node *node)
{
	if (node->problem != NULL && node->kind != NODE_WRONG)
		g_string_append_c(shape, '?');
	switch (node->kind) {
	case NODE_BLANK:
		return;
	case NODE_WRONG:
		g_assert_nonnull(node->problem);
		g_string_append_c(shape, '!');
		return;
	case NODE_INCLUDE:
		g_string_append_printf(shape, "<%s>", node->value);
		return;
	case NODE_SETTING:
		g_string_append_printf(shape, "%s%s", node->key, node->value != NULL ? "=" : "");
		add_words(shape, node);
		g_string_append_c(shape, ';');
		return;
	case NODE_BLOCK:
		g_string_append_printf(shape, "%s%s", node->key, node->value != NULL ? "|" : "");
		add_words(shape, node);
		g_string_append_c(shape, '{');
		for (const struct node *child = node->first; child != NULL; child = child->next)
			add_node(shape, child);
		g_string_append_c(shape, '}');
		return;
	}
}

/* The tree gives back what it was made from, and its spans lie within. */
static void
check_whole(const struct tree *tree, const char *bytes, size_t length)
{
	GString *printed = tree_print(tree, bytes);

	g_assert_nonnull(printed);
	g_assert_cmpuint(printed->len, ==, length);
	g_assert_true(memcmp(printed->str, bytes, length) == 0);
	g_string_free(printed, TRUE);
	for (const struct node *node = tree->root.first; node != NULL;
		node = tree_next(node, &tree->root)) {
		g_assert_cmpuint(node->all.end, <=, length);
		g_assert_cmpuint(node->key_at.end, <=, length);
		g_assert_cmpuint(node->value_at.start, <=, node->value_at.end);
		g_assert_cmpuint(node->value_at.end, <=, length);
	}
}

char *
shape_of(const struct dialect *dialect, const char *bytes, size_t length)
{
	g_autoptr(tree_auto) tree = dialect->parse(bytes, length);
	GString *shape = g_string_new(NULL);

	check_whole(tree, bytes, length);
	for (const struct node *node = tree->root.first; node != NULL; node = node->next)
		add_node(shape, node);
	return g_string_free(shape, FALSE);
}

/* Octets that mean something in one grammar or another. */
static void
garble(GRand *random, char *text, size_t length)
{
	static const char octets[] = "\"'\\;{}#=[]()<\n\r\t $,/*\0\xff";

	for (int i = 0; i < 3 && length > 0; i++)
		text[g_rand_int_range(random, 0, (gint32)length)] =
			octets[g_rand_int_range(random, 0, sizeof octets - 1)];
}

static void
check_garbled(const struct dialect *dialect, const char *text)
{
	g_autoptr(GRand) random = g_rand_new_with_seed(15855);
	size_t length = strlen(text);

	for (size_t cut = 0; cut <= length; cut++) {
		g_autofree char *head = g_memdup2(text, cut + 1);

		head[cut] = '\0';
		g_free(shape_of(dialect, head, cut));
	}
	for (int i = 0; i < GARBLED; i++) {
		g_autofree char *copy = g_strdup(text);

		garble(random, copy, length);
		g_free(shape_of(dialect, copy, length));
	}
}

void
shape_check(const struct dialect *dialect, const struct shape_sample *samples, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		g_autofree char *shape =
			shape_of(dialect, samples[i].text, strlen(samples[i].text));

		if (strcmp(shape, samples[i].shape) != 0)
			g_test_message("%s", samples[i].text);
		g_assert_cmpstr(shape, ==, samples[i].shape);
		check_garbled(dialect, samples[i].text);
	}
}

void
shape_check_bounds(const struct dialect *dialect, const char *repeated, const char *opening)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (int i = 0; i <= TREE_NODES_MAX; i++)
		g_string_append(text, repeated);
	g_free(shape_of(dialect, text->str, text->len));
	g_string_truncate(text, 0);
	for (int i = 0; i < TREE_DEPTH_MAX * 2; i++)
		g_string_append(text, opening);
	g_free(shape_of(dialect, text->str, text->len));
}
