/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens to the connection, and answers that do not come: one place
 * says what a close, a reset or a passed deadline means for each step.
 */
#include <string.h>

#include "pop3/probe-private.h"
#include "pop3/verdict-private.h"

/*
 * --- answers that do not come ------------------------------------------------------------------
 */

static bool
is_polite(enum pop3_step step)
{
	return step == STEP_QUIT || step == STEP_GOODBYE || step == STEP_AUTH_CANCEL ||
		step == STEP_SETTLE;
}

/*
 * A close is an answer only to the first command of a connection: after
 * another one it may be the answer to that one, and the question is put again.
 */
static void
lose_attempt(struct pop3_probe *probe, enum answer answer)
{
	struct attempt *attempt = probe->asking;
	bool last = probe->plan.depth == DEPTH_GENTLE;

	if (attempt->answer == ANSWER_ACCEPTED) {
		probe->credential_tried = true;
		return;
	}
	if (answer == ANSWER_CLOSED && probe->commands > 1 && !last)
		return;
	attempt->answer = answer;
	attempt->refusal = REFUSAL_NONE;
	attempt->reset = probe->ending == POP3_RESET;
	attempt->first = probe->commands == 1;
	attempt->alive = shown_alive(probe->facts);
	attempt->exchange = exchange(probe);
}

static bool
is_silent(const struct pop3_probe *probe)
{
	return probe->input.total == 0 && !probe->secured &&
		probe->facts->endpoint.mode == MODE_POP3 && probe->plan.depth != DEPTH_GENTLE;
}

static void
lose_first_greeting(struct pop3_probe *probe, enum answer answer)
{
	if (answer == ANSWER_STRANGE)
		probe->facts->probe.greeting_kind = GREETING_NOT_POP3;
	if (answer == ANSWER_TIMEOUT && is_silent(probe) && !probe->asked_tls_first)
		probe->want_tls_first = true;
	else
		probe->stop = true;
}

static void
lose_step(struct pop3_probe *probe, enum answer answer)
{
	switch (probe->step) {
	case STEP_HANDSHAKE:
	case STEP_STLS_HANDSHAKE:
		probe->facts->probe.tls.handshake =
			answer == ANSWER_TIMEOUT ? HANDSHAKE_TIMEOUT : HANDSHAKE_CLOSED;
		break;
	case STEP_GREETING:
		if (probe->facts->probe.greeting_kind != GREETING_OK)
			lose_first_greeting(probe, answer);
		else if (answer == ANSWER_TIMEOUT || ++probe->greetings_lost > 1)
			probe->stop = true;
		break;
	case STEP_CAPA:
	case STEP_AUTH_LIST:
		probe->listing->state = LIST_UNANSWERED;
		probe->listing->cut = probe->in_list;
		break;
	case STEP_AUTH:
	case STEP_USER:
		lose_attempt(probe, answer);
		break;
	case STEP_PASS:
	case STEP_SASL_NAME:
	case STEP_SASL_SECRET:
	case STEP_APOP:
		credential_answer(probe, answer, NULL);
		break;
	case STEP_USER_OVER_TLS:
		probe->facts->probe.user_over_tls = answer;
		break;
	case STEP_STLS:
		probe->facts->probe.stls.answer = answer;
		break;
	case STEP_CONNECT:
	case STEP_NEXT:
	case STEP_AUTH_CANCEL:
	case STEP_CONTROL:
	case STEP_SETTLE:
	case STEP_SASL:
	case STEP_QUIT:
	case STEP_GOODBYE:
	case STEP_DONE:
		break;
	}
}

enum {
	TIMEOUTS_MAX = 2
}; /* a server that lets two questions lie is not asked a third */

void
probe_lost(struct pop3_probe *probe, enum answer answer)
{
	struct probe_facts *facts = &probe->facts->probe;

	if (answer == ANSWER_TIMEOUT && !is_polite(probe->step)) {
		transcript_note(probe, "no answer in time");
		if (probe->step != STEP_HANDSHAKE || facts->timeout_step == NULL)
			facts->timeout_step = pop3_probe_step(probe);
		probe->stop |= ++probe->timeouts >= TIMEOUTS_MAX;
	} else if (answer == ANSWER_CLOSED && !is_polite(probe->step)) {
		transcript_note(probe,
			probe->ending == POP3_RESET ? "reset by the server" :
						      "closed by the server");
		facts->closed_step = pop3_probe_step(probe);
	}
	lose_step(probe, answer);
	probe->open = false;
	probe->step = STEP_NEXT;
}

