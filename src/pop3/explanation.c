/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each row of the verdict table says: one sentence, with the server's own
 * words, escaped, where they decide.
 */
#include <string.h>

#include "model/escape.h"
#include "pop3/verdict-private.h"

enum {
	QUOTED_MAX = 200
}; /* octets of a reply that a sentence quotes */

static const char *
quoted(struct facts *facts, const char *line)
{
	size_t length = line != NULL ? strlen(line) : 0;
	g_autoptr(GString) escaped = g_string_new(NULL);

	escape_append(escaped, line, MIN(length, QUOTED_MAX));
	return facts_printf(facts, "\"%s%s\"", escaped->str, length > QUOTED_MAX ? "..." : "");
}

static const char *
server(const struct facts *facts)
{
	return facts->probe.product_title != NULL ? facts->probe.product_title : "The server";
}

static const char *
credential_command(const struct facts *facts)
{
	const char *mechanism = facts->probe.credential.mechanism;

	if (g_str_equal(mechanism, "USER"))
		return "PASS";
	return g_str_equal(mechanism, "PLAIN") ? "AUTH PLAIN" : "AUTH LOGIN";
}

const char *
say_out_of_step(struct facts *facts)
{
	return facts_printf(facts,
		"%s sent more answers than it was asked questions, so none of them "
		"can be trusted.",
		server(facts));
}

const char *
say_connection_refused(struct facts *facts G_GNUC_UNUSED)
{
	return "The connection was refused: nothing listens on this port.";
}

const char *
say_not_connected(struct facts *facts)
{
	const char *why = facts->probe.connect_error;

	return facts_printf(facts, "No connection came about: %s.",
		why != NULL ? why : "no answer in time");
}

const char *
say_not_pop3(struct facts *facts)
{
	if (facts->probe.greeting == NULL)
		return "Something answers on this port, but it is not POP3.";
	return facts_printf(facts, "The greeting is not POP3: %s.",
		quoted(facts, facts->probe.greeting));
}

const char *
say_tls_only(struct facts *facts)
{
	if (facts->probe.tls.handshake == HANDSHAKE_ALERT)
		return "The port speaks TLS from the first byte (it refused our handshake).";
	return "The port speaks TLS from the first byte: no login can travel in clear.";
}

const char *
say_silent(struct facts *facts)
{
	if (strcmp(facts->probe.timeout_step, "greeting") == 0)
		return "No greeting came in time.";
	return facts_printf(facts, "No greeting: the endpoint stopped answering (step %s).",
		facts->probe.timeout_step);
}

const char *
say_closed_early(struct facts *facts G_GNUC_UNUSED)
{
	return "The connection was accepted and closed before a greeting came.";
}

const char *
say_greeting(struct facts *facts)
{
	return facts_printf(facts, "The server greets with a refusal: %s.",
		quoted(facts, facts->probe.greeting));
}

const char *
say_exempted(struct facts *facts)
{
	return facts_printf(facts,
		"%s takes a client whose address equals its own as secure; that it "
		"takes a login from here says nothing about other clients.",
		server(facts));
}

const char *
say_trusted(struct facts *facts)
{
	return facts_printf(facts,
		"%s counts this network as trusted and takes logins in clear from "
		"it; other clients may be refused.",
		server(facts));
}

const char *
say_checked(struct facts *facts)
{
	const struct credential *credential = &facts->probe.credential;

	if (credential->answer == ANSWER_ACCEPTED)
		return facts_printf(facts,
			"%s logged a random name and password in, in clear: %s "
			"answered %s.",
			server(facts), credential_command(facts), quoted(facts, credential->reply));
	return facts_printf(facts,
		"%s processed a login in clear: %s with a random password was "
		"answered %s.",
		server(facts), credential_command(facts), quoted(facts, credential->reply));
}

/* The first invitation of a password or token. */
const struct attempt *
invitation(const struct facts *facts)
{
	for (size_t i = 0; i < facts->probe.attempt_count; i++)
		if (facts->probe.attempts[i].answer == ANSWER_ACCEPTED && i != ATTEMPT_USER)
			return &facts->probe.attempts[i];
	return essential(facts, ATTEMPT_USER);
}

