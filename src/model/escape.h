/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Escaping of untrusted bytes, the same in every output: what a server sends
 * can neither move a terminal's cursor nor break a line.
 */
#ifndef POPSEAL_MODEL_ESCAPE_H
#define POPSEAL_MODEL_ESCAPE_H

#include <glib.h>

/* Returns how many bytes at the beginning are printable ASCII other than quote and backslash. */
size_t escape_plain_length(const char *bytes, size_t length);

/*
 * Appends bytes to out: printable ASCII and valid, printable UTF-8 as they
 * are; backslash as "\\", CR, LF and TAB as "\r", "\n", "\t"; control bytes
 * (C0, DEL, C1), format characters (bidi overrides) and invalid UTF-8 as
 * "\xNN" byte by byte. The result is valid UTF-8.
 */
void escape_append(GString *out, const char *bytes, size_t length);

/* The same as a new string of the caller's; NULL gives NULL. */
char *escape_string(const char *text);

/*
 * The same for text that may be escaped already (evidence, exchanges,
 * messages): backslashes stay as they are, so that nothing is escaped twice.
 */
char *escape_again(const char *text);

#endif
