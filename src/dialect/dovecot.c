/* SPDX-License-Identifier: Apache-2.0 */
#include "dialect/dovecot.h"

#include <string.h>

/* Where a part of a joined line stands in the file. */
struct piece {
	size_t at;   /* in the joined line */
	size_t from; /* in the file */
};

struct parser {
	const struct dovecot_grammar *grammar;
	struct tree *tree;
	const char *bytes;
	size_t length, at; /* of the file; the next physical line */
	struct node *block;
	unsigned depth;
	GString *line;  /* the line that is being read, joined, without comments */
	GArray *pieces; /* of struct piece, one for each physical line */
	size_t start;   /* where it begins in the file */
	bool full;      /* no more nodes are taken */
};

/* One physical line: its text without line end, blanks around it and comment. */
struct physical {
	size_t start, end; /* of the text */
	bool is_blank, goes_on;
};

static bool
is_white(const struct parser *parser, char c)
{
	return c != '\0' && strchr(parser->grammar->whitespace, c) != NULL;
}

/* Where the comment begins, or the text's end; a quote that is not closed hides it. */
static size_t
comment_at(const char *bytes, size_t at, size_t end)
{
	for (; at < end; at++) {
		char quote = bytes[at];

		if (quote == '#')
			return at;
		if (quote != '\'' && quote != '"')
			continue;
		for (at++; at < end && bytes[at] != quote; at++)
			if (bytes[at] == '\\' && at + 1 < end)
				at++;
	}
	return end;
}

static size_t
trimmed(const struct parser *parser, size_t start, size_t end)
{
	while (end > start && is_white(parser, parser->bytes[end - 1]))
		end--;
	return end;
}

/* Takes the next physical line; a NUL ends its text, not the line. */
static struct physical
next_physical(struct parser *parser)
{
	const char *bytes = parser->bytes;
	size_t start = parser->at, end;
	const char *newline = memchr(bytes + start, '\n', parser->length - start);
	const char *nul;
	struct physical line = { 0 };

	end = newline != NULL ? (size_t)(newline - bytes) : parser->length;
	parser->at = newline != NULL ? end + 1 : end;
	if (end > start && bytes[end - 1] == '\r')
		end--;
	nul = memchr(bytes + start, '\0', end - start);
	if (nul != NULL)
		end = (size_t)(nul - bytes);
	while (start < end && is_white(parser, bytes[start]))
		start++;
	line.is_blank = start == end || bytes[start] == '#';
	line.start = start;
	line.end = trimmed(parser, start, comment_at(bytes, start, end));
	if (line.end > start && bytes[line.end - 1] == '\\') {
		line.goes_on = true;
		line.end = trimmed(parser, start, line.end - 1);
	}
	return line;
}

static void
join(struct parser *parser, const struct physical *physical)
{
	struct piece piece = { parser->line->len, physical->start };

	g_array_append_val(parser->pieces, piece);
	g_string_append_len(parser->line, parser->bytes + physical->start,
		(gssize)(physical->end - physical->start));
	if (physical->goes_on && physical->end > physical->start)
		g_string_append_c(parser->line, ' ');
}

/* Where an offset in the joined line stands in the file. */
static size_t
in_file(const struct parser *parser, size_t at)
{
	guint i = parser->pieces->len;

	while (i > 1 && g_array_index(parser->pieces, struct piece, i - 1).at > at)
		i--;
	return g_array_index(parser->pieces, struct piece, i - 1).from + at -
		g_array_index(parser->pieces, struct piece, i - 1).at;
}

/* Where what ends before `end` in the joined line ends in the file. */
static size_t
end_in_file(const struct parser *parser, size_t start, size_t end)
{
	return end > start ? in_file(parser, end - 1) + 1 : in_file(parser, start);
}

/* --- nodes ------------------------------------------------------------------------------------ */

