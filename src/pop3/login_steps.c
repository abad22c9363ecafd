/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps of a login, in wire order. As in steps.c, the first thing that a step does is to wait
 * for its answer, and nothing lives in locals across a wait.
 *
 * A mechanism that the server does not take, before it has seen a secret or because it does not
 * know it, makes room for the next one. Whatever it says about a credential ends the login: no
 * second one follows a "wrong".
 */
#include <string.h>

#include "pop3/hide.h"
#include "pop3/login-private.h"
#include "pop3/refusal.h"
#include "pop3/sasl/base64.h"

#define AWAIT(got)                              \
	do {                                    \
		if (!(got))                     \
			return POP3_WANT_INPUT; \
	} while (0)

/* Orders of the mechanisms; docs/adr/0011-which-mechanism-logs-in.md compares them. */
static const char user[] = "USER";
static const char *const order_vouched[] = { "PLAIN", "LOGIN", user, "SCRAM-SHA-256-PLUS",
	"SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-1", "CRAM-MD5", NULL };
static const char *const order_hidden[] = { "SCRAM-SHA-256-PLUS", "SCRAM-SHA-256",
	"SCRAM-SHA-1-PLUS", "SCRAM-SHA-1", "CRAM-MD5", "PLAIN", "LOGIN", user, NULL };
static const char *const order_token[] = { "OAUTHBEARER", "XOAUTH2", NULL };

static enum pop3_want
enter(struct pop3_login *login, enum login_step step)
{
	login->step = step;
	return POP3_AGAIN;
}

static enum pop3_want
leave(struct pop3_login *login)
{
	login_forget(login);
	return login_ask(login, LOGIN_STEP_QUIT, "QUIT");
}

/* What the server says makes no sense, or it lies: there is nothing more to say to it. */
static enum pop3_want
fail(struct pop3_login *login, const char *why)
{
	login_decide(login, LOGIN_BROKEN, REFUSAL_NONE, why);
	login_forget(login);
	return enter(login, LOGIN_STEP_DONE);
}

/* A line that waits before anything was asked would be taken for the answer. */
static bool
is_out_of_step(const struct pop3_login *login)
{
	return pop3_input_waiting(&login->input) > 0;
}

static enum pop3_want
ask(struct pop3_login *login, enum login_step step, const char *command)
{
	if (is_out_of_step(login))
		return fail(login, "the server answers before it is asked");
	return login_ask(login, step, command);
}

/* --- refusals --------------------------------------------------------------------------------- */

/* Returns whether an "-ERR" line has that response code (RFC 2449 section 8), or one below it. */
static bool
has_code(const char *line, const char *code)
{
	const char *at = strchr(line, ' ');
	size_t length = strlen(code);

	while (at != NULL && *at == ' ')
		at++;
	if (at == NULL || *at != '[' || g_ascii_strncasecmp(at + 1, code, length) != 0)
		return false;
	at += 1 + length;
	return *at == ']' || *at == ' ' || *at == '/';
}

static enum refusal
classify(const struct pop3_login *login, const char *line)
{
	if (login->plan.classify != NULL)
		return login->plan.classify(login->plan.classify_user, line);
	return refusal_classify(NULL, line);
}

/* What a refusal means that is not about the credential. */
static const char *
refusal_words(enum refusal refusal)
{
	switch (refusal) {
	case REFUSAL_TLS_REQUIRED:
		return "the server asks for TLS, although TLS is up";
	case REFUSAL_LOGIN_DISABLED:
		return "the server has logins disabled";
	case REFUSAL_TEMPORARY:
		return "the server refuses for now";
	case REFUSAL_ACCESS:
		return "the server does not let this client in";
	case REFUSAL_BACKEND:
		return "what the server asks about logins has failed";
	case REFUSAL_MECHANISM:
	case REFUSAL_SYNTAX:
	case REFUSAL_UNKNOWN_COMMAND:
		return "the server did not understand the login";
	case REFUSAL_NONE:
	case REFUSAL_UNKNOWN:
	case REFUSAL_CREDENTIALS:
		break;
	}
	return "the server refuses in words that popseal does not know";
}

