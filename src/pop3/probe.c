/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps of the probe dialogue, in wire order; ladder.c chooses what is asked.
 *
 * The first thing that a step does is to wait for its answer, so that it can
 * be entered again at any byte; nothing lives in locals across a wait. How an
 * answer may fail to come (closed, reset, too late) is handled in one place,
 * probe_lost.
 */
#include <string.h>

#include "model/escape.h"
#include "pop3/probe-private.h"
#include "pop3/refusal.h"
#include "pop3/verdict.h"

#define AWAIT(got)                              \
	do {                                    \
		if (!(got))                     \
			return POP3_WANT_INPUT; \
	} while (0)

/* --- transcript ------------------------------------------------------------------------------ */

static bool
transcript_has_room(const struct pop3_probe *probe)
{
	return probe->facts->probe.transcript->len < FACTS_TRANSCRIPT_MAX;
}

static void
transcript_add(struct pop3_probe *probe, const char *prefix, const char *bytes, size_t length)
{
	GString *transcript = probe->facts->probe.transcript;

	if (!transcript_has_room(probe))
		return;
	g_string_append(transcript, prefix);
	escape_append(transcript, bytes, length);
	g_string_append_c(transcript, '\n');
	if (!transcript_has_room(probe))
		g_string_append(transcript, "-- the transcript ends here\n");
}

static void
transcript_note(struct pop3_probe *probe, const char *note)
{
	transcript_add(probe, "-- ", note, strlen(note));
}

/* Returns what the transcript holds since the question under way was sent. */
static const char *
exchange(struct pop3_probe *probe)
{
	const GString *transcript = probe->facts->probe.transcript;
	size_t length = transcript->len - probe->mark;

	if (length > 0 && transcript->str[transcript->len - 1] == '\n')
		length--;
	return facts_keep(probe->facts, transcript->str + probe->mark, length);
}

/* --- questions and answers -------------------------------------------------------------------- */

enum pop3_want
pop3_ask(struct pop3_probe *probe, enum pop3_step step, const char *command, const char *shown)
{
	const char *visible = shown != NULL ? shown : command;

	probe->mark = probe->facts->probe.transcript->len;
	transcript_add(probe, "C: ", visible, strlen(visible));
	g_string_append_printf(probe->output, "%s\r\n", command);
	probe->in_list = false;
	probe->list_lines = 0;
	probe->commands++;
	probe->step = step;
	return POP3_AGAIN;
}

/* Sends the next line of the dialogue under way: no command of its own. */
static enum pop3_want
respond(struct pop3_probe *probe, enum pop3_step step, const char *line, const char *shown)
{
	size_t mark = probe->mark;
	enum pop3_want want = pop3_ask(probe, step, line, shown);

	probe->mark = mark;
	probe->commands--;
	return want;
}

static enum pop3_want
enter(struct pop3_probe *probe, enum pop3_step step)
{
	probe->step = step;
	return POP3_AGAIN;
}

static bool
read_reply(struct pop3_probe *probe, struct pop3_reply *reply)
{
	if (!pop3_read_reply(&probe->input, reply))
		return false;
	transcript_add(probe, "S: ", reply->line.bytes, reply->line.length);
	return true;
}

static const char *
keep_line(struct pop3_probe *probe, const struct pop3_line *line)
{
	return facts_keep(probe->facts, line->bytes, line->length);
}

static enum refusal
classify(const struct pop3_probe *probe, const char *line)
{
	if (probe->plan.classify != NULL)
		return probe->plan.classify(probe->plan.user, line);
	return refusal_classify(NULL, line);
}

/* Counts the commands that this connection's server did not know. */
static void
count_complaint(struct pop3_probe *probe, enum refusal refusal)
{
	if (refusal == REFUSAL_UNKNOWN_COMMAND || refusal == REFUSAL_UNKNOWN ||
		refusal == REFUSAL_SYNTAX)
		probe->complaints++;
}

