/* SPDX-License-Identifier: Apache-2.0 */
#include "dialect/shell_words.h"

#include <string.h>

static const char substituted[] = "what a command prints";
static const char expanded[] = "an expansion that is not a plain $NAME";
static const char home[] = "a home folder";

struct scanner {
	struct shell_token *token;
	const char *bytes;
	size_t at, length;
	GString *literal; /* gathered since the last part */
};

size_t
shell_name_length(const char *bytes, size_t at, size_t length)
{
	size_t end = at;

	while (end < length &&
		(g_ascii_isalpha(bytes[end]) || bytes[end] == '_' ||
			(end > at && g_ascii_isdigit(bytes[end]))))
		end++;
	return end - at;
}

static char
peek(const struct scanner *scanner, size_t ahead)
{
	return scanner->at + ahead < scanner->length ? scanner->bytes[scanner->at + ahead] : '\0';
}

static bool
is_line_join(const char *bytes, size_t at, size_t length)
{
	return at + 1 < length && bytes[at] == '\\' && bytes[at + 1] == '\n';
}

/* --- parts of a word -------------------------------------------------------------------------- */

static void
flush(struct scanner *scanner)
{
	if (scanner->literal->len == 0)
		return;
	g_ptr_array_add(scanner->token->parts, g_strconcat("=", scanner->literal->str, NULL));
	g_string_truncate(scanner->literal, 0);
}

static void
add_name(struct scanner *scanner, size_t start, size_t length)
{
	flush(scanner);
	g_ptr_array_add(scanner->token->parts,
		g_strdup_printf("$%.*s", (int)length, scanner->bytes + start));
}

/*
 * Skips a substitution to after its `close`. One that goes on over lines, or holds a `case`, whose
 * ')' are no ends, is not followed: false.
 */
static bool
skip_substitution(struct scanner *scanner, char open, char close)
{
	unsigned depth = 0;
	size_t start = scanner->at;

	for (; scanner->at < scanner->length && scanner->bytes[scanner->at] != '\n';
		scanner->at++) {
		char c = scanner->bytes[scanner->at];

		if (c == '\\' || c == '\'' || c == '"' || (c == '#' && open != '{'))
			break;
		if (c == open && (open != close || scanner->at == start))
			depth++;
		else if (c == close && --depth == 0)
			break;
	}
	if (depth != 0 || peek(scanner, 0) != close)
		return false;
	scanner->at++;
	return g_strstr_len(scanner->bytes + start, (gssize)(scanner->at - start), "case") == NULL;
}

/* What a '$' begins. Returns false where it cannot be followed. */
static bool
scan_dollar(struct scanner *scanner)
{
	size_t name = shell_name_length(scanner->bytes, scanner->at + 1, scanner->length);
	size_t braced = shell_name_length(scanner->bytes, scanner->at + 2, scanner->length);
	size_t start;

	if (name > 0) {
		add_name(scanner, scanner->at + 1, name);
		scanner->at += 1 + name;
		if (is_line_join(scanner->bytes, scanner->at, scanner->length))
			scanner->token->unknown = expanded;
		return true;
	}
	if (peek(scanner, 1) == '{' && braced > 0 && peek(scanner, 2 + braced) == '}') {
		add_name(scanner, scanner->at + 2, braced);
		scanner->at += 3 + braced;
		return true;
	}
	scanner->token->unknown = expanded;
	start = ++scanner->at;
	if (peek(scanner, 0) == '{') {
		bool found = skip_substitution(scanner, '{', '}');

		/* "${NAME:=word}" sets, "${NAME:?}" ends. */
		for (size_t at = start; at < scanner->at; at++)
			scanner->token->sets |= strchr("=?", scanner->bytes[at]) != NULL;
		return found;
	}
	if (peek(scanner, 0) == '(') {
		scanner->token->unknown = substituted;
		scanner->token->sets |= peek(scanner, 1) == '(';
		return skip_substitution(scanner, '(', ')');
	}
	return peek(scanner, 0) != '\'' && peek(scanner, 0) != '\\';
}

static bool
scan_backquotes(struct scanner *scanner)
{
	scanner->token->unknown = substituted;
	return skip_substitution(scanner, '`', '`');
}

static bool
scan_single(struct scanner *scanner)
{
	const char *start = scanner->bytes + scanner->at + 1;
	const char *end = memchr(start, '\'', scanner->length - scanner->at - 1);

	if (end == NULL || memchr(start, '\0', (size_t)(end - start)) != NULL)
		return false;
	g_string_append_len(scanner->literal, start, end - start);
	scanner->at = (size_t)(end - scanner->bytes) + 1;
	return true;
}

static bool
scan_double(struct scanner *scanner)
{
	scanner->at++;
	while (scanner->at < scanner->length) {
		char c = peek(scanner, 0), next = peek(scanner, 1);

		if (c == '"') {
			scanner->at++;
			return true;
		}
		if (c == '$' || c == '`') {
			if (!(c == '$' ? scan_dollar(scanner) : scan_backquotes(scanner)))
				return false;
			continue;
		}
		if (c == '\0')
			return false;
		if (c == '\\' && next != '\0' && strchr("$`\"\\\n", next) != NULL) {
			if (next != '\n')
				g_string_append_c(scanner->literal, next);
			scanner->at += 2;
			continue;
		}
		g_string_append_c(scanner->literal, c);
		scanner->at++;
	}
	return false;
}

