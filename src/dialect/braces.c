/* SPDX-License-Identifier: Apache-2.0 */
#include "dialect/braces.h"

#include <string.h>

struct tree *
braces_parse(const char *bytes, size_t length, void (*step)(struct braces *))
{
	struct tree *tree = tree_new(length);
	struct braces reader = { .tree = tree, .bytes = bytes, .length = length };

	reader.block = &tree->root;
	reader.words = g_ptr_array_new_with_free_func(g_free);
	while (reader.at < length)
		step(&reader);
	if (reader.depth > 0)
		braces_give_up(&reader, length, "The file ends within a block: a '}' is missing.");
	g_ptr_array_unref(reader.words);
	return tree;
}

bool
braces_full(const struct braces *reader)
{
	return reader->tree->nodes + BRACES_SPARE >= TREE_NODES_MAX;
}

void
braces_blank(struct braces *reader, size_t start, size_t end)
{
	if (end > start)
		tree_add(reader->tree, reader->block, NODE_BLANK, (struct span){ start, end });
}

void
braces_give_up(struct braces *reader, size_t start, const char *problem)
{
	struct node *node = tree_add(reader->tree, reader->block, NODE_WRONG,
		(struct span){ start, reader->length });

	if (node != NULL) {
		node->key_at = (struct span){ start, reader->length };
		node->problem = problem;
	}
	for (struct node *block = reader->block; block != NULL; block = block->parent)
		block->inside.end = block->all.end = reader->length;
	reader->at = reader->length;
	reader->block = &reader->tree->root;
	reader->depth = 0;
}

/* Fills in a statement's words. */
static void
describe(struct braces *reader, struct node *node)
{
	const char *const *words = (const char *const *)reader->words->pdata;
	size_t count = reader->words->len;

	node->key_at = reader->first;
	node->key = tree_keep(reader->tree, words[0], strlen(words[0]));
	node->words = tree_words(reader->tree, words + 1, count - 1);
	if (reader->list)
		node->problem = "The value is a list.";
	if (count > 1) {
		node->value_at = reader->rest;
		node->value = node->words[0];
	}
}

void
braces_setting(struct braces *reader, size_t start)
{
	bool include = g_str_equal(reader->words->pdata[0], "include");
	struct node *node;

	reader->at++;
	node = tree_add(reader->tree, reader->block, include ? NODE_INCLUDE : NODE_SETTING,
		(struct span){ start, reader->at });
	if (node != NULL)
		describe(reader, node);
}

struct node *
braces_open(struct braces *reader, size_t start)
{
	struct node *node = tree_add(reader->tree, reader->block, NODE_BLOCK,
		(struct span){ start, reader->length });

	reader->at++;
	if (node == NULL)
		return NULL;
	describe(reader, node);
	node->inside = (struct span){ reader->at, reader->length };
	reader->block = node;
	reader->depth++;
	return node;
}

void
braces_close(struct braces *reader)
{
	struct node *block = reader->block;

	block->inside.end = reader->at++;
	block->all.end = reader->at;
	reader->block = block->parent;
	reader->depth--;
}