static enum answer
answer_from(enum reply_kind kind, enum reply_kind accepted)
{
	if (kind == accepted)
		return ANSWER_ACCEPTED;
	return kind == REPLY_ERR ? ANSWER_REFUSED : ANSWER_STRANGE;
}

/* An acceptance is never overwritten: what was granted once is not refused by a later word. */
static void
attempt_answer(struct pop3_probe *probe, const struct pop3_reply *reply, enum reply_kind accepted)
{
	struct attempt *attempt = probe->asking;

	if (attempt->answer == ANSWER_ACCEPTED) {
		probe->credential_tried |= reply->kind != accepted;
		return;
	}
	attempt->answer = answer_from(reply->kind, accepted);
	attempt->reply = keep_line(probe, &reply->line);
	attempt->exchange = exchange(probe);
	attempt->refusal = REFUSAL_NONE;
	if (attempt->answer == ANSWER_REFUSED) {
		attempt->refusal = classify(probe, attempt->reply);
		count_complaint(probe, attempt->refusal);
	}
}

void
credential_answer(struct pop3_probe *probe, enum answer answer, const struct pop3_reply *reply)
{
	struct credential *credential = &probe->facts->probe.credential;

	credential->answer = answer;
	credential->exchange = exchange(probe);
	if (reply == NULL)
		return;
	credential->reply = keep_line(probe, &reply->line);
	if (answer == ANSWER_REFUSED)
		credential->refusal = classify(probe, credential->reply);
}

/* --- the steps -------------------------------------------------------------------------------- */

/* The timestamp of RFC 1939 section 7: "<" ... "@" ... ">". */
static const char *
find_timestamp(struct pop3_probe *probe, const char *greeting)
{
	const char *start = strchr(greeting, '<');
	const char *end = start != NULL ? strchr(start, '>') : NULL;

	if (end == NULL || memchr(start, '@', (size_t)(end - start)) == NULL)
		return NULL;
	return facts_keep(probe->facts, start, (size_t)(end - start) + 1);
}

static void
note_greeting(struct pop3_probe *probe, const struct pop3_reply *reply)
{
	struct probe_facts *facts = &probe->facts->probe;

	facts->greeting = keep_line(probe, &reply->line);
	facts->greeting_kind = reply->kind == REPLY_OK ? GREETING_OK :
		reply->kind == REPLY_ERR               ? GREETING_ERR :
							 GREETING_NOT_POP3;
	facts->greeting_temporary = facts->greeting_kind == GREETING_ERR &&
		classify(probe, facts->greeting) == REFUSAL_TEMPORARY;
	facts->apop =
		facts->greeting_kind == GREETING_OK ? find_timestamp(probe, facts->greeting) : NULL;
	facts->trusted |= strstr(facts->greeting, "[XCLIENT]") != NULL;
}

/* A TLS record instead of a greeting: content type alert or handshake, version 3.x. */
static bool
looks_like_tls(const struct pop3_line *line)
{
	return line->length >= 2 && (line->bytes[0] == 0x15 || line->bytes[0] == 0x16) &&
		line->bytes[1] == 0x03;
}

/* The first greeting of the endpoint was no "+OK": is there anything left to try? */
static void
handle_bad_greeting(struct pop3_probe *probe, const struct pop3_reply *reply)
{
	if (!probe->secured && looks_like_tls(&reply->line) && probe->plan.depth != DEPTH_GENTLE) {
		probe->want_tls_first = true;
		return;
	}
	if (probe->facts->probe.greeting_temporary && probe->greetings_lost++ == 0 &&
		probe->plan.depth != DEPTH_GENTLE)
		probe->greeted = true; /* the one retry; its greeting decides */
}

/* A later connection was greeted otherwise than the first: what is known stays, nothing more is asked. */
static enum pop3_want
lose_greeting(struct pop3_probe *probe)
{
	probe->facts->probe.closed_step = "greeting";
	probe->stop = true;
	return enter(probe, STEP_NEXT);
}

