/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A netrc file, word by word (see netrc.h).
 *
 * Programs read these files differently; this is what they agree on, and where they do not, what
 * most do. Between quotes \n, \r and \t are what they are in C, and any other character behind a
 * backslash is itself (curl); outside of quotes every character behind a backslash is itself (ftp,
 * fetchmail, Python; curl alone keeps the backslash). A "#" begins a comment where a keyword might
 * stand, but not where a value has to: passwords begin with it, too.
 *
 * The file is read to its end whatever was found, so that an error in it is always told. Errors
 * name the line, never its words: what stands in the wrong place may well be a password.
 */
#include "model/netrc.h"

#include <string.h>

struct word {
	char text[SECRET_MAX + 1];
	size_t length;
	bool quoted;
};

struct entry {
	bool begun;
	bool fits;     /* its machine is the one that is looked for, or it is the default */
	bool fallback; /* it is the default */
	char *login;
	struct secret *password;
};

struct reader {
	const char *at;
	const char *end;
	unsigned line;
	const char *wrong; /* what is wrong with that line, or NULL */
	struct word word;  /* the last one */

	const char *machine; /* what is looked for */
	const char *login;
	struct entry entry; /* the one that is being read */
	bool found;
	struct netrc_entry best;
	bool found_fallback;
	struct netrc_entry fallback;
};

/* --- words ------------------------------------------------------------------------------------ */

static bool
is_blank(char character)
{
	return character == ' ' || character == '\t' || character == '\r' || character == '\n';
}

static void
skip_line(struct reader *reader)
{
	while (reader->at < reader->end && *reader->at != '\n')
		reader->at++;
}

static void
skip_blanks(struct reader *reader)
{
	for (; reader->at < reader->end && is_blank(*reader->at); reader->at++)
		reader->line += *reader->at == '\n';
}

static bool
word_add(struct reader *reader, char character)
{
	if (reader->word.length == SECRET_MAX) {
		reader->wrong = "a word is too long";
		return false;
	}
	reader->word.text[reader->word.length++] = character;
	return true;
}

static char
unescape(const struct reader *reader, char character)
{
	if (!reader->word.quoted)
		return character;
	switch (character) {
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default:
		return character;
	}
}

/* Returns whether the word ends here. */
static bool
word_ends(const struct reader *reader)
{
	if (reader->at == reader->end)
		return true;
	if (reader->word.quoted)
		return *reader->at == '"' || *reader->at == '\n';
	return is_blank(*reader->at);
}

static bool
read_characters(struct reader *reader)
{
	while (!word_ends(reader)) {
		char character = *reader->at++;

		if (character == '\\') {
			if (reader->at == reader->end || *reader->at == '\n') {
				reader->wrong = "there is nothing behind a backslash";
				return false;
			}
			character = unescape(reader, *reader->at++);
		}
		if (!word_add(reader, character))
			return false;
	}
	return true;
}

/* Reads the next word; false at the end, or where something is wrong. */
static bool
read_word(struct reader *reader)
{
	skip_blanks(reader);
	secret_wipe(reader->word.text, reader->word.length);
	reader->word.length = 0;
	if (reader->at == reader->end)
		return false;
	reader->word.quoted = *reader->at == '"';
	reader->at += reader->word.quoted;
	if (!read_characters(reader))
		return false;
	if (!reader->word.quoted)
		return true;
	if (reader->at == reader->end || *reader->at != '"') {
		reader->wrong = "a quotation mark is missing";
		return false;
	}
	reader->at++;
	if (reader->at < reader->end && !is_blank(*reader->at)) {
		reader->wrong = "something stands right behind a quotation mark";
		return false;
	}
	return true;
}

/* The same for a keyword, with comments passed over. */
static bool
read_keyword(struct reader *reader)
{
	skip_blanks(reader);
	while (reader->at < reader->end && *reader->at == '#') {
		skip_line(reader);
		skip_blanks(reader);
	}
	return read_word(reader);
}

static bool
read_value(struct reader *reader)
{
	unsigned line = reader->line;

	if (read_word(reader))
		return true;
	if (reader->wrong == NULL) {
		reader->line = line;
		reader->wrong = "a keyword has no value";
	}
	return false;
}

/* --- entries ---------------------------------------------------------------------------------- */

static void
entry_clear(struct entry *entry)
{
	g_free(entry->login);
	secret_free(entry->password);
	*entry = (struct entry){ 0 };
}

