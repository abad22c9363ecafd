/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a comma is due is told by the last byte: the only state is the text.
 */
#include "reports/json.h"

#include <stdint.h>
#include <string.h>

#include "model/escape.h"

/* Makes the text longer by that much, and returns the place to fill. */
static char *
extend(GString *out, size_t length)
{
	size_t before = out->len;

	g_string_set_size(out, before + length);
	return out->str + before;
}

static char *
put(char *at, const char *bytes, size_t length)
{
	memcpy(at, bytes, length);
	return at + length;
}

/* Writes what stands before a value, and returns the place for its first `length` bytes. */
static char *
begin_value(GString *out, const char *key, size_t length)
{
	char last = out->len > 0 ? out->str[out->len - 1] : '\n';
	bool comma = last != '{' && last != '[' && last != '\n';
	size_t key_length = key == NULL ? 0 : strlen(key);
	char *at = extend(out, comma + (key == NULL ? 0 : key_length + strlen("\"\":")) + length);

	if (comma)
		*at++ = ',';
	if (key == NULL)
		return at;
	*at++ = '"';
	at = put(at, key, key_length);
	return put(at, "\":", 2);
}

void
json_open(GString *out, const char *key, char bracket)
{
	*begin_value(out, key, 1) = bracket;
}

void
json_close(GString *out, char bracket)
{
	g_string_append_c(out, bracket);
}

/* Appends text that has no byte but what JSON can show, each that has a meaning in it quoted. */
static void
append_quoted(GString *out, const char *text)
{
	while (*text != '\0') {
		size_t length = strcspn(text, "\"\\");

		g_string_append_len(out, text, (gssize)length);
		text += length;
		if (*text == '\0')
			return;
		g_string_append_c(out, '\\');
		g_string_append_c(out, *text++);
	}
}

/* The same for any text: what is neither plain nor a matter of quoting is escaped first. */
static void
append_any(GString *out, const char *text, size_t length)
{
	while (length > 0 && (*text == '"' || *text == '\\')) {
		size_t plain = escape_plain_length(text + 1, length - 1);
		char *at = extend(out, plain + 2);

		*at = '\\';
		memcpy(at + 1, text, plain + 1);
		text += plain + 1;
		length -= plain + 1;
	}
	if (length > 0) {
		g_autofree char *rest = g_strndup(text, length);
		g_autofree char *escaped = escape_again(rest);

		append_quoted(out, escaped);
	}
}

void
json_text_len(GString *out, const char *key, const char *text, size_t length)
{
	size_t plain = escape_plain_length(text, length);
	bool whole = plain == length;
	char *at = begin_value(out, key, 1 + plain + whole);

	*at++ = '"';
	at = put(at, text, plain);
	if (whole) {
		*at = '"';
		return;
	}
	append_any(out, text + plain, length - plain);
	g_string_append_c(out, '"');
}

void
json_text(GString *out, const char *key, const char *text)
{
	if (text == NULL)
		json_none(out, key);
	else
		json_text_len(out, key, text, strlen(text));
}

void
json_number(GString *out, const char *key, int64_t number)
{
	char digits[24];
	size_t at = sizeof(digits);
	uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;

	do {
		digits[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (number < 0)
		digits[--at] = '-';
	put(begin_value(out, key, sizeof(digits) - at), digits + at, sizeof(digits) - at);
}

void
json_decimal(GString *out, const char *key, double number)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	begin_value(out, key, 0);
	g_string_append(out, g_ascii_formatd(text, sizeof(text), "%.3f", number));
}

void
json_flag(GString *out, const char *key, bool flag)
{
	begin_value(out, key, 0);
	g_string_append(out, flag ? "true" : "false");
}

void
json_none(GString *out, const char *key)
{
	put(begin_value(out, key, strlen("null")), "null", strlen("null"));
}