static enum pop3_want
step_greeting(struct pop3_probe *probe)
{
	struct pop3_reply reply;
	bool later = probe->facts->probe.greeting_kind == GREETING_OK;

	AWAIT(read_reply(probe, &reply));
	if (later && reply.kind != REPLY_OK)
		return lose_greeting(probe);
	probe->greeted = reply.kind == REPLY_OK;
	if (!later)
		note_greeting(probe, &reply);
	if (!probe->greeted)
		handle_bad_greeting(probe, &reply);
	probe->open = reply.kind == REPLY_OK;
	return enter(probe, STEP_NEXT);
}

/* Adds a line of a CAPA or AUTH list; RFC 1939 section 3 has a leading "." doubled. */
static void
list_add(struct pop3_probe *probe, const struct pop3_line *line)
{
	struct capabilities *list = probe->listing;
	size_t stuffed = line->length > 0 && line->bytes[0] == '.' ? 1 : 0;

	if (list->count < FACTS_CAPABILITIES_MAX)
		list->lines[list->count++] =
			facts_keep(probe->facts, line->bytes + stuffed, line->length - stuffed);
}

/* Reads the lines up to ".". Past POP3_LIST_MAX the list counts as endless and the connection as lost. */
static enum list_end
read_list(struct pop3_probe *probe)
{
	struct pop3_line line;

	while (pop3_input_line(&probe->input, &line)) {
		transcript_add(probe, "S: ", line.bytes, line.length);
		if (line.length == 1 && line.bytes[0] == '.')
			return LIST_DONE;
		if (++probe->list_lines > POP3_LIST_MAX)
			return LIST_ENDLESS;
		list_add(probe, &line);
	}
	return LIST_MORE;
}

static enum pop3_want
end_list(struct pop3_probe *probe, enum list_end end)
{
	probe->listing->state = end == LIST_DONE ? LIST_ANSWERED : LIST_UNANSWERED;
	if (end == LIST_ENDLESS) {
		transcript_note(probe, "the list does not end");
		probe->open = false;
	}
	if (capabilities_have(&probe->facts->probe.clear, "XCLIENT"))
		probe->facts->probe.trusted = true;
	return enter(probe, STEP_NEXT);
}

static enum pop3_want
step_list(struct pop3_probe *probe)
{
	struct pop3_reply reply;
	enum list_end end;

	if (!probe->in_list) {
		AWAIT(read_reply(probe, &reply));
		if (reply.kind != REPLY_OK) {
			probe->listing->state = LIST_REFUSED;
			count_complaint(probe, REFUSAL_UNKNOWN_COMMAND);
			return enter(probe, STEP_NEXT);
		}
		probe->in_list = true;
	}
	end = read_list(probe);
	AWAIT(end != LIST_MORE);
	return end_list(probe, end);
}

static enum pop3_want
step_auth(struct pop3_probe *probe)
{
	struct pop3_reply reply;

	AWAIT(read_reply(probe, &reply));
	attempt_answer(probe, &reply, REPLY_CONTINUE);
	if (reply.kind == REPLY_CONTINUE)
		return respond(probe, STEP_AUTH_CANCEL, "*", NULL);
	return enter(probe, STEP_NEXT);
}

/* A server that goes on asking has taken the "*" for a name: whatever is sent next would be a password. */
static enum pop3_want
step_auth_cancel(struct pop3_probe *probe)
{
	struct pop3_reply reply;

	AWAIT(read_reply(probe, &reply));
	probe->asking->exchange = exchange(probe);
	if (reply.kind == REPLY_CONTINUE)
		probe->open = false;
	return enter(probe, STEP_NEXT);
}

static enum pop3_want
step_user(struct pop3_probe *probe)
{
	struct pop3_reply reply;

	AWAIT(read_reply(probe, &reply));
	attempt_answer(probe, &reply, REPLY_OK);
	probe->user_taken = reply.kind == REPLY_OK;
	return enter(probe, STEP_NEXT);
}

