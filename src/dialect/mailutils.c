/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GNU Mailutils: "keyword values ;" and "keyword tag { ... }", ';' optional behind '}' (measured
 * with pop3d --config-lint of 3.15).
 *
 * A word is of letters, digits and -_./:*@ and the like; anything else must stand in double
 * quotes, which '\' escapes and which do not cross a line's end. Lists are in parentheses.
 * "<<END" is a here-document, "<<-END" one without leading tabs. Comments: '#', '//' up to the
 * line's end, and C's.
 */
#include <string.h>

#include "dialect/braces.h"

/* Skips to behind the given text; to the end where it is not found. */
static void
skip_past(struct braces *reader, const char *text)
{
	const char *found =
		memmem(reader->bytes + reader->at, reader->length - reader->at, text, strlen(text));

	reader->at =
		found != NULL ? (size_t)(found - reader->bytes) + strlen(text) : reader->length;
}

static bool
begins(const struct braces *reader, const char *text)
{
	size_t length = strlen(text);

	return reader->length - reader->at >= length &&
		memcmp(reader->bytes + reader->at, text, length) == 0;
}

/* A carriage return is none, and keeps the server from starting. */
static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\f';
}

/* Skips blanks and comments. */
static void
skip(struct braces *reader)
{
	while (reader->at < reader->length) {
		if (begins(reader, "#") || begins(reader, "//"))
			skip_past(reader, "\n");
		else if (begins(reader, "/*"))
			skip_past(reader, "*/");
		else if (is_blank(reader->bytes[reader->at]))
			reader->at++;
		else
			return;
	}
}

static bool
is_word(char c)
{
	return g_ascii_isalnum(c) || (c != '\0' && strchr("_-./:*@$%&+?=~^!|", c) != NULL);
}

static void
add_word(struct braces *reader, size_t start, const char *text)
{
	struct span span = { start, reader->at };

	if (reader->words->len == 0)
		reader->first = span;
	else if (reader->words->len == 1)
		reader->rest = span;
	reader->rest.end = reader->words->len > 0 ? span.end : reader->rest.end;
	g_ptr_array_add(reader->words, g_strdup(text));
}

static char
unescape(char c)
{
	static const char from[] = "abfnrtv", to[] = "\a\b\f\n\r\t\v";
	const char *found = c != '\0' ? strchr(from, c) : NULL;

	return found != NULL ? to[found - from] : c;
}

/* Appends the string in quotes that begins here to the text. */
static bool
read_quoted(struct braces *reader, GString *text)
{
	size_t at = reader->at + 1;
	const char *bytes = reader->bytes;

	for (; at < reader->length && bytes[at] != '"' && bytes[at] != '\n'; at++) {
		if (bytes[at] != '\\' || at + 1 == reader->length)
			g_string_append_c(text, bytes[at]);
		else if (bytes[++at] != '\n')
			g_string_append_c(text, unescape(bytes[at]));
	}
	if (at >= reader->length || bytes[at] != '"') {
		reader->problem = "A string has no end on its line.";
		return false;
	}
	reader->at = at + 1;
	return true;
}

/* Strings in quotes that follow each other are one word. */
static bool
read_string(struct braces *reader)
{
	g_autoptr(GString) text = g_string_new(NULL);
	size_t start = reader->at, end;

	do {
		if (!read_quoted(reader, text))
			return false;
		end = reader->at;
		skip(reader);
	} while (begins(reader, "\""));
	reader->at = end;
	add_word(reader, start, text->str);
	return true;
}

/* The here-document's end word, from behind "<<"; its quotes are taken off: a new string. */
static char *
here_word(struct braces *reader, bool *tabs)
{
	size_t start, end;

	*tabs = begins(reader, "-");
	reader->at += *tabs ? 1 : 0;
	while (begins(reader, " ") || begins(reader, "\t"))
		reader->at++;
	start = reader->at;
	skip_past(reader, "\n");
	end = reader->at;
	while (end > start && g_ascii_isspace(reader->bytes[end - 1]))
		end--;
	return g_strndup(reader->bytes + start, end - start);
}

