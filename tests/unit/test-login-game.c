/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The game of a login against a dialogue (see test-login-game.h).
 */
#include "test-login-game.h"

#include <string.h>

#include "pop3/refusal.h"

static const char greeting_text[] = "S: +OK POP3 ready <1.2@x>\n";

void
login_game_random(void *out, size_t length)
{
	gsize size = 0;
	g_autofree guchar *bytes = g_base64_decode(NONCE, &size);

	g_assert_cmpuint(length, ==, size);
	memcpy(out, bytes, length);
}

static enum refusal
classify(void *user, const char *line)
{
	g_assert_cmpstr(user, ==, "classify");
	return refusal_classify(NULL, line);
}

/* Appends a part in braces, encoded; returns the octets of it that were read. */
static size_t
append_encoded(GString *out, const char *text)
{
	g_autoptr(GString) message = g_string_new(NULL);
	g_autofree char *encoded = NULL;
	const char *at = text;

	for (; *at != '}'; at++) {
		if (*at == '^') {
			at++;
			g_string_append_c(message, (char)(*at - '@'));
			continue;
		}
		if (*at == '\\')
			at++;
		g_string_append_c(message, *at);
	}
	encoded = g_base64_encode((const guchar *)message->str, message->len);
	g_string_append(out, encoded);
	return (size_t)(at - text) + 1;
}

/* Brings a line of a dialogue into the form that goes over the wire. */
static char *
wire_line(const char *line)
{
	GString *out = g_string_new(NULL);

	while (*line != '\0') {
		if (*line == '{' && strchr(line, '}') != NULL)
			line += 1 + append_encoded(out, line + 1);
		else
			g_string_append_c(out, *line++);
	}
	g_string_append(out, "\r\n");
	return g_string_free(out, FALSE);
}

static void
run(struct game *game)
{
	size_t length;
	const char *bytes;

	game->want = pop3_login_run(game->login);
	g_assert_true(game->want == POP3_WANT_INPUT || game->want == POP3_DONE);
	bytes = pop3_login_output(game->login, &length);
	g_string_append_len(game->sent, bytes, (gssize)length);
}

static void
feed(struct game *game, const GString *bytes)
{
	size_t piece = game->piece > 0 ? game->piece : bytes->len;

	for (size_t at = 0; at < bytes->len && game->want == POP3_WANT_INPUT; at += piece) {
		pop3_login_feed(game->login, bytes->str + at, MIN(piece, bytes->len - at));
		run(game);
	}
}

static void
happen(struct game *game, const char *event)
{
	static const struct {
		const char *word;
		enum pop3_event event;
	} events[] = {
		{ "closed", POP3_CLOSED },
		{ "reset", POP3_RESET },
		{ "expired", POP3_EXPIRED },
		{ "out of time", POP3_OUT_OF_TIME },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(events); i++) {
		if (!g_str_equal(events[i].word, event))
			continue;
		pop3_login_event(game->login, events[i].event);
		run(game);
		return;
	}
	g_error("no such event: %s", event);
}

/* What popseal sends in a response is secret, but for a name. */
static void
note_secret(struct game *game, const char *line, const char *wire)
{
	const char *at = strchr(line, '{');
	const char *encoded;

	if (at == NULL || g_str_has_prefix(at, "{n,,") || g_str_has_prefix(at, "{y,,") ||
		g_str_has_prefix(at, "{p=") || g_str_equal(at, "{user}") || g_str_equal(at, "{^A}"))
		return;
	encoded = strrchr(wire, ' ');
	g_ptr_array_add(game->secrets,
		g_strndup(encoded != NULL ? encoded + 1 : wire,
			strcspn(encoded != NULL ? encoded + 1 : wire, "\r")));
}

static void
expect_sent(struct game *game, const char *line)
{
	g_autofree char *wire = wire_line(line);
	size_t length = strlen(wire);
	g_autofree char *sent = g_strndup(game->sent->str, length);

	if (strcmp(sent, wire) != 0)
		g_error("\"%s\": sent \"%s\" for \"%s\", %zu octets at a time", game->row->name,
			g_strescape(game->sent->str, NULL), g_strescape(wire, NULL), game->piece);
	g_string_erase(game->sent, 0, (gssize)length);
	note_secret(game, line, wire);
}

/* Feeds server lines that stand together at once, or in pieces. */
void
login_game_play(struct game *game, const char *dialogue)
{
	g_auto(GStrv) lines = g_strsplit(dialogue, "\n", -1);
	g_autoptr(GString) heard = g_string_new(NULL);

	run(game);
	for (size_t i = 0; lines[i] != NULL; i++) {
		const char *text = strlen(lines[i]) > 3 ? lines[i] + 3 : "";

		if (lines[i][0] == 'S') {
			g_autofree char *wire = wire_line(text);

			g_string_append(heard, wire);
			if (lines[i + 1] != NULL && lines[i + 1][0] == 'S')
				continue;
			feed(game, heard);
			g_string_truncate(heard, 0);
		} else if (lines[i][0] == 'C') {
			expect_sent(game, text);
		} else if (lines[i][0] == '-') {
			happen(game, text);
		}
	}
}