/* Adds a node for what was read since parser->start; the last possible one takes all the rest. */
static struct node *
add(struct parser *parser, enum node_kind kind)
{
	struct node *node;

	if (parser->tree->nodes + 1 >= TREE_NODES_MAX) {
		parser->full = true;
		parser->at = parser->length;
		kind = NODE_WRONG;
	}
	node = tree_add(parser->tree, parser->block, kind,
		(struct span){ parser->start, parser->at });
	if (parser->full)
		node->problem = "The file is too long to be understood.";
	return node;
}

static void
add_wrong(struct parser *parser, const char *problem)
{
	struct node *node = add(parser, NODE_WRONG);

	if (node->problem == NULL)
		node->problem = problem;
}

static void
add_blank(struct parser *parser, const char *problem)
{
	struct node *before = parser->block->last;
	struct node *node;

	if (problem == NULL && before != NULL && before->kind == NODE_BLANK &&
		before->problem == NULL) {
		before->all.end = parser->at;
		return;
	}
	node = add(parser, NODE_BLANK);
	if (node->kind == NODE_BLANK)
		node->problem = problem;
}

static void
name_key(struct parser *parser, struct node *node, size_t start, size_t end)
{
	node->key_at.start = in_file(parser, start);
	node->key_at.end = end_in_file(parser, start, end);
	node->key = tree_keep(parser->tree, parser->line->str + start, end - start);
}

/* Ends the blocks from `block` up to the one before `top`, without a "}". */
static void
leave_open(struct parser *parser)
{
	for (struct node *node = parser->block; node != NULL; node = node->parent) {
		node->all.end = node->inside.end = parser->length;
		if (node->parent != NULL)
			node->problem = "The block is not closed.";
	}
}

/* --- values ----------------------------------------------------------------------------------- */

/* The octets with each '\' that escapes one taken out. */
static const char *
unescaped(struct parser *parser, const char *text, size_t length, bool *odd)
{
	g_autoptr(GString) plain = g_string_sized_new(length + 1);

	for (size_t i = 0; i < length; i++) {
		if (text[i] == '\\') {
			if (++i == length)
				break;
			*odd |= strchr("\\\"'", text[i]) == NULL;
		}
		g_string_append_c(plain, text[i]);
	}
	return tree_keep(parser->tree, plain->str, plain->len);
}

static bool
is_quoted(const char *text, size_t length)
{
	return length > 0 && (text[0] == '"' || text[0] == '\'') && text[length - 1] == text[0];
}

static bool
line_is(const struct parser *parser, size_t start, size_t end, const char *word)
{
	size_t length = strlen(word);

	return end - start == length && memcmp(parser->bytes + start, word, length) == 0;
}

/* Takes the lines of a here-document; false if its end is not there. */
static bool
read_here_document(struct parser *parser, const char *word, GString *body, bool *unclear)
{
	while (parser->at < parser->length) {
		size_t start = parser->at, end, from;
		const char *newline = memchr(parser->bytes + start, '\n', parser->length - start);

		end = newline != NULL ? (size_t)(newline - parser->bytes) : parser->length;
		parser->at = newline != NULL ? end + 1 : end;
		if (end > start && parser->bytes[end - 1] == '\r')
			end--;
		if (line_is(parser, start, end, word))
			return true;
		from = start;
		while (from < end && is_white(parser, parser->bytes[from]))
			from++;
		*unclear |= line_is(parser, from, trimmed(parser, from, end), word);
		g_string_append_len(body, parser->bytes + start, (gssize)(end - start));
		g_string_append_c(body, '\n');
	}
	return false;
}

static void
add_here_document(struct parser *parser, size_t key_end, size_t key_start, size_t start)
{
	g_autoptr(GString) body = g_string_new(NULL);
	size_t length = parser->line->len;
	size_t word_at = start + 2;
	bool unclear = false;
	struct span value;
	struct node *node;

	while (word_at < length && is_white(parser, parser->line->str[word_at]))
		word_at++;
	value.start = in_file(parser, start);
	if (word_at == length ||
		!read_here_document(parser, parser->line->str + word_at, body, &unclear)) {
		add_wrong(parser, "The here-document does not end.");
		return;
	}
	value.end = trimmed(parser, value.start, parser->at);
	node = add(parser, NODE_SETTING);
	if (node->kind != NODE_SETTING)
		return;
	name_key(parser, node, key_start, key_end);
	node->value_at = value;
	node->value = tree_keep(parser->tree, body->str, body->len);
	if (unclear)
		node->problem = "Where the here-document ends is not clear.";
}

