/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pop3/login against servers that lie, repeat secrets, send too much or stop; and what happens to
 * a secret on its way.
 */
#include <string.h>

#include "pop3/reply.h"
#include "test-login-game.h"

/* --- servers that lie, or make no sense ------------------------------------------------------- */

static const struct row lies[] = {
	{ "no POP3", GREETING, NULL, "S: 220 smtp", LOGIN_BROKEN, NULL, REFUSAL_NONE, "greeting",
		0 },
	{ "CAPA is no POP3", 0, NULL, "C: CAPA\nS: + what", LOGIN_BROKEN, NULL, REFUSAL_NONE,
		"CAPA", 0 },
	{ "AUTH is no POP3", 0, NULL, SASL("PLAIN") PLAIN "S: 250 ok", LOGIN_BROKEN, "PLAIN",
		REFUSAL_NONE, "AUTH", 0 },
	{ "USER is no POP3", 0, NULL, LIST("S: USER\n") "C: USER user\nS: + pencil?", LOGIN_BROKEN,
		"USER", REFUSAL_NONE, "USER", 0 },
	{ "PASS is no POP3", 0, NULL, LIST("S: USER\n") USER "S: + more", LOGIN_BROKEN, "USER",
		REFUSAL_NONE, "PASS", 0 },
	{ "granted before a secret was sent", 0, "LOGIN", SASL("LOGIN") "C: AUTH LOGIN\nS: +OK",
		LOGIN_BROKEN, "LOGIN", REFUSAL_NONE, "before it has seen", 0 },
	{ "granted for a name alone", 0, "LOGIN",
		SASL("LOGIN") "C: AUTH LOGIN\nS: +\nC: {user}\nS: +OK", LOGIN_BROKEN, "LOGIN",
		REFUSAL_NONE, "before it has seen", 0 },
	{ "prompts without end", 0, "LOGIN",
		SASL("LOGIN") "C: AUTH LOGIN\nS: +\nC: {user}\nS: +\nC: {pencil}\nS: +\nC: *\nS: +",
		LOGIN_BROKEN, "LOGIN", REFUSAL_NONE, "asks for more", 0 },
	{ "plain: prompts without end", 0, NULL,
		SASL("PLAIN") PLAIN "S: +\n" PLAIN_LATE "S: +\n" CANCELLED, LOGIN_BROKEN, "PLAIN",
		REFUSAL_NONE, "more than PLAIN", 0 },
	{ "a second challenge", 0, NULL, SASL("CRAM-MD5") CRAM "S: + {<1.3@x>}\n" CANCELLED,
		LOGIN_BROKEN, "CRAM-MD5", REFUSAL_NONE, "second challenge", 0 },
	{ "an empty challenge", 0, NULL, SASL("CRAM-MD5") "C: AUTH CRAM-MD5\nS: +\n" CANCELLED,
		LOGIN_BROKEN, "CRAM-MD5", REFUSAL_NONE, "empty", 0 },
	{ "a challenge that is no base64", 0, NULL,
		SASL("CRAM-MD5") "C: AUTH CRAM-MD5\nS: + <1.2@x>", LOGIN_BROKEN, "CRAM-MD5",
		REFUSAL_NONE, "no base64", 0 },
	{ "scram: granted at once", 0, "SCRAM-SHA-256", SCRAM_FIRST "S: +OK", LOGIN_BROKEN,
		"SCRAM-SHA-256", REFUSAL_NONE, "before it has seen", 0 },
	{ "scram: granted without a signature", 0, "SCRAM-SHA-256", SCRAM_FINAL "S: +OK",
		LOGIN_BROKEN, "SCRAM-SHA-256", REFUSAL_NONE, "does not prove", 0 },
	{ "scram: a wrong signature", 0, "SCRAM-SHA-256",
		SCRAM_FINAL SIGNATURE("QUZ0/urxX86eGWh/paDV5XxNJSa1/ISFj3iCA2BxaT0=") CANCELLED,
		LOGIN_BROKEN, "SCRAM-SHA-256", REFUSAL_NONE, "signature", 0 },
	{ "scram: another's nonce", 0, "SCRAM-SHA-256",
		SCRAM_FIRST "S: + {r=x" NONCES SALT ",i=4096}\n" CANCELLED, LOGIN_BROKEN,
		"SCRAM-SHA-256", REFUSAL_NONE, "nonce", 0 },
	{ "scram: too few iterations", 0, "SCRAM-SHA-256", SCRAM_FIRST SALTED("4095") CANCELLED,
		LOGIN_BROKEN, "SCRAM-SHA-256", REFUSAL_NONE, "iteration", 0 },
	{ "scram: too many", 0, "SCRAM-SHA-256", SCRAM_FIRST SALTED("1000001") CANCELLED,
		LOGIN_BROKEN, "SCRAM-SHA-256", REFUSAL_NONE, "iteration", 0 },
	{ "scram: the list was changed", 0, "SCRAM-SHA-256",
		SCRAM_FINAL "S: + {e=server-does-support-channel-binding}\n" CANCELLED,
		LOGIN_BROKEN, "SCRAM-SHA-256", REFUSAL_NONE, "changed", 0 },
	{ "scram: granted after an error", 0, "SCRAM-SHA-256",
		SCRAM_FINAL "S: + {e=invalid-proof}\nC: \nS: +OK", LOGIN_BROKEN, "SCRAM-SHA-256",
		REFUSAL_NONE, "has refused", 0 },
	{ "scram: more after the end", 0, "SCRAM-SHA-256",
		SCRAM_FINAL SIGNATURE_256 "C: \nS: +\n" CANCELLED, LOGIN_BROKEN, "SCRAM-SHA-256",
		REFUSAL_NONE, "more than SCRAM", 0 },
	{ "a token granted after an error", TOKEN, NULL,
		SASL("XOAUTH2") XOAUTH2 "S: + {{\\}}\nC: \nS: +OK", LOGIN_BROKEN, "XOAUTH2",
		REFUSAL_NONE, "has refused", 0 },
	{ "a token, and errors without end", TOKEN, NULL,
		SASL("XOAUTH2") XOAUTH2 "S: + {{\\}}\nC: \nS: + {{\\}}\n" CANCELLED, LOGIN_BROKEN,
		"XOAUTH2", REFUSAL_NONE, "asks for more", 0 },
	{ "an answer too many", WHOLE, NULL,
		LIST("S: USER\n") "C: USER user\nS: +OK\nS: +OK logged in", LOGIN_BROKEN, "USER",
		REFUSAL_NONE, "before it is asked", 0 },
	{ "an answer too many to the list", WHOLE, NULL, LIST("S: USER\n") "S: +OK", LOGIN_BROKEN,
		"USER", REFUSAL_NONE, "before it is asked", 0 },
	{ "an answer too many to AUTH", WHOLE, "LOGIN", SASL("LOGIN") "C: AUTH LOGIN\nS: +\nS: +",
		LOGIN_BROKEN, "LOGIN", REFUSAL_NONE, "before it is asked", 0 },
	{ "an answer too many to the greeting", GREETING | WHOLE, NULL, "S: +OK\nS: +OK",
		LOGIN_BROKEN, NULL, REFUSAL_NONE, "before it is asked", 0 },
	/* The login was granted; what follows says no more about it. */
	{ "an answer too many to PASS", WHOLE, NULL,
		LIST("S: USER\n") USER "S: +OK\nS: +OK 2 320\n" BYE, LOGIN_OK, "USER", REFUSAL_NONE,
		NULL, -1 },
};