const char *
say_continuation(struct facts *facts)
{
	return facts_printf(facts, "%s asked for the secret in clear: AUTH %s was answered %s.",
		server(facts), invitation(facts)->name, quoted(facts, invitation(facts)->reply));
}

const char *
say_token(struct facts *facts)
{
	const struct attempt *taken = taken_token(facts);

	return facts_printf(facts,
		"%s asked for the bearer token in clear: AUTH %s was answered %s.", server(facts),
		taken->name, quoted(facts, taken->reply));
}

const char *
say_password(struct facts *facts)
{
	const struct credential *credential = &facts->probe.credential;

	if (credential->reply == NULL)
		return facts_printf(facts, "%s closed the connection on %s without a word.",
			server(facts), credential_command(facts));
	return facts_printf(facts, "%s answered %s with %s.", server(facts),
		credential_command(facts), quoted(facts, credential->reply));
}

const char *
say_password_unanswered(struct facts *facts)
{
	return facts_printf(facts, "%s did not answer %s in time.", server(facts),
		credential_command(facts));
}

const char *
say_refused_late(struct facts *facts)
{
	return facts_printf(facts,
		"%s lets the client begin, but refuses the password itself: %s was "
		"answered %s.",
		server(facts), credential_command(facts),
		quoted(facts, facts->probe.credential.reply));
}

const char *
say_forbidden_once(struct facts *facts)
{
	return facts_printf(facts,
		"%s refused the password by %s, but invited it in another way too, "
		"which one random credential could not try.",
		server(facts), credential_command(facts));
}

const char *
say_pass_not_tried(struct facts *facts)
{
	return facts_printf(facts,
		"%s took USER in clear (%s); whether it takes the password was not "
		"tried.",
		server(facts), quoted(facts, essential(facts, ATTEMPT_USER)->reply));
}

static const char *
say_refused_as(struct facts *facts, enum refusal refusal, const char *what)
{
	const struct attempt *attempt = refused_as(facts, refusal);

	return facts_printf(facts, "%s %s: %s was answered %s.", server(facts), what, attempt->name,
		quoted(facts, attempt->reply));
}

const char *
say_temporary(struct facts *facts)
{
	return say_refused_as(facts, REFUSAL_TEMPORARY, "is not ready for logins now");
}

const char *
say_access(struct facts *facts)
{
	return say_refused_as(facts, REFUSAL_ACCESS, "turns this client away by an access list");
}

const char *
say_refused(struct facts *facts)
{
	const struct attempt *user = essential(facts, ATTEMPT_USER);

	if (user->answer == ANSWER_CLOSED)
		return facts_printf(facts,
			"%s closes the connection on USER, AUTH PLAIN and AUTH LOGIN "
			"in clear.",
			server(facts));
	return facts_printf(facts,
		"%s refuses USER, AUTH PLAIN and AUTH LOGIN in clear: USER was "
		"answered %s.",
		server(facts), quoted(facts, user->reply));
}

const char *
say_timed_out(struct facts *facts)
{
	return facts_printf(facts, "%s stopped answering (step %s).", server(facts),
		facts->probe.timeout_step);
}

const char *
say_odd(struct facts *facts)
{
	const struct attempt *user = essential(facts, ATTEMPT_USER);

	return facts_printf(facts,
		"%s answered in a way that is neither a grant nor a refusal: USER "
		"was answered %s.",
		server(facts), quoted(facts, user->reply));
}

const char *
say_unclear(struct facts *facts)
{
	const struct attempt *unclear = unclear_refusal(facts);

	return facts_printf(facts,
		"%s refuses every login that was tried, but not in words that show that it refuses "
		"all: %s%s was answered %s.",
		server(facts), unclear == essential(facts, ATTEMPT_USER) ? "" : "AUTH ",
		unclear->name, quoted(facts, unclear->reply));
}

const char *
say_not_asked(struct facts *facts)
{
	const char *step = facts->probe.closed_step;
	const char *token = open_token(facts);

	if (step == NULL && token != NULL)
		return facts_printf(facts,
			"%s refuses passwords in clear, but lists %s, which was not asked, or not "
			"answered clearly.",
			server(facts), token);
	return facts_printf(facts,
		"%s closed the connection before every question could be asked%s%s.", server(facts),
		step != NULL ? ", last at step " : "", step != NULL ? step : "");
}
