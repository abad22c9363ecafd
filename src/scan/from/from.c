/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of formats, made from from.def, and the first look at a report:
 * only its content says what it is.
 */
#include "scan/from/from.h"

#include <string.h>

#include "model/escape.h"
#include "scan/from/format.h"

#define FROM_FORMAT(name) extern const struct from_format from_format_##name;
#include "scan/from/from.def"
#undef FROM_FORMAT

const struct from_format *const from_format_list[] = {
#define FROM_FORMAT(name) &from_format_##name,
#include "scan/from/from.def"
#undef FROM_FORMAT
	NULL,
};

G_DEFINE_QUARK(popseal - from - error - quark, from_error)

char *
from_formats(void)
{
	GString *names = g_string_new(NULL);

	for (size_t i = 0; from_format_list[i] != NULL; i++)
		g_string_append_printf(names, "%s%s", i > 0 ? ", " : "",
			from_format_list[i]->description);
	return g_string_free(names, FALSE);
}

static bool
begins(const struct from_input *input, const char *bytes, size_t length)
{
	return input->length - input->at >= length &&
		memcmp(input->block + input->at, bytes, length) == 0;
}

/* Passes over a byte order mark, and returns the encoding that it says, or NULL. */
static const char *
marked_encoding(struct from_input *input)
{
	static const struct {
		const char *mark;
		const char *encoding;
	} marks[] = {
		{ "\xff\xfe", "UTF-16LE" },
		{ "\xfe\xff", "UTF-16BE" },
		{ "\xef\xbb\xbf", "UTF-8" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(marks); i++) {
		if (!begins(input, marks[i].mark, strlen(marks[i].mark)))
			continue;
		input->at += strlen(marks[i].mark);
		return marks[i].encoding;
	}
	return NULL;
}

/*
 * Returns the encoding that an XML declaration names, "UTF-8" without one, or
 * NULL for one that libxml2 would need files for.
 */
static const char *
declared_encoding(const struct from_input *input)
{
	static const char *const read[] = { "UTF-8", "US-ASCII", "ASCII", "ISO-8859-1", NULL };
	size_t length = input->length - input->at;
	const char *start = input->block + input->at;
	const char *end = g_strstr_len(start, (gssize)length, "?>");
	const char *at = NULL;

	/* What libxml2 would take for UCS-4, or UTF-16 without a mark. */
	if (begins(input, "<", 2))
		return NULL;
	if (!begins(input, "<?xml", 5) || end == NULL)
		return "UTF-8";
	at = g_strstr_len(start, end - start, "encoding");
	if (at == NULL)
		return "UTF-8";
	at += strlen("encoding");
	while (at < end && strchr(" \t\r\n=\"'", *at) != NULL)
		at++;
	for (size_t i = 0; read[i] != NULL; i++) {
		size_t word = strlen(read[i]);

		if ((size_t)(end - at) > word && g_ascii_strncasecmp(at, read[i], word) == 0 &&
			(at[word] == '"' || at[word] == '\''))
			return read[i];
	}
	return NULL;
}

/* Passes over white space, so that the first byte that says something stands at the front. */
static bool
skip_space(struct from_input *input)
{
	do {
		while (input->at < input->length && g_ascii_isspace(input->block[input->at])) {
			input->at++;
		}
	} while (input->at == input->length && from_input_fill(input));
	return input->at < input->length;
}

static void
unknown(struct from_run *run, const char *why)
{
	g_autofree char *formats = from_formats();

	from_fail(run, FROM_ERROR_UNKNOWN, "%s; what is read: %s", why, formats);
}

/* By its first byte; an encoding that is not read has none. */
static void
read_report(struct from_run *run, struct from_input *input)
{
	const char *encoding = from_input_fill(input) ? marked_encoding(input) : NULL;
	bool wide = encoding != NULL && g_str_has_prefix(encoding, "UTF-16");
	char first = '<';

	if (!wide) {
		first = skip_space(input) ? input->block[input->at] : '\0';
		encoding = first == '<' ? declared_encoding(input) : NULL;
	}
	if (input->failed != 0)
		from_fail(run, FROM_ERROR_READ, "%s", g_strerror(input->failed));
	else if (encoding != NULL)
		from_xml_read(run, input, encoding);
	else if (first == '<')
		unknown(run, "it is XML in an encoding that is not read");
	else if (first == '{' || first == '[')
		from_json_read(run, input);
	else
		unknown(run,
			input->at == input->length ? "it is empty" :
						     "it is no report of a known format");
}

bool
from_read(int fd, const char *name, void (*emit)(void *user, const struct from_item *item),
	void *user, GError **error)
{
	struct from_run run = { .name = name, .emit = emit, .user = user };
	struct from_input *input = g_new0(struct from_input, 1);

	input->fd = fd;
	run.held = g_byte_array_new();
	from_init();
	read_report(&run, input);
	from_release(&run);
	g_byte_array_unref(run.held);
	g_free(run.state);
	g_free(input);
	if (run.error == NULL)
		return true;
	g_propagate_error(error, run.error);
	return false;
}
