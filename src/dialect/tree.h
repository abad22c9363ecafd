/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A configuration file as a tree that keeps every octet.
 *
 * The nodes of one level lie side by side without gaps: comments and blank lines are nodes, too. So
 * tree_print gives back what was parsed, and an edit replaces one span and leaves all other octets
 * as they are.
 */
#ifndef POPSEAL_DIALECT_TREE_H
#define POPSEAL_DIALECT_TREE_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "model/arena.h"

enum {
	TREE_NODES_MAX = 200 * 1000, /* of one file; what follows is one NODE_WRONG */
	TREE_DEPTH_MAX = 64,         /* blocks within blocks; what is deeper is NODE_WRONG */
};

enum node_kind {
	NODE_BLANK,   /* comments, blank lines: what the server skips */
	NODE_SETTING, /* a key, most often with a value */
	NODE_BLOCK,   /* a head, nodes within, an end */
	NODE_INCLUDE, /* another file is read here; value: its path or pattern */
	NODE_WRONG, /* the server would refuse it, or we do not understand it: `problem` says why */
};

/* Octets of the file, from start to before end. */
struct span {
	size_t start, end;
};

struct node {
	enum node_kind kind;
	struct span all;    /* with its line end */
	struct span key_at; /* the key as it stands there */
	struct span
		value_at; /* the value as it stands there, with its quotes: what an edit replaces */
	struct span inside; /* of a block: where the nodes within lie */
	const char *key;    /* as the server takes it: without quotes; never NULL */
	const char *value;  /* likewise; "" for an empty one, NULL for none */
	const char *const
		*words; /* the value's words, or a block's arguments; NULL-terminated or NULL */
	const char *problem; /* of NODE_WRONG, or of a doubt about a node that is kept; else NULL */
	bool optional;       /* of NODE_INCLUDE: no error where nothing is there */
	struct node *parent; /* NULL for the root */
	struct node *first, *last, *next;
};

struct tree {
	struct node root; /* NODE_BLOCK; its `inside` is the whole file */
	struct arena arena;
	size_t nodes;
};

/* A grammar: one file dialect/NAME.c with its const struct dialect_NAME, a line in dialects.def. */
struct dialect {
	const char *name;
	/* Returns the tree of these octets, whatever they are; free with tree_free. */
	struct tree *(*parse)(const char *bytes, size_t length);
};

/* All dialects in the order of dialects.def, NULL-terminated. */
extern const struct dialect *const dialects[];

struct tree *tree_new(size_t length);
void tree_free(struct tree *tree); /* NULL is a no-op */
typedef struct tree tree_auto;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(tree_auto, tree_free)

/* Appends a node to its parent; NULL past TREE_NODES_MAX. */
struct node *tree_add(struct tree *tree, struct node *parent, enum node_kind kind, struct span all);

/* Copies a text into the tree. */
const char *tree_keep(struct tree *tree, const char *bytes, size_t length);

/* Copies `count` words into the tree as a NULL-terminated list. */
const char *const *tree_words(struct tree *tree, const char *const *words, size_t count);

/* The node after this one in the order of the file, within `top`: into blocks, too; or NULL. */
const struct node *tree_next(const struct node *node, const struct node *top);

/* Puts the file together again from the nodes' spans; NULL if they leave a gap or overlap. */
GString *tree_print(const struct tree *tree, const char *bytes);

/* The last setting of that key right under `parent`, ASCII case ignored if `fold`; or NULL. */
const struct node *tree_find_last(const struct node *parent, const char *key, bool fold);

/* --- edits ------------------------------------------------------------------------------------ */

struct edit {
	struct span at;   /* what is replaced; empty: text is put there */
	const char *text; /* "" removes */
};

/*
 * Applies edits, which are in rising order and do not overlap, to the octets; every other one
 * stays. Returns the new text, or NULL if they are not in order or beyond the end.
 */
GString *tree_splice(const char *bytes, size_t length, const struct edit *edits, size_t count);

/* Line and column, both from 1, of an offset. */
void tree_position(const char *bytes, size_t offset, unsigned *line, unsigned *column);

#endif
