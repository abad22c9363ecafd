/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nginx: words up to ';' or a block in braces.
 *
 * Quotes and '#' begin something only where a word begins; behind a quoted word a blank, ';',
 * '{' or ')' must follow. A '\' keeps the next octet from ending a word, and is itself dropped
 * before a quote, a '\', t, r and n alone. As the server stops at the first mistake, so do we:
 * the rest of the file is one NODE_WRONG.
 */
#include <string.h>

#include "dialect/tree.h"

enum {
	WORDS_MAX = 4096, /* of one directive */
};

struct reader {
	struct tree *tree;
	const char *bytes;
	size_t length, at;
	struct node *block;  /* where nodes are added */
	size_t depth;        /* of block */
	GPtrArray *words;    /* of the directive under way */
	struct span first;   /* its first word */
	struct span rest;    /* its other words */
	const char *problem; /* of the directive under way */
};

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Skips blanks and comments. */
static void
skip(struct reader *reader)
{
	while (reader->at < reader->length) {
		char c = reader->bytes[reader->at];

		if (c == '#')
			while (reader->at < reader->length && reader->bytes[reader->at] != '\n')
				reader->at++;
		else if (is_space(c))
			reader->at++;
		else
			return;
	}
}

static void
add_word(struct reader *reader, struct span span, struct span inside)
{
	GString *text = g_string_new(NULL);
	const char *bytes = reader->bytes;

	for (size_t at = inside.start; at < inside.end; at++) {
		static const char escaped[] = "\"'\\trn", meant[] = "\"'\\\t\r\n";
		const char *escape = NULL;

		if (bytes[at] == '\\' && at + 1 < inside.end && bytes[at + 1] != '\0')
			escape = strchr(escaped, bytes[at + 1]);
		if (escape != NULL) {
			g_string_append_c(text, meant[escape - escaped]);
			at++;
		} else {
			g_string_append_c(text, bytes[at]);
		}
	}
	if (reader->words->len == 0)
		reader->first = span;
	else if (reader->words->len == 1)
		reader->rest = span;
	reader->rest.end = reader->words->len > 0 ? span.end : reader->rest.end;
	g_ptr_array_add(reader->words, g_string_free(text, FALSE));
}

/* A word in quotes; false where it has no end. */
static bool
quoted_word(struct reader *reader)
{
	size_t start = reader->at, at = start + 1;

	while (at < reader->length && reader->bytes[at] != reader->bytes[start])
		at += reader->bytes[at] == '\\' ? 2 : 1;
	if (at >= reader->length) {
		reader->problem = "A quote has no end.";
		return false;
	}
	reader->at = at + 1;
	add_word(reader, (struct span){ start, at + 1 }, (struct span){ start + 1, at });
	if (reader->at < reader->length &&
		strchr(" \t\r\n;{)", reader->bytes[reader->at]) == NULL) {
		reader->problem = "Something follows a quote without a blank.";
		return false;
	}
	return true;
}

static void
plain_word(struct reader *reader)
{
	const char *bytes = reader->bytes;
	size_t start = reader->at, at = start;

	while (at < reader->length && !is_space(bytes[at]) && bytes[at] != ';' &&
		(bytes[at] != '{' || (at > start && bytes[at - 1] == '$')))
		at += bytes[at] == '\\' ? 2 : 1;
	reader->at = MIN(at, reader->length);
	add_word(reader, (struct span){ start, reader->at }, (struct span){ start, reader->at });
}

/* Gathers words up to ';', '{', '}' or the end, which is returned ('\0' for the end). */
static char
read_words(struct reader *reader)
{
	g_ptr_array_set_size(reader->words, 0);
	reader->first = reader->rest = (struct span){ reader->at, reader->at };
	for (;;) {
		char c;

		skip(reader);
		if (reader->at >= reader->length)
			return '\0';
		c = reader->bytes[reader->at];
		if (c == ';' || c == '{' || (c == '}' && reader->words->len == 0))
			return c;
		if (c == '}') {
			reader->problem = "A directive is not ended by ';' before '}'.";
			return '\0';
		}
		if (reader->words->len >= WORDS_MAX) {
			reader->problem = "Too many words.";
			return '\0';
		}
		if (c != '"' && c != '\'')
			plain_word(reader);
		else if (!quoted_word(reader))
			return '\0';
	}
}

