/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole probe dialogue against a server made of any bytes. The first byte
 * chooses depth and mode; 0xFF and one byte more is an event instead of bytes.
 * Exercises pop3/, products/ and rules/.
 */
#include <stdint.h>
#include <string.h>

#include "pop3/probe.h"
#include "rules/rule.h"
#include "witness/probe/probe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct game {
	const uint8_t *data;
	size_t size;
	struct facts *facts;
	struct pop3_probe *probe;
	unsigned credentials;
	unsigned turns;
};

enum {
	TURNS_MAX = 4000
};

static int
take_byte(struct game *game)
{
	if (game->size == 0)
		return -1;
	game->size--;
	return *game->data++;
}

/* What popseal sends: short, clean lines, and at most one credential. */
static void
check_output(struct game *game)
{
	size_t length;
	const char *bytes = pop3_probe_output(game->probe, &length);
	g_autofree char *text = g_strndup(bytes, length);

	g_assert(length <= 255);
	g_assert(strlen(text) == length);
	if (g_str_has_prefix(text, "PASS ") || g_str_has_prefix(text, "APOP ") ||
		g_str_equal(text, "c2VjcmV0\r\n") ||
		g_str_equal(text, "AHBvcHNlYWwtbm9ib2R5AHNlY3JldA==\r\n"))
		game->credentials++;
	g_assert(game->credentials <= 1);
}

static void
play_tls(struct game *game)
{
	bool up = take_byte(game) % 2 == 0;

	game->facts->probe.tls.handshake = up ? HANDSHAKE_UP : HANDSHAKE_NOT_TLS;
	if (!up)
		pop3_probe_clear_bytes(game->probe, "+OK clear\r\n", 11);
	pop3_probe_event(game->probe, up ? POP3_SECURED : POP3_UNSECURED);
}

static void
play_event(struct game *game, int which)
{
	static const enum pop3_event events[] = { POP3_CLOSED, POP3_RESET, POP3_EXPIRED,
		POP3_OUT_OF_TIME };

	pop3_probe_event(game->probe, events[(size_t)(which + 1) % G_N_ELEMENTS(events)]);
}

static void
play_input(struct game *game)
{
	const uint8_t *mark = game->size > 0 ? memchr(game->data, 0xFF, game->size) : NULL;
	size_t length = mark != NULL ? (size_t)(mark - game->data) : game->size;

	if (game->size == 0) {
		pop3_probe_event(game->probe, POP3_CLOSED);
		return;
	}
	if (length == 0) {
		take_byte(game);
		play_event(game, take_byte(game));
		return;
	}
	length = MIN(length, 64);
	pop3_probe_feed(game->probe, (const char *)game->data, length);
	game->data += length;
	game->size -= length;
}

static void
play_connect(struct game *game)
{
	if (game->size > 0 && *game->data == 0xFE) {
		take_byte(game);
		pop3_probe_unconnected(game->probe, CONNECT_REFUSED, "refused");
	} else {
		pop3_probe_event(game->probe, POP3_CONNECTED);
	}
}

static void
play(struct game *game)
{
	while (game->turns++ < TURNS_MAX) {
		enum pop3_want want = pop3_probe_run(game->probe);

		check_output(game);
		if (want == POP3_DONE)
			return;
		if (want == POP3_WANT_CONNECT)
			play_connect(game);
		else if (want == POP3_WANT_TLS)
			play_tls(game);
		else
			play_input(game);
	}
	g_error("the dialogue does not end");
}

static void
check_conclusion(const struct facts *facts)
{
	const struct verdict *verdict = &facts->verdict;

	g_assert(verdict->explanation != NULL);
	g_assert(facts->probe.connections <= POP3_CONNECTIONS_MAX);
	g_assert(strpbrk(verdict->explanation, "\r\n\033") == NULL);
	if (verdict->value == VERDICT_UNDETERMINED)
		g_assert(verdict->settle != NULL);
	if (verdict->value != VERDICT_REFUSES || verdict->reason != REASON_REFUSED)
		return;
	for (size_t i = 0; i < ATTEMPT_OTHERS; i++)
		g_assert(!attempt_invites(&facts->probe.attempts[i]));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct game game = { .data = data, .size = size, .facts = facts_new() };
	int choice = take_byte(&game);
	struct pop3_plan plan = {
		.depth = choice >= 0 && (choice & 1) ? DEPTH_GENTLE : DEPTH_STANDARD,
		.no_credential = choice >= 0 && (choice & 2),
		.nobody = "popseal-nobody",
		.secret = "secret",
		.classify = probe_classify,
		.user = game.facts,
	};

	game.facts->endpoint.mode = choice >= 0 && (choice & 4) ? MODE_POP3S : MODE_POP3;
	game.probe = pop3_probe_new(&plan, game.facts);
	play(&game);
	probe_conclude(game.facts);
	check_conclusion(game.facts);
	pop3_probe_free(game.probe);
	assessment_free(rules_assess(game.facts, WITNESS_PROBE));
	return 0;
}
