/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A login as its callers see it (see login.h): made, driven, wiped. The dialogue is in
 * login_steps.c.
 *
 * Whatever may hold the secret has all the room that it can need from the beginning: a buffer that
 * grows leaves its old self on the heap.
 */
#include <string.h>

#include "model/escape.h"
#include "pop3/hide.h"
#include "pop3/login-private.h"
#include "pop3/sasl/base64.h"
#include "pop3/sasl/prepare.h"

enum {
	OUTPUT_ROOM = BASE64_LENGTH(SASL_MESSAGE_MAX) + LOGIN_COMMAND_MAX,
};

/* --- transcript ------------------------------------------------------------------------------- */

static void
transcript_add(struct pop3_login *login, const char *prefix, const char *bytes, size_t length)
{
	GString *transcript = login->transcript;

	if (transcript->len >= FACTS_TRANSCRIPT_MAX)
		return;
	g_string_append(transcript, prefix);
	escape_append(transcript, bytes, length);
	g_string_append_c(transcript, '\n');
	if (transcript->len >= FACTS_TRANSCRIPT_MAX)
		g_string_append(transcript, "-- the transcript ends here\n");
}

void
login_note(struct pop3_login *login, const char *note)
{
	transcript_add(login, "-- ", note, strlen(note));
}

/*
 * A server's signature is made of the password: with salt and nonces beside it, passwords can be
 * tried on it. So what comes in SCRAM after our proof is not shown.
 */
static bool
is_proof(const struct pop3_login *login, const struct pop3_reply *reply)
{
	return reply->kind == REPLY_CONTINUE && login->revealed && login->mechanism != NULL &&
		login->mechanism->satisfied != NULL;
}

bool
login_read(struct pop3_login *login, struct pop3_reply *reply)
{
	g_autoptr(GString) line = g_string_new(NULL);

	if (!pop3_read_reply(&login->input, reply))
		return false;
	if (is_proof(login, reply))
		g_string_assign(line, "+ " HIDDEN);
	else
		hide_secrets(line, &reply->line, login->plan.sasl.secret, login->sent);
	transcript_add(login, "S: ", line->str, line->len);
	return true;
}

const char *
login_keep(struct pop3_login *login, const struct pop3_line *line)
{
	GString *kept = g_string_new(NULL);

	hide_secrets(kept, line, login->plan.sasl.secret, login->sent);
	g_free(login->reply);
	login->reply = g_string_free(kept, FALSE);
	return login->reply;
}

/* --- output ----------------------------------------------------------------------------------- */

/* Wipes what the caller has taken. */
static void
drop_output(struct pop3_login *login)
{
	if (!login->output_taken)
		return;
	secret_wipe_string(login->output);
	login->output_taken = false;
}

void
login_say(struct pop3_login *login, const GString *line, const char *shown)
{
	transcript_add(login, "C: ", shown, strlen(shown));
	g_string_append_len(login->output, line->str, (gssize)line->len);
	g_string_append(login->output, "\r\n");
}

enum pop3_want
login_ask(struct pop3_login *login, enum login_step step, const char *command)
{
	transcript_add(login, "C: ", command, strlen(command));
	g_string_append(login->output, command);
	g_string_append(login->output, "\r\n");
	login->step = step;
	return POP3_AGAIN;
}

/* --- outcome ---------------------------------------------------------------------------------- */

void
login_decide(struct pop3_login *login, enum login_outcome outcome, enum refusal refusal,
	const char *why)
{
	if (login->decided)
		return;
	login->decided = true;
	login->result->outcome = outcome;
	login->result->refusal = refusal;
	login->why = g_strdup(why);
}

/* The result's texts move as they grow. */
static void
publish(struct pop3_login *login)
{
	login->result->transcript = login->transcript->str;
	login->result->reply = login->reply;
	login->result->why = login->why;
}

/* What was waited for will not come. */
static void
lose(struct pop3_login *login, const char *how)
{
	const char *step = login_steps[login->step].name;
	g_autofree char *why = g_strdup_printf("%s, instead of an answer (%s)", how, step);

	login_note(login, how);
	if (!login->decided) {
		login_decide(login, LOGIN_LOST, REFUSAL_NONE, why);
		login->result->step = step;
	}
	login->step = LOGIN_STEP_DONE;
}

static void
lose_connection(struct pop3_login *login)
{
	lose(login,
		login->ending == POP3_RESET ? "the server reset the connection" :
					      "the server closed the connection");
}

