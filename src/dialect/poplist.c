/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Exchange's Get-PopSettings prints, as "| Format-List" or "| ConvertTo-Json".
 *
 * A list has "Name : Value" lines; a line that begins with a blank goes on with the value above it,
 * which was wrapped. Windows PowerShell writes UTF-16 where its output goes to a file. Values in
 * braces and JSON's arrays become words. The settings of all servers stand in a row: a new server
 * begins where a name comes again.
 */
#include <jansson.h>
#include <string.h>

#include "dialect/lines.h"

/* The octets of a byte order mark: 2 of UTF-16 with the low octet first, 3 of UTF-8, or 0. */
static size_t
mark_length(const char *bytes, size_t length)
{
	if (length >= 2 && memcmp(bytes, "\xFF\xFE", 2) == 0)
		return 2;
	return length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

/* --- the list --------------------------------------------------------------------------------- */

struct list {
	struct tree *tree;
	const char *bytes;
	size_t length;
	size_t unit;       /* octets of a character: 1, or 2 of UTF-16 with the low one first */
	GString *wrapped;  /* the value of the last node, as it grows */
	struct node *last; /* NULL before the first setting */
};

static size_t
line_end(const struct list *list, size_t at)
{
	for (; at + list->unit <= list->length; at += list->unit)
		if (list->bytes[at] == '\n' && (list->unit == 1 || list->bytes[at + 1] == '\0'))
			return at + list->unit;
	return list->length;
}

/* The line as UTF-8, without its line end: a new string. */
static char *
line_text(const struct list *list, struct span line)
{
	char *text = NULL;

	if (list->unit == 1)
		text = g_strndup(list->bytes + line.start, line.end - line.start);
	else
		text = g_convert(list->bytes + line.start, (gssize)(line.end - line.start), "UTF-8",
			"UTF-16LE", NULL, NULL, NULL);
	return text != NULL ? g_strchomp(text) : g_strdup("");
}

/* "{[::]:110, 0.0.0.0:110}" as its words; NULL where there are no braces. */
static const char *const *
brace_words(struct tree *tree, const char *value)
{
	size_t length = strlen(value);
	g_autofree char *inside = NULL;
	g_auto(GStrv) parts = NULL;
	const char *words[LINES_WORDS_MAX];
	size_t count = 0;

	if (length < 2 || value[0] != '{' || value[length - 1] != '}')
		return NULL;
	inside = g_strndup(value + 1, length - 2);
	parts = g_strsplit(inside, ",", LINES_WORDS_MAX);
	for (size_t i = 0; parts[i] != NULL; i++)
		if (*g_strstrip(parts[i]) != '\0')
			words[count++] = parts[i];
	return tree_words(tree, words, count);
}

static void
finish_setting(struct list *list)
{
	if (list->last == NULL)
		return;
	list->last->value = tree_keep(list->tree, list->wrapped->str, list->wrapped->len);
	list->last->words = brace_words(list->tree, list->last->value);
	g_string_truncate(list->wrapped, 0);
}

/* The name at the start of "Name : Value" or "Name:", by its length; 0 where the line is none. */
static size_t
name_length(const char *text)
{
	size_t length =
		strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
	size_t colon = length + strspn(text + length, " \t");

	return length > 0 && text[colon] == ':' ? length : 0;
}

/* Where the value stands; up to the line's end where its characters are not octets. */
static struct span
value_span(const struct list *list, struct span line, const char *text, const char *value)
{
	size_t start = line.start + (size_t)(value - text) * list->unit;
	size_t end = line.start + strlen(text) * list->unit;

	return (struct span){ start, g_str_is_ascii(text) ? end : line.end };
}

static void
add_line(struct list *list, struct span line)
{
	g_autofree char *text = line_text(list, line);
	size_t length = name_length(text);
	const char *value = strchr(text, ':');
	bool goes_on = g_ascii_isspace(text[0]) && list->last != NULL;

	if (length > 0) {
		finish_setting(list);
		list->last = tree_add(list->tree, &list->tree->root, NODE_SETTING, line);
		list->last->key_at = (struct span){ line.start, line.start + length * list->unit };
		list->last->key = tree_keep(list->tree, text, length);
		value += 1 + strspn(value + 1, " \t");
		list->last->value_at = value_span(list, line, text, value);
		g_string_append(list->wrapped, value);
	} else if (goes_on) {
		/* Wrapped where the line was full: words are not split at blanks only. */
		g_string_append(list->wrapped, text + strspn(text, " \t"));
		list->last->all.end = line.end;
	} else {
		tree_add(list->tree, &list->tree->root, text[0] == '\0' ? NODE_BLANK : NODE_WRONG,
			line)
			->problem = text[0] == '\0' ? NULL : "no \"Name : Value\"";
		finish_setting(list);
		list->last = NULL;
	}
}

static void
read_list(struct list *list)
{
	size_t at = mark_length(list->bytes, list->length);

	list->unit = at == 2 ? 2 : 1;
	if (at > 0)
		tree_add(list->tree, &list->tree->root, NODE_BLANK, (struct span){ 0, at });
	for (size_t end; at < list->length && !lines_full(list->tree); at = end) {
		end = line_end(list, at);
		add_line(list, (struct span){ at, end });
	}
	finish_setting(list);
	if (at < list->length)
		lines_give_up(list->tree, &list->tree->root, (struct span){ at, list->length });
}

/* --- JSON ------------------------------------------------------------------------------------- */

/* The end of the string that begins at `at`, behind its '"'; the text is known to be valid. */
static size_t
string_end(const char *bytes, size_t at)
{
	for (at++; bytes[at] != '"'; at++)
		if (bytes[at] == '\\')
			at++;
	return at + 1;
}

/* The end of the value at `at`. */
static size_t
value_end(const char *bytes, size_t at, size_t length)
{
	unsigned depth = 0;

	while (at < length) {
		if (bytes[at] == '"') {
			at = string_end(bytes, at);
		} else if (strchr("[{", bytes[at]) != NULL) {
			depth++;
			at++;
		} else if (strchr("]}", bytes[at]) != NULL) {
			if (depth == 0)
				return at;
			depth--;
			at++;
		} else if (depth == 0 && strchr(", \t\r\n", bytes[at]) != NULL) {
			return at;
		} else {
			at++;
		}
		if (depth == 0 && strchr("]}\"", bytes[at - 1]) != NULL)
			return at;
	}
	return at;
}

/* An element of a list of bindings: a text, or an object with Address and Port. */
static char *
binding_text(const json_t *element)
{
	const char *address = json_string_value(json_object_get(element, "Address"));
	json_int_t port = json_integer_value(json_object_get(element, "Port"));

	if (json_is_string(element))
		return g_strdup(json_string_value(element));
	if (address == NULL)
		return json_dumps(element, JSON_ENCODE_ANY | JSON_COMPACT);
	return g_strdup_printf(strchr(address, ':') != NULL ? "[%s]:%" JSON_INTEGER_FORMAT :
							      "%s:%" JSON_INTEGER_FORMAT,
		address, port);
}

static void
take_value(struct tree *tree, struct node *node, const char *bytes)
{
	json_t *value = json_loadb(bytes + node->value_at.start,
		node->value_at.end - node->value_at.start, JSON_DECODE_ANY, NULL);

	if (json_is_string(value)) {
		node->value = tree_keep(tree, json_string_value(value), json_string_length(value));
		node->words = brace_words(tree, node->value);
	} else if (json_is_array(value)) {
		g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);

		for (size_t i = 0; i < json_array_size(value) && i < LINES_WORDS_MAX; i++)
			g_ptr_array_add(words, binding_text(json_array_get(value, i)));
		node->value = "";
		node->words = tree_words(tree, (const char *const *)words->pdata, words->len);
	} else {
		node->value = json_is_null(value) ? "" : lines_keep(tree, bytes, node->value_at);
	}
	json_decref(value);
}

