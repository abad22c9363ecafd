/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A configuration file out of any bytes, in every dialect: printing gives it back, every span lies
 * within the file and within its parent, and what a room relies on is there.
 */
#include <stdint.h>
#include <string.h>

#include "dialect/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_span(struct span span, size_t length)
{
	g_assert(span.start <= span.end);
	g_assert(span.end <= length);
}

static void
check_node(const struct node *node, size_t length)
{
	check_span(node->all, length);
	check_span(node->key_at, length);
	check_span(node->value_at, length);
	check_span(node->inside, length);
	g_assert(node->key != NULL);
	g_assert(node->kind != NODE_WRONG || node->problem != NULL);
	g_assert(node->kind != NODE_INCLUDE || node->value != NULL);
	if (node->kind == NODE_SETTING)
		g_assert(
			node->key_at.start >= node->all.start && node->key_at.end <= node->all.end);
	if (node->kind == NODE_SETTING && node->value_at.end > node->value_at.start)
		g_assert(node->value_at.start >= node->all.start &&
			node->value_at.end <= node->all.end);
	for (size_t i = 0; node->words != NULL && node->words[i] != NULL; i++)
		g_assert(strlen(node->words[i]) <= length);
}

static void
check_dialect(const struct dialect *dialect, const char *bytes, size_t length)
{
	g_autoptr(tree_auto) tree = dialect->parse(bytes, length);
	g_autoptr(GString) printed = tree_print(tree, bytes);

	g_assert(printed != NULL);
	g_assert(printed->len == length && memcmp(printed->str, bytes, length) == 0);
	for (const struct node *node = &tree->root; node != NULL;
		node = tree_next(node, &tree->root))
		check_node(node, length);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A text has a NUL behind it, and nothing else. */
	g_autofree char *bytes = g_malloc(size + 1);

	if (size > 0)
		memcpy(bytes, data, size);
	bytes[size] = '\0';
	for (size_t i = 0; dialects[i] != NULL; i++)
		check_dialect(dialects[i], bytes, size);
	return 0;
}
