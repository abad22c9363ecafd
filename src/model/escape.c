/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Escaping of untrusted bytes. What is let through is a positive list:
 * printable ASCII and characters that Unicode calls visible. Everything else,
 * what a later version of Unicode adds included, is shown byte by byte.
 */
#include "model/escape.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static bool
is_plain(char byte)
{
	return byte >= ' ' && byte <= '~' && byte != '"' && byte != '\\';
}

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/*
 * Whether is_plain holds for all eight bytes of a word. A byte that is to be found brings about a
 * top bit: by its own, or by the borrow of a subtraction.
 */
static bool
are_plain(uint64_t word)
{
	uint64_t quote = word ^ EACH('"'), backslash = word ^ EACH('\\'),
		 delete = word ^ EACH(0x7f);

	return ((word | (word - EACH(' ')) | (quote - EACH(1)) | (backslash - EACH(1)) |
			(delete - EACH(1))) &
		       EACH(0x80)) == 0;
}

size_t
escape_plain_length(const char *bytes, size_t length)
{
	size_t plain = 0;
	uint64_t word;

	for (; length - plain >= sizeof(word); plain += sizeof(word)) {
		memcpy(&word, bytes + plain, sizeof(word));
		if (!are_plain(word))
			break;
	}
	/* What is left of most texts is the end of their last eight. */
	if (length >= sizeof(word) && length - plain < sizeof(word)) {
		memcpy(&word, bytes + length - sizeof(word), sizeof(word));
		if (are_plain(word))
			return length;
	}
	while (plain < length && is_plain(bytes[plain]))
		plain++;
	return plain;
}

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
	size_t at = escape_plain_length(bytes, length);

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
