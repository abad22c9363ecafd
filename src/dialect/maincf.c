/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Postfix's main.cf: "name = value". A line that begins with a blank goes on with the one before
 * it; comments and blank lines between them do not end it.
 */
#include <string.h>

#include "dialect/lines.h"

/* The value with comments and line ends between its parts taken out. */
static const char *
join(struct tree *tree, const char *bytes, struct span span)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (size_t at = span.start; at < span.end;) {
		size_t end = lines_end(bytes, at, span.end);
		struct span part = lines_trim(bytes, (struct span){ at, end });

		if (part.start < part.end && (bytes[part.start] != '#' || at == span.start)) {
			if (text->len > 0)
				g_string_append_c(text, ' ');
			g_string_append_len(text, bytes + part.start,
				(gssize)(part.end - part.start));
		}
		at = end;
	}
	return tree_keep(tree, text->str, text->len);
}

static void
fill_setting(struct tree *tree, const char *bytes, struct node *node)
{
	struct span text = lines_trim(bytes, node->all);
	const char *equals = memchr(bytes + text.start, '=', text.end - text.start);
	size_t at = equals != NULL ? (size_t)(equals - bytes) : text.end;

	node->key_at = lines_trim(bytes, (struct span){ text.start, at });
	node->key = lines_keep(tree, bytes, node->key_at);
	if (equals == NULL || node->key_at.start == node->key_at.end) {
		node->kind = NODE_WRONG;
		node->problem = "no \"name = value\"";
		return;
	}
	node->value_at = lines_trim(bytes, (struct span){ at + 1, text.end });
	node->value = join(tree, bytes, node->value_at);
}

/* Where the logical line at `at` ends: with its last part, before comments that follow. */
static size_t
logical_end(const char *bytes, size_t at, size_t length)
{
	size_t end = lines_end(bytes, at, length);

	for (size_t next = end, after; next < length; next = after) {
		struct span text;

		after = lines_end(bytes, next, length);
		text = lines_trim(bytes, (struct span){ next, after });
		if (text.start == text.end || bytes[text.start] == '#')
			continue;
		if (text.start == next)
			break;
		end = after;
	}
	return end;
}

static size_t
add_line(struct tree *tree, const char *bytes, struct span line, size_t length)
{
	struct span text = lines_trim(bytes, line);
	bool blank = text.start == text.end || bytes[text.start] == '#';
	size_t end = blank ? line.end : logical_end(bytes, line.start, length);
	struct node *node = tree_add(tree, &tree->root, blank ? NODE_BLANK : NODE_SETTING,
		(struct span){ line.start, end });

	if (!blank)
		fill_setting(tree, bytes, node);
	return end;
}

static struct tree *
parse(const char *bytes, size_t length)
{
	return lines_parse(bytes, length, add_line);
}

const struct dialect dialect_maincf = {
	.name = "maincf",
	.parse = parse,
};
