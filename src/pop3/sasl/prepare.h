/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names and passwords in the form that SCRAM hashes: SASLprep (RFC 4013), as far as it
 * can change what a password is.
 *
 * It maps what RFC 4013 section 2.1 maps, brings the rest into NFKC (section 2.2), and refuses
 * ASCII control characters. Left out: the other prohibited characters (private use, tagging, not
 * plain text; section 2.3), the rules for right-to-left text (2.4), and that what Unicode has added
 * since 3.2 counts as unassigned (2.5). All of these only refuse: a server that keeps to them
 * refuses such a password itself.
 */
#ifndef POPSEAL_POP3_SASL_PREPARE_H
#define POPSEAL_POP3_SASL_PREPARE_H

#include "pop3/sasl.h"

enum {
	SASL_HOST_MAX = 255, /* octets of a host name that are sent */
};

/*
 * Returns the text prepared, or NULL where it is not UTF-8, holds a control character, or gets
 * longer than SECRET_MAX. No copy of it stays anywhere.
 */
struct secret *sasl_prepare(const char *text, size_t length);

/* Appends a name as RFC 5801 section 4 spells it: "," as "=2C", "=" as "=3D". */
void sasl_append_name(GString *out, const char *name);

/* Returns whether a text holds an ASCII control character. */
bool sasl_has_control(const char *text, size_t length);

#endif