/* A '\' outside of quotes: the next octet stands for itself. */
static bool
scan_backslash(struct scanner *scanner)
{
	if (scanner->at + 1 >= scanner->length)
		return false;
	if (peek(scanner, 1) == '\n')
		scanner->token->joins_lines = true;
	else
		g_string_append_c(scanner->literal, peek(scanner, 1));
	scanner->at += 2;
	return true;
}

/* An octet outside of quotes that may mean something. */
static bool
scan_special(struct scanner *scanner)
{
	struct shell_token *token = scanner->token;

	switch (scanner->bytes[scanner->at]) {
	case '\'':
		return scan_single(scanner);
	case '"':
		return scan_double(scanner);
	case '\\':
		return scan_backslash(scanner);
	case '`':
		token->splits = true;
		return scan_backquotes(scanner);
	default:
		token->splits = true;
		return scan_dollar(scanner);
	}
}

static bool
is_tilde(const struct scanner *scanner)
{
	char before;

	if (scanner->bytes[scanner->at] != '~')
		return false;
	if (scanner->at == scanner->token->start)
		return true;
	before = scanner->bytes[scanner->at - 1];
	return before == '=' || before == ':';
}

/* Reads a word to before the octet that ends it. */
static bool
scan_word(struct scanner *scanner)
{
	struct shell_token *token = scanner->token;
	size_t name = shell_name_length(scanner->bytes, scanner->at, scanner->length);

	if (name > 0 && peek(scanner, name) == '=')
		token->name_end = scanner->at + name;
	token->plain = true;
	while (scanner->at < scanner->length) {
		char c = scanner->bytes[scanner->at];

		if (c != '\0' && strchr(" \t\n;&|<>()", c) != NULL)
			break;
		if (c == '\0')
			return false;
		if (is_tilde(scanner))
			token->unknown = home;
		if (strchr("'\"\\`$", c) != NULL) {
			token->plain = false;
			if (!scan_special(scanner))
				return false;
			continue;
		}
		token->splits |= strchr("*?[", c) != NULL;
		g_string_append_c(scanner->literal, c);
		scanner->at++;
	}
	flush(scanner);
	return true;
}

/* --- tokens ----------------------------------------------------------------------------------- */

static size_t
skip_blanks(const char *bytes, size_t at, size_t length)
{
	for (;;) {
		if (at < length && (bytes[at] == ' ' || bytes[at] == '\t'))
			at++;
		else if (is_line_join(bytes, at, length))
			at += 2;
		else
			return at;
	}
}

static void
read_word(struct shell_token *token, const char *bytes, size_t length)
{
	struct scanner scanner = { token, bytes, token->start, length, g_string_new(NULL) };

	token->kind = SHELL_WORD;
	token->parts = g_ptr_array_new_with_free_func(g_free);
	if (!scan_word(&scanner)) {
		token->kind = SHELL_BEYOND;
		scanner.at = length;
	}
	token->end = scanner.at;
	g_string_free(scanner.literal, TRUE);
}

static void
read_operator(struct shell_token *token, const char *bytes, size_t length)
{
	token->kind = SHELL_OPERATOR;
	token->end = token->start;
	while (token->end < length && bytes[token->end] != '\0' &&
		strchr(";&|<>", bytes[token->end]) != NULL)
		token->end++;
	if (token->end - token->start == 1 && bytes[token->start] == ';')
		token->kind = SHELL_SEMICOLON;
	/* The text of a here-document is no command. */
	if (token->end - token->start > 1 && bytes[token->start] == '<' &&
		bytes[token->start + 1] == '<') {
		token->kind = SHELL_BEYOND;
		token->end = length;
	}
}

void
shell_token_read(struct shell_token *token, const char *bytes, size_t at, size_t length)
{
	*token = (struct shell_token){ .start = skip_blanks(bytes, at, length) };
	at = token->start;
	if (at < length && bytes[at] == '#') {
		const char *newline = memchr(bytes + at, '\n', length - at);

		at = newline != NULL ? (size_t)(newline - bytes) : length;
	}
	token->end = at;
	if (at == length) {
		token->kind = SHELL_END;
	} else if (bytes[at] == '\n') {
		token->kind = SHELL_NEWLINE;
		token->end = at + 1;
	} else if (bytes[at] == '(' || bytes[at] == ')') {
		token->kind = bytes[at] == '(' ? SHELL_OPEN : SHELL_CLOSE;
		token->end = at + 1;
	} else if (bytes[at] != '\0' && strchr(";&|<>", bytes[at]) != NULL) {
		read_operator(token, bytes, length);
	} else {
		read_word(token, bytes, length);
	}
}

void
shell_token_clear(struct shell_token *token)
{
	g_clear_pointer(&token->parts, g_ptr_array_unref);
}
