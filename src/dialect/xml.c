/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XML, as James' configuration uses it: elements, attributes, text, CDATA, comments, processing
 * instructions, the five entities and character references.
 *
 * An element is a block; in it stand its attributes as settings "@NAME", its text as settings
 * "#text", and its elements. No document type, no entity of its own, no encoding but UTF-8: those
 * are NODE_WRONG, and so is all from the first octet on that is not well-formed.
 */
#include <string.h>

#include "dialect/lines.h"

struct reader {
	struct tree *tree;
	const char *bytes;
	size_t at, length;
	struct node *open; /* the innermost element */
	unsigned depth;
	const char *problem; /* of what is not well-formed; ends the reading */
};

static bool
looking_at(const struct reader *reader, const char *what)
{
	size_t length = strlen(what);

	return reader->length - reader->at >= length &&
		memcmp(reader->bytes + reader->at, what, length) == 0;
}

/* The offset behind the next `what`, or 0. */
static size_t
find_behind(const struct reader *reader, const char *what)
{
	const char *found = g_strstr_len(reader->bytes + reader->at,
		(gssize)(reader->length - reader->at), what);

	return found != NULL ? (size_t)(found - reader->bytes) + strlen(what) : 0;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool
is_name(char c)
{
	return g_ascii_isalnum(c) || strchr("_-.:", c) != NULL || (unsigned char)c >= 0x80;
}

/* The end of the name at `at`; `at` itself where there is none. */
static size_t
name_end(const struct reader *reader, size_t at)
{
	while (at < reader->length && reader->bytes[at] != '\0' && is_name(reader->bytes[at]))
		at++;
	return at;
}

static size_t
space_end(const struct reader *reader, size_t at)
{
	while (at < reader->length && is_space(reader->bytes[at]))
		at++;
	return at;
}

/* --- text ------------------------------------------------------------------------------------- */

/* Appends what the reference from '&' to ';' stands for; false where that is not known. */
static bool
append_reference(GString *out, const char *name)
{
	static const struct {
		const char *name, *text;
	} known[] = {
		{ "amp", "&" },
		{ "lt", "<" },
		{ "gt", ">" },
		{ "quot", "\"" },
		{ "apos", "'" },
	};
	guint64 number;

	for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
		if (g_str_equal(name, known[i].name)) {
			g_string_append(out, known[i].text);
			return true;
		}
	}
	if (name[0] != '#')
		return false;
	number = name[1] == 'x' ? g_ascii_strtoull(name + 2, NULL, 16) :
				  g_ascii_strtoull(name + 1, NULL, 10);
	if (number == 0 || number > G_MAXUINT32 || !g_unichar_validate((gunichar)number))
		return false;
	g_string_append_unichar(out, (gunichar)number);
	return true;
}

/* The text of a span with its references resolved, or NULL. */
static const char *
resolve(struct reader *reader, struct span span)
{
	g_autoptr(GString) out = g_string_new(NULL);

	for (size_t at = span.start; at < span.end; at++) {
		char name[12];
		const char *end;

		if (reader->bytes[at] != '&') {
			g_string_append_c(out, reader->bytes[at]);
			continue;
		}
		end = memchr(reader->bytes + at, ';', MIN(span.end - at, sizeof(name)));
		if (end == NULL)
			return NULL;
		g_strlcpy(name, reader->bytes + at + 1, (gsize)(end - (reader->bytes + at)));
		if (!append_reference(out, name))
			return NULL;
		at = (size_t)(end - reader->bytes);
	}
	return tree_keep(reader->tree, out->str, out->len);
}

/* --- nodes ------------------------------------------------------------------------------------ */

static struct node *
add(struct reader *reader, enum node_kind kind, size_t end)
{
	struct node *node =
		tree_add(reader->tree, reader->open, kind, (struct span){ reader->at, end });

	reader->at = end;
	return node;
}

/* A setting whose value is that span; what has an entity that is not known is NODE_WRONG. */
static void
add_value(struct reader *reader, const char *key, struct span value, size_t end, bool raw)
{
	struct node *node = add(reader, NODE_SETTING, end);

	node->key = key;
	node->value_at = value;
	node->value = raw ? lines_keep(reader->tree, reader->bytes, value) : resolve(reader, value);
	if (node->value == NULL) {
		node->kind = NODE_WRONG;
		node->problem = "an entity that is not known";
	}
}

/* ATTRIBUTE="value" at `at`, with the blanks before it. */
static bool
read_attribute(struct reader *reader, size_t at)
{
	size_t end = name_end(reader, at), start = space_end(reader, end);
	const char *close;
	g_autofree char *key = NULL;

	if (end == at || start == reader->length || reader->bytes[start] != '=')
		return false;
	start = space_end(reader, start + 1);
	if (start >= reader->length ||
		(reader->bytes[start] != '"' && reader->bytes[start] != '\''))
		return false;
	close = memchr(reader->bytes + start + 1, reader->bytes[start], reader->length - start - 1);
	if (close == NULL ||
		memchr(reader->bytes + start, '<', (size_t)(close - reader->bytes) - start) != NULL)
		return false;
	key = g_strdup_printf("@%.*s", (int)(end - at), reader->bytes + at);
	add_value(reader, tree_keep(reader->tree, key, strlen(key)),
		(struct span){ start + 1, (size_t)(close - reader->bytes) },
		(size_t)(close - reader->bytes) + 1, false);
	reader->open->last->key_at = (struct span){ at, end };
	return true;
}

