/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ways to log in, taken from the capability list and from the attempts.
 */
#include "reports/login.h"

#include "model/escape.h"

/* Adds the word in capitals, as RFC 4422 spells mechanisms, unless it is there or empty. */
static void
add(GPtrArray *words, const char *word)
{
	g_autofree char *escaped = escape_string(word);

	/* What had to be escaped is shown as it is: "\x1b" is not "\X1B". */
	g_autofree char *name =
		g_str_equal(escaped, word) ? g_ascii_strup(word, -1) : g_strdup(escaped);

	if (name[0] != '\0' && !g_ptr_array_find_with_equal_func(words, name, g_str_equal, NULL))
		g_ptr_array_add(words, g_steal_pointer(&name));
}

static void
add_sasl(GPtrArray *words, const char *line)
{
	g_auto(GStrv) names = g_strsplit_set(line, " \t", -1);

	if (names[0] == NULL || g_ascii_strcasecmp(names[0], "SASL") != 0)
		return;
	for (size_t i = 1; names[i] != NULL; i++)
		add(words, names[i]);
}

GPtrArray *
login_advertised(const struct facts *facts)
{
	const struct probe_facts *probe = &facts->probe;
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);

	if (capabilities_have(&probe->clear, "USER"))
		add(words, "USER");
	for (size_t i = 0; i < probe->clear.count; i++)
		add_sasl(words, probe->clear.lines[i]);
	for (size_t i = 0; i < probe->auth_list.count; i++)
		add(words, probe->auth_list.lines[i]);
	if (probe->apop != NULL)
		add(words, "APOP");
	return words;
}

GPtrArray *
login_accepted(const struct facts *facts)
{
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);

	for (size_t i = 0; i < facts->probe.attempt_count; i++) {
		const struct attempt *attempt = &facts->probe.attempts[i];

		if (attempt->answer == ANSWER_ACCEPTED)
			add(words, attempt->name);
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
			add(words, attempt->name);
	}
	return words;
}