/* Ends the entry under way; keeps it if it is the first that fits. */
static void
end_entry(struct reader *reader)
{
	struct entry *entry = &reader->entry;
	bool *found = entry->fallback ? &reader->found_fallback : &reader->found;
	struct netrc_entry *best = entry->fallback ? &reader->fallback : &reader->best;
	bool same = reader->login == NULL || entry->login == NULL ||
		g_str_equal(reader->login, entry->login);

	if (entry->begun && entry->fits && same && !*found) {
		*found = true;
		best->login = g_steal_pointer(&entry->login);
		best->password = g_steal_pointer(&entry->password);
	}
	entry_clear(entry);
}

static bool
on_machine(struct reader *reader)
{
	end_entry(reader);
	if (!read_value(reader))
		return false;
	reader->entry.begun = true;
	reader->entry.fits = g_ascii_strcasecmp(reader->word.text, reader->machine) == 0;
	return true;
}

static bool
on_default(struct reader *reader)
{
	end_entry(reader);
	reader->entry.begun = reader->entry.fits = reader->entry.fallback = true;
	return true;
}

static bool
on_login(struct reader *reader)
{
	if (!read_value(reader))
		return false;
	g_free(reader->entry.login);
	reader->entry.login = g_strndup(reader->word.text, reader->word.length);
	return true;
}

static bool
on_password(struct reader *reader)
{
	if (!read_value(reader))
		return false;
	secret_free(reader->entry.password);
	reader->entry.password = secret_new(reader->word.text, reader->word.length);
	return true;
}

/* A macro has a name, and goes to the next line without words. */
static bool
on_macro(struct reader *reader)
{
	if (!read_value(reader))
		return false;
	skip_line(reader);
	while (reader->at < reader->end) {
		const char *start = ++reader->at;
		bool empty = true;

		reader->line++;
		skip_line(reader);
		for (const char *at = start; at < reader->at; at++)
			empty &= is_blank(*at);
		if (empty)
			break;
	}
	return true;
}

/* What may stand where a keyword is wanted. */
static const struct keyword {
	const char *word;
	bool inside; /* of an entry only */
	bool (*read)(struct reader *reader);
} keywords[] = {
	{ "machine", false, on_machine },
	{ "default", false, on_default },
	{ "macdef", false, on_macro },
	{ "login", true, on_login },
	{ "user", true, on_login },
	{ "password", true, on_password },
	{ "passwd", true, on_password },
	{ "account", true, read_value },
};

static bool
read_one(struct reader *reader)
{
	const struct keyword *keyword = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(keywords); i++) {
		if (!reader->word.quoted &&
			g_ascii_strcasecmp(reader->word.text, keywords[i].word) == 0)
			keyword = &keywords[i];
	}
	if (keyword == NULL) {
		reader->wrong = "a word is no keyword (a value with a blank in it needs quotes)";
		return false;
	}
	if (keyword->inside && !reader->entry.begun) {
		reader->wrong = "no machine stands before it";
		return false;
	}
	return keyword->read(reader);
}

static const char *
read_all(struct reader *reader, const char *text, size_t length)
{
	if (length > NETRC_MAX)
		return "it is too long";
	if (length > 0 && memchr(text, '\0', length) != NULL)
		return "it holds a NUL octet";
	while (read_keyword(reader) && read_one(reader))
		;
	end_entry(reader);
	return reader->wrong;
}

bool
netrc_find(const char *text, size_t length, const char *machine, const char *login,
	struct netrc_entry *entry, GError **error)
{
	struct reader *reader = g_new0(struct reader, 1);
	const char *wrong;
	bool found;

	reader->at = text;
	reader->end = text + length;
	reader->line = 1;
	reader->machine = machine;
	reader->login = login;
	wrong = read_all(reader, text, length);
	found = wrong == NULL && (reader->found || reader->found_fallback);
	*entry = (struct netrc_entry){ 0 };
	if (found) {
		struct netrc_entry *best = reader->found ? &reader->best : &reader->fallback;

		entry->login = g_steal_pointer(&best->login);
		entry->password = g_steal_pointer(&best->password);
	} else if (wrong != NULL && reader->wrong != NULL) {
		g_set_error(error, POPSEAL_NETRC_ERROR, 0, "line %u: %s", reader->line, wrong);
	} else if (wrong != NULL) {
		g_set_error_literal(error, POPSEAL_NETRC_ERROR, 0, wrong);
	}
	netrc_entry_clear(&reader->best);
	netrc_entry_clear(&reader->fallback);
	secret_wipe(reader, sizeof(*reader));
	g_free(reader);
	return found;
}

void
netrc_entry_clear(struct netrc_entry *entry)
{
	g_free(entry->login);
	secret_free(entry->password);
	*entry = (struct netrc_entry){ 0 };
}

G_DEFINE_QUARK(popseal - netrc - error - quark, netrc_error)
