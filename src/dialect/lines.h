/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines and words: what the grammars that read line by line have in common.
 */
#ifndef POPSEAL_DIALECT_LINES_H
#define POPSEAL_DIALECT_LINES_H

#include "dialect/tree.h"

enum {
	LINES_WORDS_MAX = 256, /* words of one value; what follows is left out of the list */
	LINES_SPARE = 8,       /* nodes that are kept for what is left of a file */
};

/* A blank within a line: a space, a tab, and the '\r' of a line end. */
bool lines_is_blank(char c);

/* The end of the line at `at`, with its '\n'; `length` for the last one. */
size_t lines_end(const char *bytes, size_t at, size_t length);

/* The span without blanks and line ends at its two ends. */
struct span lines_trim(const char *bytes, struct span span);

/* The first word of a trimmed span: up to a blank or line end. */
struct span lines_word(const char *bytes, struct span span);

/* What follows the first word, trimmed. */
struct span lines_rest(const char *bytes, struct span span);

/* The words of a span as a list of the tree's. */
const char *const *lines_words(struct tree *tree, const char *bytes, struct span span);

/* How many there are in a NULL-terminated list. */
size_t lines_count(const char *const *words);

/* Copies a span's octets into the tree. */
const char *lines_keep(struct tree *tree, const char *bytes, struct span span);

/* Whether there is no room for further nodes but that of lines_give_up. */
bool lines_full(const struct tree *tree);

/*
 * Reads a file from line to line: `add` adds what begins with that line, and returns where the next
 * one begins, which is further on. The tree is the caller's.
 */
struct tree *lines_parse(const char *bytes, size_t length,
	size_t (*add)(struct tree *tree, const char *bytes, struct span line, size_t length));

/* Makes one NODE_WRONG of all that is left. */
void lines_give_up(struct tree *tree, struct node *parent, struct span all);

#endif