/* Whether a channel binding went out: who refuses it says mostly what is said of a wrong secret. */
static bool
is_bound(const struct pop3_login *login)
{
	return login->revealed && login->mechanism != NULL && login->mechanism->binds;
}

/*
 * The server refuses the login. Its response codes go before its words: [IN-USE] comes after the
 * credential was found right, [SYS/PERM] blames the server, and [AUTH] the credential (RFC 3206),
 * where no words say otherwise. Nobody is told that a password is wrong by a guess, nor before the
 * server has seen anything of it.
 */
static enum pop3_want
refuse(struct pop3_login *login, const struct pop3_reply *reply)
{
	const char *line = login_keep(login, &reply->line);
	enum refusal refusal = classify(login, line);
	bool unclear = refusal == REFUSAL_UNKNOWN || refusal == REFUSAL_CREDENTIALS;

	if (login->revealed && has_code(line, "IN-USE"))
		login_decide(login, LOGIN_REFUSED, REFUSAL_TEMPORARY,
			"the mailbox is in use: name and secret were right (RFC 2449 section "
			"8.1.2)");
	else if (has_code(line, "LOGIN-DELAY"))
		login_decide(login, LOGIN_REFUSED, REFUSAL_TEMPORARY,
			"the user has just logged in, and has to wait (RFC 2449 section 8.1.1)");
	else if (unclear && has_code(line, "SYS"))
		login_decide(login, LOGIN_REFUSED, REFUSAL_UNKNOWN,
			"the server's own trouble, and not the credential (RFC 3206 section 4)");
	else if (unclear && !login->denied && is_bound(login))
		login_decide(login, LOGIN_REFUSED, REFUSAL_UNKNOWN,
			"the server refuses name or secret, or does not bind to the TLS session as "
			"this login did: nobody can tell which");
	else if (login->shown && (refusal == REFUSAL_CREDENTIALS || (unclear && login->denied)))
		login_decide(login, LOGIN_WRONG, REFUSAL_CREDENTIALS,
			"the server says that name or secret are wrong");
	else if (login->shown && unclear && has_code(line, "AUTH"))
		login_decide(login, LOGIN_WRONG, REFUSAL_CREDENTIALS,
			"the server says that something is wrong with name or secret (RFC 3206 "
			"section 4)");
	else
		login_decide(login, LOGIN_REFUSED, refusal,
			unclear && login->refused != NULL ? login->refused :
							    refusal_words(refusal));
	return leave(login);
}

/*
 * A command was refused that carried nothing but a mechanism's name, or that was not understood.
 * Returns whether another way in may be tried.
 */
static bool
is_unsupported(const struct pop3_login *login, enum refusal refusal)
{
	if (refusal == REFUSAL_MECHANISM || refusal == REFUSAL_UNKNOWN_COMMAND ||
		refusal == REFUSAL_SYNTAX)
		return true;
	/* USER was not listed, and nothing but it would have done. */
	if (login->last_resort)
		return refusal != REFUSAL_TEMPORARY && refusal != REFUSAL_ACCESS;
	return refusal == REFUSAL_CREDENTIALS && !login->shown;
}

static enum pop3_want
refuse_command(struct pop3_login *login, const struct pop3_reply *reply)
{
	enum refusal refusal = classify(login, login_keep(login, &reply->line));
	bool understood = refusal != REFUSAL_SYNTAX && refusal != REFUSAL_UNKNOWN_COMMAND;

	if (!is_unsupported(login, refusal))
		return refuse(login, reply);
	if (login->initial && !understood && !login->bare) {
		login->bare = true; /* RFC 1734 had no initial response */
		login->next--;
		return enter(login, LOGIN_STEP_CHOOSE);
	}
	login->bare = false;
	login->refusals++;
	return enter(login, LOGIN_STEP_CHOOSE);
}

