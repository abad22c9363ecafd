/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps of the probe dialogue, in wire order; ladder.c chooses what is asked.
 *
 * The first thing that a step does is to wait for its answer, so that it can
 * be entered again at any byte; nothing lives in locals across a wait. How an
 * answer may fail to come (closed, reset, too late) is handled in events.c.
 */
#include <string.h>

#include "pop3/probe-private.h"

#define AWAIT(got)                              \
	do {                                    \
		if (!(got))                     \
			return POP3_WANT_INPUT; \
	} while (0)

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

/*
 * A later connection was greeted otherwise than the first: what is known stays, nothing more is
 * asked.
 */
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

/* Returns whether the verdict, or what rests on it, may hang on this line of a CAPA list. */
static bool
line_decides(const char *line, size_t length)
{
	static const char *const words[] = { "SASL", "STLS", "USER", "XCLIENT", "IMPLEMENTATION" };

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (length >= strlen(words[i]) &&
			g_ascii_strncasecmp(line, words[i], strlen(words[i])) == 0)
			return true;
	return false;
}

/* Makes room in a full list, at the cost of a line that decides nothing. */
static bool
list_make_room(struct capabilities *list)
{
	for (size_t i = list->count; i-- > 0;) {
		if (line_decides(list->lines[i], strlen(list->lines[i])))
			continue;
		list->count--;
		memmove(&list->lines[i], &list->lines[i + 1],
			(list->count - i) * sizeof(list->lines[0]));
		return true;
	}
	return false;
}

/*
 * Adds a line of a CAPA or AUTH list; RFC 1939 section 3 has a leading "." doubled. What decides
 * displaces what does not; each line of an AUTH list names a mechanism, and decides.
 */
static void
list_add(struct pop3_probe *probe, const struct pop3_line *line)
{
	struct capabilities *list = probe->listing;
	const char *text = line->bytes, *end = line->bytes + line->length;
	bool mechanism = list == &probe->facts->probe.auth_list;
	bool full = list->count == FACTS_CAPABILITIES_MAX;
	bool decides;

	if (text < end && *text == '.')
		text++;
	while (text < end && (*text == ' ' || *text == '\t'))
		text++;
	decides = mechanism || line_decides(text, (size_t)(end - text));
	if (full && !decides)
		return;
	list->cut |= decides && (line->cut || (full && (mechanism || !list_make_room(list))));
	capabilities_add(probe->facts, list, text, (size_t)(end - text));
}

/* What may be a status line tells of the product, wherever it stands. */
static bool
looks_like_reply(const struct pop3_line *line)
{
	return line->length > 0 && (line->bytes[0] == '+' || line->bytes[0] == '-');
}

/*
 * Reads the lines up to ".". Past POP3_LIST_MAX the list counts as endless and the connection as
 * lost.
 */
