/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cyrus' cyrus.conf: sections "NAME { ... }", in them one entry a line, a name and key=value
 * arguments.
 *
 * '#' cuts a line anywhere, also between quotes. A section opens only where its '{' stands on
 * the line of its name, and only its first occurrence is read. Everything outside of sections
 * is skipped with its braces counted.
 *
 * A section is a NODE_BLOCK, an entry a NODE_BLOCK in it with one NODE_SETTING an argument.
 */
#include <string.h>

#include "dialect/tree.h"

enum {
	LINE_MAX_OCTETS = 4094, /* the server reads what is longer as two lines */
	ARGUMENTS_MAX = 64,
};

static const char *const sections[] = { "START", "SERVICES", "EVENTS", "DAEMON", NULL };

struct reader {
	struct tree *tree;
	const char *bytes;
	size_t length;
	struct node *section; /* being read, or NULL */
	bool seen[4];         /* by the order of `sections` */
	int level;            /* of braces outside of sections; stray '}' count, too */
};

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct node *
add(struct reader *reader, enum node_kind kind, struct span all, const char *problem)
{
	struct node *parent = reader->section != NULL ? reader->section : &reader->tree->root;
	struct node *node = tree_add(reader->tree, parent, kind, all);

	if (node != NULL)
		node->problem = problem;
	return node;
}

static size_t
skip_spaces(const char *bytes, size_t at, size_t end)
{
	while (at < end && is_space(bytes[at]))
		at++;
	return at;
}

static size_t
skip_name(const char *bytes, size_t at, size_t end)
{
	while (at < end && g_ascii_isalnum(bytes[at]))
		at++;
	return at;
}

/* --- entries ---------------------------------------------------------------------------------- */

/*
 * The argument at `at`: its key, value, and where it ends. Returns NULL, or what is wrong.
 */
static const char *
read_argument(const char *bytes, size_t at, size_t end, struct span *key, struct span *value,
	size_t *after)
{
	const char *quote;

	*key = (struct span){ at, skip_name(bytes, at, end) };
	if (key->end == end || bytes[key->end] != '=')
		return "an argument that is not key=value";
	value->start = value->end = key->end + 1;
	if (value->start == end || bytes[value->start] != '"') {
		while (value->end < end && !is_space(bytes[value->end]))
			value->end++;
		*after = value->end;
		return NULL;
	}
	value->start++;
	quote = memchr(bytes + value->start, '"', end - value->start);
	if (quote == NULL)
		return "a quote that does not end on its line";
	value->end = (size_t)(quote - bytes);
	*after = value->end + 1;
	return NULL;
}

/* Checks the arguments in the octets from `at` to before `end`; returns NULL or what is wrong. */
static const char *
check_arguments(const char *bytes, size_t at, size_t end)
{
	struct span key, value;

	for (unsigned count = 0; (at = skip_spaces(bytes, at, end)) < end; count++) {
		const char *problem = count == ARGUMENTS_MAX ?
			"too many arguments" :
			read_argument(bytes, at, end, &key, &value, &at);

		if (problem != NULL)
			return problem;
	}
	return NULL;
}

/* Adds each argument, with the blanks before it, to the entry; the last one takes the rest. */
static void
add_arguments(struct reader *reader, struct node *entry, size_t end)
{
	size_t at = entry->inside.start, next, start;

	for (at = skip_spaces(reader->bytes, at, end); at < end; at = next) {
		struct span key, value;
		struct node *node;

		start = entry->last != NULL ? entry->last->all.end : entry->inside.start;
		read_argument(reader->bytes, at, end, &key, &value, &next);
		next = skip_spaces(reader->bytes, next, end);
		node = tree_add(reader->tree, entry, NODE_SETTING,
			(struct span){ start, next < end ? next : entry->inside.end });
		if (node == NULL)
			return;
		node->key_at = key;
		node->value_at = value;
		node->key = tree_keep(reader->tree, reader->bytes + key.start, key.end - key.start);
		node->value = tree_keep(reader->tree, reader->bytes + value.start,
			value.end - value.start);
	}
	if (entry->last == NULL)
		entry->inside.start = entry->inside.end;
}

static void
add_entry(struct reader *reader, struct span line, size_t start, size_t end)
{
	const char *bytes = reader->bytes;
	size_t name_end = skip_name(bytes, start, end);
	const char *problem = check_arguments(bytes, name_end, end);
	struct node *node;

	if (name_end == start || (name_end < end && !is_space(bytes[name_end])))
		problem = "a name that holds more than letters and digits";
	if (problem == NULL && reader->tree->nodes + ARGUMENTS_MAX + 2 >= TREE_NODES_MAX)
		problem = "more entries than are read";
	node = add(reader, problem != NULL ? NODE_WRONG : NODE_BLOCK, line, problem);
	if (node == NULL)
		return;
	node->key_at = (struct span){ start, name_end };
	node->key = tree_keep(reader->tree, bytes + start, name_end - start);
	if (problem != NULL)
		return;
	if (memchr(bytes + name_end, '{', end - name_end) != NULL ||
		memchr(bytes + name_end, '}', end - name_end) != NULL)
		node->problem = "a brace in a value: sections after it may not be found";
	node->inside = (struct span){ name_end, line.end };
	add_arguments(reader, node, end);
}