/* --- greeting and list ------------------------------------------------------------------------ */

static enum pop3_want
step_greeting(struct pop3_login *login)
{
	struct pop3_reply reply;

	AWAIT(login_read(login, &reply));
	if (reply.kind == REPLY_OK)
		return enter(login, LOGIN_STEP_BEGIN);
	if (reply.kind != REPLY_ERR)
		return fail(login, "the server's greeting is not POP3's");
	return refuse(login, &reply);
}

static enum pop3_want
step_begin(struct pop3_login *login)
{
	return ask(login, LOGIN_STEP_CAPA, "CAPA");
}

static void
note_mechanism(struct pop3_login *login, const char *name, size_t length)
{
	for (size_t i = 0; sasl_mechanisms[i] != NULL; i++) {
		g_assert(i < LOGIN_MECHANISMS_MAX);
		if (strlen(sasl_mechanisms[i]->name) == length &&
			g_ascii_strncasecmp(sasl_mechanisms[i]->name, name, length) == 0)
			login->lists[i] = true;
	}
}

/* One line of the list: USER, or SASL and the mechanisms. */
static void
note_capability(struct pop3_login *login, const struct pop3_line *line)
{
	g_autofree char *text = g_strndup(line->bytes, line->length);
	const char *at = text + strspn(text, " \t");
	bool sasl = false;

	for (size_t word = 0; *at != '\0'; word++) {
		size_t length = strcspn(at, " \t");

		if (word == 0 && length == strlen(user) &&
			g_ascii_strncasecmp(at, user, length) == 0)
			login->lists_user = true;
		if (word == 0)
			sasl = length == strlen("SASL") &&
				g_ascii_strncasecmp(at, "SASL", length) == 0;
		else if (sasl)
			note_mechanism(login, at, length);
		at += length;
		at += strspn(at, " \t");
	}
}

static enum list_end
read_list(struct pop3_login *login)
{
	struct pop3_reply reply;

	while (login_read(login, &reply)) {
		if (reply.line.length == 1 && reply.line.bytes[0] == '.')
			return LIST_DONE;
		if (++login->list_lines > POP3_LIST_MAX)
			return LIST_ENDLESS;
		note_capability(login, &reply.line);
	}
	return LIST_MORE;
}

/* A server without CAPA (RFC 1939 knows none) is asked without a list. */
static enum pop3_want
step_capa(struct pop3_login *login)
{
	struct pop3_reply reply;
	enum list_end end;

	if (!login->in_list) {
		AWAIT(login_read(login, &reply));
		if (reply.kind == REPLY_ERR)
			return enter(login, LOGIN_STEP_CHOOSE);
		if (reply.kind != REPLY_OK)
			return fail(login, "the server's answer to CAPA is not POP3's");
		login->in_list = true;
	}
	end = read_list(login);
	AWAIT(end != LIST_MORE);
	if (end == LIST_ENDLESS)
		return fail(login, "the server's list does not end");
	login->list_known = true;
	return enter(login, LOGIN_STEP_CHOOSE);
}

/* --- the choice ------------------------------------------------------------------------------- */

static bool
is_listed(const struct pop3_login *login, const char *name)
{
	for (size_t i = 0; sasl_mechanisms[i] != NULL; i++) {
		if (g_ascii_strcasecmp(sasl_mechanisms[i]->name, name) == 0)
			return login->lists[i];
	}
	return false;
}

/* Whether it may be asked for; what was demanded also where there is no list, and USER always. */
static bool
is_offered(const struct pop3_login *login, const char *name)
{
	bool demanded = login->plan.mechanism != NULL;

	if (g_ascii_strcasecmp(name, user) == 0)
		return demanded || !login->list_known || login->lists_user;
	return login->list_known ? is_listed(login, name) : demanded;
}

