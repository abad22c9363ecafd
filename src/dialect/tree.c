/* SPDX-License-Identifier: Apache-2.0 */
#include "dialect/tree.h"

#include <string.h>

struct tree *
tree_new(size_t length)
{
	struct tree *tree = g_new0(struct tree, 1);

	tree->root.kind = NODE_BLOCK;
	tree->root.key = "";
	tree->root.all.end = tree->root.inside.end = length;
	return tree;
}

void
tree_free(struct tree *tree)
{
	if (tree == NULL)
		return;
	arena_clear(&tree->arena);
	g_free(tree);
}

struct node *
tree_add(struct tree *tree, struct node *parent, enum node_kind kind, struct span all)
{
	struct node *node;

	if (tree->nodes == TREE_NODES_MAX)
		return NULL;
	tree->nodes++;
	node = arena_take(&tree->arena, sizeof(*node));
	node->kind = kind;
	node->all = all;
	node->key = "";
	node->parent = parent;
	if (parent->last != NULL)
		parent->last->next = node;
	else
		parent->first = node;
	parent->last = node;
	return node;
}

const char *
tree_keep(struct tree *tree, const char *bytes, size_t length)
{
	return arena_text(&tree->arena, bytes, length);
}

const char *const *
tree_words(struct tree *tree, const char *const *words, size_t count)
{
	const char **kept = arena_take(&tree->arena, (count + 1) * sizeof(*kept));

	for (size_t i = 0; i < count; i++)
		kept[i] = tree_keep(tree, words[i], strlen(words[i]));
	return kept;
}

const struct node *
tree_next(const struct node *node, const struct node *top)
{
	if (node->first != NULL)
		return node->first;
	while (node != top && node->next == NULL)
		node = node->parent;
	return node == top ? NULL : node->next;
}

/* Appends what the node covers, part by part; false where a part is missing or twice. */
static bool
print_node(const struct node *node, const char *bytes, GString *out)
{
	size_t at = node->inside.start;

	if (node->kind != NODE_BLOCK) {
		g_string_append_len(out, bytes + node->all.start,
			(gssize)(node->all.end - node->all.start));
		return true;
	}
	if (node->inside.start < node->all.start || node->inside.end > node->all.end)
		return false;
	g_string_append_len(out, bytes + node->all.start,
		(gssize)(node->inside.start - node->all.start));
	for (const struct node *child = node->first; child != NULL; child = child->next) {
		if (child->all.start != at || child->all.end < at)
			return false;
		if (!print_node(child, bytes, out))
			return false;
		at = child->all.end;
	}
	if (at != node->inside.end)
		return false;
	g_string_append_len(out, bytes + node->inside.end,
		(gssize)(node->all.end - node->inside.end));
	return true;
}

GString *
tree_print(const struct tree *tree, const char *bytes)
{
	GString *out = g_string_sized_new(tree->root.all.end + 1);

	if (print_node(&tree->root, bytes, out))
		return out;
	g_string_free(out, TRUE);
	return NULL;
}

const struct node *
tree_find_last(const struct node *parent, const char *key, bool fold)
{
	const struct node *found = NULL;

	for (const struct node *node = parent->first; node != NULL; node = node->next) {
		if (node->kind != NODE_SETTING)
			continue;
		if (fold ? g_ascii_strcasecmp(node->key, key) == 0 : strcmp(node->key, key) == 0)
			found = node;
	}
	return found;
}

GString *
tree_splice(const char *bytes, size_t length, const struct edit *edits, size_t count)
{
	g_autoptr(GString) out = g_string_sized_new(length + 1);
	size_t at = 0;

	for (size_t i = 0; i < count; i++) {
		const struct span *span = &edits[i].at;

		if (span->start < at || span->end < span->start || span->end > length)
			return NULL;
		g_string_append_len(out, bytes + at, (gssize)(span->start - at));
		g_string_append(out, edits[i].text);
		at = span->end;
	}
	g_string_append_len(out, bytes + at, (gssize)(length - at));
	return g_steal_pointer(&out);
}

void
tree_position(const char *bytes, size_t offset, unsigned *line, unsigned *column)
{
	const char *at = bytes, *target = bytes + offset, *newline;

	*line = 1;
	while ((newline = memchr(at, '\n', (size_t)(target - at))) != NULL) {
		at = newline + 1;
		++*line;
	}
	*column = (unsigned)(target - at) + 1;
}
