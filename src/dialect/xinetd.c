/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xinetd.conf: "service NAME", then a line with '{' alone, attributes, a line with '}' alone.
 *
 * An attribute's words are its operator ("=", "+=", "-=") and then its values, which have no
 * comments behind them. xinetd drops a whole entry for a brace on the wrong line or an operator
 * without a blank before it, up to the next line that is a '}' (seen with 2.3.15): that is one
 * NODE_WRONG. Keywords and attributes are in any case.
 */
#include <string.h>

#include "dialect/lines.h"

struct reader {
	struct tree *tree;
	const char *bytes;
	size_t at, length;
};

/* Lines that are skipped, side by side, are one node. */
static void
add_blank(struct reader *reader, struct node *parent, struct span line)
{
	if (parent->last != NULL && parent->last->kind == NODE_BLANK)
		parent->last->all.end = line.end;
	else
		tree_add(reader->tree, parent, NODE_BLANK, line);
}

/* The next line that is no comment and not blank; what is skipped becomes nodes of `parent`. */
static bool
next_line(struct reader *reader, struct node *parent, struct span *line)
{
	while (reader->at < reader->length) {
		struct span text;

		*line = (struct span){ reader->at,
			lines_end(reader->bytes, reader->at, reader->length) };
		text = lines_trim(reader->bytes, *line);
		if (text.start < text.end && reader->bytes[text.start] != '#')
			return true;
		if (parent != NULL)
			add_blank(reader, parent, *line);
		reader->at = line->end;
	}
	*line = (struct span){ reader->length, reader->length };
	return false;
}

static bool
is_only(const struct reader *reader, struct span line, char c)
{
	struct span text = lines_trim(reader->bytes, line);

	return text.end == text.start + 1 && reader->bytes[text.start] == c;
}

/* Makes the node a wrong one that ends with the next '}' line. */
static void
drop_entry(struct reader *reader, struct node *node, const char *problem)
{
	struct span line;

	while (next_line(reader, NULL, &line)) {
		reader->at = line.end;
		if (is_only(reader, line, '}'))
			break;
	}
	node->kind = NODE_WRONG;
	node->problem = problem;
	node->all.end = node->inside.end = reader->at;
	node->first = node->last = NULL;
}

/* The operator after an attribute's name; its length is 0 where there is none. */
static struct span
find_sign(const struct reader *reader, struct span rest)
{
	const char *at = reader->bytes + rest.start;
	size_t length = rest.end - rest.start;

	if (length > 0 && at[0] == '=')
		return (struct span){ rest.start, rest.start + 1 };
	if (length > 1 && (at[0] == '+' || at[0] == '-') && at[1] == '=')
		return (struct span){ rest.start, rest.start + 2 };
	return (struct span){ rest.start, rest.start };
}

/* Adds an attribute; false where xinetd finds a syntax error. */
static bool
add_attribute(struct reader *reader, struct node *block, struct span line)
{
	struct span text = lines_trim(reader->bytes, line);
	struct span name = lines_word(reader->bytes, text);
	struct span sign = find_sign(reader, lines_rest(reader->bytes, text));
	struct node *node;

	if (sign.end == sign.start ||
		memchr(reader->bytes + name.start, '=', name.end - name.start) != NULL)
		return false;
	node = tree_add(reader->tree, block, NODE_SETTING, line);
	/* A '\r' at the end is part of the value, and makes it a wrong one. */
	if (line.end > text.end && reader->bytes[text.end] == '\r')
		node->problem = "ends with a carriage return, which is part of the value";
	node->key_at = name;
	node->key = lines_keep(reader->tree, reader->bytes, name);
	node->value_at = lines_trim(reader->bytes, (struct span){ sign.end, text.end });
	node->value = lines_keep(reader->tree, reader->bytes, node->value_at);
	{
		g_autofree char *spaced = g_strdup_printf("%.*s %s", (int)(sign.end - sign.start),
			reader->bytes + sign.start, node->value);

		node->words = lines_words(reader->tree, spaced, (struct span){ 0, strlen(spaced) });
	}
	return true;
}

static void
read_block(struct reader *reader, struct node *block)
{
	struct span line;

	if (!next_line(reader, NULL, &line) || !is_only(reader, line, '{')) {
		reader->at = line.end;
		drop_entry(reader, block, "no line with '{' alone behind it");
		return;
	}
	reader->at = block->inside.start = line.end;
	while (!lines_full(reader->tree) && next_line(reader, block, &line)) {
		reader->at = line.end;
		if (is_only(reader, line, '}')) {
			block->inside.end = line.start;
			block->all.end = line.end;
			return;
		}
		if (!add_attribute(reader, block, line)) {
			drop_entry(reader, block, "an attribute without \" = \" or \" += \"");
			return;
		}
	}
	drop_entry(reader, block, "no line with '}' alone at its end");
}

static void
read_entry(struct reader *reader, struct span line)
{
	struct span text = lines_trim(reader->bytes, line);
	struct span rest = lines_rest(reader->bytes, text);
	struct node *node = tree_add(reader->tree, &reader->tree->root, NODE_BLOCK, line);

	reader->at = line.end;
	node->inside = (struct span){ line.end, line.end };
	node->key_at = lines_word(reader->bytes, text);
	node->key = lines_keep(reader->tree, reader->bytes, node->key_at);
	node->value_at = lines_word(reader->bytes, rest);
	node->value = lines_keep(reader->tree, reader->bytes, node->value_at);
	node->words = lines_words(reader->tree, reader->bytes, node->value_at);
	/* NOLINTBEGIN(bugprone-branch-clone): in the order in which it is looked at */
	if (g_ascii_strcasecmp(node->key, "defaults") == 0)
		read_block(reader, node);
	else if (node->value_at.end == node->value_at.start)
		drop_entry(reader, node, "no name");
	else if (g_ascii_strcasecmp(node->key, "service") == 0)
		read_block(reader, node);
	else if (g_ascii_strcasecmp(node->key, "include") == 0 ||
		g_ascii_strcasecmp(node->key, "includedir") == 0)
		node->kind = NODE_INCLUDE;
	else
		drop_entry(reader, node, "neither service, defaults nor include");
	/* NOLINTEND(bugprone-branch-clone) */
}

static struct tree *
parse(const char *bytes, size_t length)
{
	struct reader reader = { .tree = tree_new(length), .bytes = bytes, .length = length };
	struct span line;

	while (next_line(&reader, &reader.tree->root, &line) && !lines_full(reader.tree))
		read_entry(&reader, line);
	if (reader.at < length) {
		line.end = length;
		lines_give_up(reader.tree, &reader.tree->root, line);
	}
	return reader.tree;
}

const struct dialect dialect_xinetd = {
	.name = "xinetd",
	.parse = parse,
};