/* The next mechanism of the order that may be asked for, or NULL. */
static const char *
next_mechanism(struct pop3_login *login)
{
	const char *const demanded[] = { login->plan.mechanism, NULL };
	const char *const *order = order_vouched;
	const char *name;

	if (login->plan.mechanism != NULL)
		order = demanded;
	else if (login->plan.token)
		order = order_token;
	else if (login->plan.hide)
		order = order_hidden;
	while ((name = order[login->next]) != NULL) {
		login->next++;
		if (is_offered(login, name))
			return name;
	}
	return NULL;
}

static enum pop3_want
give_up(struct pop3_login *login)
{
	bool known = login->plan.mechanism == NULL ||
		g_ascii_strcasecmp(login->plan.mechanism, user) == 0 ||
		sasl_find(login->plan.mechanism) != NULL;

	if (login->refusals > 0)
		login_decide(login, LOGIN_NO_MECHANISM, REFUSAL_MECHANISM,
			"the server takes no way to log in that popseal could ask for");
	else if (login->unfit != NULL)
		login_decide(login, LOGIN_NOT_TRIED, REFUSAL_NONE, login->unfit);
	else if (!known)
		login_decide(login, LOGIN_NO_MECHANISM, REFUSAL_NONE,
			"popseal does not know that mechanism");
	else
		login_decide(login, LOGIN_NO_MECHANISM, REFUSAL_NONE,
			login->plan.mechanism != NULL ?
				"the server does not list that mechanism" :
				"the server lists no mechanism that popseal knows");
	return leave(login);
}

/* --- SASL ------------------------------------------------------------------------------------- */

/* Sends the response that stands ready, as a line of its own or behind AUTH. */
static enum pop3_want
send_response(struct pop3_login *login, const char *command, enum login_step step)
{
	GString *sent = login->sent;
	g_autofree char *shown = NULL;
	const char *empty = *command != '\0' ? "=" : "";

	if (is_out_of_step(login))
		return fail(login, "the server answers before it is asked");
	secret_wipe_string(sent);
	g_string_append(sent, command);
	if (login->response->len > 0)
		base64_append(sent, login->response->str, login->response->len);
	else
		g_string_append(sent, empty);
	/* Also what is no secret: with a proof beside it, passwords could be tried on it. */
	shown = g_strconcat(command, HIDDEN, NULL);
	login_say(login, sent, shown);
	g_string_erase(sent, 0, (gssize)strlen(command));
	if (login->openly)
		secret_wipe_string(sent);
	secret_wipe_string(login->response);
	login->revealed |= !login->openly;
	login->shown = true;
	login->pending = false;
	return enter(login, step);
}

static enum pop3_want
cancel(struct pop3_login *login)
{
	if (is_out_of_step(login))
		return fail(login, "the server answers before it is asked");
	return login_ask(login, LOGIN_STEP_CANCEL, "*");
}

/* Gives the mechanism a challenge, and says whether its response stands ready. */
static bool
make_response(struct pop3_login *login, const char *challenge, size_t length,
	enum sasl_result *result, const char **why)
{
	*why = "";
	*result = login->mechanism->step(login->state, &login->plan.sasl, challenge, length,
		login->response, why);
	login->openly = *result != SASL_RESPOND;
	login->denied |= *result == SASL_DENIED;
	if (*result == SASL_REFUSED)
		login->refused = *why;
	return *result != SASL_UNFIT && *result != SASL_BROKEN;
}

