/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inetd.conf: a line an entry, fields between blanks: service, socket type, protocol, wait, user,
 * server, its arguments from the zeroth on. All of them are the node's words.
 *
 * '#' makes a comment in the first column only. A line that begins with a blank goes on with the
 * entry before it (seen with OpenBSD's inetd; GNU's reads an entry of its own). A single word that
 * ends with ':' is the address of the entries below it.
 */
#include <string.h>

#include "dialect/lines.h"

enum {
	FIELDS_MIN = 6, /* with the server, without its arguments */
};

/* Whether the line is an entry by its second field, wherever it begins. */
static bool
looks_like_entry(const char *bytes, struct span line)
{
	struct span word = lines_word(bytes, lines_rest(bytes, lines_trim(bytes, line)));
	size_t length = word.end - word.start;

	return (length == 6 && memcmp(bytes + word.start, "stream", 6) == 0) ||
		(length == 5 && memcmp(bytes + word.start, "dgram", 5) == 0);
}

static bool
goes_on(const char *bytes, struct span line)
{
	struct span text = lines_trim(bytes, line);

	return text.start > line.start && text.start < text.end;
}

/* Whether quotes hold blanks together: the fields would be others than the words. */
static bool
has_quotes(const char *bytes, struct span text)
{
	return memchr(bytes + text.start, '"', text.end - text.start) != NULL ||
		memchr(bytes + text.start, '\'', text.end - text.start) != NULL;
}

static void
fill_entry(struct tree *tree, const char *bytes, struct node *node)
{
	struct span text = lines_trim(bytes, node->all);
	size_t count;

	node->key_at = lines_word(bytes, text);
	node->key = lines_keep(tree, bytes, node->key_at);
	node->value_at = lines_rest(bytes, text);
	node->value = lines_keep(tree, bytes, node->value_at);
	node->words = lines_words(tree, bytes, text);
	count = lines_count(node->words);
	if (count == 1 && g_str_has_suffix(node->key, ":"))
		return;
	if (g_str_equal(node->key, ".include")) {
		node->kind = NODE_INCLUDE;
		node->value = count > 1 ? node->words[1] : "";
	} else if (count < FIELDS_MIN) {
		node->kind = NODE_WRONG;
		node->problem = "an entry has at least six fields";
	} else if (has_quotes(bytes, text)) {
		node->problem = "quotes, which the inetds read each in its own way";
	}
}

static bool
is_blank_line(const char *bytes, struct span line)
{
	struct span text = lines_trim(bytes, line);

	return text.start == text.end || bytes[line.start] == '#';
}

/* Where the entry ends whose first line that is: with the last line that goes on with it. */
static size_t
entry_end(const char *bytes, struct span line, size_t length)
{
	size_t end = line.end;

	while (end < length) {
		struct span next = { end, lines_end(bytes, end, length) };

		if (is_blank_line(bytes, next) || !goes_on(bytes, next) ||
			looks_like_entry(bytes, next))
			break;
		end = next.end;
	}
	return end;
}

static size_t
add_line(struct tree *tree, const char *bytes, struct span line, size_t length)
{
	const struct node *before = tree->root.last;
	bool blank = is_blank_line(bytes, line);
	struct node *node = tree_add(tree, &tree->root, blank ? NODE_BLANK : NODE_SETTING, line);

	if (blank)
		return line.end;
	node->all.end = entry_end(bytes, line, length);
	fill_entry(tree, bytes, node);
	if (goes_on(bytes, line) && before != NULL && before->kind != NODE_BLANK)
		node->problem = "begins with a blank: to some inetds it is part of the line above";
	return node->all.end;
}

static struct tree *
parse(const char *bytes, size_t length)
{
	return lines_parse(bytes, length, add_line);
}

const struct dialect dialect_inetd = {
	.name = "inetd",
	.parse = parse,
};
