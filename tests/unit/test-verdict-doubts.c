/* SPDX-License-Identifier: Apache-2.0 */
/*
 * USER, AUTH PLAIN and AUTH LOGIN are all refused: is that `refuses`? Only where the words, the
 * place of the question in its connection and USER over TLS leave nothing else.
 */
#include "pop3/verdict.h"

struct refused {
	enum refusal refusal; /* REFUSAL_NONE: for want of TLS */
	const char *reply;
	bool behind; /* other commands went before */
};

struct doubt {
	const char *name;
	struct refused plain, login, user;
	enum list_state capa; /* LIST_NOT_ASKED: answered, without a line */
	const char *listed;
	bool cut;
	enum answer over_tls; /* to USER */
	bool gentle, closed, late;
	const char *product;
	bool refuses;
	bool not_asked; /* the reason where it does not; else REASON_UNKNOWN_REFUSAL */
};

#define UNKNOWN_WORDS                                \
	{                                            \
		REFUSAL_UNKNOWN, "-ERR xyzzy", false \
	}
#define NO_COMMAND                                                     \
	{                                                              \
		REFUSAL_UNKNOWN_COMMAND, "-ERR unknown command", false \
	}
#define NO_COMMAND_BEHIND                                             \
	{                                                             \
		REFUSAL_UNKNOWN_COMMAND, "-ERR unknown command", true \
	}

static const struct doubt doubts[] = {
	{ "tls-required", .refuses = true },
	{ "user-unknown-words", .user = UNKNOWN_WORDS },
	{ "user-unknown-words-not-over-tls", .user = UNKNOWN_WORDS, .over_tls = ANSWER_ACCEPTED,
		.refuses = true },
	{ "user-unknown-words-over-tls-too", .user = UNKNOWN_WORDS, .over_tls = ANSWER_REFUSED },
	{ "user-unknown-words-over-tls-unanswered", .user = UNKNOWN_WORDS,
		.over_tls = ANSWER_TIMEOUT },
	{ "user-no-words", .user = { REFUSAL_UNKNOWN_COMMAND, "-ERR", false } },
	{ "user-name-not-over-tls",
		.user = { REFUSAL_UNKNOWN, "-ERR this account is suspended", false },
		.over_tls = ANSWER_ACCEPTED },
	{ "user-unknown-command", .user = NO_COMMAND, .refuses = true },
	{ "user-unknown-command-without-list", .user = NO_COMMAND, .capa = LIST_REFUSED },
	{ "user-unknown-command-but-listed", .user = NO_COMMAND, .listed = "USER" },
	{ "user-unknown-command-cut-list", .user = NO_COMMAND, .cut = true },
	{ "user-unknown-command-not-over-tls", .user = NO_COMMAND, .listed = "USER",
		.over_tls = ANSWER_ACCEPTED, .refuses = true },
	{ "user-unknown-command-over-tls-too", .user = NO_COMMAND, .over_tls = ANSWER_REFUSED },
	{ "user-unknown-command-closed-over-tls", .user = NO_COMMAND, .over_tls = ANSWER_CLOSED,
		.refuses = true },
	{ "user-behind", .user = NO_COMMAND_BEHIND },
	{ "user-behind-of-a-product", .user = NO_COMMAND_BEHIND, .product = "nginx" },
	{ "user-behind-gently", .user = NO_COMMAND_BEHIND, .gentle = true },
	{ "user-behind-of-a-product-gently", .user = NO_COMMAND_BEHIND, .product = "nginx",
		.gentle = true, .refuses = true },
	{ "user-behind-of-a-product-gently-unknown",
		.user = { REFUSAL_UNKNOWN, "-ERR not in this state", true }, .product = "nginx",
		.gentle = true },
	{ "user-behind-for-want-of-tls", .user = { REFUSAL_NONE, NULL, true }, .refuses = true },
	{ "auth-unknown-words", .plain = UNKNOWN_WORDS, .login = UNKNOWN_WORDS, .refuses = true },
	{ "listed-plain-unknown-words", .plain = UNKNOWN_WORDS, .listed = "SASL PLAIN" },
	{ "listed-login-unknown-words", .login = UNKNOWN_WORDS, .listed = "SASL LOGIN" },
	{ "plain-wants-argument", .plain = { REFUSAL_SYNTAX, "-ERR missing argument", false },
		.refuses = true },
	{ "plain-wants-argument-without-list",
		.plain = { REFUSAL_SYNTAX, "-ERR missing argument", false }, .capa = LIST_REFUSED },
	{ "login-behind-in-the-same-words", .plain = NO_COMMAND_BEHIND, .login = NO_COMMAND_BEHIND,
		.refuses = true },
	{ "login-behind-in-other-words", .plain = NO_COMMAND_BEHIND,
		.login = { REFUSAL_UNKNOWN_COMMAND, "-ERR invalid command", true } },
	{ "login-behind-mechanism", .plain = NO_COMMAND_BEHIND,
		.login = { REFUSAL_MECHANISM, "-ERR mechanism not supported", true },
		.refuses = true },
	{ "login-behind-in-the-same-unknown-words", .plain = UNKNOWN_WORDS,
		.login = { REFUSAL_UNKNOWN, "-ERR xyzzy", true } },
	{ "plain-behind-in-unknown-words", .plain = { REFUSAL_UNKNOWN, "-ERR xyzzy", true } },
	{ "plain-behind-without-words", .plain = { REFUSAL_UNKNOWN_COMMAND, "-ERR", true } },
	{ "list-cut", .cut = true, .not_asked = true },
	{ "closed", .closed = true, .over_tls = ANSWER_ACCEPTED, .refuses = true },
	{ "closed-over-tls-too", .closed = true, .over_tls = ANSWER_CLOSED, .not_asked = true },
	{ "closed-without-tls", .closed = true, .not_asked = true },
	{ "late", .late = true, .refuses = true },
	{ "late-but-listed-plain-unknown-words", .plain = UNKNOWN_WORDS, .listed = "SASL PLAIN",
		.late = true },
};

