/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A login against a server made of any bytes. The first byte chooses the mechanism that is
 * demanded, the second how it begins; 0xFF and one byte more is an event instead of bytes. What
 * popseal sends is clean lines, and the secret is seen nowhere. Exercises pop3/login, pop3/sasl
 * and pop3/hide.
 */
#include <stdint.h>
#include <string.h>

#include "net/crypto.h"
#include "pop3/login.h"
#include "pop3/refusal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PASSWORD        "pencil"
#define PASSWORD_BASE64 "cGVuY2ls"

enum {
	TURNS_MAX = 4000
};

struct game {
	const uint8_t *data;
	size_t size;
	struct pop3_login *login;
	struct login_result result;
	unsigned turns;
	unsigned passwords; /* lines with a password in them */
};

static int
take_byte(struct game *game)
{
	if (game->size == 0)
		return -1;
	game->size--;
	return *game->data++;
}

static enum refusal
classify(void *user G_GNUC_UNUSED, const char *line)
{
	return refusal_classify(NULL, line);
}

/* The hashes are not what is tested, and many iterations take their time. */
static size_t
quick_pbkdf2(enum sasl_hash hash, const char *password, size_t password_length, const void *salt,
	size_t salt_length, unsigned iterations, uint8_t *out)
{
	g_assert(iterations >= SASL_ITERATIONS_MIN && iterations <= SASL_ITERATIONS_MAX);
	return net_crypto.pbkdf2(hash, password, password_length, salt, salt_length, 1, out);
}

/* The same nonce each time: a corpus can answer it. */
static void
same_random(void *out, size_t length)
{
	memset(out, 0, length);
}

/* Whole lines without control characters, of which only a response may be long. */
static void
check_output(struct game *game)
{
	size_t length;
	const char *bytes = pop3_login_output(game->login, &length);
	g_autofree char *text = g_strndup(bytes, length);
	g_auto(GStrv) lines = g_strsplit(text, "\r\n", -1);

	g_assert(strlen(text) == length);
	g_assert(length == 0 || g_str_has_suffix(text, "\r\n"));
	for (size_t i = 0; lines[i] != NULL; i++) {
		for (const char *at = lines[i]; *at != '\0'; at++)
			g_assert(!g_ascii_iscntrl(*at));
		g_assert(strchr(lines[i], ' ') == NULL || strlen(lines[i]) <= 253);
		game->passwords += g_str_has_prefix(lines[i], "PASS ") ? 1 : 0;
	}
	g_assert(game->passwords <= 1);
}

static void
play_event(struct game *game, int which)
{
	static const enum pop3_event events[] = { POP3_CLOSED, POP3_RESET, POP3_EXPIRED,
		POP3_OUT_OF_TIME, POP3_SECURED };

	pop3_login_event(game->login, events[(size_t)(which + 1) % G_N_ELEMENTS(events)]);
}

static void
play_input(struct game *game)
{
	const uint8_t *mark = game->size > 0 ? memchr(game->data, 0xFF, game->size) : NULL;
	size_t length = mark != NULL ? (size_t)(mark - game->data) : game->size;

	if (game->size == 0) {
		pop3_login_event(game->login, POP3_CLOSED);
		return;
	}
	if (length == 0) {
		take_byte(game);
		play_event(game, take_byte(game));
		return;
	}
	length = MIN(length, 64);
	pop3_login_feed(game->login, (const char *)game->data, length);
	game->data += length;
	game->size -= length;
}

static void
play(struct game *game)
{
	while (game->turns++ < TURNS_MAX) {
		enum pop3_want want = pop3_login_run(game->login);

		check_output(game);
		if (want == POP3_DONE)
			return;
		g_assert(want == POP3_WANT_INPUT);
		play_input(game);
	}
	g_error("the dialogue does not end");
}

static void
check_hidden(const char *text)
{
	if (text == NULL)
		return;
	g_assert(strstr(text, PASSWORD) == NULL);
	g_assert(strstr(text, PASSWORD_BASE64) == NULL);
}

static void
check_result(const struct login_result *result, bool proves)
{
	g_assert((result->why == NULL) == (result->outcome == LOGIN_OK));
	g_assert((result->step != NULL) == (result->outcome == LOGIN_LOST));
	g_assert(result->messages >= -1 && result->octets >= -1);
	if (result->outcome == LOGIN_WRONG || result->outcome == LOGIN_REFUSED)
		g_assert(result->reply != NULL);
	if (result->outcome == LOGIN_WRONG)
		g_assert(result->refusal == REFUSAL_CREDENTIALS && result->mechanism != NULL);
	/* Nobody who does not know the password can prove that he does. */
	g_assert(result->outcome != LOGIN_OK || !proves);
	check_hidden(result->transcript);
	check_hidden(result->reply);
	check_hidden(result->why);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const mechanisms[] = { NULL, "USER", "PLAIN", "LOGIN", "CRAM-MD5",
		"SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS", "XOAUTH2",
		"OAUTHBEARER" };
	static const struct sasl_binding binding = { .type = "tls-exporter", .length = 32 };
	struct game game = { .data = data, .size = size };
	unsigned which = (unsigned)(take_byte(&game) + 1) % G_N_ELEMENTS(mechanisms);
	int choice = take_byte(&game);
	struct sasl_crypto crypto = net_crypto;
	g_autoptr(secret_auto) secret = secret_new(PASSWORD, strlen(PASSWORD));
	struct pop3_login_plan plan = {
		.mechanism = mechanisms[which],
		.greeting = choice >= 0 && (choice & 1),
		.hide = choice >= 0 && (choice & 2),
		.token = choice >= 0 && (choice & 4),
		.sasl = {
			.user = "user",
			.secret = secret,
			.host = "mail.example",
			.port = 995,
			.crypto = &crypto,
			.bindings = &binding,
			.binding_count = choice >= 0 && (choice & 8) ? 0 : 1,
		},
		.classify = classify,
	};

	crypto.pbkdf2 = quick_pbkdf2;
	crypto.random = same_random;
	game.login = pop3_login_new(&plan, &game.result);
	play(&game);
	check_result(&game.result,
		game.result.mechanism != NULL && g_str_has_prefix(game.result.mechanism, "SCRAM"));
	pop3_login_free(game.login);
	return 0;
}