/* --- sections --------------------------------------------------------------------------------- */

/* Which section's name begins the text, in any case but for its first letter; or NULL. */
static const char *
section_at(const char *bytes, size_t at, size_t end)
{
	for (size_t i = 0; sections[i] != NULL; i++) {
		size_t length = strlen(sections[i]);

		if (end - at >= length && bytes[at] == sections[i][0] &&
			g_ascii_strncasecmp(bytes + at, sections[i], length) == 0 &&
			(at + length == end || !g_ascii_isalnum(bytes[at + length])))
			return sections[i];
	}
	return NULL;
}

static void
count_braces(struct reader *reader, size_t at, size_t end)
{
	for (; at < end; at++) {
		if (reader->bytes[at] == '{')
			reader->level++;
		else if (reader->bytes[at] == '}')
			reader->level--;
	}
}

/* Whether the section was there before; from now on it was. */
static bool
see_section(struct reader *reader, const char *name)
{
	for (size_t i = 0; sections[i] != NULL; i++) {
		bool before = reader->seen[i];

		if (!g_str_equal(sections[i], name))
			continue;
		reader->seen[i] = true;
		return before;
	}
	return false;
}

static void
open_section(struct reader *reader, struct span line, size_t start, const char *name)
{
	bool again = see_section(reader, name);
	struct node *node = add(reader, again ? NODE_WRONG : NODE_BLOCK, line, NULL);

	if (node == NULL)
		return;
	if (again) {
		node->problem = "a section that is there before: only the first is read";
		return;
	}
	node->key = name;
	node->key_at = (struct span){ start, start + strlen(name) };
	node->inside = (struct span){ line.end, line.end };
	reader->section = node;
	reader->level = 0;
}

/* A line outside of any section. `end` is where its comment begins. */
static void
outer_line(struct reader *reader, struct span line, size_t start, size_t end)
{
	const char *name = section_at(reader->bytes, start, end);
	int level = reader->level;

	count_braces(reader, start, end);
	if (name != NULL && level == 0 && reader->level == 1)
		open_section(reader, line, start, name);
	else if (name != NULL && level <= 0)
		add(reader, NODE_WRONG, line,
			"a section that is not opened by its '{' on the line of its name");
	else
		add(reader, NODE_BLANK, line,
			start < end && level <= 0 ? "outside of any section: not read" : NULL);
}

/* A line within a section, or the one that ends it. */
static void
inner_line(struct reader *reader, struct span line, size_t start, size_t end)
{
	struct node *section = reader->section;

	if (start == end) {
		add(reader, NODE_BLANK, line, NULL);
	} else if (reader->bytes[start] != '}') {
		add_entry(reader, line, start, end);
	} else {
		section->inside.end = line.start;
		section->all.end = line.end;
		reader->section = NULL;
		return;
	}
	section->inside.end = section->all.end = line.end;
}

static void
read_line(struct reader *reader, struct span line)
{
	const char *bytes = reader->bytes;
	const char *hash = memchr(bytes + line.start, '#', line.end - line.start);
	size_t end = hash != NULL ? (size_t)(hash - bytes) : line.end;
	size_t start = skip_spaces(bytes, line.start, end);

	while (end > start && is_space(bytes[end - 1]))
		end--;
	if (line.end - line.start > LINE_MAX_OCTETS ||
		memchr(bytes + line.start, '\0', line.end - line.start) != NULL) {
		add(reader, NODE_WRONG, line, "a line that is too long, or holds a NUL octet");
		if (reader->section != NULL)
			reader->section->inside.end = reader->section->all.end = line.end;
	} else if (reader->section != NULL) {
		inner_line(reader, line, start, end);
	} else {
		outer_line(reader, line, start, end);
	}
}

static struct tree *
parse(const char *bytes, size_t length)
{
	struct reader reader = { .tree = tree_new(length), .bytes = bytes, .length = length };

	for (size_t at = 0; at < length;) {
		const char *newline = memchr(bytes + at, '\n', length - at);
		size_t end = newline != NULL ? (size_t)(newline - bytes) + 1 : length;
		bool full = reader.tree->nodes + 2 >= TREE_NODES_MAX;

		if (full) {
			reader.section = NULL;
			add(&reader, NODE_WRONG, (struct span){ at, length },
				"more lines than are read");
			break;
		}
		read_line(&reader, (struct span){ at, end });
		at = end;
	}
	return reader.tree;
}

const struct dialect dialect_masterconf = {
	.name = "masterconf",
	.parse = parse,
};
