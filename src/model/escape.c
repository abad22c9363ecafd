/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Escaping of untrusted bytes. What is let through is a positive list:
 * printable ASCII and characters that Unicode calls visible. Everything else,
 * what a later version of Unicode adds included, is shown byte by byte.
 */
#include "model/escape.h"

#include <stdbool.h>
#include <string.h>

/* Returns the length in bytes of the visible character at the start of bytes, or 0. */
static size_t
visible_length(const char *bytes, size_t length)
{
	gunichar character = g_utf8_get_char_validated(bytes, (gssize)length);

	if (character == (gunichar)-1 || character == (gunichar)-2 || !g_unichar_isprint(character))
		return 0;
	switch ((int)g_unichar_type(character)) {
	case G_UNICODE_LINE_SEPARATOR: /* would break a line */
	case G_UNICODE_PARAGRAPH_SEPARATOR:
	case G_UNICODE_PRIVATE_USE: /* means what the terminal's font likes */
		return 0;
	default:
		return (size_t)g_unichar_to_utf8(character, NULL);
	}
}

static void
append_byte(GString *out, unsigned char byte)
{
	switch (byte) {
	case '\\':
		g_string_append(out, "\\\\");
		break;
	case '\r':
		g_string_append(out, "\\r");
		break;
	case '\n':
		g_string_append(out, "\\n");
		break;
	case '\t':
		g_string_append(out, "\\t");
		break;
	default:
		g_string_append_printf(out, "\\x%02x", byte);
	}
}

/* Returns how many bytes stand for themselves: printable ASCII, and mostly that is all. */
static size_t
plain_length(const char *bytes, size_t length, bool keep_backslash)
{
	size_t at = 0;

	while (at < length && bytes[at] >= ' ' && bytes[at] <= '~' &&
		(bytes[at] != '\\' || keep_backslash))
		at++;
	return at;
}

/* Appends bytes; a backslash that is kept belongs to an escape that stands there already. */
static void
append(GString *out, const char *bytes, size_t length, bool keep_backslash)
{
	size_t at = 0;

	while (at < length) {
		size_t plain = plain_length(bytes + at, length - at, keep_backslash);
		size_t visible = plain > 0 || bytes[at] == '\\' ?
			plain :
			visible_length(bytes + at, length - at);

		if (visible > 0)
			g_string_append_len(out, bytes + at, (gssize)visible);
		else
			append_byte(out, (unsigned char)bytes[at]);
		at += visible > 0 ? visible : 1;
	}
}

void
escape_append(GString *out, const char *bytes, size_t length)
{
	append(out, bytes, length, false);
}

char *
escape_string(const char *text)
{
	if (text == NULL)
		return NULL;

	GString *out = g_string_sized_new(strlen(text) + 8);

	append(out, text, strlen(text), false);
	return g_string_free(out, FALSE);
}

char *
escape_again(const char *text)
{
	if (text == NULL)
		return NULL;

	GString *out = g_string_sized_new(strlen(text) + 8);

	append(out, text, strlen(text), true);
	return g_string_free(out, FALSE);
}
