/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of JSON, one in memory at a time: a line each, or the elements of one
 * array, with whatever commas stand between them. masscan leaves out brackets
 * and adds commas, so they are passed over wherever they stand between records.
 *
 * The end of a record is found by counting braces outside strings. A line that
 * begins with '{' within a record is the next one: the other was torn, as a
 * line is when its writer was killed and another went on in the same file.
 */
#include <string.h>

#include "model/escape.h"
#include "scan/from/format.h"

enum splitting {
	BETWEEN,
	INSIDE,
	IN_STRING,
	BEHIND_BACKSLASH,
	IN_JUNK, /* text between records, up to the line's end */
};

struct splitter {
	struct from_run *run;
	GString *record;
	enum splitting state;
	unsigned depth;
	bool line_begins;
	bool too_long; /* the rest of the record is passed over */
};

const char *
from_json_text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

uint16_t
from_json_port(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);
	json_int_t number = json_integer_value(value);

	if (json_is_string(value))
		return from_port(json_string_value(value), '\0');
	return number >= 1 && number <= UINT16_MAX ? (uint16_t)number : 0;
}

/* --- records ---------------------------------------------------------------------------------- */

static void
find_format(struct from_run *run, const json_t *record)
{
	g_autofree char *formats = NULL;

	for (size_t i = 0; from_format_list[i] != NULL; i++) {
		const struct from_format *format = from_format_list[i];

		if (format->knows == NULL || !format->knows(record))
			continue;
		run->format = format;
		run->state = g_malloc0(format->state_size);
		return;
	}
	formats = from_formats();
	from_fail(run, FROM_ERROR_UNKNOWN, "the JSON of no known report; what is read: %s",
		formats);
}

/* What older versions of masscan write last, which is no JSON. */
static bool
is_finish(const GString *record)
{
	g_autofree char *word = g_strndup(record->str, MIN(record->len, 32));
	char *to = word;

	for (const char *from = word; *from != '\0'; from++)
		if (!g_ascii_isspace(*from) && *from != '"')
			*to++ = *from;
	*to = '\0';
	return g_str_equal(word, "{finished:1}");
}

static void
fail_unknown(struct from_run *run)
{
	from_fail(run, FROM_ERROR_UNKNOWN, "it begins like JSON, but is of no known format");
}

static void
take_record(struct from_run *run, const GString *record)
{
	json_error_t why;
	json_t *value = NULL;

	run->line++;
	if (is_finish(record))
		return;
	value = json_loadb(record->str, record->len, 0, &why);
	if (value == NULL && run->format == NULL) {
		fail_unknown(run);
		return;
	}
	if (value == NULL) {
		g_autofree char *text = escape_string(why.text);
		g_autofree char *problem = g_strdup_printf("no JSON: %s", text);

		from_complain(run, NULL, problem);
		return;
	}
	if (run->format == NULL)
		find_format(run, value);
	if (run->format != NULL)
		run->format->record(run, value);
	json_decref(value);
}

/* --- where they begin and end ----------------------------------------------------------------- */

static void
begin_record(struct splitter *splitter)
{
	g_string_truncate(splitter->record, 0);
	splitter->state = INSIDE;
	splitter->depth = 0;
	splitter->too_long = false;
}

static void
give_up(struct splitter *splitter, const char *problem)
{
	splitter->run->line++;
	splitter->state = BETWEEN;
	if (splitter->run->format == NULL)
		fail_unknown(splitter->run);
	else
		from_complain(splitter->run, NULL, problem);
}

static void
end_record(struct splitter *splitter)
{
	if (splitter->too_long) {
		give_up(splitter, "a record of more than 1048576 octets");
		return;
	}
	take_record(splitter->run, splitter->record);
	splitter->state = BETWEEN;
}

static void
keep_byte(struct splitter *splitter, char byte)
{
	if (splitter->record->len < FROM_RECORD_MAX)
		g_string_append_c(splitter->record, byte);
	else
		splitter->too_long = true;
}

static void
step_inside(struct splitter *splitter, char byte)
{
	keep_byte(splitter, byte);
	if (byte == '"')
		splitter->state = IN_STRING;
	else if (byte == '{')
		splitter->depth++;
	else if (byte == '}' && --splitter->depth == 0)
		end_record(splitter);
}

static void
step_between(struct splitter *splitter, char byte)
{
	if (byte == '{') {
		begin_record(splitter);
		step_inside(splitter, byte);
	} else if (!g_ascii_isspace(byte) && strchr(",[]", byte) == NULL) {
		splitter->state = IN_JUNK;
	}
}

static void
step_string(struct splitter *splitter, char byte)
{
	keep_byte(splitter, byte);
	if (byte == '\\')
		splitter->state = BEHIND_BACKSLASH;
	else if (byte == '"')
		splitter->state = INSIDE;
}

static void
step(struct splitter *splitter, char byte)
{
	bool inside = splitter->state != BETWEEN && splitter->state != IN_JUNK;

	if (byte == '{' && splitter->line_begins && inside)
		give_up(splitter, "the record is cut off");
	splitter->line_begins = byte == '\n';
	switch (splitter->state) {
	case BETWEEN:
		step_between(splitter, byte);
		break;
	case INSIDE:
		step_inside(splitter, byte);
		break;
	case IN_STRING:
		step_string(splitter, byte);
		break;
	case BEHIND_BACKSLASH:
		keep_byte(splitter, byte);
		splitter->state = IN_STRING;
		break;
	case IN_JUNK:
		if (byte == '\n')
			give_up(splitter, "text that is no JSON");
		break;
	}
}

void
from_json_read(struct from_run *run, struct from_input *input)
{
	struct splitter splitter = { .run = run, .record = g_string_new(NULL) };

	while (run->error == NULL && from_input_fill(input))
		step(&splitter, input->block[input->at++]);
	if (input->failed != 0)
		from_fail(run, FROM_ERROR_READ, "%s", g_strerror(input->failed));
	else if (splitter.state == IN_JUNK)
		give_up(&splitter, "text that is no JSON");
	else if (splitter.state != BETWEEN)
		from_fail(run, FROM_ERROR_BROKEN,
			"record %" G_GUINT64_FORMAT " is cut off: the report breaks off there",
			(guint64)run->line + 1);
	g_string_free(splitter.record, TRUE);
}
