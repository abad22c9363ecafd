/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts and the questions that rules ask of them. One string chunk per facts
 * object: nothing in it is freed alone, so nothing in it can dangle.
 */
#include "model/facts.h"

#include <string.h>

#include "model/samples.h"

enum {
	STRINGS_BLOCK = 2048
};

struct facts *
facts_new(void)
{
	struct facts *facts = g_new0(struct facts, 1);

	facts->strings = g_string_chunk_new(STRINGS_BLOCK);
	facts->probe.transcript = g_string_new(NULL);
	return facts;
}

void
facts_free(struct facts *facts)
{
	if (facts == NULL)
		return;
	g_string_free(facts->probe.transcript, TRUE);
	g_string_chunk_free(facts->strings);
	g_free(facts->claim);
	samples_free(facts->samples);
	g_free(facts);
}

const char *
facts_keep(struct facts *facts, const char *bytes, size_t length)
{
	char *kept =
		g_string_chunk_insert_len(facts->strings, length > 0 ? bytes : "", (gssize)length);

	for (size_t i = 0; i < length; i++) {
		if (kept[i] == '\0')
			kept[i] = '?';
	}
	return kept;
}

const char *
facts_printf(struct facts *facts, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	g_autofree char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	return g_string_chunk_insert(facts->strings, text);
}

const struct attempt *
facts_attempt(const struct facts *facts, const char *name)
{
	for (size_t i = 0; i < facts->probe.attempt_count; i++) {
		const struct attempt *attempt = &facts->probe.attempts[i];

		if (g_ascii_strcasecmp(attempt->name, name) == 0)
			return attempt;
	}
	return NULL;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Returns what follows the word in the line ("" if nothing does), or NULL for another word. */
static const char *
behind_word(const char *line, const char *word)
{
	size_t length = strlen(word);

	if (g_ascii_strncasecmp(line, word, length) != 0)
		return NULL;
	return line[length] == '\0' || is_blank(line[length]) ? line + length : NULL;
}

bool
capabilities_have(const struct capabilities *capabilities, const char *word)
{
	for (size_t i = 0; i < capabilities->count; i++) {
		if (behind_word(capabilities->lines[i], word) != NULL)
			return true;
	}
	return false;
}

/* Returns whether the list of words, separated by blanks, has that mechanism. */
static bool
list_has(const char *list, const char *mechanism)
{
	while (list != NULL) {
		list += strspn(list, " \t");
		if (behind_word(list, mechanism) != NULL)
			return true;
		list = strpbrk(list, " \t");
	}
	return false;
}

bool
capabilities_have_mechanism(const struct capabilities *capabilities, const char *mechanism)
{
	for (size_t i = 0; i < capabilities->count; i++) {
		if (list_has(behind_word(capabilities->lines[i], "SASL"), mechanism))
			return true;
	}
	return false;
}

const char *
stls_word(enum stls stls)
{
	switch (stls) {
	case STLS_UNTRIED:
		return NULL;
	case STLS_NONE:
		return "none";
	case STLS_OPTIONAL:
		return "optional";
	case STLS_REQUIRED:
		return "required";
	case STLS_BROKEN:
		return "broken";
	}
	g_return_val_if_reached(NULL);
}

const char *
depth_word(enum depth depth)
{
	switch (depth) {
	case DEPTH_GENTLE:
		return "gentle";
	case DEPTH_STANDARD:
		return "standard";
	case DEPTH_DEEP:
		return "deep";
	}
	g_return_val_if_reached("standard");
}

bool
attempt_invites(const struct attempt *attempt)
{
	/* Challenge-response mechanisms ask for no secret; theirs is another finding. */
	static const char *const in_clear[] = {
		"PLAIN",
		"LOGIN",
		"USER",
		"XOAUTH2",
		"OAUTHBEARER",
		NULL,
	};

	return attempt->answer == ANSWER_ACCEPTED && g_strv_contains(in_clear, attempt->name);
}
