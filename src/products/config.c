/* SPDX-License-Identifier: Apache-2.0 */
#include "products/config.h"

#include <string.h>

#include "dialect/tree.h"

const struct config_text *
config_read(struct config_reading *reading, const char *path)
{
	enum source_outcome outcome;
	const struct config_text *text = reading->source->read(reading->source, path, &outcome);
	struct config_doubt *doubt;
	struct source_look look;

	if (text != NULL)
		/* cppcheck-suppress returnDanglingLifetime ; the text is the source's */
		return text;
	reading->source->look(reading->source, path, &look);
	doubt = config_add_doubt(reading->facts, REASON_UNREADABLE);
	doubt->location.file = facts_keep(reading->facts, look.shown, strlen(look.shown));
	doubt->message =
		facts_printf(reading->facts, "%s: %s.", look.shown, source_outcome_words(outcome));
	doubt->settle = "Audit with rights to read it.";
	return NULL;
}

bool
config_is_full(struct config_reading *reading)
{
	static const char message[] = "There is more in it than is read.";
	const struct config_facts *config = reading->facts->config;
	struct config_doubt *doubt;

	if (config->listeners->len < CONFIG_LISTENERS_MAX &&
		config->notes->len < CONFIG_NOTES_MAX &&
		config->doubts->len + 1 < CONFIG_DOUBTS_MAX)
		return false;
	for (guint i = 0; i < config->doubts->len; i++)
		if (g_array_index(config->doubts, struct config_doubt, i).message == message)
			return true;
	doubt = config_add_doubt(reading->facts, REASON_NOT_UNDERSTOOD);
	doubt->location.file = config->root;
	doubt->message = message;
	doubt->settle = "popseal scan HOST";
	return true;
}

/* Windows PowerShell's UTF-16, in which a NUL is half of a letter. */
static bool
is_wide(const struct config_text *text)
{
	return text->length >= 2 && memcmp(text->bytes, "\xff\xfe", 2) == 0;
}

static bool
is_text(const struct config_text *text)
{
	static const char taken[] = "\t\n\v\f\r\x1b";

	for (size_t i = 0; i < text->length; i++) {
		unsigned char c = (unsigned char)text->bytes[i];

		if (c < ' ' && memchr(taken, c, sizeof(taken) - 1) == NULL)
			return false;
	}
	return true;
}

void
config_check_text(struct config_reading *reading)
{
	const struct config_facts *config = reading->facts->config;
	const struct config_text *text =
		reading->source->read(reading->source, reading->root, NULL);
	struct config_doubt *doubt;
	struct config_note *note;

	if (text == NULL || config->listeners->len > 0 || config->doubts->len > 0 ||
		is_wide(text) || is_text(text))
		return;
	doubt = config_add_doubt(reading->facts, REASON_NOT_UNDERSTOOD);
	doubt->location.file = config->root;
	doubt->message = "This is no text.";
	doubt->settle = "popseal scan HOST";
	note = config_add_note(reading->facts, CONFIG_NOTE_INVALID);
	note->location.file = config->root;
	note->message = doubt->message;
}

struct location
config_location(struct config_reading *reading, const struct config_text *text, size_t offset)
{
	struct location location = {
		.file = facts_keep(reading->facts, text->shown, strlen(text->shown)),
	};

	tree_position(text->bytes, MIN(offset, text->length), &location.line, &location.column);
	return location;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

const char *
config_line(struct config_reading *reading, const struct config_text *text, size_t offset)
{
	size_t start = MIN(offset, text->length), end = start;

	while (start > 0 && text->bytes[start - 1] != '\n')
		start--;
	while (end < text->length && text->bytes[end] != '\n')
		end++;
	while (start < end && is_space(text->bytes[start]))
		start++;
	while (end > start && is_space(text->bytes[end - 1]))
		end--;
	return facts_keep(reading->facts, text->bytes + start,
		MIN(end - start, (size_t)CONFIG_LINE_MAX));
}

int
config_version_compare(const char *a, const char *b)
{
	a = a != NULL ? a : "";
	b = b != NULL ? b : "";
	for (;;) {
		char *after_a, *after_b;
		guint64 number_a = g_ascii_strtoull(a, &after_a, 10);
		guint64 number_b = g_ascii_strtoull(b, &after_b, 10);

		if (number_a != number_b)
			return number_a < number_b ? -1 : 1;
		if (*after_a != '.' && *after_b != '.')
			return 0;
		a = *after_a == '.' ? after_a + 1 : "";
		b = *after_b == '.' ? after_b + 1 : "";
	}
}