/* A member of an object that is a server's: "Name": value, at the name. */
static size_t
add_member(struct tree *tree, const char *bytes, size_t at, size_t length)
{
	size_t end = string_end(bytes, at), colon = end;
	struct node *node;

	while (bytes[colon] != ':')
		colon++;
	node = tree_add(tree, &tree->root, NODE_SETTING, (struct span){ at, at });
	node->key_at = (struct span){ at + 1, end - 1 };
	node->key = lines_keep(tree, bytes, node->key_at);
	for (colon++; strchr(" \t\r\n", bytes[colon]) != NULL;)
		colon++;
	node->value_at = (struct span){ colon, value_end(bytes, colon, length) };
	node->all.end = node->value_at.end;
	/* Windows PowerShell 5.1 may put the list of servers into {"value": [...], "Count": N}. */
	if (g_str_equal(node->key, "value") && bytes[colon] == '[') {
		node->kind = NODE_BLANK;
		return node->all.end = colon + 1;
	}
	take_value(tree, node, bytes);
	return node->all.end;
}

/* The text is valid JSON: an object, or an array of objects. */
static void
read_json(struct tree *tree, const char *bytes, size_t length)
{
	size_t at = mark_length(bytes, length), blank = 0;

	while (at < length && !lines_full(tree)) {
		if (bytes[at] != '"') {
			at++;
			continue;
		}
		if (at > blank)
			tree_add(tree, &tree->root, NODE_BLANK, (struct span){ blank, at });
		at = blank = add_member(tree, bytes, at, length);
	}
	if (at < length)
		lines_give_up(tree, &tree->root, (struct span){ blank, length });
	else if (blank < length)
		tree_add(tree, &tree->root, NODE_BLANK, (struct span){ blank, length });
}

static bool
is_servers(const json_t *json)
{
	if (json_is_object(json))
		return true;
	for (size_t i = 0; i < json_array_size(json); i++)
		if (!json_is_object(json_array_get(json, i)))
			return false;
	return json_is_array(json);
}

static size_t
skip_blanks(const char *bytes, size_t at, size_t length)
{
	while (at < length && g_ascii_isspace(bytes[at]))
		at++;
	return at;
}

static bool
looks_like_json(const char *bytes, size_t length)
{
	size_t at = skip_blanks(bytes, mark_length(bytes, length), length);

	if (at >= length || (bytes[at] != '{' && bytes[at] != '['))
		return false;
	/* "[PS] C:\>Get-PopSettings" is the prompt of Exchange's shell. */
	at = skip_blanks(bytes, at + 1, length);
	return at >= length || strchr("{[\"]}", bytes[at]) != NULL;
}

static struct tree *
parse(const char *bytes, size_t length)
{
	struct tree *tree = tree_new(length);
	struct list list = { .tree = tree, .bytes = bytes, .length = length };
	size_t mark = mark_length(bytes, length);
	json_t *json;

	if (!looks_like_json(bytes, length)) {
		list.wrapped = g_string_new(NULL);
		read_list(&list);
		g_string_free(list.wrapped, TRUE);
		return tree;
	}
	json = json_loadb(bytes + mark, length - mark, JSON_REJECT_DUPLICATES, NULL);
	if (is_servers(json))
		read_json(tree, bytes, length);
	else
		tree_add(tree, &tree->root, NODE_WRONG, (struct span){ 0, length })->problem =
			"not the JSON of Get-PopSettings";
	json_decref(json);
	return tree;
}

const struct dialect dialect_poplist = {
	.name = "poplist",
	.parse = parse,
};
