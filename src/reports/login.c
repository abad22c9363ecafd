/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ways to log in, taken from the capability list and from the attempts.
 */
#include "reports/login.h"

#include <string.h>

#include "model/escape.h"

/* Whether the word shows as it is; names of mechanisms do (RFC 4422 section 3.1). */
static bool
is_usual(const char *word, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (!g_ascii_isalnum(word[i]) && word[i] != '-' && word[i] != '_')
			return false;
	}
	return true;
}

/* The word in capitals, as RFC 4422 spells mechanisms. */
static char *
spell(const char *word, size_t length)
{
	g_autofree char *plain = NULL;
	g_autofree char *escaped = NULL;

	if (is_usual(word, length))
		return g_ascii_strup(word, (gssize)length);
	plain = g_strndup(word, length);
	escaped = escape_string(plain);

	/* What had to be escaped is shown as it is: "\x1b" is not "\X1B". */
	return g_str_equal(escaped, plain) ? g_ascii_strup(plain, -1) : g_steal_pointer(&escaped);
}

/* Adds the word, unless it is there or empty. */
static void
add(GPtrArray *words, const char *word, size_t length)
{
	g_autofree char *name = spell(word, length);

	for (guint i = 0; i < words->len; i++) {
		if (g_str_equal(g_ptr_array_index(words, i), name))
			return;
	}
	if (name[0] != '\0')
		g_ptr_array_add(words, g_steal_pointer(&name));
}

static void
add_word(GPtrArray *words, const char *word)
{
	add(words, word, strlen(word));
}

#define BLANKS " \t"

static void
add_sasl(GPtrArray *words, const char *line)
{
	size_t length = strcspn(line, BLANKS);

	if (length != strlen("SASL") || g_ascii_strncasecmp(line, "SASL", length) != 0)
		return;
	while (line[length] != '\0') {
		line += length + 1;
		length = strcspn(line, BLANKS);
		add(words, line, length);
	}
}

GPtrArray *
login_advertised(const struct facts *facts)
{
	const struct probe_facts *probe = &facts->probe;
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);

	if (capabilities_have(&probe->clear, "USER"))
		add_word(words, "USER");
	for (size_t i = 0; i < probe->clear.count; i++)
		add_sasl(words, probe->clear.lines[i]);
	for (size_t i = 0; i < probe->auth_list.count; i++)
		add_word(words, probe->auth_list.lines[i]);
	if (probe->apop != NULL)
		add_word(words, "APOP");
	return words;
}

GPtrArray *
login_accepted(const struct facts *facts)
{
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);

	for (size_t i = 0; i < facts->probe.attempt_count; i++) {
		const struct attempt *attempt = &facts->probe.attempts[i];

		if (attempt->answer == ANSWER_ACCEPTED)
			add_word(words, attempt->name);
	}
	return words;
}

GPtrArray *
login_refused(const struct facts *facts)
{
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);

	for (size_t i = 0; i < facts->probe.attempt_count; i++) {
		const struct attempt *attempt = &facts->probe.attempts[i];

		if (attempt->answer == ANSWER_REFUSED || attempt->answer == ANSWER_CLOSED)
			add_word(words, attempt->name);
	}
	return words;
}