/* The innermost element ends at `end`; what stands in it ends at reader->at. */
static void
close_element(struct reader *reader, size_t end)
{
	struct node *node = reader->open;

	node->inside.end = reader->at;
	node->all.end = reader->at = end;
	reader->open = node->parent;
	reader->depth--;
}

static void
read_start_tag(struct reader *reader)
{
	size_t start = reader->at + 1, end = name_end(reader, start);
	struct node *node;

	if (end == start || reader->depth == TREE_DEPTH_MAX) {
		reader->problem = end == start ? "'<' without a name" : "too deep";
		return;
	}
	node = add(reader, NODE_BLOCK, end);
	node->inside.start = end;
	node->key_at = (struct span){ start, end };
	node->key = lines_keep(reader->tree, reader->bytes, node->key_at);
	reader->open = node;
	reader->depth++;
	while (!lines_full(reader->tree)) {
		size_t at = space_end(reader, reader->at);

		if (at < reader->length && reader->bytes[at] == '>') {
			add(reader, NODE_BLANK, at + 1);
			return;
		}
		if (at + 1 < reader->length && memcmp(reader->bytes + at, "/>", 2) == 0) {
			add(reader, NODE_BLANK, at + 2);
			close_element(reader, at + 2);
			return;
		}
		if (at == reader->at || !read_attribute(reader, at)) {
			reader->problem = "a start tag that is not well-formed";
			return;
		}
	}
}

static void
read_end_tag(struct reader *reader)
{
	size_t start = reader->at + 2, end = name_end(reader, start), at = space_end(reader, end);

	if (reader->open == &reader->tree->root || at >= reader->length ||
		reader->bytes[at] != '>' ||
		reader->open->key_at.end - reader->open->key_at.start != end - start ||
		memcmp(reader->bytes + start, reader->bytes + reader->open->key_at.start,
			end - start) != 0)
		reader->problem = "an end tag without its start tag";
	else
		close_element(reader, at + 1);
}

static void
read_text(struct reader *reader)
{
	const char *open = memchr(reader->bytes + reader->at, '<', reader->length - reader->at);
	struct span all = { reader->at,
		open != NULL ? (size_t)(open - reader->bytes) : reader->length };
	struct span text = lines_trim(reader->bytes, all);

	if (text.start == text.end)
		add(reader, NODE_BLANK, all.end);
	else if (reader->open == &reader->tree->root)
		reader->problem = "text outside of an element";
	else
		add_value(reader, "#text", text, all.end, false);
}

/* What begins with "<!" or "<?". */
static void
read_special(struct reader *reader)
{
	bool comment = looking_at(reader, "<!--"), cdata = looking_at(reader, "<![CDATA[");
	size_t end = find_behind(reader, comment ? "-->" : cdata ? "]]>" : "?>");

	if (!comment && !cdata && !looking_at(reader, "<?"))
		reader->problem = "a document type, which is not read";
	else if (end == 0 || (comment && end < reader->at + 7))
		reader->problem = "it has no end";
	else if (cdata && reader->open != &reader->tree->root)
		add_value(reader, "#text", (struct span){ reader->at + 9, end - 3 }, end, true);
	else if (cdata)
		reader->problem = "text outside of an element";
	else
		add(reader, NODE_BLANK, end);
}

static void
read_next(struct reader *reader)
{
	if (reader->bytes[reader->at] != '<')
		read_text(reader);
	else if (looking_at(reader, "<!") || looking_at(reader, "<?"))
		read_special(reader);
	else if (looking_at(reader, "</"))
		read_end_tag(reader);
	else
		read_start_tag(reader);
}

static struct tree *
parse(const char *bytes, size_t length)
{
	struct reader reader = { .tree = tree_new(length), .bytes = bytes, .length = length };

	reader.open = &reader.tree->root;
	if (looking_at(&reader, "\xEF\xBB\xBF"))
		add(&reader, NODE_BLANK, 3);
	while (reader.at < length && reader.problem == NULL && !lines_full(reader.tree))
		read_next(&reader);
	if (reader.problem == NULL && reader.at < length)
		reader.problem = "too many elements";
	if (reader.problem == NULL && reader.open != &reader.tree->root)
		reader.problem = "an element without its end tag";
	if (reader.problem != NULL)
		add(&reader, NODE_WRONG, length)->problem = reader.problem;
	while (reader.open != &reader.tree->root)
		close_element(&reader, length);
	return reader.tree;
}

const struct dialect dialect_xml = {
	.name = "xml",
	.parse = parse,
};
