/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements of words that end with ';' or open a block in braces: what nginx's grammar and that of
 * GNU Mailutils have in common. How a word is read is each one's own.
 */
#ifndef POPSEAL_DIALECT_BRACES_H
#define POPSEAL_DIALECT_BRACES_H

#include "dialect/tree.h"

enum {
	BRACES_WORDS_MAX = 4096, /* of one statement */
	BRACES_SPARE = 4,        /* nodes that are kept for what is left of a file */
};

/* A reader of such a file. */
struct braces {
	struct tree *tree;
	const char *bytes;
	size_t length, at;
	struct node *block;  /* where nodes are added */
	size_t depth;        /* of block */
	GPtrArray *words;    /* of the statement under way; strings */
	struct span first;   /* its first word */
	struct span rest;    /* its other words */
	bool list;           /* one of them is a list: it is no plain word */
	const char *problem; /* of the statement under way, or NULL */
};

/*
 * Reads a file to its end, each statement by `step`, which has to move on; the caller has the tree.
 * Blocks that are open at the end are wrong.
 */
struct tree *braces_parse(const char *bytes, size_t length, void (*step)(struct braces *));

/* Whether there is no room for further nodes but that of braces_give_up. */
bool braces_full(const struct braces *reader);

/* Adds the octets from `start` to `end` as blank, if there are any. */
void braces_blank(struct braces *reader, size_t start, size_t end);

/* The rest of the file is wrong, and all open blocks end with it. `problem` is static. */
void braces_give_up(struct braces *reader, size_t start, const char *problem);

/* Adds the statement from `start` to the ';' at hand. */
void braces_setting(struct braces *reader, size_t start);

/* Opens the block whose '{' is at hand; returns it, or NULL where there is no room. */
struct node *braces_open(struct braces *reader, size_t start);

/* Ends the block whose '}' is at hand: behind it, its whole span. */
void braces_close(struct braces *reader);

#endif
