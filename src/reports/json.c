/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a comma is due is told by the last byte: the only state is the text.
 */
#include "reports/json.h"

#include <string.h>

#include "model/escape.h"

static void
begin_value(GString *out, const char *key)
{
	char last = out->len > 0 ? out->str[out->len - 1] : '\n';

	if (last != '{' && last != '[' && last != '\n')
		g_string_append_c(out, ',');
	if (key == NULL)
		return;
	g_string_append_c(out, '"');
	g_string_append(out, key);
	g_string_append_len(out, "\":", 2);
}

void
json_open(GString *out, const char *key, char bracket)
{
	begin_value(out, key);
	g_string_append_c(out, bracket);
}

void
json_close(GString *out, char bracket)
{
	g_string_append_c(out, bracket);
}

/* Returns how many bytes can stand in a string of JSON as they are. */
static size_t
plain_length(const char *text)
{
	size_t length = 0;

	while (text[length] >= ' ' && text[length] <= '~' && text[length] != '"' &&
		text[length] != '\\')
		length++;
	return length;
}

/* Puts a backslash before what JSON gives a meaning; nothing else in text needs one. */
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

void
json_text(GString *out, const char *key, const char *text)
{
	size_t length;

	if (text == NULL) {
		json_none(out, key);
		return;
	}
	begin_value(out, key);
	g_string_append_c(out, '"');
	length = plain_length(text);
	g_string_append_len(out, text, (gssize)length);
	if (text[length] != '\0') {
		g_autofree char *escaped = escape_again(text + length);

		append_quoted(out, escaped);
	}
	g_string_append_c(out, '"');
}

void
json_number(GString *out, const char *key, int64_t number)
{
	char digits[24];
	size_t at = sizeof(digits);
	uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;

	begin_value(out, key);
	do {
		digits[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (number < 0)
		digits[--at] = '-';
	g_string_append_len(out, digits + at, (gssize)(sizeof(digits) - at));
}

void
json_decimal(GString *out, const char *key, double number)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	begin_value(out, key);
	g_string_append(out, g_ascii_formatd(text, sizeof(text), "%.3f", number));
}

void
json_flag(GString *out, const char *key, bool flag)
{
	begin_value(out, key);
	g_string_append(out, flag ? "true" : "false");
}

void
json_none(GString *out, const char *key)
{
	begin_value(out, key);
	g_string_append_len(out, "null", 4);
}
