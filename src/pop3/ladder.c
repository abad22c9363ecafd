/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ladder: which question comes next, and whether it fits the connection.
 *
 * Read the table at the bottom first: it is the order of the questions. A
 * question that is due but does not fit ends the connection politely and is
 * asked on a new one: servers close after a few unknown commands, take little
 * but PASS after USER, and nginx refuses STLS then.
 */
#include <string.h>

#include "pop3/probe-private.h"
#include "pop3/refusal.h"
#include "pop3/verdict-private.h"

/*
 * The mechanisms beyond PLAIN and LOGIN that are asked where they are listed: bearer tokens, also
 * where they are listed over TLS only; then challenges.
 */
static const char *const listed_mechanisms[] = {
	"XOAUTH2",
	"OAUTHBEARER",
	"CRAM-MD5",
	"DIGEST-MD5",
	"NTLM",
	"SCRAM-SHA-1",
	"SCRAM-SHA-256",
};

static const struct probe_facts *
seen(const struct pop3_probe *probe)
{
	return &probe->facts->probe;
}

static enum answer
answer_of(const struct pop3_probe *probe, size_t attempt)
{
	return seen(probe)->attempts[attempt].answer;
}

static bool
is_standard(const struct pop3_probe *probe)
{
	return probe->plan.depth != DEPTH_GENTLE;
}

static bool
sasl_taken(const struct pop3_probe *probe)
{
	return answer_of(probe, ATTEMPT_PLAIN) == ANSWER_ACCEPTED ||
		answer_of(probe, ATTEMPT_LOGIN) == ANSWER_ACCEPTED;
}

static bool
user_taken(const struct pop3_probe *probe)
{
	return answer_of(probe, ATTEMPT_USER) == ANSWER_ACCEPTED;
}

static bool
credential_allowed(const struct pop3_probe *probe)
{
	return is_standard(probe) && !probe->plan.no_credential && !probe->credential_tried;
}

/*
 * Two unknown commands are all that one connection bears. Gentle has no other connection, and goes
 * on.
 */
static bool
fits_auth(const struct pop3_probe *probe)
{
	return !probe->secured && !probe->user_taken &&
		(!is_standard(probe) || probe->complaints < POP3_COMPLAINTS_MAX);
}

static bool
fits_pass(const struct pop3_probe *probe)
{
	return (!probe->secured && probe->user_taken) || fits_auth(probe);
}

static bool
fits_fresh(const struct pop3_probe *probe)
{
	return !probe->secured && probe->commands == 0;
}

static bool
fits_over_tls(const struct pop3_probe *probe)
{
	return probe->secured && !probe->user_taken && probe->complaints < POP3_COMPLAINTS_MAX;
}

static bool
fits_never(const struct pop3_probe *probe G_GNUC_UNUSED)
{
	return false;
}

static bool
tls_first_due(const struct pop3_probe *probe)
{
	return probe->want_tls_first && !probe->asked_tls_first;
}

static enum pop3_want
ask_tls_first(struct pop3_probe *probe G_GNUC_UNUSED)
{
	return POP3_DONE; /* fits_never: the connection itself is the question */
}

static bool
capa_due(const struct pop3_probe *probe)
{
	return seen(probe)->clear.state == LIST_NOT_ASKED;
}

static enum pop3_want
ask_capa(struct pop3_probe *probe)
{
	probe->listing =
		probe->secured ? &probe->facts->probe.over_tls : &probe->facts->probe.clear;
	return pop3_ask(probe, STEP_CAPA, "CAPA", NULL);
}

static enum pop3_want
ask_auth(struct pop3_probe *probe, size_t index)
{
	g_autofree char *command = NULL;

	probe->asking = &probe->facts->probe.attempts[index];
	command = g_strconcat("AUTH ", probe->asking->name, NULL);
	return pop3_ask(probe, STEP_AUTH, command, NULL);
}

static bool
plain_due(const struct pop3_probe *probe)
{
	return answer_of(probe, ATTEMPT_PLAIN) == ANSWER_NONE;
}

static enum pop3_want
ask_plain(struct pop3_probe *probe)
{
	return ask_auth(probe, ATTEMPT_PLAIN);
}

/*
 * A server that knew neither CAPA nor AUTH PLAIN hardly knows AUTH LOGIN. With
 * one connection only, USER goes first, lest the server closes before it.
 */