static bool
read_here(struct braces *reader)
{
	g_autoptr(GString) text = g_string_new(NULL);
	size_t start = reader->at, length;
	g_autofree char *word = NULL;
	bool tabs;

	reader->at += strlen("<<");
	word = here_word(reader, &tabs);
	g_strdelimit(word, "\"'", ' ');
	length = strlen(g_strstrip(word));
	while (length > 0 && reader->at < reader->length) {
		while (tabs && begins(reader, "\t"))
			reader->at++;
		if (begins(reader, word) &&
			(reader->at + length == reader->length ||
				!is_word(reader->bytes[reader->at + length]))) {
			reader->at += length;
			add_word(reader, start, text->str);
			return true;
		}
		size_t line = reader->at;

		skip_past(reader, "\n");
		g_string_append_len(text, reader->bytes + line, (gssize)(reader->at - line));
	}
	reader->problem = "A here-document has no end.";
	return false;
}

/* One word, whatever it is made of; false at what cannot be one. */
static bool
read_one(struct braces *reader)
{
	size_t start = reader->at;
	char c = reader->bytes[start];

	if (c == '"')
		return read_string(reader);
	if (begins(reader, "<<"))
		return read_here(reader);
	if (c == '(' || c == ')' || c == ',') {
		reader->list = true;
		reader->at++;
		return true;
	}
	while (reader->at < reader->length && is_word(reader->bytes[reader->at]))
		reader->at++;
	if (reader->at == start) {
		/* "stray character": the server goes on behind it, with what is left. */
		reader->problem = "A character that must stand in quotes.";
		return false;
	}
	{
		g_autofree char *text = g_strndup(reader->bytes + start, reader->at - start);

		add_word(reader, start, text);
	}
	return true;
}

/* Gathers words up to ';', '{', '}' or the end, which is returned ('\0' for the end). */
static char
read_words(struct braces *reader)
{
	g_ptr_array_set_size(reader->words, 0);
	reader->first = reader->rest = (struct span){ reader->at, reader->at };
	reader->list = false;
	for (;;) {
		skip(reader);
		if (reader->at >= reader->length)
			return '\0';
		if (strchr(";{}", reader->bytes[reader->at]) != NULL)
			return reader->bytes[reader->at];
		if (reader->words->len >= BRACES_WORDS_MAX) {
			reader->problem = "Too many words.";
			return '\0';
		}
		if (!read_one(reader))
			return '\0';
	}
}

/* A ';' behind the '}' belongs to the block. */
static void
close_block(struct braces *reader)
{
	struct node *block = reader->block;
	size_t behind;

	braces_close(reader);
	behind = reader->at;
	skip(reader);
	reader->at = reader->at < reader->length && reader->bytes[reader->at] == ';' ?
		reader->at + 1 :
		behind;
	block->all.end = reader->at;
}

/* One statement, or the beginning or end of a block. */
static void
step(struct braces *reader)
{
	size_t start = reader->at;
	char end;

	skip(reader);
	if (braces_full(reader)) {
		braces_give_up(reader, start, "Too many statements.");
		return;
	}
	braces_blank(reader, start, reader->at);
	start = reader->at;
	if (start >= reader->length)
		return;
	end = read_words(reader);
	if (end == '}' && reader->at == start && reader->depth > 0)
		close_block(reader);
	else if (end != '\0' && reader->words->len == 0)
		braces_give_up(reader, start, "A statement without a keyword.");
	else if (end == ';')
		braces_setting(reader, start);
	else if (end == '{' && reader->depth < TREE_DEPTH_MAX)
		braces_open(reader, start);
	else
		braces_give_up(reader, start,
			reader->problem != NULL ? reader->problem :
						  "A statement is not ended by ';'.");
}

static struct tree *
parse(const char *bytes, size_t length)
{
	return braces_parse(bytes, length, step);
}

const struct dialect dialect_mailutils = {
	.name = "mailutils",
	.parse = parse,
};
