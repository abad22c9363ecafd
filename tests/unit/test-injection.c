/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The injection trial, against servers by script: what is answered to STLS and
 * the command behind it, what comes over TLS, and how it ends.
 */
#include <string.h>

#include "pop3/injection.h"
#include "pop3/input.h"

#define BYE  "+OK Logging out\r\n"
#define LIST "+OK\r\nTOP\r\nUIDL\r\n.\r\n"

enum tls {
	TLS_UP,
	TLS_CLEAR, /* something in clear in place of it */
	TLS_ALERT,
	TLS_SILENT,
	TLS_LATE, /* the time runs out within the handshake */
};

/* What ends the wait behind what the server said. */
enum end {
	END_CLOSE,
	END_RESET,
	END_SILENCE,
};

struct play {
	const char *title;
	const char *clear; /* to STLS and the command behind it */
	enum tls tls;
	const char *secured; /* over TLS */
	enum end end;
	enum injection wanted;
};

static const struct play plays[] = {
	{ "drops-it", "+OK\r\n", TLS_UP, BYE, END_CLOSE, INJECTION_NONE },
	{ "drops-it-and-stays", "+OK\r\n", TLS_UP, BYE, END_SILENCE, INJECTION_NONE },
	{ "hangs-up-on-quit", "+OK\r\n", TLS_UP, "", END_CLOSE, INJECTION_NONE },
	{ "hangs-up-by-reset", "+OK\r\n", TLS_UP, "", END_RESET, INJECTION_NONE },
	{ "answers-a-list", "+OK\r\n", TLS_UP, LIST BYE, END_CLOSE, INJECTION_ANSWERED },
	{ "answers-an-error", "+OK\r\n", TLS_UP, "-ERR unknown command\r\n" BYE, END_CLOSE,
		INJECTION_ANSWERED },
	{ "answers-a-list-alone", "+OK\r\n", TLS_UP, LIST, END_SILENCE, INJECTION_ANSWERED },
	{ "answers-without-line-end", "+OK\r\n", TLS_UP, "+OK\r\nTOP", END_CLOSE,
		INJECTION_ANSWERED },
	{ "answers-an-empty-list", "+OK\r\n", TLS_UP, "+OK\r\n.\r\n" BYE, END_CLOSE,
		INJECTION_ANSWERED },
	{ "refuses-twice", "+OK\r\n", TLS_UP, "-ERR unknown command\r\n-ERR what?\r\n", END_CLOSE,
		INJECTION_ANSWERED },
	{ "greets-again", "+OK\r\n", TLS_UP, "+OK ready again\r\n" BYE, END_CLOSE,
		INJECTION_UNCLEAR },
	{ "refuses-behind-ok", "+OK\r\n", TLS_UP, BYE "-ERR what?\r\n", END_CLOSE,
		INJECTION_UNCLEAR },
	{ "says-words-behind-refusal", "+OK\r\n", TLS_UP, "-ERR what?\r\nSo there\r\n", END_CLOSE,
		INJECTION_UNCLEAR },
	{ "says-words", "+OK\r\n", TLS_UP, "Hello\r\n" BYE, END_CLOSE, INJECTION_UNCLEAR },
	{ "refuses-something", "+OK\r\n", TLS_UP, "-ERR what?\r\n", END_CLOSE, INJECTION_UNCLEAR },
	{ "is-silent-over-tls", "+OK\r\n", TLS_UP, "", END_SILENCE, INJECTION_UNCLEAR },
	{ "refuses-both", "-ERR bad sequence\r\n", TLS_UP, "", END_CLOSE, INJECTION_NONE },
	{ "refuses-for-now", "-ERR [SYS/TEMP] too many connections, try later\r\n", TLS_UP, "",
		END_CLOSE, INJECTION_UNCLEAR },
	{ "refuses-us", "-ERR access denied from 192.0.2.1\r\n", TLS_UP, "", END_CLOSE,
		INJECTION_UNCLEAR },
	{ "says-words-to-stls", "Please try later\r\n", TLS_UP, "", END_CLOSE, INJECTION_UNCLEAR },
	{ "breaks-off-behind-ok", "+OK", TLS_UP, "", END_CLOSE, INJECTION_UNCLEAR },
	{ "resets-behind-ok", "+OK", TLS_UP, "", END_RESET, INJECTION_UNCLEAR },
	{ "answers-in-clear", "+OK\r\n" LIST, TLS_UP, "", END_CLOSE, INJECTION_IN_CLEAR },
	{ "answers-in-clear-late", "+OK\r\n", TLS_CLEAR, "", END_CLOSE, INJECTION_IN_CLEAR },
	{ "handshake-breaks", "+OK\r\n", TLS_ALERT, "", END_CLOSE, INJECTION_NONE },
	{ "handshake-is-silent", "+OK\r\n", TLS_SILENT, "", END_CLOSE, INJECTION_UNCLEAR },
	{ "handshake-is-late", "+OK\r\n", TLS_LATE, "", END_CLOSE, INJECTION_UNCLEAR },
	{ "closes-on-stls", "", TLS_UP, "", END_CLOSE, INJECTION_UNCLEAR },
	{ "is-silent-on-stls", "", TLS_UP, "", END_SILENCE, INJECTION_UNCLEAR },
};

