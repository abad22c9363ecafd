/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "key value" lines, as Perdition's library reads them (measured on Perdition 2.2): a key at the
 * very start of a line, blanks, the rest of the line.
 *
 * '#' begins a comment anywhere outside of quotes, and a '\' keeps the next octet or, at a
 * line's end, joins the next line: in a comment, too. Within quotes line ends vanish; a '\' is a
 * plain octet in single ones. What the file's last line holds is lost unless a line end follows
 * it.
 */
#include <string.h>

#include "dialect/tree.h"

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static size_t
skip_blanks(const char *bytes, size_t at, size_t end)
{
	while (at < end && is_blank(bytes[at]))
		at++;
	return at;
}

/* The end of the comment or blank rest at `at`, with its '\n'. */
static size_t
rest_end(const char *bytes, size_t at, size_t length)
{
	for (; at < length; at++) {
		if (bytes[at] == '\\' && at + 1 < length)
			at++;
		else if (bytes[at] == '\n')
			return at + 1;
	}
	return length;
}

/* A key or a value: where it stands, and what it says. */
struct piece {
	struct span at;
	GString *text;
	size_t solid; /* octets of text that are not trailing blanks */
	bool open;    /* a quote has no end */
};

/* Takes the octet or pair at `at`, within quotes if `quote`; returns what comes after it. */
static size_t
take(struct piece *piece, const char *bytes, size_t at, size_t length, char quote)
{
	bool kept = bytes[at] == '\\' && quote != '\'' && at + 1 < length;

	if (kept)
		at++;
	if (bytes[at] != '\n')
		g_string_append_c(piece->text, bytes[at]);
	if (quote != '\0' || kept || !is_blank(bytes[at])) {
		piece->solid = piece->text->len;
		piece->at.end = at + 1;
	}
	return at + 1;
}

/* Reads a piece; a key ends at a blank or '=', a value does not. Returns where it ends. */
static size_t
read_piece(struct piece *piece, const char *bytes, size_t at, size_t length, bool key)
{
	char quote = '\0';

	piece->text = g_string_new(NULL);
	piece->at = (struct span){ at, at };
	while (at < length) {
		char c = bytes[at];

		if (quote == '\0' && (c == '#' || c == '\n'))
			break;
		if (key && quote == '\0' && (is_blank(c) || c == '='))
			break;
		if (quote != '\0' ? c == quote : c == '"' || c == '\'') {
			quote = quote != '\0' ? '\0' : c;
			piece->at.end = ++at;
			piece->solid = piece->text->len;
			continue;
		}
		at = take(piece, bytes, at, length, quote);
	}
	piece->open = quote != '\0';
	g_string_truncate(piece->text, piece->solid);
	return at;
}

static void
name_problem(struct node *node, bool indented, bool open, bool cut)
{
	if (indented)
		node->problem = "A blank before the option: the server takes the line for a "
				"stray argument.";
	else if (open)
		node->problem = "A quote has no end.";
	else if (cut)
		node->problem = "The file's last line has no line end: what it holds is lost.";
}

/* One setting with all that follows up to its line's end; returns that end. */
static size_t
add_setting(struct tree *tree, const char *bytes, size_t start, size_t key_at, size_t length)
{
	struct piece key = { 0 }, value = { 0 };
	size_t at = read_piece(&key, bytes, key_at, length, true);
	bool assigned = at < length && bytes[at] == '=';
	struct node *node;
	size_t end;

	at = assigned ? at + 1 : skip_blanks(bytes, at, length);
	at = read_piece(&value, bytes, at, length, false);
	end = tree->nodes + 1 == TREE_NODES_MAX ? length : rest_end(bytes, at, length);
	node = tree_add(tree, &tree->root, NODE_SETTING, (struct span){ start, end });
	if (node != NULL) {
		node->key_at = key.at;
		node->key = tree_keep(tree, key.text->str, key.text->len);
		node->value_at = value.at;
		if (assigned || value.at.end > value.at.start)
			node->value = tree_keep(tree, value.text->str, value.text->len);
		name_problem(node, key_at > start, key.open || value.open, bytes[end - 1] != '\n');
	}
	g_string_free(key.text, TRUE);
	g_string_free(value.text, TRUE);
	return end;
}

static struct tree *
parse(const char *bytes, size_t length)
{
	struct tree *tree = tree_new(length);
	size_t start = 0;

	while (start < length) {
		size_t at = skip_blanks(bytes, start, length);

		if (at < length && bytes[at] != '#' && bytes[at] != '\n') {
			start = add_setting(tree, bytes, start, at, length);
			continue;
		}
		at = tree->nodes + 1 == TREE_NODES_MAX ? length : rest_end(bytes, at, length);
		tree_add(tree, &tree->root, NODE_BLANK, (struct span){ start, at });
		start = at;
	}
	return tree;
}

const struct dialect dialect_keyvalue = {
	.name = "keyvalue",
	.parse = parse,
};