/* Sends AUTH, with the first response behind it where it fits (RFC 5034 section 4). */
static enum pop3_want
begin_sasl(struct pop3_login *login, const struct sasl_mechanism *mechanism)
{
	g_autofree char *plus = g_strconcat(mechanism->name, "-PLUS", NULL);
	g_autofree char *command = g_strdup_printf("AUTH %s ", mechanism->name);
	enum sasl_result result;
	const char *why;

	login->state = g_malloc0(mechanism->state_size);
	login->plan.sasl.server_binds = is_listed(login, plus);
	if (mechanism->first && !make_response(login, "", 0, &result, &why)) {
		login->unfit = why;
		return enter(login, LOGIN_STEP_CHOOSE);
	}
	login->result->mechanism = mechanism->name;
	login->result->binding = mechanism->binds ? sasl_binding(&login->plan.sasl)->type : NULL;
	login->pending = mechanism->first;
	login->initial = mechanism->first && !login->bare &&
		strlen(command) + BASE64_LENGTH(login->response->len) + strlen("\r\n") <=
			LOGIN_COMMAND_MAX;
	if (login->initial)
		return send_response(login, command, LOGIN_STEP_AUTH);
	command[strlen(command) - 1] = '\0';
	return ask(login, LOGIN_STEP_AUTH, command);
}

/* Returns what stands behind "+", without the blanks around it. */
static void
find_challenge(const struct pop3_line *line, const char **challenge, size_t *length)
{
	const char *at = line->bytes;
	const char *end = line->bytes + line->length;

	while (at < end && g_ascii_isspace(*at))
		at++;
	at++; /* the "+" */
	while (at < end && g_ascii_isspace(*at))
		at++;
	while (end > at && g_ascii_isspace(end[-1]))
		end--;
	*challenge = at;
	*length = (size_t)(end - at);
}

/*
 * Servers that know no initial response may ask for what it said: by an empty challenge, or, of
 * PLAIN, in any words. The same message is no second attempt.
 */
static bool
is_unread(const struct pop3_login *login, size_t length)
{
	return login->step == LOGIN_STEP_AUTH && login->initial &&
		(length == 0 || login->mechanism->prompts);
}

static enum pop3_want
repeat_first(struct pop3_login *login)
{
	enum sasl_result result;
	const char *why;

	login_forget(login);
	login->state = g_malloc0(login->mechanism->state_size);
	make_response(login, "", 0, &result, &why);
	return send_response(login, "", LOGIN_STEP_RESPONSE);
}

static enum pop3_want
answer_challenge(struct pop3_login *login, const struct pop3_line *line)
{
	g_autoptr(GString) challenge = g_string_new(NULL);
	const char *text;
	size_t length;
	enum sasl_result result;
	const char *why;

	find_challenge(line, &text, &length);
	if (is_unread(login, length))
		return repeat_first(login);
	if (!login->mechanism->prompts && (line->cut || !base64_read(challenge, text, length)))
		return fail(login,
			line->cut ? "the server's challenge is too long" :
				    "the server's challenge is no base64");
	if (make_response(login, challenge->str, challenge->len, &result, &why))
		return send_response(login, "", LOGIN_STEP_RESPONSE);
	login_decide(login, result == SASL_UNFIT ? LOGIN_NOT_TRIED : LOGIN_BROKEN, REFUSAL_NONE,
		why);
	return cancel(login);
}

static enum pop3_want
succeed(struct pop3_login *login, const struct pop3_reply *reply)
{
	login_keep(login, &reply->line);
	login_decide(login, LOGIN_OK, REFUSAL_NONE, NULL);
	login_forget(login);
	if (is_out_of_step(login)) /* what waits is no answer to STAT */
		return leave(login);
	return login_ask(login, LOGIN_STEP_STAT, "STAT");
}

/* "+OK": is there reason to believe it? */
static enum pop3_want
grant_sasl(struct pop3_login *login, const struct pop3_reply *reply)
{
	const struct sasl_mechanism *mechanism = login->mechanism;

	login_keep(login, &reply->line);
	if (!login->revealed || login->pending)
		return fail(login, "the server grants the login before it has seen a secret");
	if (login->denied || login->refused != NULL)
		return fail(login, "the server grants the login that it has refused");
	if (mechanism->satisfied != NULL && !mechanism->satisfied(login->state))
		return fail(login,
			"the server grants the login, but does not prove that it knows the "
			"password");
	return succeed(login, reply);
}