static bool
login_due(const struct pop3_probe *probe)
{
	if (!is_standard(probe) && probe->complaints >= POP3_COMPLAINTS_MAX &&
		answer_of(probe, ATTEMPT_USER) == ANSWER_NONE)
		return false;
	return answer_of(probe, ATTEMPT_LOGIN) == ANSWER_NONE;
}

static enum pop3_want
ask_login(struct pop3_probe *probe)
{
	return ask_auth(probe, ATTEMPT_LOGIN);
}

static bool
user_due(const struct pop3_probe *probe)
{
	return answer_of(probe, ATTEMPT_USER) == ANSWER_NONE;
}

static enum pop3_want
ask_user(struct pop3_probe *probe)
{
	g_autofree char *command = g_strconcat("USER ", probe->plan.nobody, NULL);
	enum pop3_want want;

	probe->asking = &probe->facts->probe.attempts[ATTEMPT_USER];
	want = pop3_ask(probe, STEP_USER, command, NULL);
	if (answer_of(probe, ATTEMPT_PLAIN) != ANSWER_NONE &&
		answer_of(probe, ATTEMPT_LOGIN) != ANSWER_NONE)
		quit_ahead(probe);
	return want;
}

/* PASS is the credential where no SASL mechanism invited one. */
static bool
pass_due(const struct pop3_probe *probe)
{
	return credential_allowed(probe) && user_taken(probe) && !sasl_taken(probe);
}

static enum pop3_want
ask_pass(struct pop3_probe *probe)
{
	g_autofree char *command = NULL;
	uint32_t mark = probe->mark;
	enum pop3_want want;

	if (!probe->user_taken)
		return ask_user(probe);
	probe->credential_tried = true;
	probe->facts->probe.credential.mechanism = "USER";
	probe->facts->probe.credential.step = "pass";
	command = g_strconcat("PASS ", probe->plan.secret, NULL);
	want = pop3_ask(probe, STEP_PASS, command, "PASS <random>");
	probe->mark = mark; /* USER, just before, belongs to the proof */
	return want;
}

static bool
any_answered(const struct pop3_probe *probe, enum answer answer)
{
	for (size_t i = 0; i < seen(probe)->attempt_count; i++)
		if (answer_of(probe, i) == answer)
			return true;
	return false;
}

/* A login was invited, and not refused late: the others need not be refused for sure. */
static bool
is_permitted(const struct pop3_probe *probe)
{
	return password_checked(probe->facts) ||
		(sasl_taken(probe) && !password_forbidden(probe->facts));
}

/* Passwords, and tokens that may be open: a verdict rests on how these were answered. */
static bool
is_decisive(const struct pop3_probe *probe, const struct attempt *attempt)
{
	return attempt < &seen(probe)->attempts[ATTEMPT_OTHERS] ||
		(is_token(attempt->name) && may_be_open(probe->facts, attempt->name));
}

/*
 * A temporary refusal deserves a second question, and so does one that may be due to the commands
 * before it. A close deserves one that is asked of a server that is known to be alive: whatever
 * showed that came later, and what closed before may have been an outage.
 */
static bool
deserves_again(const struct pop3_probe *probe, const struct attempt *attempt)
{
	if (attempt->answer == ANSWER_CLOSED)
		return !attempt->alive && shown_alive(probe->facts) && !is_permitted(probe) &&
			is_decisive(probe, attempt);
	if (attempt->answer != ANSWER_REFUSED || attempt->asked_again)
		return false;
	return attempt->refusal == REFUSAL_TEMPORARY ||
		(!is_permitted(probe) && order_may_matter(probe->facts, attempt));
}

/* Returns the first question that is to be asked again, or -1. */
static int
attempt_again(const struct pop3_probe *probe)
{
	for (int i = 0; i < (int)seen(probe)->attempt_count; i++)
		if (deserves_again(probe, &seen(probe)->attempts[i]))
			return i;
	return -1;
}

static bool
again_due(const struct pop3_probe *probe)
{
	return is_standard(probe) && attempt_again(probe) >= 0;
}

static enum pop3_want
ask_again(struct pop3_probe *probe)
{
	int index = attempt_again(probe);

	g_return_val_if_fail(index >= 0, POP3_DONE);
	probe->facts->probe.attempts[index].asked_again = true;
	return index == ATTEMPT_USER ? ask_user(probe) : ask_auth(probe, (size_t)index);
}

