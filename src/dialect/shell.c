/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Assignments of a POSIX shell, in files that a shell sources: Courier's, /etc/default's.
 *
 * Never evaluated. What is understood: NAME=word, several of them, `export`, `. file`. All else
 * is a NODE_WRONG whose words are the names that it might set, "*" for any, or what comes after
 * cannot be told; "()" where it defines functions, so that any later command may do anything.
 *
 * A NODE_SETTING's words are its value's parts: "=literal" and "$NAME" (dialect/shell.h puts them
 * together). `value` is NULL where there is a "$NAME", or where `problem` says that it is unknown.
 */
#include <string.h>

#include "dialect/shell_words.h"
#include "dialect/tree.h"

enum {
	NEST_MAX = 64, /* compound commands within each other */
	LIST_WORDS_MAX = 256,
	OPAQUE_MAX = 64 * 1024, /* octets that are searched for names */
};

struct reader {
	struct tree *tree;
	const char *bytes;
	size_t length;
};

/* A command list: up to a newline or ';' that is in no compound command. */
struct list {
	struct span at; /* with what ends it */
	GArray *words;  /* of struct shell_token: of its first command */
	bool is_simple; /* it is one command without redirections, and nothing else */
	bool is_beyond; /* goes on to the end of the file */
	bool has_functions;
	bool is_unsettling; /* it may do anything */
};

static bool
token_is(const struct shell_token *token, const char *bytes, const char *text)
{
	return token->kind == SHELL_WORD && token->plain &&
		token->end - token->start == strlen(text) &&
		memcmp(bytes + token->start, text, strlen(text)) == 0;
}

static bool
token_is_one(const struct shell_token *token, const char *bytes, const char *const *texts)
{
	for (size_t i = 0; texts[i] != NULL; i++)
		if (token_is(token, bytes, texts[i]))
			return true;
	return false;
}

/* --- how far a list goes ---------------------------------------------------------------------- */

static const char *const openers[] = { "if", "case", "for", "while", "until", "select", "{", NULL };
static const char *const closers[] = { "fi", "esac", "done", "done", "done", "done", "}", NULL };
static const char *const leaders[] = { "then", "do", "else", "elif", "!", "if", "while", "until",
	"{", NULL };

/* What is open, innermost last: an index into `openers`, or NEST_PAREN. */
struct nest {
	unsigned char open[NEST_MAX];
	size_t depth;
	bool is_wrong;
};

enum {
	NEST_PAREN = 100
};

static void
nest_open(struct nest *nest, unsigned char what)
{
	if (nest->depth == NEST_MAX)
		nest->is_wrong = true;
	else
		nest->open[nest->depth++] = what;
}

static bool
nest_is_in_case(const struct nest *nest)
{
	return nest->depth > 0 && nest->open[nest->depth - 1] == 1;
}

/* A word where a command may begin: it may open or close a compound command. */
static void
nest_word(struct nest *nest, const struct shell_token *token, const char *bytes)
{
	for (unsigned char i = 0; openers[i] != NULL; i++)
		if (token_is(token, bytes, openers[i])) {
			nest_open(nest, i);
			return;
		}
	if (!token_is_one(token, bytes, closers))
		return;
	if (nest->depth == 0 || nest->open[nest->depth - 1] == NEST_PAREN ||
		!token_is(token, bytes, closers[nest->open[nest->depth - 1]]))
		nest->is_wrong = true;
	else
		nest->depth--;
}

static void
nest_close_paren(struct nest *nest)
{
	if (nest_is_in_case(nest))
		return; /* the end of a pattern */
	if (nest->depth == 0 || nest->open[nest->depth - 1] != NEST_PAREN)
		nest->is_wrong = true;
	else
		nest->depth--;
}

/* Whether the token ends the list. `follows` says that an operator wants more after it. */
static bool
ends_list(const struct nest *nest, const struct shell_token *token, bool follows)
{
	if (token->kind == SHELL_END)
		return true;
	return nest->depth == 0 &&
		(token->kind == SHELL_SEMICOLON || (token->kind == SHELL_NEWLINE && !follows));
}

/* Takes one token into account. Returns whether a command may begin after it. */
static bool
take_token(struct list *list, struct nest *nest, const struct shell_token *token, const char *bytes,
	bool begins)
{
	if (token->kind == SHELL_WORD) {
		if (begins)
			nest_word(nest, token, bytes);
		list->has_functions |= begins && token_is(token, bytes, "function");
		/* The command's name may turn out to be anything. */
		list->is_unsettling |= begins && !token->plain && token->name_end == 0;
		return begins && (token->name_end > 0 || token_is_one(token, bytes, leaders));
	}
	if (token->kind == SHELL_OPEN) {
		list->has_functions |= !begins;
		list->is_simple = false;
		if (!nest_is_in_case(nest))
			nest_open(nest, NEST_PAREN);
	} else if (token->kind == SHELL_CLOSE) {
		nest_close_paren(nest);
	} else if (token->kind == SHELL_OPERATOR) {
		bool redirects = strchr("<>", bytes[token->start]) != NULL;

		list->is_simple = false;
		list->is_unsettling |= begins && redirects;
		return !redirects;
	}
	return true;
}