static enum pop3_want
step_sasl(struct pop3_login *login)
{
	struct pop3_reply reply;
	bool command = login->step == LOGIN_STEP_AUTH;

	AWAIT(login_read(login, &reply));
	switch (reply.kind) {
	case REPLY_OK:
		return grant_sasl(login, &reply);
	case REPLY_ERR:
		return command ? refuse_command(login, &reply) : refuse(login, &reply);
	case REPLY_CONTINUE:
		if (login->pending)
			return send_response(login, "", LOGIN_STEP_RESPONSE);
		return answer_challenge(login, &reply.line);
	case REPLY_OTHER:
		break;
	}
	login_keep(login, &reply.line);
	return fail(login, "the server's answer to AUTH is not POP3's");
}

/* The exchange was given up, and the outcome is known. */
static enum pop3_want
step_cancel(struct pop3_login *login)
{
	struct pop3_reply reply;

	AWAIT(login_read(login, &reply));
	return reply.kind == REPLY_ERR ? leave(login) : enter(login, LOGIN_STEP_DONE);
}

/* --- USER and PASS ---------------------------------------------------------------------------- */

static bool
fits_command(const char *argument, const char *verb)
{
	return strlen(verb) + strlen(" ") + strlen(argument) + strlen("\r\n") <= LOGIN_COMMAND_MAX;
}

static enum pop3_want
begin_user(struct pop3_login *login)
{
	const struct sasl_login *sasl = &login->plan.sasl;

	if (!fits_command(sasl->user, user) || !fits_command(secret_bytes(sasl->secret), "PASS")) {
		login->unfit = "name or password are too long for USER and PASS";
		return enter(login, LOGIN_STEP_CHOOSE);
	}
	login->result->mechanism = user;
	login->result->binding = NULL;
	login->shown = true;
	if (is_out_of_step(login))
		return fail(login, "the server answers before it is asked");
	secret_wipe_string(login->sent);
	g_string_append_printf(login->sent, "%s %s", user, sasl->user);
	login_say(login, login->sent, "USER <account>");
	secret_wipe_string(login->sent);
	return enter(login, LOGIN_STEP_USER);
}

static enum pop3_want
send_password(struct pop3_login *login)
{
	const struct secret *secret = login->plan.sasl.secret;

	if (is_out_of_step(login))
		return fail(login, "the server answers before it is asked");
	secret_wipe_string(login->sent);
	g_string_append(login->sent, "PASS ");
	g_string_append_len(login->sent, secret_bytes(secret), (gssize)secret_length(secret));
	login_say(login, login->sent, "PASS " HIDDEN);
	secret_wipe_string(login->sent); /* it is found by itself; a piece of it may be a word */
	login->revealed = true;
	return enter(login, LOGIN_STEP_PASS);
}

static enum pop3_want
step_user(struct pop3_login *login)
{
	struct pop3_reply reply;

	AWAIT(login_read(login, &reply));
	if (reply.kind == REPLY_OK)
		return send_password(login);
	if (reply.kind == REPLY_ERR)
		return refuse_command(login, &reply);
	login_keep(login, &reply.line);
	return fail(login, "the server's answer to USER is not POP3's");
}

/* Dovecot lists USER also where no mechanism serves it, and says so to PASS: it checked nothing. */
static enum pop3_want
refuse_password(struct pop3_login *login, const struct pop3_reply *reply)
{
	g_autofree char *line = g_strndup(reply->line.bytes, reply->line.length);

	return classify(login, line) == REFUSAL_MECHANISM ? refuse_command(login, reply) :
							    refuse(login, reply);
}

static enum pop3_want
step_pass(struct pop3_login *login)
{
	struct pop3_reply reply;

	AWAIT(login_read(login, &reply));
	if (reply.kind == REPLY_OK)
		return succeed(login, &reply);
	if (reply.kind == REPLY_ERR)
		return refuse_password(login, &reply);
	login_keep(login, &reply.line);
	return fail(login, "the server's answer to PASS is not POP3's");
}