/* A list that was refused for now, or lost where others were answered, may hold what decides. */
static bool
capa_again_due(const struct pop3_probe *probe)
{
	const struct capabilities *clear = &seen(probe)->clear;

	return is_standard(probe) && !probe->listed_again && any_answered(probe, ANSWER_REFUSED) &&
		(clear->state == LIST_UNANSWERED || (clear->state == LIST_REFUSED && clear->cut));
}

static enum pop3_want
ask_capa_again(struct pop3_probe *probe)
{
	struct capabilities *clear = &probe->facts->probe.clear;

	probe->listed_again = true;
	clear->count = 0;
	clear->cut = false;
	return ask_capa(probe);
}

/* A bare AUTH (RFC 1734 as widely extended) lists mechanisms where CAPA told nothing. */
static bool
auth_list_due(const struct pop3_probe *probe)
{
	return is_standard(probe) && seen(probe)->clear.state != LIST_ANSWERED &&
		seen(probe)->auth_list.state == LIST_NOT_ASKED;
}

static enum pop3_want
ask_auth_list(struct pop3_probe *probe)
{
	probe->listing = &probe->facts->probe.auth_list;
	return pop3_ask(probe, STEP_AUTH_LIST, "AUTH", NULL);
}

/* Also one whose question was lost behind others. */
static bool
is_unasked(const struct pop3_probe *probe, const char *mechanism)
{
	const struct attempt *attempt = facts_attempt(probe->facts, mechanism);

	return attempt == NULL || attempt->answer == ANSWER_NONE;
}

static const char *
listed_mechanism(const struct pop3_probe *probe)
{
	for (size_t i = 0; i < G_N_ELEMENTS(listed_mechanisms); i++)
		if (may_be_open(probe->facts, listed_mechanisms[i]) &&
			is_unasked(probe, listed_mechanisms[i]))
			return listed_mechanisms[i];
	return NULL;
}

static bool
listed_due(const struct pop3_probe *probe)
{
	return is_standard(probe) && listed_mechanism(probe) != NULL &&
		seen(probe)->attempt_count < FACTS_ATTEMPTS_MAX;
}

static enum pop3_want
ask_listed(struct pop3_probe *probe)
{
	const char *mechanism = listed_mechanism(probe);
	const struct attempt *attempt = facts_attempt(probe->facts, mechanism);

	if (attempt == NULL)
		attempt = facts_add_attempt(probe->facts, mechanism);
	return ask_auth(probe, (size_t)(attempt - seen(probe)->attempts));
}

static bool
sasl_due(const struct pop3_probe *probe)
{
	return credential_allowed(probe) && sasl_taken(probe);
}

/* Behind other questions first; where that was refused, alone. */
static bool
fits_sasl(const struct pop3_probe *probe)
{
	return probe->sasl_refused ? fits_fresh(probe) : fits_auth(probe);
}

static enum pop3_want
ask_sasl(struct pop3_probe *probe)
{
	bool plain = answer_of(probe, ATTEMPT_PLAIN) == ANSWER_ACCEPTED;

	probe->credential_tried = true;
	probe->sasl = plain ? "PLAIN" : "LOGIN";
	probe->sasl_alone |= probe->commands == 0;
	return pop3_ask(probe, STEP_SASL, plain ? "AUTH PLAIN" : "AUTH LOGIN", NULL);
}

/* A timestamp in the greeting invites APOP; where nothing else was, it gets the one credential. */
static bool
apop_due(const struct pop3_probe *probe)
{
	return credential_allowed(probe) && seen(probe)->apop != NULL && !sasl_taken(probe) &&
		!user_taken(probe);
}

static enum pop3_want
ask_apop(struct pop3_probe *probe)
{
	g_autofree char *digest =
		g_compute_checksum_for_string(G_CHECKSUM_MD5, probe->plan.secret, -1);
	g_autofree char *command = g_strdup_printf("APOP %s %s", probe->plan.nobody, digest);
	g_autofree char *shown = g_strdup_printf("APOP %s <random>", probe->plan.nobody);

	probe->credential_tried = true;
	probe->facts->probe.credential.mechanism = "APOP";
	probe->facts->probe.credential.step = "apop";
	return pop3_ask(probe, STEP_APOP, command, shown);
}