/* PASS, APOP and the last line of a SASL exchange: the answer to the one credential. */
static enum pop3_want
step_credential(struct pop3_probe *probe)
{
	struct pop3_reply reply;

	AWAIT(read_reply(probe, &reply));
	credential_answer(probe, answer_from(reply.kind, REPLY_OK), &reply);
	probe->user_taken = true; /* no further question on this connection */
	return enter(probe, STEP_NEXT);
}

static enum pop3_want
send_secret(struct pop3_probe *probe)
{
	const struct pop3_plan *plan = &probe->plan;
	g_autoptr(GString) message = g_string_new(NULL);
	g_autofree char *encoded = NULL;

	if (g_str_equal(probe->sasl, "PLAIN")) {
		g_string_append_c(message, '\0');
		g_string_append(message, plan->nobody);
		g_string_append_c(message, '\0');
	}
	g_string_append(message, plan->secret);
	encoded = g_base64_encode((const guchar *)message->str, message->len);
	return respond(probe, STEP_SASL_SECRET, encoded, "<random>");
}

/* The mechanism was granted before; if it is not now, the credential stays unsent. */
static enum pop3_want
step_sasl(struct pop3_probe *probe)
{
	struct pop3_reply reply;
	g_autofree char *name = NULL;

	AWAIT(read_reply(probe, &reply));
	if (reply.kind != REPLY_CONTINUE)
		return enter(probe, STEP_NEXT);
	probe->facts->probe.credential.mechanism = probe->sasl;
	probe->facts->probe.credential.step = "sasl-response";
	if (g_str_equal(probe->sasl, "PLAIN"))
		return send_secret(probe);
	name = g_base64_encode((const guchar *)probe->plan.nobody, strlen(probe->plan.nobody));
	return respond(probe, STEP_SASL_NAME, name, NULL);
}

static enum pop3_want
step_sasl_name(struct pop3_probe *probe)
{
	struct pop3_reply reply;

	AWAIT(read_reply(probe, &reply));
	if (reply.kind == REPLY_CONTINUE)
		return send_secret(probe);
	credential_answer(probe, answer_from(reply.kind, REPLY_OK), &reply);
	probe->user_taken = true;
	return enter(probe, STEP_NEXT);
}

/* Whatever waits behind the "+OK" in clear was not protected by TLS: noted, then dropped. */
static enum pop3_want
step_stls(struct pop3_probe *probe)
{
	struct pop3_reply reply;
	struct probe_facts *facts = &probe->facts->probe;

	AWAIT(read_reply(probe, &reply));
	facts->stls.answer = answer_from(reply.kind, REPLY_OK);
	facts->stls.reply = keep_line(probe, &reply.line);
	if (reply.kind != REPLY_OK)
		return enter(probe, STEP_NEXT);
	facts->stls.plaintext_after = pop3_input_waiting(&probe->input) > 0;
	pop3_input_reset(&probe->input);
	probe->step = STEP_STLS_HANDSHAKE;
	return POP3_WANT_TLS;
}

static enum pop3_want
step_quit(struct pop3_probe *probe)
{
	struct pop3_reply reply;

	AWAIT(read_reply(probe, &reply));
	return enter(probe, STEP_GOODBYE);
}

/* After QUIT's answer comes the close. One more line means that answers and commands are out of step. */
static enum pop3_want
step_goodbye(struct pop3_probe *probe)
{
	struct pop3_reply reply;

	AWAIT(read_reply(probe, &reply));
	probe->facts->probe.out_of_step = true;
	probe->open = false;
	return enter(probe, STEP_NEXT);
}

static bool
may_connect(const struct pop3_probe *probe)
{
	unsigned limit = probe->plan.depth == DEPTH_GENTLE ? 1 : POP3_CONNECTIONS_MAX;

	return probe->facts->probe.connections < limit;
}

