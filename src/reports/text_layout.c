/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layout of the text report. Widths are counted in terminal columns, not in
 * bytes, and colours are appended apart from text, so that no escape sequence
 * is ever counted or wrapped.
 */
#include "reports/text_layout.h"

#include <string.h>

#include "model/escape.h"

static const char *const color_codes[] = {
	[COLOR_NONE] = "",
	[COLOR_STRONG] = "\033[1m",
	[COLOR_FAINT] = "\033[2m",
	[COLOR_BAD] = "\033[1;31m",
	[COLOR_WARNING] = "\033[33m",
	[COLOR_NOTICE] = "\033[36m",
	[COLOR_GOOD] = "\033[32m",
};

void
text_paint(const struct report_options *options, enum color color, const char *text, GString *out)
{
	bool painted = options->color && color != COLOR_NONE;

	g_string_append(out, painted ? color_codes[color] : "");
	g_string_append(out, text);
	g_string_append(out, painted ? "\033[0m" : "");
}

/* Returns the columns that the text takes in a terminal. */
static size_t
width_of(const char *text)
{
	size_t width = 0;

	for (; *text != '\0'; text = g_utf8_next_char(text)) {
		gunichar character = g_utf8_get_char(text);

		if (!g_unichar_iszerowidth(character))
			width += g_unichar_iswide(character) ? 2 : 1;
	}
	return width;
}

static void
append_spaces(size_t count, GString *out)
{
	g_string_append_printf(out, "%*s", (int)count, "");
}

void
text_wrap(const char *text, size_t column, size_t indent, GString *out)
{
	g_autofree char *clean = escape_again(text);
	g_auto(GStrv) words = g_strsplit(clean, " ", -1);

	for (size_t i = 0; words[i] != NULL; i++) {
		size_t width = width_of(words[i]);

		/* A run of spaces gives empty words: it is kept, as evidence is. */
		if (i > 0 && column + 1 + width > TEXT_WIDTH && column > indent) {
			g_string_append_c(out, '\n');
			append_spaces(indent, out);
			column = indent;
		} else if (i > 0) {
			g_string_append_c(out, ' ');
			column++;
		}
		g_string_append(out, words[i]);
		column += width;
	}
	g_string_append_c(out, '\n');
}

/* Appends the label, and spaces up to TEXT_INDENT. */
static void
append_label(const struct report_options *options, size_t margin, const char *label, GString *out)
{
	size_t column = margin + strlen(label);

	append_spaces(margin, out);
	text_paint(options, COLOR_FAINT, label, out);
	append_spaces(column < TEXT_INDENT ? TEXT_INDENT - column : 1, out);
}

void
text_field(const struct report_options *options, size_t margin, const char *label, const char *text,
	GString *out)
{
	if (text == NULL)
		return;
	append_label(options, margin, label, out);
	text_wrap(text, TEXT_INDENT, TEXT_INDENT, out);
}

void
text_command(const struct report_options *options, size_t margin, const char *label,
	const char *command, GString *out)
{
	g_autofree char *clean = escape_again(command);

	if (clean == NULL)
		return;
	append_label(options, margin, label, out);
	g_string_append_printf(out, "%s\n", clean);
}

void
text_lines(const char *lines, size_t indent, size_t limit, GString *out)
{
	g_auto(GStrv) split = g_strsplit(lines, "\n", -1);
	size_t count = g_strv_length(split);

	if (count > 0 && split[count - 1][0] == '\0')
		count--;
	for (size_t i = 0; i < count && i < limit; i++) {
		append_spaces(indent, out);
		text_wrap(split[i], indent, indent + 3, out);
	}
	if (count > limit) {
		append_spaces(indent, out);
		g_string_append_printf(out, "... and %zu more\n", count - limit);
	}
}
