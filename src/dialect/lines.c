/* SPDX-License-Identifier: Apache-2.0 */
#include "dialect/lines.h"

#include <string.h>

bool
lines_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static bool
is_gap(char c)
{
	return c == '\n' || lines_is_blank(c);
}

size_t
lines_end(const char *bytes, size_t at, size_t length)
{
	const char *newline = at < length ? memchr(bytes + at, '\n', length - at) : NULL;

	return newline != NULL ? (size_t)(newline - bytes) + 1 : length;
}

struct span
lines_trim(const char *bytes, struct span span)
{
	while (span.start < span.end && is_gap(bytes[span.start]))
		span.start++;
	while (span.end > span.start && is_gap(bytes[span.end - 1]))
		span.end--;
	return span;
}

struct span
lines_word(const char *bytes, struct span span)
{
	size_t at = span.start;

	while (at < span.end && !is_gap(bytes[at]))
		at++;
	return (struct span){ span.start, at };
}

struct span
lines_rest(const char *bytes, struct span span)
{
	return lines_trim(bytes, (struct span){ lines_word(bytes, span).end, span.end });
}

const char *const *
lines_words(struct tree *tree, const char *bytes, struct span span)
{
	const char *words[LINES_WORDS_MAX];
	size_t count = 0;

	for (span = lines_trim(bytes, span); span.start < span.end && count < LINES_WORDS_MAX;
		span = lines_rest(bytes, span))
		words[count++] = lines_keep(tree, bytes, lines_word(bytes, span));
	return tree_words(tree, words, count);
}

size_t
lines_count(const char *const *words)
{
	size_t count = 0;

	while (words[count] != NULL)
		count++;
	return count;
}

const char *
lines_keep(struct tree *tree, const char *bytes, struct span span)
{
	return tree_keep(tree, bytes + span.start, span.end - span.start);
}

bool
lines_full(const struct tree *tree)
{
	return tree->nodes + LINES_SPARE >= TREE_NODES_MAX;
}

void
lines_give_up(struct tree *tree, struct node *parent, struct span all)
{
	tree_add(tree, parent, NODE_WRONG, all)->problem = "too many lines";
}

struct tree *
lines_parse(const char *bytes, size_t length,
	size_t (*add)(struct tree *tree, const char *bytes, struct span line, size_t length))
{
	struct tree *tree = tree_new(length);
	size_t at = 0;

	while (at < length && !lines_full(tree))
		at = add(tree, bytes, (struct span){ at, lines_end(bytes, at, length) }, length);
	if (at < length)
		lines_give_up(tree, &tree->root, (struct span){ at, length });
	return tree;
}
