/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers to ClientHellos out of any bytes: read whole and in pieces, which
 * must agree; then a whole survey of a server made of them. In the survey a
 * byte says what comes next: an end, bytes as they are (a length and as many),
 * or a well-formed choice out of what was offered, so that it gets far.
 * Exercises tls/.
 */
#include <stdint.h>
#include <string.h>

#include "tls/answer.h"
#include "tls/survey-private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct game {
	const uint8_t *data;
	size_t size;
};

static uint8_t
take_byte(struct game *game)
{
	if (game->size == 0)
		return 0;
	game->size--;
	return *game->data++;
}

/* --- one answer ------------------------------------------------------------------------------- */

static void
read_pieces(struct tls_answer *answer, const uint8_t *data, size_t size, size_t piece)
{
	tls_answer_init(answer);
	for (size_t at = 0; at < size; at += piece) {
		size_t length = MIN(piece, size - at);
		g_autofree void *copy = g_memdup2(data + at, length);

		tls_answer_feed(answer, copy, length);
	}
}

static void
check_answer(const uint8_t *data, size_t size)
{
	struct tls_answer whole;
	struct tls_answer pieces;

	read_pieces(&whole, data, size, MAX(size, 1));
	read_pieces(&pieces, data, size, size > 0 ? 1 + data[0] % 7 : 1);
	g_assert(whole.state == pieces.state && whole.why == pieces.why);
	g_assert(whole.version == pieces.version && whole.cipher == pieces.cipher);
	g_assert(whole.group == pieces.group && whole.dh_bits == pieces.dh_bits);
	g_assert(whole.alert == pieces.alert && whole.retry == pieces.retry);
	g_assert((whole.state == TLS_ANSWER_NOT_TLS) == (whole.why != NULL));
	if (whole.state == TLS_ANSWER_CHOSEN)
		g_assert(whole.version >= 0x0300 && whole.version <= 0x0304);
	tls_answer_end(&pieces);
	tls_answer_clear(&pieces);
	tls_answer_clear(&whole);
}

/* --- a survey --------------------------------------------------------------------------------- */

/* ServerHello and ServerHelloDone, or HelloRetryRequest, for one of the ciphers on offer. */
static void
play_choice(struct game *game, struct tls_survey_run *run)
{
	static const uint8_t retry[] = { 0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d,
		0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e,
		0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c };
	const struct tls_offer *offer = &run->offer;
	uint16_t cipher = offer->ciphers[take_byte(game) % offer->cipher_count];
	uint8_t hello[128] = { 22, 3, 3, 0, 0, 2, 0, 0, 38, 3, 3 };
	size_t length = 9 + 38;

	hello[10] = (uint8_t)(offer->version - (take_byte(game) % 8 == 7));
	hello[44] = (uint8_t)(cipher >> 8);
	hello[45] = (uint8_t)cipher;
	if (offer->version_count > 0 && offer->group_count > 0) {
		uint16_t group = offer->groups[take_byte(game) % offer->group_count];
		const uint8_t extensions[] = { 0, 12, 0, 43, 0, 2, 3, 4, 0, 51, 0, 2,
			(uint8_t)(group >> 8), (uint8_t)group };

		memcpy(hello + 11, retry, sizeof retry);
		memcpy(hello + length, extensions, sizeof extensions);
		length += sizeof extensions;
	}
	hello[8] = (uint8_t)(length - 9);
	if (offer->version_count == 0) {
		hello[length] = 14; /* ServerHelloDone */
		length += 4;
	}
	hello[4] = (uint8_t)(length - 5);
	if (!tls_survey_feed(run, hello, length))
		tls_survey_ended(run, TLS_SURVEY_CLOSED);
}

static void
play_bytes(struct game *game, struct tls_survey_run *run)
{
	size_t length = take_byte(game);
	bool whole;

	length = MIN(length, game->size);
	whole = tls_survey_feed(run, game->data, length);

	game->data += length;
	game->size -= length;
	if (!whole && game->size == 0)
		tls_survey_ended(run, TLS_SURVEY_CLOSED);
}

static void
play_hello(struct game *game, struct tls_survey_run *run)
{
	for (unsigned turns = 0; run->waiting && turns < 300; turns++) {
		uint8_t which = take_byte(game);

		if (which < 3)
			tls_survey_ended(run, (enum tls_survey_end)which);
		else if (which < 128)
			play_choice(game, run);
		else
			play_bytes(game, run);
	}
}

static void
check_survey(const struct tls_survey *survey)
{
	g_assert(survey->hellos <= TLS_SURVEY_HELLOS_MAX);
	g_assert(survey->weak_count <= TLS_WEAK_MAX && survey->group_count <= TLS_GROUPS_MAX);
	for (size_t i = 0; i < survey->weak_count; i++) {
		g_assert(survey->weak[i].cipher != NULL && survey->weak[i].why != NULL);
		g_assert(survey->weak[i].version <= TLS_V1_2);
	}
	for (size_t i = 0; i < survey->group_count; i++) {
		for (size_t j = 0; j < i; j++)
			g_assert(!g_str_equal(survey->groups[i], survey->groups[j]));
	}
	for (size_t i = 0; i < TLS_VERSIONS; i++)
		g_assert((survey->chosen[i] != NULL) == (survey->versions[i] == TRIAL_TAKEN));
	for (size_t i = 0; i < survey->client_count; i++) {
		const struct tls_client_result *client = &survey->clients[i];

		g_assert((client->cipher != NULL) == (client->outcome == TRIAL_TAKEN));
		if (client->outcome == TRIAL_REFUSED || client->outcome == TRIAL_UNCLEAR)
			g_assert(client->why != NULL);
	}
}

static void
play_survey(const uint8_t *data, size_t size)
{
	static const uint16_t ciphers[] = { 0x1301, 0xc02f, 0x0033, 0x000a };
	static const uint16_t groups[] = { 29, 23 };
	static const uint16_t versions[] = { 0x0304, 0x0303 };
	static const struct tls_client clients[] = {
		{ .name = "new",
			.sni = true,
			.offer = { .version = 0x0303,
				.versions = versions,
				.version_count = 2,
				.ciphers = ciphers,
				.cipher_count = 4,
				.groups = groups,
				.group_count = 2 },
			.lowest = 0x0303,
			.highest = 0x0304 },
		{ .name = "old",
			.same = 1,
			.offer = { .version = 0x0301, .ciphers = ciphers + 2, .cipher_count = 2 },
			.lowest = 0x0300,
			.highest = 0x0301,
			.dh_bits_min = 1024 },
		{ .name = "as new", .same = 0 },
	};
	struct game game = { .data = data, .size = size };
	struct facts *facts = facts_new();
	unsigned parts = take_byte(&game);
	struct tls_survey_run *run;
	size_t length;

	facts->probe.tls.handshake = parts & 16 ? HANDSHAKE_UP : HANDSHAKE_NOT_TRIED;
	run = survey_begin(facts, parts & 32 ? "mail.example.com" : NULL, parts & 15, clients,
		G_N_ELEMENTS(clients));
	while (tls_survey_next(run, &length) != NULL) {
		g_assert(length <= TLS_HELLO_MAX);
		play_hello(&game, run);
	}
	check_survey(facts->probe.tls.survey);
	tls_survey_free(run);
	facts_free(facts);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_answer(data, size);
	play_survey(data, size);
	return 0;
}
