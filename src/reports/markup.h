/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text in XML and HTML. What is untrusted is escaped twice: control bytes and
 * what is no UTF-8 as in every output (model/escape.h), so that nothing is left
 * that XML 1.0 forbids; then what markup gives a meaning.
 */
#ifndef POPSEAL_REPORTS_MARKUP_H
#define POPSEAL_REPORTS_MARKUP_H

#include <glib.h>

/* Appends text that may be escaped already (escape_again); NULL is a no-op. */
void markup_text(GString *out, const char *text);

/* The same for bytes that a server sent as they are. */
void markup_raw(GString *out, const char *text);

/* The same for lines: their ends are kept. The last may lack its end, and gets one. */
void markup_lines(GString *out, const char *lines);

/* Appends ` name="text"`. */
void markup_attribute(GString *out, const char *name, const char *text);

#endif
