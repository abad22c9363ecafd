/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command behind STLS is CAPA, whose answer is a list or a refusal; over TLS
 * the only command is QUIT, whose answer is "+OK". So a list, or a refusal with
 * an answer behind it, is the answer to what was said in clear, and no pause has
 * to be waited for. Two times "+OK" is neither: some servers greet again.
 */
#include "pop3/injection.h"

#include <string.h>

#include "model/escape.h"
#include "pop3/refusal.h"
#include "pop3/reply.h"

#define INJECTED "STLS\r\nCAPA\r\n"

enum step {
	STEP_BEGIN,
	STEP_STLS,
	STEP_HANDSHAKE,
	STEP_FIRST,  /* over TLS: the first answer, to QUIT or to what was said in clear */
	STEP_SECOND, /* what should not come: any line more */
	STEP_DONE,
};

struct pop3_injection {
	struct facts *facts;
	struct pop3_input input;
	enum step step;
	unsigned turn;
	const char *output;
	bool gone; /* the peer has closed */
	bool late; /* the patience of this step is over */
	enum reply_kind first;
	GString *exchange;
};

struct pop3_injection *
pop3_injection_new(struct facts *facts)
{
	struct pop3_injection *trial = g_new0(struct pop3_injection, 1);

	trial->facts = facts;
	trial->exchange = g_string_new(NULL);
	return trial;
}

void
pop3_injection_free(struct pop3_injection *trial)
{
	if (trial == NULL)
		return;
	pop3_input_clear(&trial->input);
	g_string_free(trial->exchange, TRUE);
	g_free(trial);
}

static void
note(struct pop3_injection *trial, const char *prefix, const char *bytes, size_t length)
{
	if (trial->exchange->len >= FACTS_TRANSCRIPT_MAX / 8)
		return;
	if (trial->exchange->len > 0)
		g_string_append_c(trial->exchange, '\n');
	g_string_append(trial->exchange, prefix);
	escape_append(trial->exchange, bytes, MIN(length, (size_t)POP3_LINE_MAX));
}

static void
note_line(struct pop3_injection *trial, const struct pop3_line *line)
{
	note(trial, "S: ", line->bytes, line->length);
}

static enum pop3_want
finish(struct pop3_injection *trial, enum injection outcome, const char *why)
{
	struct facts *facts = trial->facts;
	GString *transcript = facts->probe.transcript;

	facts->probe.stls.injection = outcome;
	facts->probe.stls.injection_error =
		outcome == INJECTION_UNCLEAR ? facts_keep(facts, why, strlen(why)) : NULL;
	facts->probe.stls.injection_exchange =
		facts_keep(facts, trial->exchange->str, trial->exchange->len);
	if (transcript->len + trial->exchange->len < FACTS_TRANSCRIPT_MAX)
		g_string_append_printf(transcript,
			"-- a command behind STLS, in the same segment\n%s\n",
			trial->exchange->str);
	trial->step = STEP_DONE;
	return POP3_DONE;
}

static enum pop3_want
enter(struct pop3_injection *trial, enum step step)
{
	trial->step = step;
	trial->turn++;
	return POP3_AGAIN;
}

/* Takes a line, or false if none is whole yet. */
static bool
read_line(struct pop3_injection *trial, struct pop3_line *line)
{
	if (!pop3_input_line(&trial->input, line))
		return false;
	note_line(trial, line);
	return true;
}

static enum pop3_want
step_begin(struct pop3_injection *trial)
{
	trial->output = INJECTED;
	note(trial, "C: ", "STLS\r\nCAPA", strlen("STLS\r\nCAPA"));
	return enter(trial, STEP_STLS);
}

/* It takes STLS alone, and not with a command behind it; unless it takes none just now. */
static enum pop3_want
refused(struct pop3_injection *trial, const struct pop3_line *line)
{
	g_autofree char *text = g_strndup(line->bytes, line->length);
	enum refusal refusal = refusal_classify(NULL, text);

	if (pop3_reply_kind(line) != REPLY_ERR)
		return finish(trial, INJECTION_UNCLEAR, "the answer to STLS was none of POP3");
	if (refusal == REFUSAL_TEMPORARY || refusal == REFUSAL_ACCESS)
		return finish(trial, INJECTION_UNCLEAR, "STLS was refused for another reason");
	return finish(trial, INJECTION_NONE, NULL);
}

static enum pop3_want
step_stls(struct pop3_injection *trial)
{
	struct pop3_line line;

	if (!read_line(trial, &line)) {
		return trial->gone || trial->late ?
			finish(trial, INJECTION_UNCLEAR, "STLS was not answered") :
			POP3_WANT_INPUT;
	}
	if (pop3_reply_kind(&line) != REPLY_OK)
		return refused(trial, &line);
	if (read_line(trial, &line))
		return finish(trial, INJECTION_IN_CLEAR, NULL);
	if (trial->gone)
		return finish(trial, INJECTION_UNCLEAR, "the answer to STLS broke off");
	trial->step = STEP_HANDSHAKE;
	trial->turn++;
	return POP3_WANT_TLS;
}