static bool
stls_due(const struct pop3_probe *probe)
{
	return is_standard(probe) && seen(probe)->stls.answer == ANSWER_NONE;
}

static enum pop3_want
ask_stls(struct pop3_probe *probe)
{
	return pop3_ask(probe, STEP_STLS, "STLS", NULL);
}

/*
 * Closes count as refusals only if the server is alive otherwise: where STLS
 * does not show it, CAPA on a connection of its own does.
 */
static bool
control_due(const struct pop3_probe *probe)
{
	return is_standard(probe) && any_answered(probe, ANSWER_CLOSED) && !probe->control_asked &&
		seen(probe)->tls.handshake != HANDSHAKE_UP;
}

static enum pop3_want
ask_control(struct pop3_probe *probe)
{
	probe->control_asked = true;
	return pop3_ask(probe, STEP_CONTROL, "CAPA", NULL);
}

static const struct question ladder[] = {
	{ "tls-first", tls_first_due, fits_never, ask_tls_first },
	{ "capa", capa_due, fits_auth, ask_capa },
	{ "auth-plain", plain_due, fits_auth, ask_plain },
	{ "auth-login", login_due, fits_auth, ask_login },
	{ "user", user_due, fits_auth, ask_user },
	{ "pass", pass_due, fits_pass, ask_pass },
	{ "again", again_due, fits_fresh, ask_again },
	{ "capa-again", capa_again_due, fits_fresh, ask_capa_again },
	{ "auth-list", auth_list_due, fits_auth, ask_auth_list },
	{ "auth-listed", listed_due, fits_auth, ask_listed },
	{ "sasl-response", sasl_due, fits_sasl, ask_sasl },
	{ "apop", apop_due, fits_auth, ask_apop },
	{ "stls", stls_due, fits_fresh, ask_stls },
	{ "control", control_due, fits_fresh, ask_control },
};

static bool
capa_over_tls_due(const struct pop3_probe *probe)
{
	return seen(probe)->over_tls.state == LIST_NOT_ASKED;
}

/* TLS required, logins disabled, or the name to blame: there is nothing to ask. */
static bool
user_speaks_for_itself(const struct attempt *user)
{
	return user->refusal == REFUSAL_TLS_REQUIRED || user->refusal == REFUSAL_LOGIN_DISABLED ||
		refusal_blames(user->refusal, user->reply) == BLAME_NAME;
}

/*
 * Where a refusal leaves open whether the name was to blame, the same name over TLS tells: what is
 * taken there was refused for want of TLS. No password follows.
 */
static bool
user_over_tls_due(const struct pop3_probe *probe)
{
	const struct attempt *user = &seen(probe)->attempts[ATTEMPT_USER];

	if (sasl_taken(probe) || seen(probe)->user_over_tls != ANSWER_NONE)
		return false;
	return user->answer == ANSWER_CLOSED ||
		(user->answer == ANSWER_REFUSED && !user_speaks_for_itself(user));
}

static enum pop3_want
ask_user_over_tls(struct pop3_probe *probe)
{
	g_autofree char *command = g_strconcat("USER ", probe->plan.nobody, NULL);

	return pop3_ask(probe, STEP_USER_OVER_TLS, command, NULL);
}

static const struct question over_tls[] = {
	{ "capa", capa_over_tls_due, fits_over_tls, ask_capa },
	{ "user-over-tls", user_over_tls_due, fits_over_tls, ask_user_over_tls },
};

static const struct question *
first_due(const struct pop3_probe *probe, const struct question *questions, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (questions[i].due(probe))
			return &questions[i];
	return NULL;
}

/* Gentle stops at the first acceptance. */
static bool
is_satisfied(const struct pop3_probe *probe)
{
	return !is_standard(probe) && (sasl_taken(probe) || user_taken(probe));
}

const struct question *
ladder_next(const struct pop3_probe *probe)
{
	const struct question *question = NULL;

	if (probe->stop)
		return NULL;
	if (probe->secured)
		question = first_due(probe, over_tls, G_N_ELEMENTS(over_tls));
	/* What CAPA lists over TLS may be worth a question in clear. */
	if (question != NULL || (probe->secured && seen(probe)->stls.answer != ANSWER_ACCEPTED))
		return question;
	if (is_satisfied(probe) || (!probe->greeted && !tls_first_due(probe)))
		return NULL;
	return first_due(probe, ladder, G_N_ELEMENTS(ladder));
}