/* --- the login as its callers see it ---------------------------------------------------------- */

/* Returns why this credential cannot be sent at all, or NULL. */
static const char *
unsendable(const struct sasl_login *sasl)
{
	if (sasl->user == NULL || sasl->user[0] == '\0')
		return "there is no name to log in with";
	if (sasl->secret == NULL || secret_length(sasl->secret) == 0)
		return "there is no secret to log in with";
	if (strlen(sasl->user) > SASL_USER_MAX)
		return "the name is too long";
	if (sasl_has_control(sasl->user, strlen(sasl->user)))
		return "the name holds a control character";
	if (sasl_has_control(secret_bytes(sasl->secret), secret_length(sasl->secret)))
		return "the secret holds a control character";
	return NULL;
}

struct pop3_login *
pop3_login_new(const struct pop3_login_plan *plan, struct login_result *result)
{
	struct pop3_login *login = g_new0(struct pop3_login, 1);
	const char *wrong = unsendable(&plan->sasl);

	login->plan = *plan;
	login->result = result;
	login->step = plan->greeting ? LOGIN_STEP_GREETING : LOGIN_STEP_BEGIN;
	login->output = g_string_sized_new(OUTPUT_ROOM);
	login->response = g_string_sized_new(SASL_MESSAGE_MAX);
	login->sent = g_string_sized_new(OUTPUT_ROOM);
	login->transcript = g_string_new(NULL);
	*result = (struct login_result){
		.outcome = LOGIN_NOT_TRIED,
		.messages = -1,
		.octets = -1,
		.overridden = result->overridden,
		.duration = result->duration,
	};
	if (wrong != NULL) {
		login_decide(login, LOGIN_NOT_TRIED, REFUSAL_NONE, wrong);
		login->step = LOGIN_STEP_DONE;
	}
	publish(login);
	return login;
}

static void
free_secret_string(GString *text)
{
	secret_wipe_string(text);
	g_string_free(text, TRUE);
}

void
login_forget(struct pop3_login *login)
{
	if (login->state != NULL)
		secret_wipe(login->state, login->mechanism->state_size);
	g_clear_pointer(&login->state, g_free);
	secret_wipe_string(login->response);
}

void
pop3_login_free(struct pop3_login *login)
{
	if (login == NULL)
		return;
	login_forget(login);
	free_secret_string(login->output);
	free_secret_string(login->response);
	free_secret_string(login->sent);
	g_string_free(login->transcript, TRUE);
	pop3_input_clear(&login->input);
	g_free(login->reply);
	g_free(login->why);
	g_free(login);
}

enum pop3_want
pop3_login_run(struct pop3_login *login)
{
	enum login_step before = login->step;
	enum pop3_want want;

	drop_output(login);
	for (;;) {
		want = login_steps[login->step].run(login);
		if (want == POP3_WANT_INPUT && login->gone)
			lose_connection(login);
		else if (want != POP3_AGAIN)
			break;
	}
	if (login->step != before || login->output->len > 0)
		login->turn++;
	publish(login);
	return want;
}

void
pop3_login_feed(struct pop3_login *login, const char *bytes, size_t length)
{
	drop_output(login);
	if (pop3_input_feed(&login->input, bytes, length))
		return;
	login_note(login, "the answer does not end");
	login_decide(login, LOGIN_BROKEN, REFUSAL_NONE, "the server's answer does not end");
	login->step = LOGIN_STEP_DONE;
	publish(login);
}

void
pop3_login_event(struct pop3_login *login, enum pop3_event event)
{
	drop_output(login);
	switch (event) {
	case POP3_CLOSED:
	case POP3_RESET:
		login->gone = true;
		login->ending = event;
		pop3_input_end(&login->input);
		break;
	case POP3_EXPIRED:
	case POP3_OUT_OF_TIME:
		lose(login, "no answer in time");
		break;
	case POP3_CONNECTED:
	case POP3_SECURED:
	case POP3_UNSECURED:
		break;
	}
	publish(login);
}

const char *
pop3_login_output(struct pop3_login *login, size_t *length)
{
	drop_output(login);
	*length = login->output->len;
	login->output_taken = true;
	return login->output->str;
}

enum pop3_patience
pop3_login_patience(const struct pop3_login *login)
{
	return login_steps[login->step].patience;
}

unsigned
pop3_login_turn(const struct pop3_login *login)
{
	return login->turn;
}

const char *
pop3_login_step(const struct pop3_login *login)
{
	return login_steps[login->step].name;
}
