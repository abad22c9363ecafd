/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What zmprov prints: "# name HOST" begins a server, "attribute: value" lines follow; a line that
 * is neither goes on with the value before it. A server's node is a block; what stands before the
 * first one (zmprov gacf prints no head) is right under the root.
 */
#include <string.h>

#include "dialect/lines.h"

/* Where an attribute's ':' stands, or 0: letters and digits only, then ": " or the line's end. */
static size_t
find_colon(const char *bytes, struct span line)
{
	size_t at = line.start;

	while (at < line.end && g_ascii_isalnum(bytes[at]))
		at++;
	if (at == line.start || at == line.end || bytes[at] != ':')
		return 0;
	return at + 1 == line.end || bytes[at + 1] == ' ' || bytes[at + 1] == '\n' ||
			bytes[at + 1] == '\r' ?
		at :
		0;
}

static struct node *
begin_server(struct tree *tree, const char *bytes, struct span line)
{
	struct span rest = lines_rest(bytes, lines_trim(bytes, line));
	struct node *server;

	if (lines_word(bytes, rest).end - rest.start != 4 ||
		memcmp(bytes + rest.start, "name", 4) != 0)
		return NULL;
	server = tree_add(tree, &tree->root, NODE_BLOCK, line);
	server->inside = (struct span){ line.end, line.end };
	server->key_at = lines_word(bytes, rest);
	server->key = "name";
	server->value_at = lines_rest(bytes, rest);
	server->value = lines_keep(tree, bytes, server->value_at);
	return server;
}

static void
add_line(struct tree *tree, const char *bytes, struct node *parent, struct span line)
{
	size_t colon = find_colon(bytes, line);
	struct node *node;

	if (colon == 0 && parent->last != NULL) {
		parent->last->all.end = line.end;
		return;
	}
	node = tree_add(tree, parent, colon != 0 ? NODE_SETTING : NODE_BLANK, line);
	if (colon == 0)
		return;
	node->key_at = (struct span){ line.start, colon };
	node->key = lines_keep(tree, bytes, node->key_at);
	node->value_at = lines_trim(bytes, (struct span){ colon + 1, line.end });
	node->value = lines_keep(tree, bytes, node->value_at);
}

/* One line; returns the node that the next ones belong to. */
static struct node *
read_line(struct tree *tree, const char *bytes, struct node *parent, struct span line)
{
	struct node *server = bytes[line.start] == '#' ? begin_server(tree, bytes, line) : NULL;

	if (server != NULL)
		return server;
	add_line(tree, bytes, parent, line);
	if (parent != &tree->root)
		parent->inside.end = parent->all.end = line.end;
	return parent;
}

static struct tree *
parse(const char *bytes, size_t length)
{
	struct tree *tree = tree_new(length);
	struct node *parent = &tree->root;
	size_t at = 0;

	for (size_t end; at < length && !lines_full(tree); at = end) {
		end = lines_end(bytes, at, length);
		parent = read_line(tree, bytes, parent, (struct span){ at, end });
	}
	if (at < length)
		lines_give_up(tree, &tree->root, (struct span){ at, length });
	return tree;
}

const struct dialect dialect_zmprov = {
	.name = "zmprov",
	.parse = parse,
};