/* --- secrets ---------------------------------------------------------------------------------- */

/* Servers that repeat what they were sent, whole or in part. */
static const struct row echoes[] = {
	{ "the password", 0, NULL, PASSED("-ERR [AUTH] PASS pencil is wrong"), LOGIN_WRONG, "USER",
		REFUSAL_CREDENTIALS, "wrong", 0 },
	{ "the line", 0, NULL, REFUSED("-ERR [AUTH] AUTH PLAIN {^@user^@pencil}"), LOGIN_WRONG,
		"PLAIN", REFUSAL_CREDENTIALS, "wrong", 0 },
	{ "the end of the line", 0, NULL, REFUSED("-ERR [AUTH] AHVzZXIAcGVuY2"), LOGIN_WRONG,
		"PLAIN", REFUSAL_CREDENTIALS, "wrong", 0 },
	{ "the password in base64", 0, NULL, PASSED("-ERR [AUTH] cGVuY2ls"), LOGIN_WRONG, "USER",
		REFUSAL_CREDENTIALS, "wrong", 0 },
	{ "the password in a success", 0, NULL,
		LIST("S: USER\n") USER
		"S: +OK pencil\nC: STAT\nS: +OK 1 2 pencil\nC: QUIT\nS: +OK pencil",
		LOGIN_OK, "USER", REFUSAL_NONE, NULL, 1 },
	{ "the password in a prompt", 0, "LOGIN",
		SASL("LOGIN") "C: AUTH LOGIN\nS: + {pencil}\nC: {user}\nS: +pencil", LOGIN_BROKEN,
		"LOGIN", REFUSAL_NONE, "AUTH", 0 },
	{ "a digest", 0, NULL,
		SASL("CRAM-MD5") CRAM
		"S: -ERR [AUTH] {user 0475b342f5c0d7d3ea269054053684ba}\n" BYE,
		LOGIN_WRONG, "CRAM-MD5", REFUSAL_CREDENTIALS, "wrong", 0 },
};