static enum pop3_want
finish(struct pop3_probe *probe)
{
	probe->step = STEP_DONE;
	verdict_decide(probe->facts);
	return POP3_DONE;
}

/* What is due but does not fit ends the connection politely, and gets a new one. */
static enum pop3_want
step_next(struct pop3_probe *probe)
{
	const struct question *question = ladder_next(probe);

	probe->open &= !probe->gone;
	if (probe->open && question != NULL && question->fits(probe))
		return question->ask(probe);
	if (probe->open)
		return pop3_ask(probe, STEP_QUIT, "QUIT", NULL);
	if (question == NULL || !may_connect(probe))
		return finish(probe);
	probe->step = STEP_CONNECT;
	return POP3_WANT_CONNECT;
}

static enum pop3_want
want_connect(struct pop3_probe *probe G_GNUC_UNUSED)
{
	return POP3_WANT_CONNECT;
}

static enum pop3_want
want_tls(struct pop3_probe *probe G_GNUC_UNUSED)
{
	return POP3_WANT_TLS;
}

static enum pop3_want
want_nothing(struct pop3_probe *probe G_GNUC_UNUSED)
{
	return POP3_DONE;
}

static const struct {
	const char *name; /* as timeouts name it */
	enum pop3_patience patience;
	enum pop3_want (*run)(struct pop3_probe *probe);
} steps[] = {
	[STEP_CONNECT] = { "connect", POP3_PATIENCE_STEP, want_connect },
	[STEP_HANDSHAKE] = { "tls", POP3_PATIENCE_STEP, want_tls },
	[STEP_GREETING] = { "greeting", POP3_PATIENCE_GREETING, step_greeting },
	[STEP_NEXT] = { "next", POP3_PATIENCE_STEP, step_next },
	[STEP_CAPA] = { "capa", POP3_PATIENCE_STEP, step_list },
	[STEP_AUTH] = { "auth", POP3_PATIENCE_STEP, step_auth },
	[STEP_AUTH_CANCEL] = { "auth-cancel", POP3_PATIENCE_STEP, step_auth_cancel },
	[STEP_USER] = { "user", POP3_PATIENCE_STEP, step_user },
	[STEP_PASS] = { "pass", POP3_PATIENCE_CREDENTIAL, step_credential },
	[STEP_AUTH_LIST] = { "auth-list", POP3_PATIENCE_STEP, step_list },
	[STEP_SASL] = { "sasl", POP3_PATIENCE_STEP, step_sasl },
	[STEP_SASL_NAME] = { "sasl-response", POP3_PATIENCE_CREDENTIAL, step_sasl_name },
	[STEP_SASL_SECRET] = { "sasl-response", POP3_PATIENCE_CREDENTIAL, step_credential },
	[STEP_APOP] = { "apop", POP3_PATIENCE_CREDENTIAL, step_credential },
	[STEP_STLS] = { "stls", POP3_PATIENCE_STEP, step_stls },
	[STEP_STLS_HANDSHAKE] = { "stls-handshake", POP3_PATIENCE_STEP, want_tls },
	[STEP_QUIT] = { "quit", POP3_PATIENCE_STEP, step_quit },
	[STEP_GOODBYE] = { "goodbye", POP3_PATIENCE_GOODBYE, step_goodbye },
	[STEP_DONE] = { "done", POP3_PATIENCE_STEP, want_nothing },
};

/* --- answers that do not come ------------------------------------------------------------------ */

const char *
pop3_probe_step(struct pop3_probe *probe)
{
	g_autofree char *name = NULL;

	if (probe->step != STEP_AUTH)
		return steps[probe->step].name;
	name = g_ascii_strdown(probe->asking->name, -1);
	return facts_printf(probe->facts, "auth-%s", name);
}

