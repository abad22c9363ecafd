/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "key value" lines, as Perdition reads its configuration (libvanessa's
 * vanessa_config_file): a key, blanks, the rest of the line; '#' begins a comment;
 * a '\' keeps the next octet as it is, and at a line's end joins the next line.
 */
#include <string.h>

#include "dialect/tree.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The end of the line at `at`, with its '\n'; lines that end with '\' go on. */
static size_t
line_end(const char *bytes, size_t at, size_t length)
{
	while (at < length) {
		const char *newline = memchr(bytes + at, '\n', length - at);

		if (newline == NULL)
			return length;
		at = (size_t)(newline - bytes) + 1;
		if (at < 2 || bytes[at - 2] != '\\')
			return at;
	}
	return at;
}

static size_t
skip_blanks(const char *bytes, size_t at, size_t end)
{
	while (at < end && is_blank(bytes[at]))
		at++;
	return at;
}

/* Where the value's text ends: at a comment or the line's end, without trailing blanks. */
static size_t
value_end(const char *bytes, size_t at, size_t end)
{
	size_t last = at;

	for (; at < end && bytes[at] != '#' && bytes[at] != '\n'; at++) {
		if (bytes[at] == '\\' && at + 1 < end)
			at++;
		if (!is_blank(bytes[at]) && bytes[at] != '\n')
			last = at + 1;
	}
	return last;
}

/* The octets of a span with each '\' and a joined line's end taken out. */
static const char *
plain(struct tree *tree, const char *bytes, struct span span)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (size_t at = span.start; at < span.end; at++) {
		if (bytes[at] == '\\' && at + 1 < span.end && bytes[++at] == '\n')
			continue;
		g_string_append_c(text, bytes[at]);
	}
	return tree_keep(tree, text->str, text->len);
}

static void
add_line(struct tree *tree, const char *bytes, struct span line)
{
	size_t key = skip_blanks(bytes, line.start, line.end), key_end = key;
	struct node *node;

	while (key_end < line.end && !is_blank(bytes[key_end]) && bytes[key_end] != '\n' &&
		bytes[key_end] != '#')
		key_end++;
	node = tree_add(tree, &tree->root, key_end > key ? NODE_SETTING : NODE_BLANK, line);
	if (node == NULL || node->kind == NODE_BLANK)
		return;
	node->key_at = (struct span){ key, key_end };
	node->key = tree_keep(tree, bytes + key, key_end - key);
	node->value_at.start = skip_blanks(bytes, key_end, line.end);
	node->value_at.end = value_end(bytes, node->value_at.start, line.end);
	node->value = plain(tree, bytes, node->value_at);
}

static struct tree *
parse(const char *bytes, size_t length)
{
	struct tree *tree = tree_new(length);

	for (size_t at = 0; at < length;) {
		size_t end =
			tree->nodes + 1 == TREE_NODES_MAX ? length : line_end(bytes, at, length);

		add_line(tree, bytes, (struct span){ at, end });
		at = end;
	}
	return tree;
}

const struct dialect dialect_keyvalue = {
	.name = "keyvalue",
	.parse = parse,
};
