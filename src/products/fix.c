/* SPDX-License-Identifier: Apache-2.0 */
#include "products/fix.h"

#include <string.h>

const struct config_text *
fix_text(const struct fixing *fixing, const char *shown)
{
	for (guint i = 0; i < fixing->texts->len; i++) {
		const struct config_text *text = g_ptr_array_index(fixing->texts, i);

		if (g_strcmp0(text->shown, shown) == 0)
			return text;
	}
	return NULL;
}

/* --- places ----------------------------------------------------------------------------------- */

static size_t
line_start(const struct config_text *text, size_t at)
{
	while (at > 0 && text->bytes[at - 1] != '\n')
		at--;
	return at;
}

/* Before its line end. */
static size_t
line_end(const struct config_text *text, size_t at)
{
	while (at < text->length && text->bytes[at] != '\n')
		at++;
	return at > 0 && at <= text->length && at < text->length && text->bytes[at - 1] == '\r' ?
		at - 1 :
		at;
}

/* Behind its line end. */
static size_t
line_next(const struct config_text *text, size_t at)
{
	while (at < text->length && text->bytes[at] != '\n')
		at++;
	return at < text->length ? at + 1 : at;
}

struct fix_place
fix_place_of(const struct fixing *fixing, const struct location *location)
{
	struct fix_place place = { 0 };

	if (location->file == NULL || location->line == 0)
		return place;
	place.text = fix_text(fixing, location->file);
	if (place.text == NULL)
		return place;
	for (unsigned line = 1; line < location->line; line++)
		place.at = line_next(place.text, place.at);
	place.at = MIN(place.at + MAX(location->column, 1) - 1, place.text->length);
	return place;
}

const struct node *
fix_node_at(const struct tree *tree, size_t offset)
{
	const struct node *found = NULL;

	for (const struct node *node = tree->root.first; node != NULL;
		node = tree_next(node, &tree->root)) {
		if (node->kind == NODE_BLANK || node->all.start > offset || node->all.end <= offset)
			continue;
		found = node; /* the innermost comes last */
	}
	return found;
}

bool
fix_is_alone(const struct config_text *text, struct span at, char mark)
{
	size_t before = line_start(text, at.start);

	while (before < at.start && (text->bytes[before] == ' ' || text->bytes[before] == '\t'))
		before++;
	while (at.end < text->length && (text->bytes[at.end] == ' ' || text->bytes[at.end] == '\t'))
		at.end++;
	return before == at.start &&
		(at.end >= line_end(text, at.end) || text->bytes[at.end] == mark);
}

char *
fix_quote(const char *text)
{
	GString *quoted = g_string_new("\"");

	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			g_string_append_c(quoted, '\\');
		g_string_append_c(quoted, *text);
	}
	g_string_append_c(quoted, '"');
	return g_string_free(quoted, FALSE);
}

/* --- edits ------------------------------------------------------------------------------------ */

static bool
overlaps(const struct fix_edit *edit, const struct config_text *text, struct span at)
{
	if (edit->text != text)
		return false;
	if (edit->at.start == at.start && edit->at.end == at.end)
		return true;
	return edit->at.start < at.end && at.start < edit->at.end;
}

static void
add_edit(struct fixing *fixing, const struct config_text *text, struct span at, char *bytes)
{
	const struct fix_edit edit = { text, at, bytes };
	bool taken = fixing->edits->len >= FIX_EDITS_MAX;

	for (guint i = 0; i < fixing->edits->len && !taken; i++) {
		const struct fix_edit *other = &g_array_index(fixing->edits, struct fix_edit, i);

		/* Different lines may be put at one place; the same one only once. */
		taken = overlaps(other, text, at) &&
			(at.start != at.end || g_str_equal(other->bytes, bytes));
	}
	if (taken)
		g_free(bytes);
	else
		g_array_append_val(fixing->edits, edit);
}

void
fix_replace(struct fixing *fixing, const struct config_text *text, struct span at,
	const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add_edit(fixing, text, at, g_strdup_vprintf(format, arguments));
	va_end(arguments);
}

static const char *
line_break(const struct config_text *text)
{
	const char *newline = memchr(text->bytes, '\n', text->length);

	return newline != NULL && newline > text->bytes && newline[-1] == '\r' ? "\r\n" : "\n";
}

static char *
indent_of(const struct config_text *text, size_t start)
{
	size_t end = start;

	while (end < text->length && (text->bytes[end] == ' ' || text->bytes[end] == '\t'))
		end++;
	return g_strndup(text->bytes + start, end - start);
}

void
fix_add_line_behind(struct fixing *fixing, const struct config_text *text, size_t offset,
	const char *format, ...)
{
	size_t next = line_next(text, offset);
	g_autofree char *indent = indent_of(text, line_start(text, offset));
	g_autofree char *line = NULL;
	bool ends = next > 0 && text->bytes[next - 1] == '\n';
	va_list arguments;

	va_start(arguments, format);
	line = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	add_edit(fixing, text, (struct span){ next, next },
		ends ? g_strconcat(indent, line, line_break(text), NULL) :
		       g_strconcat(line_break(text), indent, line, NULL));
}

void
fix_add_line_before(struct fixing *fixing, const struct config_text *text, size_t offset,
	const char *format, ...)
{
	size_t start = line_start(text, offset);
	g_autofree char *indent = indent_of(text, start);
	g_autofree char *line = NULL;
	va_list arguments;

	va_start(arguments, format);
	line = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	add_edit(fixing, text, (struct span){ start, start },
		g_strconcat(indent, line, line_break(text), NULL));
}

/* Whether a line that is put at the end would be taken for more of the last one. */
static bool
goes_on(const struct config_text *text)
{
	size_t end = line_end(text, text->length);

	if (end > 0 && text->bytes[end - 1] == '\n')
		end--;
	return end > 0 && text->bytes[end - 1] == '\\';
}

static bool
has_edit_at(const struct fixing *fixing, const struct config_text *text, size_t at)
{
	for (guint i = 0; i < fixing->edits->len; i++) {
		const struct fix_edit *edit = &g_array_index(fixing->edits, struct fix_edit, i);

		if (edit->text == text && edit->at.start == at)
			return true;
	}
	return false;
}

void
fix_append_line(struct fixing *fixing, const struct config_text *text, const char *format, ...)
{
	const struct span end = { text->length, text->length };
	bool ends = text->length == 0 || text->bytes[text->length - 1] == '\n';
	bool apart = goes_on(text) && !has_edit_at(fixing, text, text->length);
	g_autofree char *line = NULL;
	va_list arguments;

	va_start(arguments, format);
	line = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	add_edit(fixing, text, end,
		g_strconcat(apart ? line_break(text) : "", ends ? "" : line_break(text), line,
			ends ? line_break(text) : "", NULL));
}

void
fix_comment_out(struct fixing *fixing, const struct config_text *text, struct span at,
	const char *mark)
{
	for (size_t line = line_start(text, at.start); line < at.end;
		line = line_next(text, line)) {
		g_autofree char *indent = indent_of(text, line);
		size_t put = line + strlen(indent);

		if (put < line_end(text, line))
			add_edit(fixing, text, (struct span){ put, put }, g_strdup(mark));
	}
}

void
fix_remove_lines(struct fixing *fixing, const struct config_text *text, struct span at)
{
	size_t start = line_start(text, at.start);
	size_t end = at.end > start && text->bytes[at.end - 1] == '\n' ? at.end :
									 line_next(text, at.end);

	add_edit(fixing, text, (struct span){ start, end }, g_strdup(""));
}
