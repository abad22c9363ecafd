/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Escaping: what a hostile server sends, and what may be printed of it.
 */
#include <stdbool.h>
#include <string.h>

#include "model/escape.h"

struct sample {
	const char *bytes;
	size_t length;
	const char *escaped;
};

#define BYTES(text) (text), sizeof(text) - 1

static const struct sample samples[] = {
	{ BYTES("+OK POP3 ready ~!"), "+OK POP3 ready ~!" },
	{ BYTES(""), "" },
	{ BYTES("a\\b"), "a\\\\b" },
	{ BYTES("\r\n\t"), "\\r\\n\\t" },
	{ BYTES("\0\x01\x1b[2J\x7f"), "\\x00\\x01\\x1b[2J\\x7f" },
	{ BYTES("gr\xc3\xbc\xc3\x9f \xe4\xb8\xad"), "gr\xc3\xbc\xc3\x9f \xe4\xb8\xad" },
	{ BYTES("\xc2\x80\xc2\x9b\xc2\x9f"), "\\xc2\\x80\\xc2\\x9b\\xc2\\x9f" }, /* C1 */
	{ BYTES("\x9b"), "\\x9b" },                   /* C1 CSI as one byte */
	{ BYTES("\xe2\x80\xae"), "\\xe2\\x80\\xae" }, /* U+202E, bidi override */
	{ BYTES("\xe2\x81\xa6\xe2\x80\x8b"),
		"\\xe2\\x81\\xa6\\xe2\\x80\\x8b" }, /* isolate, zero width */
	{ BYTES("\xe2\x80\xa8\xe2\x80\xa9"),
		"\\xe2\\x80\\xa8\\xe2\\x80\\xa9" },            /* line separators */
	{ BYTES("\xef\xbb\xbf"), "\\xef\\xbb\\xbf" },          /* byte order mark */
	{ BYTES("\xee\x80\x80"), "\\xee\\x80\\x80" },          /* private use */
	{ BYTES("\xc0\x80"), "\\xc0\\x80" },                   /* overlong NUL */
	{ BYTES("\xed\xa0\x80"), "\\xed\\xa0\\x80" },          /* surrogate */
	{ BYTES("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80" }, /* beyond U+10FFFF */
	{ BYTES("\xe4\xb8"), "\\xe4\\xb8" },                   /* cut off */
	{ BYTES("\xc3"
		"a"),
		"\\xc3"
		"a" },
	{ BYTES("\xff\xfe"), "\\xff\\xfe" },
};

static void
test_samples(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(samples); i++) {
		g_autoptr(GString) out = g_string_new("> ");

		escape_append(out, samples[i].bytes, samples[i].length);
		g_assert_cmpstr(out->str + 2, ==, samples[i].escaped);
		g_assert_true(g_utf8_validate(out->str, (gssize)out->len, NULL));
	}
}

/* Every byte, in every place of a short text: the result is one line of valid UTF-8. */
static void
test_every_byte(void)
{
	for (unsigned first = 0; first < 256; first++) {
		for (unsigned second = 0; second < 256; second++) {
			char bytes[3] = { (char)first, (char)second, 'x' };
			g_autoptr(GString) out = g_string_new(NULL);

			escape_append(out, bytes, sizeof(bytes));
			g_assert_true(g_utf8_validate(out->str, (gssize)out->len, NULL));
			g_assert_null(strpbrk(out->str, "\x1b\r\n\t\x7f"));
		}
	}
}

enum {
	LONGEST = 26 /* three words and a rest */
};

static bool
is_plain(unsigned byte)
{
	return byte >= ' ' && byte <= '~' && byte != '"' && byte != '\\';
}

/* Every byte, in every place of texts of every length, with another one behind it. */
static void
test_plain_length(void)
{
	char text[LONGEST + 1];

	for (size_t length = 1; length <= LONGEST; length++) {
		for (size_t place = 0; place < length; place++) {
			for (unsigned byte = 0; byte < 256; byte++) {
				memset(text, 'a' + (int)place % 2, length);
				text[length] = '"';
				g_assert_cmpuint(escape_plain_length(text, length), ==, length);
				text[place] = (char)byte;
				g_assert_cmpuint(escape_plain_length(text, length), ==,
					is_plain(byte) ? length : place);
				text[length - 1] = '\\';
				g_assert_cmpuint(escape_plain_length(text, length), ==,
					is_plain(byte) ? length - 1 : MIN(place, length - 1));
			}
		}
	}
	g_assert_cmpuint(escape_plain_length("", 0), ==, 0);
}

static void
test_string(void)
{
	g_autofree char *escaped = escape_string("a\nb\\");

	g_assert_cmpstr(escaped, ==, "a\\nb\\\\");
	g_assert_null(escape_string(NULL));
}

static void
test_again(void)
{
	g_autofree char *once = escape_string("a\x1b\\b\n");
	g_autofree char *twice = escape_again(once);
	g_autofree char *raw = escape_again("a\x1b");

	g_assert_cmpstr(twice, ==, once);
	g_assert_cmpstr(raw, ==, "a\\x1b");
	g_assert_null(escape_again(NULL));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/escape/samples", test_samples);
	g_test_add_func("/escape/every-byte", test_every_byte);
	g_test_add_func("/escape/plain-length", test_plain_length);
	g_test_add_func("/escape/string", test_string);
	g_test_add_func("/escape/again", test_again);
	return g_test_run();
}