/* After SECURED: the one command that is said over TLS. */
static enum pop3_want
begin_quit(struct pop3_injection *trial)
{
	pop3_input_clear(&trial->input);
	trial->output = "QUIT\r\n";
	note(trial, "-- ", "TLS is up", strlen("TLS is up"));
	note(trial, "C: ", "QUIT", strlen("QUIT"));
	return enter(trial, STEP_FIRST);
}

static enum pop3_want
step_first(struct pop3_injection *trial)
{
	struct pop3_line line;

	if (read_line(trial, &line)) {
		trial->first = pop3_reply_kind(&line);
		return enter(trial, STEP_SECOND);
	}
	if (trial->gone)
		return finish(trial, INJECTION_NONE, NULL);
	return trial->late ? finish(trial, INJECTION_UNCLEAR, "QUIT was not answered over TLS") :
			     POP3_WANT_INPUT;
}

/* A list behind "+OK", or one more answer behind a refusal: QUIT alone is never refused. */
static bool
is_of_command(const struct pop3_injection *trial, const struct pop3_line *line)
{
	enum reply_kind kind = pop3_reply_kind(line);
	bool status = kind == REPLY_OK || kind == REPLY_ERR;

	return (trial->first == REPLY_OK && !status) || (trial->first == REPLY_ERR && status);
}

static enum pop3_want
step_second(struct pop3_injection *trial)
{
	struct pop3_line line;

	if (read_line(trial, &line))
		return is_of_command(trial, &line) ?
			finish(trial, INJECTION_ANSWERED, NULL) :
			finish(trial, INJECTION_UNCLEAR, "a line more than was asked for");
	if (!trial->gone && !trial->late)
		return POP3_WANT_INPUT;
	if (trial->first == REPLY_OK)
		return finish(trial, INJECTION_NONE, NULL);
	return finish(trial, INJECTION_UNCLEAR, "QUIT was refused over TLS, or something else was");
}

static enum pop3_want
step(struct pop3_injection *trial)
{
	switch (trial->step) {
	case STEP_BEGIN:
		return step_begin(trial);
	case STEP_STLS:
		return step_stls(trial);
	case STEP_HANDSHAKE:
		return POP3_WANT_TLS;
	case STEP_FIRST:
		return step_first(trial);
	case STEP_SECOND:
		return step_second(trial);
	case STEP_DONE:
		break;
	}
	return POP3_DONE;
}

enum pop3_want
pop3_injection_run(struct pop3_injection *trial)
{
	enum pop3_want want = POP3_AGAIN;

	while (want == POP3_AGAIN)
		want = step(trial);
	return want;
}

void
pop3_injection_feed(struct pop3_injection *trial, const char *bytes, size_t length)
{
	if (pop3_input_feed(&trial->input, bytes, length))
		return;
	pop3_input_end(&trial->input);
	trial->gone = true;
}

void
pop3_injection_event(struct pop3_injection *trial, enum pop3_event event)
{
	switch (event) {
	case POP3_SECURED:
		begin_quit(trial);
		break;
	case POP3_CLOSED:
	case POP3_RESET:
		pop3_input_end(&trial->input);
		trial->gone = true;
		break;
	case POP3_EXPIRED:
	case POP3_OUT_OF_TIME:
		if (trial->step == STEP_HANDSHAKE)
			finish(trial, INJECTION_UNCLEAR, "the TLS handshake was not answered");
		trial->late = true;
		break;
	case POP3_CONNECTED:
	case POP3_UNSECURED:
		break;
	}
}

/* STLS alone leads to TLS here: what broke it is the command behind it. */
void
pop3_injection_unsecured(struct pop3_injection *trial, enum handshake handshake, const char *clear,
	size_t length)
{
	if (length > 0)
		note(trial, "S: ", clear, length);
	if (handshake == HANDSHAKE_TIMEOUT)
		finish(trial, INJECTION_UNCLEAR, "the TLS handshake was not answered");
	else
		finish(trial, length > 0 ? INJECTION_IN_CLEAR : INJECTION_NONE, NULL);
}

const char *
pop3_injection_output(struct pop3_injection *trial, size_t *length)
{
	const char *output = trial->output != NULL ? trial->output : "";

	trial->output = NULL;
	*length = strlen(output);
	return output;
}

enum pop3_patience
pop3_injection_patience(const struct pop3_injection *trial)
{
	return trial->step == STEP_SECOND ? POP3_PATIENCE_GOODBYE : POP3_PATIENCE_STEP;
}

unsigned
pop3_injection_turn(const struct pop3_injection *trial)
{
	return trial->turn;
}
