/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts and the questions that rules ask of them.
 *
 * Thousands are held at once, most of them of servers that have said little
 * yet: so facts are one piece of memory with a small arena behind it, and
 * lists begin with little room.
 */
#include "model/facts.h"

#include <string.h>

#include "model/format.h"
#include "model/samples.h"
#include "model/spares.h"

enum {
	CAPABILITIES_ROOM = 8, /* at first; doubled when it is full */
	LENT = 136,            /* octets of the arena that stand right behind the facts */
};

static struct spares spares;

/* Moves attempts to a place that has room for that many. */
static void
grow_attempts(struct facts *facts, size_t room)
{
	struct probe_facts *probe = &facts->probe;
	struct attempt *attempts = arena_take(&facts->arena, room * sizeof(*attempts));

	for (size_t i = 0; i < room; i++) {
		if (i < probe->attempt_room)
			attempts[i] = probe->attempts[i];
		else
			attempts[i].name = "";
	}
	probe->attempts = attempts;
	probe->attempt_room = (uint8_t)room;
}

static void
grow_capabilities(struct facts *facts, struct capabilities *list, size_t room)
{
	const char **lines = arena_take(&facts->arena, room * sizeof(*lines));

	for (size_t i = 0; i < list->count; i++)
		lines[i] = list->lines[i];
	list->lines = lines;
	list->room = (uint8_t)room;
}

struct facts *
facts_new(void)
{
	struct facts *facts = spares_take0(&spares, sizeof(*facts) + LENT);

	arena_lend(&facts->arena, facts + 1, LENT);
	facts->endpoint.host = facts->endpoint.address = "";
	facts->probe.transcript = g_string_new(NULL);
	grow_attempts(facts, ATTEMPT_OTHERS);
	return facts;
}

void
facts_reserve(struct facts *facts)
{
	struct probe_facts *probe = &facts->probe;

	grow_attempts(facts, FACTS_ATTEMPTS_MAX);
	grow_capabilities(facts, &probe->clear, FACTS_CAPABILITIES_MAX);
	grow_capabilities(facts, &probe->over_tls, FACTS_CAPABILITIES_MAX);
	grow_capabilities(facts, &probe->auth_list, FACTS_CAPABILITIES_MAX);
}

void
facts_set_endpoint(struct facts *facts, const struct endpoint *endpoint)
{
	bool named = !g_str_equal(endpoint->host, endpoint->address);

	facts->endpoint = *endpoint;
	facts->endpoint.address = facts_keep(facts, endpoint->address, strlen(endpoint->address));
	facts->endpoint.host = named ? facts_keep(facts, endpoint->host, strlen(endpoint->host)) :
				       facts->endpoint.address;
}

void
facts_free(struct facts *facts)
{
	if (facts == NULL)
		return;
	g_string_free(facts->probe.transcript, TRUE);
	arena_clear(&facts->arena);
	g_free(facts->claim);
	samples_free(facts->samples);
	config_facts_free(facts->config);
	spares_give(&spares, facts);
}

const char *
facts_keep(struct facts *facts, const char *bytes, size_t length)
{
	char *kept = arena_text(&facts->arena, bytes, length);

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
	g_autofree char *text = format_text(format, arguments);
	va_end(arguments);
	return arena_text(&facts->arena, text, strlen(text));
}

struct attempt *
facts_add_attempt(struct facts *facts, const char *name)
{
	struct probe_facts *probe = &facts->probe;
	struct attempt *attempt;

	if (probe->attempt_count == FACTS_ATTEMPTS_MAX)
		return NULL;
	if (probe->attempt_count == probe->attempt_room)
		grow_attempts(facts, FACTS_ATTEMPTS_MAX);
	attempt = &probe->attempts[probe->attempt_count++];
	attempt->name = name;
	return attempt;
}

bool
capabilities_add(struct facts *facts, struct capabilities *capabilities, const char *bytes,
	size_t length)
{
	size_t room = MAX((size_t)2 * capabilities->room, (size_t)CAPABILITIES_ROOM);

	if (capabilities->count == FACTS_CAPABILITIES_MAX)
		return false;
	if (capabilities->count == capabilities->room)
		grow_capabilities(facts, capabilities, MIN(room, (size_t)FACTS_CAPABILITIES_MAX));
	capabilities->lines[capabilities->count++] = facts_keep(facts, bytes, length);
	return true;
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
	size_t length;

	/* Most are told apart by their first octet, whatever its case. */
	if (((*line ^ *word) & ~0x20) != 0)
		return NULL;
	length = strlen(word);
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
	while (list != NULL && *list != '\0') {
		while (is_blank(*list))
			list++;
		if (behind_word(list, mechanism) != NULL)
			return true;
		while (*list != '\0' && !is_blank(*list))
			list++;
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