static bool
is_polite(enum pop3_step step)
{
	return step == STEP_QUIT || step == STEP_GOODBYE || step == STEP_AUTH_CANCEL;
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
	case STEP_STLS:
		probe->facts->probe.stls.answer = answer;
		break;
	case STEP_CONNECT:
	case STEP_NEXT:
	case STEP_AUTH_CANCEL:
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

static void
probe_lost(struct pop3_probe *probe, enum answer answer)
{
	struct probe_facts *facts = &probe->facts->probe;

	if (answer == ANSWER_TIMEOUT && !is_polite(probe->step)) {
		transcript_note(probe, "no answer in time");
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

/* --- what happens to the connection ------------------------------------------------------------ */

static void
on_connected(struct pop3_probe *probe)
{
	struct probe_facts *facts = &probe->facts->probe;
	bool tls = pop3_probe_begins_tls(probe);
	g_autofree char *note = NULL;

	pop3_input_reset(&probe->input);
	g_string_truncate(probe->output, 0);
	probe->asked_tls_first |= probe->want_tls_first;
	probe->open = true;
	probe->gone = probe->secured = probe->user_taken = false;
	probe->commands = probe->complaints = 0;
	facts->connect = CONNECT_OPEN;
	facts->connections++;
	note = g_strdup_printf("connection %u%s", facts->connections, tls ? ", TLS first" : "");
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

/* A port for TLS that greets in clear is asked in clear: its verdict must not rest on its number. */
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
			probe->greeted = true;
		} else {
			probe->stop = true;
		}
	}
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
		probe_lost(probe, ANSWER_TIMEOUT);
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
	pop3_input_reset(&probe->input);
	pop3_input_feed(&probe->input, bytes, length);
}

enum pop3_want
pop3_probe_run(struct pop3_probe *probe)
{
	enum pop3_step before = probe->step;
	enum pop3_want want;

	for (;;) {
		want = steps[probe->step].run(probe);
		if (want == POP3_WANT_INPUT && probe->gone)
			probe_lost(probe, ANSWER_CLOSED);
		else if (want != POP3_AGAIN)
			break;
	}
	if (probe->step != before || probe->output->len > 0)
		probe->turn++;
	return want;
}

/* --- making and asking ------------------------------------------------------------------------ */

struct pop3_probe *
pop3_probe_new(const struct pop3_plan *plan, struct facts *facts)
{
	struct pop3_probe *probe = g_new0(struct pop3_probe, 1);
	static const char *const essential[] = { "PLAIN", "LOGIN", "USER" };

	probe->plan = *plan;
	probe->facts = facts;
	probe->output = g_string_new(NULL);
	pop3_input_init(&probe->input);
	facts->probe.depth = plan->depth;
	facts->probe.no_credential = plan->no_credential;
	facts->probe.attempt_count = ATTEMPT_OTHERS;
	for (size_t i = 0; i < G_N_ELEMENTS(essential); i++)
		g_strlcpy(facts->probe.attempts[i].name, essential[i], FACTS_MECHANISM_MAX + 1);
	return probe;
}

void
pop3_probe_free(struct pop3_probe *probe)
{
	if (probe == NULL)
		return;
	pop3_input_clear(&probe->input);
	g_string_free(probe->output, TRUE);
	g_free(probe);
}

const char *
pop3_probe_output(struct pop3_probe *probe, size_t *length)
{
	GString *taken = probe->output;

	*length = taken->len;
	taken->len = 0; /* the bytes stay valid until the next question is written over them */
	return taken->str;
}

enum pop3_patience
pop3_probe_patience(const struct pop3_probe *probe)
{
	return steps[probe->step].patience;
}

unsigned
pop3_probe_turn(const struct pop3_probe *probe)
{
	return probe->turn;
}

bool
pop3_probe_begins_tls(const struct pop3_probe *probe)
{
	return probe->facts->endpoint.mode == MODE_POP3S ||
		(probe->want_tls_first && !probe->asked_tls_first);
}
