/* SPDX-License-Identifier: Apache-2.0 */
#include "script.h"

#include <string.h>

static void
append_unescaped(GString *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text != '\\') {
			g_string_append_c(out, *text);
			continue;
		}
		switch (*++text) {
		case 'r':
			g_string_append_c(out, '\r');
			break;
		case 'n':
			g_string_append_c(out, '\n');
			break;
		case 't':
			g_string_append_c(out, '\t');
			break;
		case 'x':
			g_string_append_c(out,
				(char)(g_ascii_xdigit_value(text[1]) * 16 +
					g_ascii_xdigit_value(text[2])));
			text += 2;
			break;
		default:
			g_string_append_c(out, *text);
		}
	}
}

static const struct {
	const char *prefix;
	enum item_kind kind;
} notes[] = {
	{ "-- connection refused", ITEM_REFUSED },
	{ "-- connection ", ITEM_CONNECT },
	{ "-- TLS is up", ITEM_TLS },
	{ "-- no TLS session: ", ITEM_NO_TLS },
	{ "-- closed by the server", ITEM_CLOSED },
	{ "-- reset by the server", ITEM_RESET },
	{ "-- no answer in time", ITEM_TIMEOUT },
	{ "-- no route", ITEM_NO_ROUTE },
};

static void
add(struct script *script, enum item_kind kind, const char *text, const char *end, unsigned line)
{
	struct item item = { .kind = kind, .bytes = g_string_new(NULL), .line = line };

	append_unescaped(item.bytes, text);
	g_string_append(item.bytes, end);
	g_array_append_val(script->items, item);
}

static void
add_note(struct script *script, const char *text, unsigned line)
{
	for (size_t i = 0; i < G_N_ELEMENTS(notes); i++)
		if (g_str_has_prefix(text, notes[i].prefix)) {
			add(script, notes[i].kind, text + strlen(notes[i].prefix), "", line);
			return;
		}
	g_error("%s:%u: no such note: %s", script->name, line, text);
}

static void
add_expectation(struct script *script, const char *text)
{
	g_auto(GStrv) parts = g_strsplit(text, " ", 2);

	g_hash_table_insert(script->expected, g_strdup(parts[0]),
		g_strdup(parts[1] != NULL ? parts[1] : ""));
}

static void
add_line(struct script *script, const char *text, unsigned line)
{
	if (*text == '\0' || *text == '#')
		return;
	if (g_str_has_prefix(text, "@ "))
		add_expectation(script, text + 2);
	else if (g_str_has_prefix(text, "S: "))
		add(script, ITEM_SERVER, text + 3, "\r\n", line);
	else if (g_str_has_prefix(text, "S> "))
		add(script, ITEM_SERVER, text + 3, "", line);
	else if (g_str_has_prefix(text, "C: "))
		add(script, ITEM_CLIENT, text + 3, "\r\n", line);
	else
		add_note(script, text, line);
}

static void
item_clear(void *data)
{
	struct item *item = data;

	g_string_free(item->bytes, TRUE);
}

struct script *
script_read(const char *path)
{
	struct script *script = g_new0(struct script, 1);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	g_autoptr(GError) error = NULL;

	if (!g_file_get_contents(path, &text, NULL, &error))
		g_error("%s", error->message);
	script->name = g_path_get_basename(path);
	script->expected = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	script->items = g_array_new(FALSE, FALSE, sizeof(struct item));
	g_array_set_clear_func(script->items, item_clear);
	lines = g_strsplit(text, "\n", -1);
	for (unsigned i = 0; lines[i] != NULL; i++)
		add_line(script, lines[i], i + 1);
	return script;
}

void
script_free(struct script *script)
{
	g_free(script->name);
	g_hash_table_unref(script->expected);
	g_array_unref(script->items);
	g_free(script);
}