/* --- connections that end --------------------------------------------------------------------- */

static const struct {
	const char *step;
	const char *mechanism;
	const char *used;
	const char *dialogue;
} endings[] = {
	{ "capa", NULL, NULL, "C: CAPA\n" },
	{ "capa", NULL, NULL, "C: CAPA\nS: +OK\nS: SASL PLAIN\n" },
	{ "auth", NULL, "PLAIN", SASL("PLAIN") PLAIN },
	{ "auth", "LOGIN", "LOGIN", SASL("LOGIN") "C: AUTH LOGIN\n" },
	{ "sasl-response", "LOGIN", "LOGIN", SASL("LOGIN") "C: AUTH LOGIN\nS: +\nC: {user}\n" },
	{ "sasl-response", "LOGIN", "LOGIN",
		SASL("LOGIN") "C: AUTH LOGIN\nS: +\nC: {user}\nS: +\nC: {pencil}\n" },
	{ "sasl-response", "SCRAM-SHA-256", "SCRAM-SHA-256", SCRAM_FINAL },
	{ "sasl-response", "SCRAM-SHA-256", "SCRAM-SHA-256", SCRAM_FINAL SIGNATURE_256 "C: \n" },
	{ "user", NULL, "USER", LIST("S: USER\n") "C: USER user\n" },
	{ "pass", NULL, "USER", LIST("S: USER\n") USER },
};

