/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cyrus' imapd.conf: "option: value" lines.
 *
 * A '\' at a line's end joins the next one with nothing between, and it does so before
 * anything else is looked at: a comment that ends in '\' swallows the line below it, and a
 * last line that ends in '\' is never read. '#' begins a comment at a line's start only.
 */
#include <string.h>

#include "dialect/tree.h"

/* One line as the server sees it, and where its octets stand in the file. */
struct joined {
	GString *text;
	GArray *parts;  /* of struct part, one for each line of the file */
	struct span at; /* with its line end */
	bool dropped;   /* the file ends where the next line should stand */
};

struct part {
	size_t in_text, in_file;
};

static void
joined_clear(struct joined *line)
{
	g_string_free(line->text, TRUE);
	g_array_unref(line->parts);
}

/* Where an octet of the joined text stands in the file. */
static size_t
in_file(const struct joined *line, size_t at)
{
	const struct part *part = &g_array_index(line->parts, struct part, 0);

	for (guint i = 1; i < line->parts->len; i++) {
		const struct part *next = &g_array_index(line->parts, struct part, i);

		if (next->in_text > at)
			break;
		part = next;
	}
	return part->in_file + (at - part->in_text);
}

/*
 * Gathers the line that begins at `at`. What counts is whether the text so far ends in '\', so an
 * empty line goes on, too, where the line before it ended in two of them.
 */
static void
join_line(struct joined *line, const char *bytes, size_t at, size_t length)
{
	line->text = g_string_new(NULL);
	line->parts = g_array_new(FALSE, FALSE, sizeof(struct part));
	line->dropped = false;
	line->at.start = at;
	for (;;) {
		const char *newline = memchr(bytes + at, '\n', length - at);
		size_t end = newline != NULL ? (size_t)(newline - bytes) : length;
		struct part part = { line->text->len, at };

		g_array_append_val(line->parts, part);
		g_string_append_len(line->text, bytes + at, (gssize)(end - at));
		line->at.end = newline != NULL ? end + 1 : length;
		if (newline == NULL || line->text->len == 0 ||
			line->text->str[line->text->len - 1] != '\\')
			return;
		g_string_truncate(line->text, line->text->len - 1);
		at = end + 1;
		if (at == length) {
			line->dropped = true;
			return;
		}
	}
}

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool
is_key(char c)
{
	return g_ascii_isalnum(c) || c == '-' || c == '_';
}

static struct node *
add_wrong(struct tree *tree, const struct joined *line, const char *problem)
{
	struct node *node = tree_add(tree, &tree->root, NODE_WRONG, line->at);

	if (node != NULL)
		node->problem = problem;
	return node;
}

static void
add_setting(struct tree *tree, const struct joined *line, struct span key, struct span value)
{
	const char *text = line->text->str;
	bool directive = text[key.start] == '@';
	g_autofree char *name = g_ascii_strdown(text + key.start, (gssize)(key.end - key.start));
	struct node *node;

	if (value.start == value.end)
		node = add_wrong(tree, line, "an option without a value");
	else if (directive && !g_str_equal(name, "@include"))
		node = add_wrong(tree, line, "a directive that does not exist");
	else
		node = tree_add(tree, &tree->root, directive ? NODE_INCLUDE : NODE_SETTING,
			line->at);
	if (node == NULL)
		return;
	node->key = tree_keep(tree, name, strlen(name));
	node->value = tree_keep(tree, text + value.start, value.end - value.start);
	node->key_at = (struct span){ in_file(line, key.start), in_file(line, key.end - 1) + 1 };
	node->value_at.start = in_file(line, value.start);
	node->value_at.end =
		value.end > value.start ? in_file(line, value.end - 1) + 1 : node->value_at.start;
}

static void
add_line(struct tree *tree, const struct joined *line)
{
	const char *text = line->text->str;
	size_t length = line->text->len;
	struct span key = { 0, 0 }, value = { 0, length };
	struct node *node;

	if (memchr(text, '\0', length) != NULL) {
		add_wrong(tree, line, "a NUL octet");
		return;
	}
	while (key.start < length && is_space(text[key.start]))
		key.start++;
	if (line->dropped || key.start == length || text[key.start] == '#') {
		node = tree_add(tree, &tree->root, NODE_BLANK, line->at);
		if (node != NULL && line->dropped && key.start < length && text[key.start] != '#')
			node->problem =
				"this line ends in '\\' at the end of the file and is not read";
		return;
	}
	key.end = key.start + (text[key.start] == '@' ? 1 : 0);
	while (key.end < length && is_key(text[key.end]))
		key.end++;
	if (key.end == length || text[key.end] != ':' || key.end == key.start) {
		add_wrong(tree, line, "not an \"option: value\" line");
		return;
	}
	for (value.start = key.end + 1; value.start < length && is_space(text[value.start]);)
		value.start++;
	while (value.end > value.start && is_space(text[value.end - 1]))
		value.end--;
	add_setting(tree, line, key, value);
}

static struct tree *
parse(const char *bytes, size_t length)
{
	struct tree *tree = tree_new(length);

	for (size_t at = 0; at < length;) {
		struct joined line;

		if (tree->nodes + 1 == TREE_NODES_MAX) {
			struct node *rest = tree_add(tree, &tree->root, NODE_WRONG,
				(struct span){ at, length });

			rest->problem = "more lines than are read";
			break;
		}
		join_line(&line, bytes, at, length);
		add_line(tree, &line);
		at = line.at.end;
		joined_clear(&line);
	}
	return tree;
}

const struct dialect dialect_imapd = {
	.name = "imapd",
	.parse = parse,
};
