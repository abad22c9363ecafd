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

#include "dialect/braces.h"

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Skips blanks and comments. */
static void
skip(struct braces *reader)
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
add_word(struct braces *reader, struct span span, struct span inside)
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
quoted_word(struct braces *reader)
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
plain_word(struct braces *reader)
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
read_words(struct braces *reader)
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
		if (reader->words->len >= BRACES_WORDS_MAX) {
			reader->problem = "Too many words.";
			return '\0';
		}
		if (c != '"' && c != '\'')
			plain_word(reader);
		else if (!quoted_word(reader))
			return '\0';
	}
}

/* The end of a block of another language, whose braces pair off; the file's where they do not. */
static size_t
foreign_end(const struct braces *reader, size_t at)
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
open_block(struct braces *reader, size_t start)
{
	const struct node *node = braces_open(reader, start);

	if (node != NULL && g_str_has_suffix(node->key, "_by_lua_block")) {
		size_t end = foreign_end(reader, reader->at);

		braces_blank(reader, reader->at, end);
		reader->at = end;
	}
}

/* A byte order mark is part of the first word, which nginx then does not know. */
static bool
is_marked(const struct braces *reader)
{
	return reader->at == 0 && reader->length >= 3 &&
		memcmp(reader->bytes, "\xef\xbb\xbf", 3) == 0;
}

/* One directive, or the beginning or end of a block. */
static void
step(struct braces *reader)
{
	size_t start = reader->at;
	bool marked = is_marked(reader);
	char end;

	skip(reader);
	if (marked || braces_full(reader)) {
		braces_give_up(reader, start,
			marked ? "The file begins with a byte order mark." :
				 "Too many directives.");
		return;
	}
	braces_blank(reader, start, reader->at);
	start = reader->at;
	if (start >= reader->length)
		return;
	end = read_words(reader);
	if (end == '}' && reader->at == start && reader->depth > 0)
		braces_close(reader);
	else if (end == '}')
		braces_give_up(reader, start, "A '}' too many.");
	else if (reader->words->len == 0 && end != '\0')
		braces_give_up(reader, start, "A directive without a name.");
	else if (end == ';')
		braces_setting(reader, start);
	else if (end == '{' && reader->depth < TREE_DEPTH_MAX)
		open_block(reader, start);
	else
		braces_give_up(reader, start,
			reader->problem != NULL ? reader->problem :
				end == '{'      ? "Too many blocks within blocks." :
						  "The file ends within a directive.");
}

static struct tree *
parse(const char *bytes, size_t length)
{
	return braces_parse(bytes, length, step);
}

const struct dialect dialect_nginx = {
	.name = "nginx",
	.parse = parse,
};