/* Whether more has to come after the token, on the next line if need be. */
static bool
wants_more(const struct list *list, const struct shell_token *token, const char *bytes)
{
	if (token->kind == SHELL_OPERATOR)
		return bytes[token->start] == '|' ||
			(bytes[token->start] == '&' && token->end - token->start == 2);
	return list->has_functions && token->kind == SHELL_CLOSE;
}

/* Reads the list that begins at `at`. */
static void
read_list(struct reader *reader, struct list *list, size_t at)
{
	struct nest nest = { .depth = 0 };
	bool begins = true, follows = false, is_empty = true;

	*list = (struct list){ .is_simple = true };
	list->words = g_array_new(FALSE, TRUE, sizeof(struct shell_token));
	g_array_set_clear_func(list->words, (GDestroyNotify)shell_token_clear);
	list->at.start = at;
	for (;;) {
		struct shell_token token;
		bool ends;

		shell_token_read(&token, reader->bytes, at, reader->length);
		at = token.end;
		ends = ends_list(&nest, &token, follows);
		begins = take_token(list, &nest, &token, reader->bytes, begins);
		list->is_simple &= nest.depth == 0;
		list->is_beyond |= token.kind == SHELL_BEYOND || nest.is_wrong ||
			(token.kind == SHELL_END && (nest.depth > 0 || follows)) ||
			(token.kind == SHELL_SEMICOLON && (is_empty || follows));
		if (token.kind != SHELL_NEWLINE)
			follows = wants_more(list, &token, reader->bytes);
		is_empty = false;
		if (token.kind == SHELL_WORD && list->is_simple &&
			list->words->len < LIST_WORDS_MAX)
			g_array_append_val(list->words, token);
		else
			shell_token_clear(&token);
		list->is_simple &= list->words->len < LIST_WORDS_MAX;
		if (ends || list->is_beyond)
			break;
	}
	list->at.end = list->is_beyond ? reader->length : at;
}

/* --- what is not understood ------------------------------------------------------------------- */

/* Commands after which nothing can be told. */
static const char *const unsettling[] = { "eval", ".", "source", "exit", "return", "exec", "trap",
	"unset", "read", "set", "getopts", "command", "builtin", "local", "readonly", "typeset",
	"declare", "let", "mapfile", "readarray", "shift", "enable", "wait", "kill", "for",
	"select", "function", "printf", NULL };

/* Whether a text that was not understood may do anything at all. */
static bool
is_unsettling(const char *text)
{
	g_auto(GStrv) words = g_strsplit_set(text, " \t\n;&|(){}<>`\"'\\", -1);

	for (size_t i = 0; words[i] != NULL; i++)
		if (g_strv_contains(unsettling, words[i]) ||
			(words[i][0] != '$' && strchr(words[i], '?') != NULL))
			return true;
	return strstr(text, "((") != NULL || strstr(text, "\\\n") != NULL;
}

/* The names that stand before a '=' or ":=" in the text. */
static void
collect_names(const char *text, GPtrArray *names)
{
	const char *end = text + strlen(text);

	for (const char *at = text; at < end;) {
		size_t length = shell_name_length(at, 0, (size_t)(end - at));
		const char *after = at + length;

		if (length > 0 &&
			(after[0] == '=' || after[0] == '+' || after[0] == ':' || after[0] == '['))
			g_ptr_array_add(names, g_strndup(at, length));
		at = length > 0 ? after : at + 1;
	}
}

static void
add_opaque(struct reader *reader, const struct list *list, const char *problem)
{
	const char *bytes = reader->bytes + list->at.start;
	size_t length = list->at.end - list->at.start;
	struct node *node = tree_add(reader->tree, &reader->tree->root, NODE_WRONG, list->at);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *text = NULL;

	if (node == NULL)
		return;
	node->problem = problem;
	if (length <= OPAQUE_MAX && memchr(bytes, '\0', length) == NULL)
		text = g_strndup(bytes, length);
	if (list->is_beyond || list->is_unsettling || text == NULL || is_unsettling(text))
		g_ptr_array_add(names, g_strdup("*"));
	else
		collect_names(text, names);
	if (list->has_functions || (text != NULL && strstr(text, "alias") != NULL))
		g_ptr_array_add(names, g_strdup("()"));
	node->words = tree_words(reader->tree, (const char *const *)names->pdata, names->len);
}

/* --- what is understood ----------------------------------------------------------------------- */

static const struct shell_token *
word_at(const struct list *list, guint i)
{
	return &g_array_index(list->words, struct shell_token, i);
}

/* The word's text, where it is all literal; NULL else. */
static char *
literal(const struct shell_token *word)
{
	if (word->unknown != NULL || word->parts->len > 1)
		return NULL;
	if (word->parts->len == 0)
		return g_strdup("");
	return *(char *)word->parts->pdata[0] == '=' ? g_strdup((char *)word->parts->pdata[0] + 1) :
						       NULL;
}

