/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HAProxy: lines of words; a section's keyword begins a block that reaches up to the next.
 *
 * '#' begins a comment anywhere outside of quotes; '\' keeps a blank, '#', a quote or itself;
 * double quotes keep '\' for '"', '\' and '$', single ones keep all. What depends on the
 * environment ("$X") has a `problem`: it cannot be told here. So has what lies within .if.
 */
#include <string.h>

#include "dialect/tree.h"

enum {
	WORDS_MAX = 64, /* the server's own bound */
};

static const char *const sections[] = { "global", "defaults", "frontend", "backend", "listen",
	"userlist", "peers", "resolvers", "mailers", "cache", "program", "ring", "log-forward",
	"http-errors", "fcgi-app", "crt-list", "crt-store", "traces", NULL };

struct reader {
	struct tree *tree;
	const char *bytes;
	struct node *block;
	GPtrArray *words;
	GArray *spans; /* of struct span */
	bool variable; /* a word depends on the environment */
	bool open;     /* a quote has no end */
	size_t ifs;    /* .if around */
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The octet that a '\' stands before, as the server takes it; *more octets of it are skipped. */
static char
escaped(const char *bytes, size_t at, size_t end, size_t *more)
{
	char c = bytes[at];

	*more = 0;
	if (c == 'x' && at + 2 < end && g_ascii_isxdigit(bytes[at + 1]) &&
		g_ascii_isxdigit(bytes[at + 2])) {
		*more = 2;
		return (char)(g_ascii_xdigit_value(bytes[at + 1]) * 16 +
			g_ascii_xdigit_value(bytes[at + 2]));
	}
	return c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
}

/* Reads a word; returns where it ends. */
static size_t
read_word(struct reader *reader, size_t at, size_t end)
{
	g_autoptr(GString) text = g_string_new(NULL);
	struct span span = { at, at };
	char quote = '\0';

	for (; at < end &&
		(quote != '\0' || (!is_blank(reader->bytes[at]) && reader->bytes[at] != '#'));
		at++) {
		char c = reader->bytes[at];
		size_t more;

		if (quote == '\0' ? c == '"' || c == '\'' : c == quote) {
			quote = quote == '\0' ? c : '\0';
		} else if (c == '\\' && quote != '\'' && at + 1 < end &&
			(quote == '\0' || strchr("\\\"$", reader->bytes[at + 1]) != NULL)) {
			at++;
			g_string_append_c(text, escaped(reader->bytes, at, end, &more));
			at += more;
		} else {
			reader->variable |= c == '$' && quote == '"';
			g_string_append_c(text, c);
		}
	}
	reader->open |= quote != '\0';
	span.end = at;
	g_array_append_val(reader->spans, span);
	g_ptr_array_add(reader->words, g_strdup(text->str));
	return at;
}

static void
read_words(struct reader *reader, struct span line)
{
	size_t at = line.start;

	g_ptr_array_set_size(reader->words, 0);
	g_array_set_size(reader->spans, 0);
	reader->variable = reader->open = false;
	while (at < line.end && reader->words->len < WORDS_MAX) {
		while (at < line.end && is_blank(reader->bytes[at]))
			at++;
		if (at >= line.end || reader->bytes[at] == '#')
			return;
		at = read_word(reader, at, line.end);
	}
}

static void
describe(struct reader *reader, struct node *node)
{
	const char *const *words = (const char *const *)reader->words->pdata;
	const struct span *spans = (const struct span *)(void *)reader->spans->data;
	guint count = reader->words->len;

	node->key_at = spans[0];
	node->key = tree_keep(reader->tree, words[0], strlen(words[0]));
	node->words = tree_words(reader->tree, words + 1, count - 1);
	if (count > 1) {
		node->value_at = (struct span){ spans[1].start, spans[count - 1].end };
		node->value = node->words[0];
	}
	if (reader->ifs > 0)
		node->problem = "It holds under a condition (.if).";
	else if (reader->variable)
		node->problem = "It depends on the environment of HAProxy.";
}

static void
open_section(struct reader *reader, struct span line)
{
	struct node *root = &reader->tree->root;
	struct node *node = tree_add(reader->tree, root, NODE_BLOCK, line);

	if (node == NULL)
		return;
	if (reader->block != root)
		reader->block->all.end = reader->block->inside.end = line.start;
	node->all.end = node->inside.end = root->all.end;
	node->inside.start = line.end;
	reader->block = node;
	describe(reader, node);
}

static void
add_line(struct reader *reader, struct span line)
{
	struct node *node;

	read_words(reader, line);
	if (reader->words->len == 0) {
		tree_add(reader->tree, reader->block, NODE_BLANK, line);
		return;
	}
	if (reader->open || reader->bytes[line.end - 1] != '\n') {
		node = tree_add(reader->tree, reader->block, NODE_WRONG, line);
		if (node != NULL)
			node->problem = reader->open ? "A quote has no end." :
						       "The last line has no line end.";
		if (node != NULL)
			node->key_at = line;
		return;
	}
	if (g_strv_contains(sections, reader->words->pdata[0])) {
		open_section(reader, line);
		return;
	}
	node = tree_add(reader->tree, reader->block, NODE_SETTING, line);
	if (node == NULL)
		return;
	if (g_str_equal(reader->words->pdata[0], ".if"))
		reader->ifs++;
	else if (g_str_equal(reader->words->pdata[0], ".endif") && reader->ifs > 0)
		reader->ifs--;
	describe(reader, node);
}

static struct tree *
parse(const char *bytes, size_t length)
{
	struct tree *tree = tree_new(length);
	struct reader reader = { .tree = tree, .bytes = bytes, .block = &tree->root };

	reader.words = g_ptr_array_new_with_free_func(g_free);
	reader.spans = g_array_new(FALSE, FALSE, sizeof(struct span));
	for (size_t at = 0; at < length;) {
		const char *newline = memchr(bytes + at, '\n', length - at);
		size_t end = newline != NULL ? (size_t)(newline - bytes) + 1 : length;

		if (tree->nodes + 1 >= TREE_NODES_MAX) {
			struct node *node = tree_add(tree, reader.block, NODE_WRONG,
				(struct span){ at, length });

			if (node != NULL)
				node->problem = "Too many lines.";
			break;
		}
		add_line(&reader, (struct span){ at, end });
		at = end;
	}
	g_ptr_array_unref(reader.words);
	g_array_unref(reader.spans);
	return tree;
}

const struct dialect dialect_haproxy = {
	.name = "haproxy",
	.parse = parse,
};
