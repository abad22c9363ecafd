/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stunnel: "[service]" heads, "key = value" lines; ';' and '#' begin a comment line.
 *
 * A comment stands on a line of its own. All before the first head is global. A service is a block
 * that reaches up to the next head.
 */
#include <string.h>

#include "dialect/tree.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == '\v';
}

/* The span without blanks at both ends. */
static struct span
trim(const char *bytes, struct span span)
{
	while (span.start < span.end && is_blank(bytes[span.start]))
		span.start++;
	while (span.end > span.start && is_blank(bytes[span.end - 1]))
		span.end--;
	return span;
}

static void
set_key(struct tree *tree, struct node *node, const char *bytes, struct span at)
{
	node->key_at = at;
	node->key = tree_keep(tree, bytes + at.start, at.end - at.start);
}

/* Opens a service; the one before ends here. */
static struct node *
open_service(struct tree *tree, struct node *before, const char *bytes, struct span line,
	struct span name)
{
	struct node *node = tree_add(tree, &tree->root, NODE_BLOCK, line);

	if (node == NULL)
		return before;
	if (before != &tree->root)
		before->all.end = before->inside.end = line.start;
	node->all.end = node->inside.end = tree->root.all.end;
	node->inside.start = line.end;
	set_key(tree, node, bytes, name);
	return node;
}

static void
add_setting(struct tree *tree, struct node *block, const char *bytes, struct span line,
	struct span text)
{
	const char *equals = memchr(bytes + text.start, '=', text.end - text.start);
	struct node *node = tree_add(tree, block, equals != NULL ? NODE_SETTING : NODE_WRONG, line);
	size_t at = equals != NULL ? (size_t)(equals - bytes) : text.end;

	if (node == NULL)
		return;
	set_key(tree, node, bytes, trim(bytes, (struct span){ text.start, at }));
	if (equals == NULL) {
		node->problem = "The line has no '='.";
		return;
	}
	node->value_at = trim(bytes, (struct span){ at + 1, text.end });
	node->value = tree_keep(tree, bytes + node->value_at.start,
		node->value_at.end - node->value_at.start);
	if (g_ascii_strcasecmp(node->key, "include") == 0)
		node->kind = NODE_INCLUDE;
}

static struct node *
add_line(struct tree *tree, struct node *block, const char *bytes, struct span line)
{
	struct span text = trim(bytes, line);

	/* A byte order mark may come first. */
	if (line.start == 0 && line.end >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		text = trim(bytes, (struct span){ 3, line.end });
	if (text.start >= text.end || bytes[text.start] == '#' || bytes[text.start] == ';') {
		tree_add(tree, block, NODE_BLANK, line);
		return block;
	}
	if (bytes[text.start] == '[' && bytes[text.end - 1] == ']')
		return open_service(tree, block, bytes, line,
			(struct span){ text.start + 1, text.end - 1 });
	add_setting(tree, block, bytes, line, text);
	return block;
}

static struct tree *
parse(const char *bytes, size_t length)
{
	struct tree *tree = tree_new(length);
	struct node *block = &tree->root;

	for (size_t at = 0; at < length;) {
		const char *newline = memchr(bytes + at, '\n', length - at);
		size_t end = newline != NULL ? (size_t)(newline - bytes) + 1 : length;

		if (tree->nodes + 1 >= TREE_NODES_MAX) {
			struct node *node =
				tree_add(tree, block, NODE_WRONG, (struct span){ at, length });

			if (node != NULL)
				node->problem = "Too many lines.";
			break;
		}
		block = add_line(tree, block, bytes, (struct span){ at, end });
		at = end;
	}
	return tree;
}

const struct dialect dialect_stunnel = {
	.name = "stunnel",
	.parse = parse,
};