/*
 * --- what happens to the connection ------------------------------------------------------------
 */

enum {
	NOTE_MAX = 40
};

static void
on_connected(struct pop3_probe *probe)
{
	struct probe_facts *facts = &probe->facts->probe;
	bool tls = pop3_probe_begins_tls(probe);
	char note[NOTE_MAX];

	pop3_input_clear(&probe->input);
	probe_unsay(probe);
	probe->asked_tls_first |= probe->want_tls_first;
	probe->open = true;
	probe->gone = probe->secured = probe->user_taken = false;
	probe->settled = false;
	probe->quit_mark = 0;
	probe->commands = probe->complaints = 0;
	facts->connect = CONNECT_OPEN;
	facts->connections++;
	g_snprintf(note, sizeof(note), "connection %u%s", facts->connections,
		tls ? ", TLS first" : "");
	transcript_note(probe, note);
	probe->step = tls ? STEP_HANDSHAKE : STEP_GREETING;
	probe->turn++;
}

static void
on_secured(struct pop3_probe *probe)
{
	bool implicit = probe->step == STEP_HANDSHAKE;

	transcript_note(probe, "TLS is up");
	probe->secured = true;
	probe->commands = probe->complaints = 0;
	if (implicit && probe->facts->endpoint.mode == MODE_POP3)
		probe->facts->probe.tls_first = true;
	probe->step = implicit ? STEP_GREETING : STEP_NEXT;
	probe->turn++;
}

/*
 * A port for TLS that greets in clear is asked in clear: its verdict must not rest on its number.
 */
static void
on_unsecured(struct pop3_probe *probe)
{
	struct pop3_reply reply;
	bool clear = probe->facts->probe.tls.handshake == HANDSHAKE_NOT_TLS;

	transcript_note(probe, "no TLS session");
	probe->open = false;
	if (probe->step == STEP_HANDSHAKE) {
		pop3_input_end(&probe->input);
		if (clear && read_reply(probe, &reply) &&
			(reply.kind == REPLY_OK || reply.kind == REPLY_ERR)) {
			probe->facts->endpoint.mode = MODE_POP3;
			probe->facts->probe.connections = 0; /* of the clear endpoint */
			probe->greeted = true;
		} else {
			probe->stop = true;
		}
	}
	probe->step = STEP_NEXT;
}

/* Nothing came, and nothing should have: the connection goes on. */
static void
on_expired(struct pop3_probe *probe)
{
	if (probe->step != STEP_SETTLE) {
		probe_lost(probe, ANSWER_TIMEOUT);
		return;
	}
	probe->settled = true;
	probe->step = STEP_NEXT;
}

void
pop3_probe_event(struct pop3_probe *probe, enum pop3_event event)
{
	switch (event) {
	case POP3_CONNECTED:
		on_connected(probe);
		break;
	case POP3_SECURED:
		on_secured(probe);
		break;
	case POP3_UNSECURED:
		on_unsecured(probe);
		break;
	case POP3_CLOSED:
	case POP3_RESET:
		probe->gone = true;
		probe->ending = event;
		pop3_input_end(&probe->input);
		break;
	case POP3_OUT_OF_TIME:
		probe->stop = true;
		probe_lost(probe, ANSWER_TIMEOUT);
		break;
	case POP3_EXPIRED:
		on_expired(probe);
		break;
	}
}

void
pop3_probe_unconnected(struct pop3_probe *probe, enum connect_outcome outcome, const char *why)
{
	struct probe_facts *facts = &probe->facts->probe;

	transcript_note(probe, why);
	if (facts->connections == 0) {
		facts->connect = outcome;
		facts->connect_error = facts_keep(probe->facts, why, strlen(why));
	}
	if (outcome != CONNECT_REFUSED)
		facts->timeout_step = "connect";
	facts->closed_step = "connect";
	probe->stop = true;
	probe->open = false;
	probe->step = STEP_NEXT;
}

void
pop3_probe_feed(struct pop3_probe *probe, const char *bytes, size_t length)
{
	if (pop3_input_feed(&probe->input, bytes, length))
		return;
	transcript_note(probe, "the answer does not end");
	probe_lost(probe, ANSWER_STRANGE);
}

void
pop3_probe_clear_bytes(struct pop3_probe *probe, const char *bytes, size_t length)
{
	pop3_input_clear(&probe->input);
	pop3_input_feed(&probe->input, bytes, length);
}