static void
add_setting(struct parser *parser, size_t key_start, size_t key_end, size_t start)
{
	const char *text = parser->line->str;
	size_t length = parser->line->len;
	bool odd = false;
	struct node *node;

	while (start < length && is_white(parser, text[start]))
		start++;
	if (parser->grammar->here_documents && g_str_has_prefix(text + start, "<<")) {
		add_here_document(parser, key_end, key_start, start);
		return;
	}
	node = add(parser, NODE_SETTING);
	if (node->kind != NODE_SETTING)
		return;
	name_key(parser, node, key_start, key_end);
	node->value_at.start = in_file(parser, start);
	node->value_at.end = end_in_file(parser, start, length);
	if (text[start] == '<') {
		for (start++; start < length && is_white(parser, text[start]);)
			start++;
	} else if (is_quoted(text + start, length - start)) {
		/* A single quote is taken for both of its ends. */
		size_t inner = length - start > 1 ? length - start - 2 : 0;

		node->value = unescaped(parser, text + start + 1, inner, &odd);
		if (odd && parser->grammar->strict_escapes)
			node->problem = "What this escape means depends on the release.";
		return;
	}
	node->value = tree_keep(parser->tree, text + start, length - start);
}

enum dovecot_value
dovecot_value_of(const struct node *setting, const char *bytes)
{
	const char *text = bytes + setting->value_at.start;
	size_t length = setting->value_at.end - setting->value_at.start;

	if (length > 1 && text[0] == '<' && text[1] == '<')
		return DOVECOT_HERE;
	if (length > 0 && text[0] == '<')
		return DOVECOT_FILE;
	return is_quoted(text, length) ? DOVECOT_QUOTED : DOVECOT_PLAIN;
}

/* --- blocks ----------------------------------------------------------------------------------- */

static void
open_block(struct parser *parser, size_t key_start, size_t key_end, const char *const *words,
	size_t count)
{
	struct node *node;

	if (parser->depth + 1 >= TREE_DEPTH_MAX) {
		parser->at = parser->length;
		add_wrong(parser, "The blocks are nested too deep.");
		return;
	}
	node = add(parser, NODE_BLOCK);
	if (node->kind != NODE_BLOCK)
		return;
	name_key(parser, node, key_start, key_end);
	node->inside = (struct span){ parser->at, parser->at };
	if (count > 0)
		node->words = tree_words(parser->tree, words, count);
	parser->block = node;
	parser->depth++;
}

static void
close_block(struct parser *parser)
{
	struct node *node = parser->block;

	if (node->parent == NULL) {
		add_wrong(parser, "There is no block to close.");
		parser->block->last->key = "}";
		return;
	}
	node->inside.end = parser->start;
	node->all.end = parser->at;
	parser->block = node->parent;
	parser->depth--;
}

static size_t
skip_white(const struct parser *parser, size_t at)
{
	while (at < parser->line->len && is_white(parser, parser->line->str[at]))
		at++;
	return at;
}

static size_t
skip_word(const struct parser *parser, size_t at)
{
	while (at < parser->line->len && !is_white(parser, parser->line->str[at]))
		at++;
	return at;
}

/* Reads a block's name, quoted or not; false where the quotes are not closed. */
static bool
read_name(struct parser *parser, size_t *at, const char **name)
{
	const char *text = parser->line->str;
	bool odd = false;

	if (text[*at] == '"') {
		const char *quote = strchr(text + *at + 1, '"');

		if (quote == NULL)
			return false;
		*name = unescaped(parser, text + *at + 1, (size_t)(quote - text) - *at - 1, &odd);
		*at = skip_white(parser, (size_t)(quote - text) + 1);
		return true;
	}
	*name = tree_keep(parser->tree, text + *at, skip_word(parser, *at) - *at);
	*at = skip_white(parser, skip_word(parser, *at));
	return true;
}