static void
test_endings(void)
{
	static const struct {
		const char *event;
		const char *why;
	} events[] = {
		{ "-- closed", "the server closed the connection" },
		{ "-- reset", "the server reset the connection" },
		{ "-- expired", "no answer in time" },
		{ "-- out of time", "no answer in time" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(endings); i++) {
		for (size_t j = 0; j < G_N_ELEMENTS(events); j++) {
			g_autofree char *dialogue =
				g_strconcat(endings[i].dialogue, events[j].event, NULL);
			g_autofree char *why = g_strdup_printf("%s, instead of an answer (%s)",
				events[j].why, endings[i].step);
			struct row row = { "ending", 0, endings[i].mechanism, dialogue, LOGIN_LOST,
				endings[i].used, REFUSAL_NONE, why, 0 };

			login_game_row(&row, 0);
			login_game_row(&row, 1);
		}
	}
}

static void
test_no_greeting(void)
{
	static const struct row rows[] = {
		{ "closed", GREETING, NULL, "-- closed", LOGIN_LOST, NULL, REFUSAL_NONE,
			"(greeting)", 0 },
		{ "silent", GREETING, NULL, "-- expired", LOGIN_LOST, NULL, REFUSAL_NONE,
			"(greeting)", 0 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		login_game_row(&rows[i], 0);
}

/* A last line needs no line end. */
static void
test_last_line(void)
{
	static const char line[] = "-ERR Authentication failed.";
	g_autoptr(secret_auto) secret = secret_new("pencil", 6);
	static const struct row row = { .name = "last line" };
	struct pop3_login_plan plan = login_game_plan(&row, &net_crypto, secret);
	struct login_result result = { 0 };
	struct pop3_login *login = pop3_login_new(&plan, &result);

	pop3_login_run(login);
	pop3_login_feed(login, "+OK\nUSER\n.\n", 11);
	pop3_login_run(login);
	pop3_login_feed(login, "+OK\n", 4);
	pop3_login_run(login);
	g_assert_cmpstr(pop3_login_step(login), ==, "pass");
	pop3_login_feed(login, line, strlen(line));
	g_assert_cmpint(pop3_login_run(login), ==, POP3_WANT_INPUT);
	pop3_login_event(login, POP3_CLOSED);
	g_assert_cmpint(pop3_login_run(login), ==, POP3_DONE);
	g_assert_cmpint(result.outcome, ==, LOGIN_WRONG);
	g_assert_cmpstr(result.reply, ==, line);
	pop3_login_free(login);
}

/* --- bounds ----------------------------------------------------------------------------------- */

static void
play_bound(const char *mechanism, const char *used, const char *dialogue,
	enum login_outcome outcome, const char *why)
{
	const struct row row = { .name = "bound",
		.mechanism = mechanism,
		.dialogue = dialogue,
		.outcome = outcome,
		.used = used,
		.why = why,
		.messages = 2 };

	login_game_row(&row, 0);
	login_game_row(&row, 7);
}

static void
test_list_bound(void)
{
	g_autoptr(GString) dialogue = g_string_new("C: CAPA\nS: +OK\n");

	for (int i = 1; i < POP3_LIST_MAX; i++)
		g_string_append(dialogue, "S: X\n");
	g_string_append(dialogue, "S: SASL PLAIN\n");
	{
		g_autofree char *fits =
			g_strconcat(dialogue->str, "S: .\n", PLAIN "S: +OK\n" STAT, NULL);
		g_autofree char *endless = g_strconcat(dialogue->str, "S: X\n", NULL);

		play_bound(NULL, "PLAIN", fits, LOGIN_OK, NULL);
		play_bound(NULL, NULL, endless, LOGIN_BROKEN, "does not end");
	}
}

/* A line of POP3_LINE_MAX octets is whole; base64 comes in fours, so the blanks fill it. */
static void
test_challenge_bound(void)
{
	g_autofree char *challenge = g_strnfill(POP3_LINE_MAX - 4, 'A');
	g_autofree char *fits = g_strconcat(SASL("CRAM-MD5") "C: AUTH CRAM-MD5\nS: +   ", challenge,
		"\n-- closed", NULL);
	g_autofree char *too_long =
		g_strconcat(SASL("CRAM-MD5") "C: AUTH CRAM-MD5\nS: +    ", challenge, NULL);
	struct row row = { "challenge", 0, NULL, too_long, LOGIN_BROKEN, "CRAM-MD5", REFUSAL_NONE,
		"too long", 0 };
	g_autoptr(secret_auto) secret = secret_new("pencil", 6);
	struct pop3_login_plan plan = login_game_plan(&row, &net_crypto, secret);
	struct game game = { .row = &row };
	size_t length;

	login_game_row(&row, 0);
	login_game_row(&row, 7);
	game.sent = g_string_new(NULL);
	game.secrets = g_ptr_array_new_with_free_func(g_free);
	game.login = pop3_login_new(&plan, &game.result);
	*strstr(fits, "\n-- closed") = '\0';
	login_game_play(&game, fits);
	g_assert_cmpint(game.want, ==, POP3_WANT_INPUT);
	g_assert_cmpstr(pop3_login_step(game.login), ==, "sasl-response");
	/* "user " and the digest in hex */
	g_assert_cmpuint(game.sent->len, ==, (5 + 32 + 2) / 3 * 4 + 2);
	pop3_login_output(game.login, &length);
	g_assert_cmpuint(length, ==, 0);
	pop3_login_free(game.login);
	g_string_free(game.sent, TRUE);
	g_ptr_array_unref(game.secrets);
}

static void
test_connection_bound(void)
{
	g_autoptr(secret_auto) secret = secret_new("pencil", 6);
	static const struct row row = { .name = "connection" };
	struct pop3_login_plan plan = login_game_plan(&row, &net_crypto, secret);
	struct login_result result = { 0 };
	struct pop3_login *login = pop3_login_new(&plan, &result);
	g_autofree char *flood = g_strnfill(POP3_CONNECTION_MAX, 'x');

	pop3_login_run(login);
	pop3_login_feed(login, flood, POP3_CONNECTION_MAX);
	g_assert_cmpint(result.outcome, !=, LOGIN_BROKEN);
	pop3_login_feed(login, "x", 1);
	g_assert_cmpint(pop3_login_run(login), ==, POP3_DONE);
	g_assert_cmpint(result.outcome, ==, LOGIN_BROKEN);
	g_assert_nonnull(strstr(result.why, "does not end"));
	pop3_login_free(login);
}

/* Drives a login against a list, and returns the first line that follows CAPA, or NULL. */
static char *
first_line(const char *user, const char *password, const char *list, const char *mechanism,
	struct login_result *result)
{
	g_autoptr(secret_auto) secret = secret_new(password, strlen(password));
	const struct row row = { .name = "first line", .mechanism = mechanism };
	struct pop3_login_plan plan = login_game_plan(&row, &net_crypto, secret);
	struct pop3_login *login;
	char *line = NULL;
	size_t length;

	plan.sasl.user = user;
	login = pop3_login_new(&plan, result);
	if (pop3_login_run(login) == POP3_WANT_INPUT) {
		g_assert_cmpstr(pop3_login_output(login, &length), ==, "CAPA\r\n");
		pop3_login_feed(login, list, strlen(list));
		pop3_login_run(login);
		line = g_strdup(pop3_login_output(login, &length));
	} else {
		g_assert_cmpstr(pop3_login_output(login, &length), ==, "");
	}
	pop3_login_free(login);
	result->why = result->reply = result->transcript = NULL;
	return line;
}

/*
 * A command has 255 octets at most, CRLF among them (RFC 2449 section 4): "AUTH PLAIN " leaves 240
 * in base64, which are 180 octets, and "\0user\0" takes six of them.
 */
static void
test_long_response(void)
{
	static const char list[] = "+OK\r\nSASL PLAIN\r\n.\r\n";
	g_autofree char *fits = g_strnfill(174, 'p');
	g_autofree char *longer = g_strnfill(175, 'p');
	struct login_result result = { 0 };
	g_autofree char *one = first_line("user", fits, list, NULL, &result);
	g_autofree char *two = first_line("user", longer, list, NULL, &result);

	g_assert_cmpuint(strlen(one), ==, 253);
	g_assert_true(g_str_has_prefix(one, "AUTH PLAIN AHVz"));
	g_assert_cmpstr(two, ==, "AUTH PLAIN\r\n");
}

/* The longest secret that there is, behind the server's "+". */
static void
test_longest_secret(void)
{
	g_autofree char *password = g_strnfill(SECRET_MAX, 'p');
	g_autoptr(secret_auto) secret = secret_new(password, SECRET_MAX);
	g_autofree char *user = g_strnfill(SASL_USER_MAX, 'u');
	static const struct row row = { .name = "longest", .flags = TOKEN };
	struct pop3_login_plan plan = login_game_plan(&row, &net_crypto, secret);
	struct login_result result = { 0 };
	struct pop3_login *login;
	g_autofree guchar *message = NULL;
	g_autofree char *line = NULL;
	gsize size = 0;
	size_t length;

	plan.sasl.user = user;
	login = pop3_login_new(&plan, &result);
	pop3_login_run(login);
	pop3_login_output(login, &length);
	pop3_login_feed(login, "+OK\nSASL XOAUTH2\n.\n", 19);
	pop3_login_run(login);
	g_assert_cmpstr(pop3_login_output(login, &length), ==, "AUTH XOAUTH2\r\n");
	pop3_login_feed(login, "+ \n", 3);
	g_assert_cmpint(pop3_login_run(login), ==, POP3_WANT_INPUT);
	line = g_strdup(pop3_login_output(login, &length));
	g_strchomp(line);
	message = g_base64_decode(line, &size);
	g_assert_cmpuint(size, ==,
		strlen("user=") + SASL_USER_MAX + strlen("\1auth=Bearer ") + SECRET_MAX +
			strlen("\1\1"));
	g_assert_null(strstr(result.transcript, "cHBw"));
	pop3_login_free(login);
}

/* What cannot be sent is not sent. */
static void
test_unsendable(void)
{
	g_autofree char *fits = g_strnfill(248, 'p');
	g_autofree char *longer = g_strnfill(249, 'p');
	g_autofree char *name_fits = g_strnfill(SASL_USER_MAX, 'u');
	g_autofree char *name_longer = g_strnfill(SASL_USER_MAX + 1, 'u');
	const struct {
		const char *user, *password, *list, *mechanism;
		const char *line; /* how it begins; NULL: nothing at all is sent */
		enum login_outcome outcome;
	} rows[] = {
		{ "user", fits, USER_LIST, NULL, "USER user\r\n", LOGIN_NOT_TRIED },
		{ "user", longer, USER_LIST, NULL, "QUIT\r\n", LOGIN_NOT_TRIED },
		{ fits, "pencil", USER_LIST, NULL, "USER ppp", LOGIN_NOT_TRIED },
		{ longer, "pencil", USER_LIST, NULL, "QUIT\r\n", LOGIN_NOT_TRIED },
		{ "user", longer, USER_LIST, "USER", "QUIT\r\n", LOGIN_NOT_TRIED },
		{ name_fits, "pencil", PLAIN_LIST, NULL, "AUTH PLAIN\r\n", LOGIN_NOT_TRIED },
		{ name_longer, "pencil", PLAIN_LIST, NULL, NULL, LOGIN_NOT_TRIED },
		{ "us\rer", "pencil", PLAIN_LIST, NULL, NULL, LOGIN_NOT_TRIED },
		{ "us\ner", "pencil", USER_LIST, NULL, NULL, LOGIN_NOT_TRIED },
		{ "us\ter", "pencil", USER_LIST, NULL, NULL, LOGIN_NOT_TRIED },
		{ "us\001er", "pencil", USER_LIST, NULL, NULL, LOGIN_NOT_TRIED },
		{ "", "pencil", USER_LIST, NULL, NULL, LOGIN_NOT_TRIED },
		{ NULL, "pencil", USER_LIST, NULL, NULL, LOGIN_NOT_TRIED },
		{ "user", "pen\r\nQUIT", USER_LIST, NULL, NULL, LOGIN_NOT_TRIED },
		{ "user", "pen\ncil", PLAIN_LIST, NULL, NULL, LOGIN_NOT_TRIED },
		{ "user", "pen\177cil", SCRAM_LIST, NULL, NULL, LOGIN_NOT_TRIED },
		{ "user", "", PLAIN_LIST, NULL, NULL, LOGIN_NOT_TRIED },
		{ "us\344er", "pencil", SCRAM_LIST, NULL, "QUIT\r\n", LOGIN_NOT_TRIED },
		{ "us\344er", "pencil", PLAIN_LIST, NULL, "AUTH PLAIN A", LOGIN_NOT_TRIED },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct login_result result = { 0 };
		g_autofree char *line = first_line(rows[i].user, rows[i].password, rows[i].list,
			rows[i].mechanism, &result);

		g_assert_cmpint(result.outcome, ==, rows[i].outcome);
		g_assert_cmpint(line == NULL, ==, rows[i].line == NULL);
		if (line != NULL && !g_str_has_prefix(line, rows[i].line))
			g_error("row %zu: %s", i, line);
	}
}

/* --- secrets ---------------------------------------------------------------------------------- */

static void
test_transcript(void)
{
	static const char wanted[] =
		"C: CAPA\nS: +OK list\nS: SASL SCRAM-SHA-1\nS: .\n"
		"C: AUTH SCRAM-SHA-1 <secret>\n"
		"S: + cj1meWtvK2QybGJiRmdPTlJ2OXFreGRhd0wzcmZjTkhZSlkxWlZ2V1ZzN2oscz1RU1hDUitR"
		"NnNlazhiZjkyLGk9NDA5Ng==\n"
		"C: <secret>\nS: + <secret>\nC: <secret>\nS: +OK \\x1b[2J\n"
		"C: STAT\nS: +OK 2 320\nC: QUIT\nS: +OK bye\n";
	static const struct row row = { .name = "transcript", .mechanism = "SCRAM-SHA-1" };
	struct sasl_crypto crypto = net_crypto;
	g_autoptr(secret_auto) secret = secret_new("pencil", 6);
	struct pop3_login_plan plan = login_game_plan(&row, &crypto, secret);
	struct game game = { .row = &row };

	crypto.random = login_game_random;
	game.sent = g_string_new(NULL);
	game.secrets = g_ptr_array_new_with_free_func(g_free);
	game.login = pop3_login_new(&plan, &game.result);
	login_game_play(&game,
		LIST("S: SASL SCRAM-SHA-1\n") SCRAM("SCRAM-SHA-1", "n,,")
			SALTED_1 PROOF_1 SIGNATURE_1 "C: \nS: +OK \033[2J\n" STAT);
	g_assert_cmpstr(game.result.transcript, ==, wanted);
	g_assert_cmpstr(game.result.reply, ==, "+OK \033[2J");
	pop3_login_free(game.login);
	g_string_free(game.sent, TRUE);
	g_ptr_array_unref(game.secrets);
}

/* What was taken is wiped by the next call, whichever it is. */
static void
test_wiped(void)
{
	g_autoptr(secret_auto) secret = secret_new("pencil", 6);
	static const struct row row = { .name = "wiped" };
	struct pop3_login_plan plan = login_game_plan(&row, &net_crypto, secret);

	for (int call = 0; call < 4; call++) {
		struct login_result result = { 0 };
		struct pop3_login *login = pop3_login_new(&plan, &result);
		const char *bytes;
		size_t length, again;

		pop3_login_run(login);
		pop3_login_output(login, &length);
		pop3_login_feed(login, PLAIN_LIST, strlen(PLAIN_LIST));
		pop3_login_run(login);
		bytes = pop3_login_output(login, &length);
		g_assert_true(g_str_has_prefix(bytes, "AUTH PLAIN "));
		if (call == 0)
			pop3_login_run(login);
		else if (call == 1)
			pop3_login_feed(login, "+", 1);
		else if (call == 2)
			pop3_login_event(login, POP3_EXPIRED);
		else
			pop3_login_output(login, &again);
		for (size_t i = 0; i < length; i++)
			g_assert_cmpint(bytes[i], ==, 0);
		pop3_login_free(login);
	}
}

/* A deadline is set anew when it begins to wait for something else, and not for a piece of it. */
static void
test_turns(void)
{
	g_autoptr(secret_auto) secret = secret_new("pencil", 6);
	static const struct row row = { .name = "turns", .flags = GREETING };
	struct pop3_login_plan plan = login_game_plan(&row, &net_crypto, secret);
	struct login_result result = { 0 };
	struct pop3_login *login = pop3_login_new(&plan, &result);
	unsigned turn;
	size_t length;

	pop3_login_run(login);
	turn = pop3_login_turn(login);
	g_assert_cmpstr(pop3_login_step(login), ==, "greeting");
	g_assert_cmpint(pop3_login_patience(login), ==, POP3_PATIENCE_GREETING);
	pop3_login_feed(login, "+O", 2);
	pop3_login_run(login);
	g_assert_cmpuint(pop3_login_turn(login), ==, turn);
	pop3_login_feed(login, "K\n", 2);
	pop3_login_run(login);
	g_assert_cmpuint(pop3_login_turn(login), !=, turn);
	g_assert_cmpint(pop3_login_patience(login), ==, POP3_PATIENCE_STEP);
	pop3_login_feed(login, PLAIN_LIST, strlen(PLAIN_LIST));
	pop3_login_run(login);
	g_assert_cmpint(pop3_login_patience(login), ==, POP3_PATIENCE_CREDENTIAL);
	turn = pop3_login_turn(login);
	pop3_login_output(login, &length);
	pop3_login_event(login, POP3_SECURED); /* nothing that it waits for */
	pop3_login_run(login);
	g_assert_cmpuint(pop3_login_turn(login), ==, turn);
	pop3_login_free(login);
	pop3_login_free(NULL);
}

static void
test_words(void)
{
	static const char *const words[] = { "not-tried", "ok", "wrong", "refused", "no-mechanism",
		"broken", "lost", "unreachable" };

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		g_assert_cmpstr(login_outcome_word((enum login_outcome)i), ==, words[i]);
	g_assert_cmpint(LOGIN_UNREACHABLE + 1, ==, G_N_ELEMENTS(words));
}

static const struct {
	const char *path;
	struct table table;
} tables[] = {
	{ "/login/lies", { lies, G_N_ELEMENTS(lies) } },
	{ "/login/echoes", { echoes, G_N_ELEMENTS(echoes) } },
};

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
		g_test_add_data_func(tables[i].path, &tables[i].table, login_game_table);
	g_test_add_func("/login/endings", test_endings);
	g_test_add_func("/login/no-greeting", test_no_greeting);
	g_test_add_func("/login/last-line", test_last_line);
	g_test_add_func("/login/bounds/list", test_list_bound);
	g_test_add_func("/login/bounds/challenge", test_challenge_bound);
	g_test_add_func("/login/bounds/connection", test_connection_bound);
	g_test_add_func("/login/bounds/response", test_long_response);
	g_test_add_func("/login/bounds/secret", test_longest_secret);
	g_test_add_func("/login/unsendable", test_unsendable);
	g_test_add_func("/login/transcript", test_transcript);
	g_test_add_func("/login/wiped", test_wiped);
	g_test_add_func("/login/turns", test_turns);
	g_test_add_func("/login/words", test_words);
	return g_test_run();
}