/* Fills in a directive's words. */
static void
describe(struct reader *reader, struct node *node)
{
	const char *const *words = (const char *const *)reader->words->pdata;
	size_t count = reader->words->len;

	node->key_at = reader->first;
	node->key = tree_keep(reader->tree, words[0], strlen(words[0]));
	node->words = tree_words(reader->tree, words + 1, count - 1);
	if (count > 1) {
		node->value_at = reader->rest;
		node->value = node->words[0];
	}
}

static void
add_blank(struct reader *reader, size_t start, size_t end)
{
	if (end > start)
		tree_add(reader->tree, reader->block, NODE_BLANK, (struct span){ start, end });
}

/* The rest is wrong; all open blocks end with the file. */
static void
give_up(struct reader *reader, size_t start, const char *problem)
{
	struct node *node = tree_add(reader->tree, reader->block, NODE_WRONG,
		(struct span){ start, reader->length });

	if (node != NULL) {
		node->key_at = (struct span){ start, reader->length };
		node->problem = problem;
	}
	for (struct node *block = reader->block; block != NULL; block = block->parent)
		block->inside.end = block->all.end = reader->length;
	reader->at = reader->length;
	reader->block = &reader->tree->root;
	reader->depth = 0;
}

static void
add_setting(struct reader *reader, size_t start)
{
	bool include = g_str_equal(reader->words->pdata[0], "include");
	struct node *node;

	reader->at++;
	node = tree_add(reader->tree, reader->block, include ? NODE_INCLUDE : NODE_SETTING,
		(struct span){ start, reader->at });
	if (node != NULL)
		describe(reader, node);
}

/* The end of a block of another language, whose braces pair off; the file's where they do not. */
static size_t
foreign_end(const struct reader *reader, size_t at)
{
	size_t open = 1;

	for (; at < reader->length; at++) {
		open += reader->bytes[at] == '{' ? 1 : 0;
		open -= reader->bytes[at] == '}' ? 1 : 0;
		if (open == 0)
			return at;
	}
	return at;
}

static void
open_block(struct reader *reader, size_t start)
{
	struct node *node = tree_add(reader->tree, reader->block, NODE_BLOCK,
		(struct span){ start, reader->length });

	reader->at++;
	if (node == NULL)
		return;
	describe(reader, node);
	node->inside = (struct span){ reader->at, reader->length };
	reader->block = node;
	reader->depth++;
	if (g_str_has_suffix(node->key, "_by_lua_block")) {
		size_t end = foreign_end(reader, reader->at);

		add_blank(reader, reader->at, end);
		reader->at = end;
	}
}

static void
close_block(struct reader *reader)
{
	struct node *block = reader->block;

	block->inside.end = reader->at++;
	block->all.end = reader->at;
	reader->block = block->parent;
	reader->depth--;
}

/* One directive, or the beginning or end of a block. */
static void
step(struct reader *reader)
{
	size_t start = reader->at;
	char end;

	skip(reader);
	if (reader->tree->nodes + 4 >= TREE_NODES_MAX) {
		give_up(reader, start, "Too many directives.");
		return;
	}
	add_blank(reader, start, reader->at);
	start = reader->at;
	if (start >= reader->length)
		return;
	end = read_words(reader);
	if (end == '}' && reader->at == start && reader->depth > 0)
		close_block(reader);
	else if (end == '}')
		give_up(reader, start, "A '}' too many.");
	else if (reader->words->len == 0 && end != '\0')
		give_up(reader, start, "A directive without a name.");
	else if (end == ';')
		add_setting(reader, start);
	else if (end == '{' && reader->depth < TREE_DEPTH_MAX)
		open_block(reader, start);
	else
		give_up(reader, start,
			reader->problem != NULL ? reader->problem :
				end == '{'      ? "Too many blocks within blocks." :
						  "The file ends within a directive.");
}

static struct tree *
parse(const char *bytes, size_t length)
{
	struct tree *tree = tree_new(length);
	struct reader reader = { .tree = tree, .bytes = bytes, .length = length };

	reader.block = &tree->root;
	reader.words = g_ptr_array_new_with_free_func(g_free);
	while (reader.at < length)
		step(&reader);
	if (reader.depth > 0)
		give_up(&reader, length, "The file ends within a block: a '}' is missing.");
	g_ptr_array_unref(reader.words);
	return tree;
}

const struct dialect dialect_nginx = {
	.name = "nginx",
	.parse = parse,
};
