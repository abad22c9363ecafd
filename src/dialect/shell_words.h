/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words and operators of a POSIX shell's language, read and never evaluated.
 *
 * A word is taken apart into literal text and plain "$NAME"s; whatever else may be in it (command
 * substitutions, arithmetic, "${NAME:-...}") is found and makes the word unknown.
 */
#ifndef POPSEAL_DIALECT_SHELL_WORDS_H
#define POPSEAL_DIALECT_SHELL_WORDS_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

enum shell_token_kind {
	SHELL_END,     /* of the file */
	SHELL_NEWLINE, /* with the comment before it */
	SHELL_SEMICOLON,
	SHELL_OPERATOR, /* & && | || ;; < > ... */
	SHELL_OPEN,     /* ( */
	SHELL_CLOSE,    /* ) */
	SHELL_WORD,
	SHELL_BEYOND, /* not understood, up to the end of the file */
};

struct shell_token {
	enum shell_token_kind kind;
	size_t start, end;   /* octets; blanks before it are not its */
	GPtrArray *parts;    /* of a word: "=literal" and "$NAME", new strings */
	size_t name_end;     /* of a word that begins with NAME=: where its '=' is; else 0 */
	const char *unknown; /* why the word's text cannot be told; else NULL */
	bool plain;          /* a word without quotes, '$' and '\' */
	bool sets;           /* an expansion in it may set a variable, or end the shell */
	bool splits;         /* a word that a command would split or match with files */
	bool joins_lines;    /* a word that goes on over a '\' at a line's end, outside of quotes */
};

/* Reads the token at or after `at`; free with shell_token_clear. */
void shell_token_read(struct shell_token *token, const char *bytes, size_t at, size_t length);
void shell_token_clear(struct shell_token *token);

/* The length of the name ([A-Za-z_][A-Za-z0-9_]*) at `at`; 0 where there is none. */
size_t shell_name_length(const char *bytes, size_t at, size_t length);

#endif