static enum pop3_want
run(struct pop3_injection *trial, GString *sent)
{
	enum pop3_want want = pop3_injection_run(trial);
	size_t length;
	const char *output = pop3_injection_output(trial, &length);

	g_string_append_len(sent, output, (gssize)length);
	return want;
}

/* Feeds in pieces of `chunk` octets until it wants something else. */
static enum pop3_want
feed(struct pop3_injection *trial, const char *bytes, size_t chunk, GString *sent)
{
	enum pop3_want want = POP3_WANT_INPUT;
	size_t length = strlen(bytes);

	for (size_t at = 0; at < length && want == POP3_WANT_INPUT; at += chunk) {
		pop3_injection_feed(trial, bytes + at, MIN(chunk, length - at));
		want = run(trial, sent);
	}
	return want;
}

static enum pop3_want
end(struct pop3_injection *trial, enum end how, GString *sent)
{
	static const enum pop3_event events[] = { POP3_CLOSED, POP3_RESET, POP3_EXPIRED };

	pop3_injection_event(trial, events[how]);
	return run(trial, sent);
}

static enum pop3_want
shake_hands(struct pop3_injection *trial, enum tls tls, GString *sent)
{
	switch (tls) {
	case TLS_UP:
		pop3_injection_event(trial, POP3_SECURED);
		break;
	case TLS_CLEAR:
		pop3_injection_unsecured(trial, HANDSHAKE_NOT_TLS, LIST, strlen(LIST));
		break;
	case TLS_ALERT:
		pop3_injection_unsecured(trial, HANDSHAKE_ALERT, NULL, 0);
		break;
	case TLS_SILENT:
		pop3_injection_unsecured(trial, HANDSHAKE_TIMEOUT, NULL, 0);
		break;
	case TLS_LATE:
		pop3_injection_event(trial, POP3_EXPIRED);
		break;
	}
	return run(trial, sent);
}

static void
perform(const struct play *play, size_t chunk)
{
	g_autoptr(facts_auto) facts = facts_new();
	g_autoptr(GString) sent = g_string_new(NULL);
	struct pop3_injection *trial = pop3_injection_new(facts);
	enum pop3_want want = run(trial, sent);

	/* One segment: both lines are there to be sent at once. */
	g_assert_cmpstr(sent->str, ==, "STLS\r\nCAPA\r\n");
	g_assert_cmpint(want, ==, POP3_WANT_INPUT);
	want = feed(trial, play->clear, chunk, sent);
	if (want == POP3_WANT_TLS)
		want = shake_hands(trial, play->tls, sent);
	if (want == POP3_WANT_INPUT)
		want = feed(trial, play->secured, chunk, sent);
	if (want == POP3_WANT_INPUT)
		want = end(trial, play->end, sent);
	g_assert_cmpint(want, ==, POP3_DONE);
	g_assert_cmpstr(injection_word(facts->probe.stls.injection), ==,
		injection_word(play->wanted));
	g_assert_true(
		(facts->probe.stls.injection_error != NULL) == (play->wanted == INJECTION_UNCLEAR));
	g_assert_true(g_str_has_prefix(facts->probe.stls.injection_exchange, "C: STLS"));
	g_assert_nonnull(strstr(facts->probe.transcript->str, "C: STLS\\r\\nCAPA"));
	pop3_injection_free(trial);
}

/* In one piece the line behind "+OK" may already be there; in others it comes later, unread. */
static void
test_play(const void *data)
{
	const struct play *play = data;
	static const size_t chunks[] = { 1, 2, 7, 4096 };

	for (size_t i = 0; i < G_N_ELEMENTS(chunks); i++)
		if (play->wanted != INJECTION_IN_CLEAR || play->tls == TLS_CLEAR ||
			chunks[i] == 4096)
			perform(play, chunks[i]);
}

/* A server that never stops talking is bounded like any other. */
static void
test_endless(void)
{
	g_autoptr(facts_auto) facts = facts_new();
	g_autoptr(GString) sent = g_string_new(NULL);
	g_autofree char *line = g_strnfill(POP3_LINE_MAX, 'x');
	struct pop3_injection *trial = pop3_injection_new(facts);
	enum pop3_want want = run(trial, sent);

	want = feed(trial, "+OK\r\n", 5, sent);
	g_assert_cmpint(want, ==, POP3_WANT_TLS);
	pop3_injection_event(trial, POP3_SECURED);
	want = run(trial, sent);
	for (int i = 0; i < 1000 && want == POP3_WANT_INPUT; i++)
		want = feed(trial, line, POP3_LINE_MAX, sent);
	g_assert_cmpint(want, ==, POP3_DONE);
	g_assert_cmpuint(strlen(facts->probe.stls.injection_exchange), <, FACTS_TRANSCRIPT_MAX / 4);
	pop3_injection_free(trial);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(plays); i++) {
		g_autofree char *path = g_strdup_printf("/injection/%s", plays[i].title);

		g_test_add_data_func(path, &plays[i], test_play);
	}
	g_test_add_func("/injection/endless", test_endless);
	return g_test_run();
}
