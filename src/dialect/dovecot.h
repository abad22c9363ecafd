/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the grammars of Dovecot 2.2/2.3 and of 2.4 share.
 *
 * The grammar is of lines: what a line is (a setting, a block's head, its end, an
 * include) does not depend on names. An unclosed block goes on to the end of the
 * file, with `problem` set; a "}" without a block is NODE_WRONG with the key "}".
 * Both may reach over the end of an included file.
 */
#ifndef POPSEAL_DIALECT_DOVECOT_H
#define POPSEAL_DIALECT_DOVECOT_H

#include "dialect/tree.h"

/* How a setting's value stands there. */
enum dovecot_value {
	DOVECOT_PLAIN,  /* "$name" in it is expanded */
	DOVECOT_QUOTED, /* taken as it is */
	DOVECOT_FILE,   /* `value` is the path of the file that holds it */
	DOVECOT_HERE,   /* a here-document, of 2.4.2 and later */
};

struct dovecot_grammar {
	const char *whitespace;
	bool quoted_keys;
	bool groups;         /* group @label name { } */
	bool here_documents; /* key = <<END */
	bool strict_escapes; /* what "\n" in quotes means depends on the release */
};

extern const struct dialect dialect_dovecot23, dialect_dovecot24;

struct tree *dovecot_parse(const struct dovecot_grammar *grammar, const char *bytes, size_t length);

/* How the setting's value stands in the bytes that it was parsed from. */
enum dovecot_value dovecot_value_of(const struct node *setting, const char *bytes);

#endif