/* "type {", "type name {", "group @label name {". */
static void
add_head(struct parser *parser, size_t key_start, size_t key_end, size_t at)
{
	const char *text = parser->line->str;
	size_t wanted = parser->grammar->groups &&
			strncmp(text + key_start, "group", key_end - key_start) == 0 &&
			key_end - key_start == 5 ?
		2 :
		1;
	const char *words[2];
	size_t count = 0;

	while (count < wanted && at < parser->line->len && text[at] != '{')
		if (!read_name(parser, &at, &words[count++]))
			break;
	if (text[at] != '{' || (wanted == 2 && count == 1))
		add_wrong(parser, "Neither '=' nor '{' follows.");
	else if (text[at + 1] != '\0')
		add_wrong(parser, "Something follows the '{'.");
	else
		open_block(parser, key_start, key_end, words, count);
}

/* --- lines ------------------------------------------------------------------------------------ */

static void
add_include(struct parser *parser, size_t key_end, size_t at, bool optional)
{
	struct node *node = add(parser, NODE_INCLUDE);

	if (node->kind != NODE_INCLUDE)
		return;
	name_key(parser, node, 0, key_end);
	node->optional = optional;
	node->value_at.start = in_file(parser, at);
	node->value_at.end = end_in_file(parser, at, parser->line->len);
	node->value = tree_keep(parser->tree, parser->line->str + at, parser->line->len - at);
}

/* Finds the key; returns where what follows it begins. */
static size_t
read_key(const struct parser *parser, size_t *start, size_t *end)
{
	const char *text = parser->line->str;
	size_t at = 0, length = parser->line->len;

	*start = 0;
	if (parser->grammar->quoted_keys && text[0] == '"') {
		*start = 1;
		for (at = 1; at < length && text[at] != '"'; at++)
			if (text[at] == '\\' && at + 1 < length)
				at++;
		*end = MIN(at, length);
		at = MIN(at + 1, length);
	} else {
		while (at < length && !is_white(parser, text[at]) && text[at] != '=')
			at++;
		*end = at;
	}
	return skip_white(parser, at);
}

static void
add_line(struct parser *parser)
{
	const char *text = parser->line->str;
	size_t start, end;
	size_t at = read_key(parser, &start, &end);
	size_t length = end - start;

	if (length == 8 && memcmp(text + start, "!include", 8) == 0)
		add_include(parser, end, at, false);
	else if (length == 12 && memcmp(text + start, "!include_try", 12) == 0)
		add_include(parser, end, at, true);
	else if (text[at] == '=')
		add_setting(parser, start, end, at + 1);
	else if (length == 1 && text[start] == '}' && at == parser->line->len)
		close_block(parser);
	else
		add_head(parser, start, end, at);
}

/* Reads one line with those that it is continued by. */
static void
read_line(struct parser *parser)
{
	g_string_truncate(parser->line, 0);
	g_array_set_size(parser->pieces, 0);
	parser->start = parser->at;
	while (parser->at < parser->length) {
		struct physical physical = next_physical(parser);

		if (physical.is_blank) {
			add_blank(parser,
				parser->line->len > 0 ?
					"What was begun above is dropped: a comment or blank line "
					"ends it." :
					NULL);
			return;
		}
		join(parser, &physical);
		if (!physical.goes_on) {
			add_line(parser);
			return;
		}
	}
	/* The server drops it, or joins it to the next line of the file that includes this one. */
	add_blank(parser, "The last line is continued, but nothing follows.");
}

struct tree *
dovecot_parse(const struct dovecot_grammar *grammar, const char *bytes, size_t length)
{
	g_autoptr(GString) line = g_string_sized_new(256);
	g_autoptr(GArray) pieces = g_array_new(FALSE, FALSE, sizeof(struct piece));
	struct tree *tree = tree_new(length);
	struct parser parser = {
		.grammar = grammar,
		.tree = tree,
		.bytes = bytes,
		.length = length,
		.block = &tree->root,
		.line = line,
		.pieces = pieces,
	};

	while (parser.at < parser.length)
		read_line(&parser);
	leave_open(&parser);
	return tree;
}
