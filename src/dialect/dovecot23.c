/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dovecot 2.2 and 2.3: blanks are the space and the tab only.
 */
#include "dialect/dovecot.h"

static const struct dovecot_grammar grammar = {
	.whitespace = " \t",
};

static struct tree *
parse(const char *bytes, size_t length)
{
	return dovecot_parse(&grammar, bytes, length);
}

const struct dialect dialect_dovecot23 = {
	.name = "dovecot23",
	.parse = parse,
};