static enum list_end
read_list(struct pop3_probe *probe)
{
	struct pop3_line line;

	while (pop3_input_line(&probe->input, &line)) {
		if (!probe->plan.brief || looks_like_reply(&line))
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
	probe->in_step = true;
	if (end == LIST_ENDLESS) {
		probe->listing->cut = true;
		transcript_note(probe, "the list does not end");
		probe->open = false;
	}
	if (capabilities_have(&probe->facts->probe.clear, "XCLIENT"))
		probe->facts->probe.trusted = true;
	return enter(probe, STEP_NEXT);
}

/* Refused for now, it may be there, with all that it would list. */
static void
refuse_list(struct pop3_probe *probe, const struct pop3_reply *reply)
{
	g_autofree char *line = g_strndup(reply->line.bytes, reply->line.length);

	probe->listing->state = LIST_REFUSED;
	probe->listing->cut =
		reply->kind == REPLY_ERR && classify(probe, line) == REFUSAL_TEMPORARY;
	count_complaint(probe, REFUSAL_UNKNOWN_COMMAND);
}

static enum pop3_want
step_list(struct pop3_probe *probe)
{
	struct pop3_reply reply;
	enum list_end end;

	if (!probe->in_list) {
		AWAIT(read_reply(probe, &reply));
		if (reply.kind != REPLY_OK) {
			refuse_list(probe, &reply);
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
	probe->in_step |= reply.kind == REPLY_CONTINUE;
	if (reply.kind != REPLY_CONTINUE)
		return enter(probe, STEP_NEXT);
	respond(probe, STEP_AUTH_CANCEL, "*", NULL);
	/* PLAIN has one response only; LOGIN might take "*" for a name and QUIT for a password. */
	if (probe->asking == &probe->facts->probe.attempts[ATTEMPT_PLAIN])
		quit_ahead(probe);
	return POP3_AGAIN;
}

/*
 * A server that goes on asking has taken the "*" for a name: whatever is sent next would be a
 * password.
 */
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

/* The name goes out, and no password: it is given up after the answer. */
static enum pop3_want
step_user_over_tls(struct pop3_probe *probe)
{
	struct pop3_reply reply;

	AWAIT(read_reply(probe, &reply));
	probe->facts->probe.user_over_tls = answer_from(reply.kind, REPLY_OK);
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

/*
 * The mechanism was granted before; if it is not now, it is asked once more as the first command of
 * a connection, and then the credential stays unsent.
 */
static enum pop3_want
step_sasl(struct pop3_probe *probe)
{
	struct pop3_reply reply;
	g_autofree char *name = NULL;

	AWAIT(read_reply(probe, &reply));
	if (reply.kind != REPLY_CONTINUE) {
		probe->sasl_refused = true;
		probe->credential_tried = probe->sasl_alone;
		return enter(probe, STEP_NEXT);
	}
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
	probe->settled = true; /* no login was asked here */
	if (reply.kind != REPLY_OK)
		return enter(probe, STEP_NEXT);
	facts->stls.plaintext_after = pop3_input_waiting(&probe->input) > 0;
	pop3_input_clear(&probe->input);
	probe->step = STEP_STLS_HANDSHAKE;
	if (probe->gone) {
		facts->tls.handshake = HANDSHAKE_CLOSED;
		facts->tls.error = "the server closed the connection";
		pop3_probe_event(probe, POP3_UNSECURED);
		return POP3_AGAIN;
	}
	return POP3_WANT_TLS;
}

/* The answer to the control shows life; the connection is not needed any more. */
static enum pop3_want
step_control(struct pop3_probe *probe)
{
	struct pop3_reply reply;

	AWAIT(read_reply(probe, &reply));
	probe->facts->probe.alive = reply.kind == REPLY_OK || reply.kind == REPLY_ERR;
	probe->open = false;
	return enter(probe, STEP_NEXT);
}

/*
 * Where everything was refused and nothing shows that answers and questions
 * are in step, a line that comes unasked says that they are not.
 */
static enum pop3_want
step_settle(struct pop3_probe *probe)
{
	struct pop3_reply reply;

	AWAIT(read_reply(probe, &reply));
	probe->facts->probe.out_of_step = true;
	probe->settled = probe->stop = true;
	return enter(probe, STEP_NEXT);
}

static bool
needs_settling(const struct pop3_probe *probe)
{
	const struct attempt *attempts = probe->facts->probe.attempts;

	return !probe->in_step && !probe->settled && !probe->secured &&
		attempts[ATTEMPT_USER].answer == ANSWER_REFUSED &&
		attempts[ATTEMPT_PLAIN].answer != ANSWER_ACCEPTED &&
		attempts[ATTEMPT_LOGIN].answer != ANSWER_ACCEPTED;
}

static enum pop3_want
step_quit(struct pop3_probe *probe)
{
	struct pop3_reply reply;

	AWAIT(read_reply(probe, &reply));
	return enter(probe, STEP_GOODBYE);
}

/*
 * After QUIT's answer comes the close. One more line means that answers and commands are out of
 * step.
 */
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
	if (probe->open && needs_settling(probe))
		return enter(probe, STEP_SETTLE);
	if (probe->open && probe->quit_mark > 0)
		return enter(probe, STEP_QUIT);
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

const struct step_entry steps[] = {
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
	[STEP_USER_OVER_TLS] = { "user-over-tls", POP3_PATIENCE_STEP, step_user_over_tls },
	[STEP_CONTROL] = { "control", POP3_PATIENCE_STEP, step_control },
	[STEP_SETTLE] = { "settle", POP3_PATIENCE_GOODBYE, step_settle },
	[STEP_QUIT] = { "quit", POP3_PATIENCE_STEP, step_quit },
	[STEP_GOODBYE] = { "goodbye", POP3_PATIENCE_GOODBYE, step_goodbye },
	[STEP_DONE] = { "done", POP3_PATIENCE_STEP, want_nothing },
};
