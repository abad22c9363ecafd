/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Base64 (RFC 4648) that leaves no copies of what may be secret, and forgives nothing.
 */
#ifndef POPSEAL_POP3_SASL_BASE64_H
#define POPSEAL_POP3_SASL_BASE64_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* How many octets `length` octets take. */
#define BASE64_LENGTH(length) (((length) + 2) / 3 * 4)

/* Appends bytes, encoded. Within the room that `out` has it moves nothing. */
void base64_append(GString *out, const void *bytes, size_t length);

/*
 * Appends what the text stands for; false, with nothing appended, where it is no base64 with all
 * of its padding. The empty text is the empty message.
 */
bool base64_read(GString *out, const char *text, size_t length);

#endif