static const char *
shown(const char *text)
{
	return text != NULL ? text : "";
}

static void
check_hidden(const struct game *game)
{
	const struct login_result *result = &game->result;
	g_autofree char *all = g_strconcat(shown(result->transcript), "\n", shown(result->reply),
		"\n", shown(result->why), NULL);

	for (size_t i = 0; i < game->secrets->len; i++) {
		const char *secret = game->secrets->pdata[i];

		if (strstr(all, secret) != NULL)
			g_error("\"%s\": \"%s\" is seen in:\n%s", game->row->name, secret, all);
	}
}

static void
check_result(const struct game *game)
{
	const struct row *row = game->row;
	const struct login_result *result = &game->result;

	g_test_message("%s, %zu: %s\n%s", row->name, game->piece, shown(result->why),
		result->transcript);
	g_assert_cmpint(game->want, ==, POP3_DONE);
	g_assert_cmpstr(game->sent->str, ==, "");
	g_assert_cmpstr(login_outcome_word(result->outcome), ==, login_outcome_word(row->outcome));
	g_assert_cmpstr(result->mechanism, ==, row->used);
	g_assert_cmpint(result->refusal, ==, row->refusal);
	g_assert_true(result->overridden);
	g_assert_cmpint(result->duration, ==, 77);
	g_assert_cmpint(result->messages, ==, row->outcome == LOGIN_OK ? row->messages : -1);
	g_assert_cmpint(result->octets >= 0, ==, result->messages >= 0);
	g_assert_cmpint(result->step != NULL, ==, row->outcome == LOGIN_LOST);
	g_assert_cmpint(result->why == NULL, ==, row->outcome == LOGIN_OK);
	if (row->why != NULL)
		g_assert_nonnull(strstr(result->why, row->why));
	if (row->used != NULL && g_str_has_suffix(row->used, "-PLUS"))
		g_assert_cmpstr(result->binding, ==, "tls-exporter");
	else
		g_assert_null(result->binding);
	if (row->outcome == LOGIN_WRONG || row->outcome == LOGIN_REFUSED)
		g_assert_true(g_str_has_prefix(result->reply, "-ERR"));
}

struct pop3_login_plan
login_game_plan(const struct row *row, const struct sasl_crypto *crypto,
	const struct secret *secret)
{
	static const struct sasl_binding binding = {
		.type = "tls-exporter",
		.data = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
		.length = 32,
	};
	static char mark[] = "classify";

	return (struct pop3_login_plan){
		.greeting = row->flags & GREETING,
		.mechanism = row->mechanism,
		.hide = row->flags & HIDE,
		.token = row->flags & TOKEN,
		.sasl = {
			.user = "user",
			.secret = secret,
			.host = "mail.example",
			.port = 995,
			.crypto = crypto,
			.bindings = &binding,
			.binding_count = row->flags & BOUND ? 1 : 0,
		},
		.classify = classify,
		.classify_user = mark,
	};
}

void
login_game_row(const struct row *row, size_t piece)
{
	struct sasl_crypto crypto = net_crypto;
	g_autoptr(secret_auto) secret = secret_new("pencil", strlen("pencil"));
	struct game game = { .row = row, .piece = piece };
	struct pop3_login_plan plan = login_game_plan(row, &crypto, secret);

	crypto.random = login_game_random;
	game.result.overridden = true;
	game.result.duration = 77;
	game.sent = g_string_new(NULL);
	game.secrets = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(game.secrets, g_strdup("pencil"));
	g_ptr_array_add(game.secrets, g_strdup("cGVuY2ls"));
	game.login = pop3_login_new(&plan, &game.result);
	if (row->flags & GREETING && row->outcome == LOGIN_OK) {
		g_autofree char *whole = g_strconcat(greeting_text, row->dialogue, NULL);

		login_game_play(&game, whole);
	} else {
		login_game_play(&game, row->dialogue);
	}
	check_result(&game);
	check_hidden(&game);
	pop3_login_free(game.login);
	g_string_free(game.sent, TRUE);
	g_ptr_array_unref(game.secrets);
}

static const size_t pieces[] = { 0, 1, 2, 7 };

void
login_game_table(gconstpointer data)
{
	const struct table *table = data;

	for (size_t i = 0; i < table->count; i++) {
		size_t times = table->rows[i].flags & WHOLE ? 1 : G_N_ELEMENTS(pieces);

		for (size_t j = 0; j < times; j++)
			login_game_row(&table->rows[i], pieces[j]);
	}
}
