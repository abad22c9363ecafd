/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dovecot 2.4: quoted keys, groups and, from 2.4.2 on, here-documents, which are read here
 * whatever the release: who knows it has to tell.
 */
#include "dialect/dovecot.h"

static const struct dovecot_grammar grammar = {
	.whitespace = " \t\n\v\f\r",
	.quoted_keys = true,
	.groups = true,
	.here_documents = true,
	.strict_escapes = true,
};

static struct tree *
parse(const char *bytes, size_t length)
{
	return dovecot_parse(&grammar, bytes, length);
}

const struct dialect dialect_dovecot24 = {
	.name = "dovecot24",
	.parse = parse,
};
