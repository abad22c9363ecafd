/* SPDX-License-Identifier: Apache-2.0 */
#include "model/format.h"

#include <stdbool.h>
#include <string.h>

enum {
	PARTS_MAX = 12,
	DIGITS_MAX = 10, /* of an unsigned int */
};

struct part {
	const char *text;
	size_t length;
	char digits[DIGITS_MAX];
};

static void
set_number(struct part *part, unsigned number)
{
	char *first = part->digits + DIGITS_MAX;

	do
		*--first = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	part->text = first;
	part->length = (size_t)(part->digits + DIGITS_MAX - first);
}

/* Takes the format apart; returns the number of parts, or 0 where it holds something else. */
static size_t
take_apart(const char *format, va_list arguments, struct part parts[PARTS_MAX])
{
	size_t count = 0;

	while (*format != '\0') {
		struct part *part = &parts[count];

		if (count++ == PARTS_MAX)
			return 0;
		part->text = format;
		if (*format != '%' || format[1] == '%') {
			format += *format == '%';
			part->text = format;
			part->length = 1 + strcspn(format + 1, "%");
			format += part->length;
			continue;
		}
		if (format[1] == 's') {
			const char *text = va_arg(arguments, const char *);

			part->text = text != NULL ? text : "(null)";
			part->length = strlen(part->text);
		} else if (format[1] == 'u') {
			set_number(part, va_arg(arguments, unsigned));
		} else {
			return 0;
		}
		format += 2;
	}
	return count;
}

char *
format_text(const char *format, va_list arguments)
{
	struct part parts[PARTS_MAX];
	size_t count, length = 0;
	va_list again;
	char *text, *end;

	va_copy(again, arguments);
	count = take_apart(format, again, parts);
	va_end(again);
	if (count == 0)
		return g_strdup_vprintf(format, arguments);
	for (size_t i = 0; i < count; i++)
		length += parts[i].length;
	text = end = g_malloc(length + 1);
	for (size_t i = 0; i < count; i++)
		end = (char *)memcpy(end, parts[i].text, parts[i].length) + parts[i].length;
	*end = '\0';
	return text;
}