/* Fills in a setting from a word NAME=value. */
static void
set_value(struct reader *reader, struct node *node, struct shell_token *word, bool of_export)
{
	size_t name_length = word->name_end - word->start;
	char *first = word->parts->pdata[0];
	g_autofree char *value = NULL;

	node->key_at = (struct span){ word->start, word->name_end };
	node->value_at = (struct span){ word->name_end + 1, word->end };
	node->key = tree_keep(reader->tree, reader->bytes + word->start, name_length);
	/* The first part begins with "=NAME=". */
	if (strlen(first) == name_length + 2)
		g_ptr_array_remove_index(word->parts, 0);
	else
		memmove(first + 1, first + name_length + 2, strlen(first + name_length + 2) + 1);
	node->problem = word->unknown;
	if (of_export && word->splits)
		node->problem = "what `export` splits or matches with files";
	value = literal(word);
	if (value != NULL && node->problem == NULL)
		node->value = tree_keep(reader->tree, value, strlen(value));
	node->words =
		tree_words(reader->tree, (const char *const *)word->parts->pdata, word->parts->len);
}

/* One node for each assignment from the word `first` on; each has what stands before it. */
static void
add_settings(struct reader *reader, const struct list *list, guint first)
{
	size_t at = list->at.start;
	struct node *node = NULL;

	for (guint i = first; i < list->words->len; i++) {
		struct shell_token *word = &g_array_index(list->words, struct shell_token, i);

		if (word->name_end == 0)
			continue; /* `export NAME` */
		node = tree_add(reader->tree, &reader->tree->root, NODE_SETTING,
			(struct span){ at, word->end });
		if (node == NULL)
			return;
		at = word->end;
		set_value(reader, node, word, first > 0);
	}
	if (node == NULL)
		node = tree_add(reader->tree, &reader->tree->root, NODE_BLANK, list->at);
	if (node != NULL)
		node->all.end = list->at.end;
}

static void
add_include(struct reader *reader, const struct list *list)
{
	const struct shell_token *word = word_at(list, 1);
	struct node *node = tree_add(reader->tree, &reader->tree->root, NODE_INCLUDE, list->at);
	g_autofree char *path = literal(word);

	if (node == NULL)
		return;
	node->key = ".";
	node->key_at = (struct span){ word_at(list, 0)->start, word_at(list, 0)->end };
	node->value_at = (struct span){ word->start, word->end };
	if (path != NULL && !word->splits && strchr(path, '/') != NULL)
		node->value = tree_keep(reader->tree, path, strlen(path));
	else
		node->problem = "a file that cannot be told";
}

static bool
are_assignments(const struct reader *reader, const struct list *list, guint first)
{
	for (guint i = first; i < list->words->len; i++) {
		const struct shell_token *word = word_at(list, i);
		size_t name = shell_name_length(reader->bytes, word->start, word->end);
		bool is_name = first > 0 && name == word->end - word->start;

		if (word->joins_lines || word->sets || (word->name_end == 0 && !is_name))
			return false;
	}
	return true;
}

static void
add_list(struct reader *reader, const struct list *list)
{
	const struct shell_token *first = list->words->len > 0 ? word_at(list, 0) : NULL;

	/* NOLINTBEGIN(bugprone-branch-clone): in the order in which it is looked at */
	if (list->is_beyond)
		add_opaque(reader, list, "not understood, up to the end of the file");
	else if (!list->is_simple)
		add_opaque(reader, list, "a command that is not evaluated");
	else if (first == NULL || (list->words->len == 1 && token_is(first, reader->bytes, ":")))
		tree_add(reader->tree, &reader->tree->root, NODE_BLANK, list->at);
	else if (are_assignments(reader, list, 0))
		add_settings(reader, list, 0);
	else if (token_is(first, reader->bytes, "export") && list->words->len > 1 &&
		are_assignments(reader, list, 1))
		add_settings(reader, list, 1);
	else if (token_is(first, reader->bytes, ".") && list->words->len == 2 &&
		!word_at(list, 1)->sets)
		add_include(reader, list);
	else
		add_opaque(reader, list, "a command that is not evaluated");
	/* NOLINTEND(bugprone-branch-clone) */
}

static struct tree *
parse(const char *bytes, size_t length)
{
	struct reader reader = { tree_new(length), bytes, length };

	for (size_t at = 0; at < length;) {
		struct list list;

		if (reader.tree->nodes + LIST_WORDS_MAX + 1 >= TREE_NODES_MAX) {
			list = (struct list){ .at = { at, length }, .is_beyond = true };
			add_opaque(&reader, &list, "more commands than are read");
			break;
		}
		read_list(&reader, &list, at);
		add_list(&reader, &list);
		at = list.at.end;
		g_array_unref(list.words);
	}
	return reader.tree;
}

const struct dialect dialect_shell = {
	.name = "shell",
	.parse = parse,
};
