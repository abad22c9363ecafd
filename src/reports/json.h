/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON, written straight into the output: a scan writes a record for every
 * endpoint, and a tree of each would cost more than the record (docs/adr/0009).
 * It only writes; what is read is read by jansson.
 */
#ifndef POPSEAL_REPORTS_JSON_H
#define POPSEAL_REPORTS_JSON_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* One value after the other. A key is a literal of ours; NULL within an array. */

/* "{" or "[", and their ends. The first value behind a beginning gets no comma. */
void json_open(GString *out, const char *key, char bracket);
void json_close(GString *out, char bracket);

/* Escaped as escape_again does; null for NULL. */
void json_text(GString *out, const char *key, const char *text);
/* The same for the first `length` bytes of a text. */
void json_text_len(GString *out, const char *key, const char *text, size_t length);
void json_number(GString *out, const char *key, int64_t number);
/* With three decimals. */
void json_decimal(GString *out, const char *key, double number);
void json_flag(GString *out, const char *key, bool flag);
void json_none(GString *out, const char *key);

#endif