static void
refuse(struct attempt *attempt, const char *name, const struct refused *refused, bool closed)
{
	*attempt = (struct attempt){
		.name = name,
		.answer = closed ? ANSWER_CLOSED : ANSWER_REFUSED,
		.refusal =
			refused->refusal != REFUSAL_NONE ? refused->refusal : REFUSAL_TLS_REQUIRED,
		.reply = refused->reply != NULL ? refused->reply : "-ERR TLS required",
		.first = !refused->behind,
		.alive = closed,
	};
}

static void
refuse_late(struct probe_facts *probe)
{
	probe->attempts[ATTEMPT_USER].answer = ANSWER_ACCEPTED;
	probe->credential = (struct credential){
		.mechanism = "USER",
		.answer = ANSWER_REFUSED,
		.refusal = REFUSAL_TLS_REQUIRED,
		.reply = "-ERR TLS required",
	};
}

static void
set(struct facts *facts, const struct doubt *doubt)
{
	struct probe_facts *probe = &facts->probe;

	probe->connect = CONNECT_OPEN;
	probe->greeting_kind = GREETING_OK;
	probe->greeting = "+OK ready";
	probe->depth = doubt->gentle ? DEPTH_GENTLE : DEPTH_STANDARD;
	probe->product = doubt->product;
	probe->attempt_count = ATTEMPT_OTHERS;
	refuse(&probe->attempts[ATTEMPT_PLAIN], "PLAIN", &doubt->plain, doubt->closed);
	refuse(&probe->attempts[ATTEMPT_LOGIN], "LOGIN", &doubt->login, doubt->closed);
	refuse(&probe->attempts[ATTEMPT_USER], "USER", &doubt->user, doubt->closed);
	probe->alive = doubt->closed;
	probe->clear.state = doubt->capa != LIST_NOT_ASKED ? doubt->capa : LIST_ANSWERED;
	probe->clear.cut = doubt->cut;
	probe->clear.lines[0] = doubt->listed;
	probe->clear.count = doubt->listed != NULL ? 1 : 0;
	probe->user_over_tls = doubt->over_tls;
	if (doubt->late)
		refuse_late(probe);
}

static void
test_doubt(const void *data)
{
	const struct doubt *doubt = data;
	struct facts *facts = facts_new();
	enum verdict_value wanted = doubt->refuses ? VERDICT_REFUSES : VERDICT_UNDETERMINED;
	enum reason reason = doubt->late ? REASON_REFUSED_LATE : REASON_REFUSED;

	facts_reserve(facts);
	if (!doubt->refuses)
		reason = doubt->not_asked ? REASON_NOT_ASKED : REASON_UNKNOWN_REFUSAL;
	set(facts, doubt);
	verdict_decide(facts);
	g_assert_cmpstr(verdict_word(facts->verdict.value), ==, verdict_word(wanted));
	g_assert_cmpstr(reason_word(facts->verdict.reason), ==, reason_word(reason));
	g_assert_nonnull(facts->verdict.explanation);
	g_assert_true((facts->verdict.settle == NULL) == doubt->refuses);
	facts_free(facts);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(doubts); i++) {
		g_autofree char *path = g_strconcat("/verdict/doubts/", doubts[i].name, NULL);

		g_test_add_data_func(path, &doubts[i], test_doubt);
	}
	return g_test_run();
}