/* Where nothing that is listed will do, USER is tried all the same: some hide it, and take it. */
static enum pop3_want
step_choose(struct pop3_login *login)
{
	const char *name;

	login_forget(login);
	name = next_mechanism(login);
	login->mechanism = NULL;
	login->shown = login->revealed = login->initial = login->pending = false;
	if (name == NULL && login->plan.mechanism == NULL && !login->plan.token &&
		!login->lists_user && login->list_known && login->refusals == 0 &&
		login->unfit == NULL && !login->last_resort) {
		login->last_resort = true;
		name = user;
	}
	if (name == NULL)
		return give_up(login);
	if (g_ascii_strcasecmp(name, user) == 0)
		return begin_user(login);
	login->mechanism = sasl_find(name);
	if (login->mechanism == NULL)
		return give_up(login);
	return begin_sasl(login, login->mechanism);
}

/* --- STAT and QUIT ---------------------------------------------------------------------------- */

/* Reads a number of at most 18 digits; -1 where there is none. */
static int64_t
read_number(const char **at)
{
	enum {
		DIGITS_MAX = 18
	};
	int64_t value = 0;
	size_t digits = 0;

	*at += strspn(*at, " ");
	for (; g_ascii_isdigit(**at); ++*at) {
		if (++digits > DIGITS_MAX)
			return -1;
		value = value * 10 + (**at - '0');
	}
	return digits > 0 && (**at == ' ' || **at == '\0') ? value : -1;
}

/* "+OK 2 320" (RFC 1939 section 5). A login stays a login whatever STAT says. */
static enum pop3_want
step_stat(struct pop3_login *login)
{
	struct pop3_reply reply;
	g_autofree char *line = NULL;
	const char *at;

	AWAIT(login_read(login, &reply));
	line = g_strndup(reply.line.bytes, reply.line.length);
	at = strchr(line, ' ');
	if (reply.kind == REPLY_OK && at != NULL) {
		int64_t messages = read_number(&at);
		int64_t octets = messages >= 0 ? read_number(&at) : -1;

		login->result->messages = octets >= 0 ? messages : -1;
		login->result->octets = octets;
	}
	return leave(login);
}

static enum pop3_want
step_quit(struct pop3_login *login)
{
	struct pop3_reply reply;

	AWAIT(login_read(login, &reply));
	return enter(login, LOGIN_STEP_DONE);
}

static enum pop3_want
step_done(struct pop3_login *login G_GNUC_UNUSED)
{
	return POP3_DONE;
}

const struct login_step_entry login_steps[] = {
	[LOGIN_STEP_GREETING] = { "greeting", POP3_PATIENCE_GREETING, step_greeting },
	[LOGIN_STEP_BEGIN] = { "begin", POP3_PATIENCE_STEP, step_begin },
	[LOGIN_STEP_CAPA] = { "capa", POP3_PATIENCE_STEP, step_capa },
	[LOGIN_STEP_CHOOSE] = { "choose", POP3_PATIENCE_STEP, step_choose },
	[LOGIN_STEP_AUTH] = { "auth", POP3_PATIENCE_CREDENTIAL, step_sasl },
	[LOGIN_STEP_RESPONSE] = { "sasl-response", POP3_PATIENCE_CREDENTIAL, step_sasl },
	[LOGIN_STEP_CANCEL] = { "auth-cancel", POP3_PATIENCE_STEP, step_cancel },
	[LOGIN_STEP_USER] = { "user", POP3_PATIENCE_STEP, step_user },
	[LOGIN_STEP_PASS] = { "pass", POP3_PATIENCE_CREDENTIAL, step_pass },
	[LOGIN_STEP_STAT] = { "stat", POP3_PATIENCE_STEP, step_stat },
	[LOGIN_STEP_QUIT] = { "quit", POP3_PATIENCE_STEP, step_quit },
	[LOGIN_STEP_DONE] = { "done", POP3_PATIENCE_STEP, step_done },
};
