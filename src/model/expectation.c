/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expectations: their words, and those that need no TLS. What is open stays
 * open: only an answer, or a refused connection, ever meets anything.
 */
#include "model/expectation-private.h"

#include <string.h>

#include "model/escape.h"

enum {
	SHOWN_MAX = 64, /* octets of a wrong word that its error repeats */
};

G_DEFINE_QUARK(popseal - expectation - error - quark, expectation_error)

static const char *const kind_words[] = {
	[EXPECT_REFUSES] = "refuses",
	[EXPECT_TLS] = "tls",
	[EXPECT_TLS_VERSION] = "tls>=",
	[EXPECT_CERT] = "cert",
	[EXPECT_DAYS] = "days>=",
	[EXPECT_NAME] = "name",
	[EXPECT_LOGIN] = "login",
	[EXPECT_CLEARTEXT_PORT_CLOSED] = "cleartext-port-closed",
};

G_STATIC_ASSERT(G_N_ELEMENTS(kind_words) == EXPECT_KINDS);

const char *
expectation_state_word(enum expectation_state state)
{
	static const char *const words[] = { "met", "unmet", "undetermined" };

	g_return_val_if_fail((size_t)state < G_N_ELEMENTS(words), "undetermined");
	return words[state];
}

bool
expectations_any(const struct expectations *expectations)
{
	for (size_t i = 0; i < EXPECT_KINDS; i++)
		if (expectations->wanted[i])
			return true;
	return false;
}

/* --- reading ---------------------------------------------------------------------------------- */

/* Sets the error `"word" complaint`, and returns false. */
static bool
fail(GError **error, const char *word, const char *complaint)
{
	size_t length = strlen(word);
	g_autoptr(GString) shown = g_string_new(NULL);

	escape_append(shown, word, MIN(length, SHOWN_MAX));
	g_set_error(error, POPSEAL_EXPECTATION_ERROR, 0, "\"%s%s\" %s", shown->str,
		length > SHOWN_MAX ? "..." : "", complaint);
	return false;
}

static bool
read_version(const char *word, const char *value, struct expectations *expectations, GError **error)
{
	enum tls_version version;

	if (!tls_version_parse(value, &version) || version == TLS_SSLV3)
		return fail(error, word, "names no version of TLS: 1.0, 1.1, 1.2 or 1.3");
	if (!expectations->wanted[EXPECT_TLS_VERSION] || version > expectations->version)
		expectations->version = version;
	expectations->wanted[EXPECT_TLS_VERSION] = true;
	return true;
}

static bool
read_days(const char *word, const char *value, struct expectations *expectations, GError **error)
{
	guint64 days = 0;

	if (!g_ascii_isdigit(value[0]) ||
		!g_ascii_string_to_unsigned(value, 10, 0, EXPECTATION_DAYS_MAX, &days, NULL))
		return fail(error, word, "has no number of days from 0 to 36500");
	if (!expectations->wanted[EXPECT_DAYS] || days > expectations->days)
		expectations->days = (unsigned)days;
	expectations->wanted[EXPECT_DAYS] = true;
	return true;
}

static bool
read_word(const char *word, struct expectations *expectations, GError **error)
{
	const char *version = kind_words[EXPECT_TLS_VERSION];
	const char *days = kind_words[EXPECT_DAYS];

	if (g_str_has_prefix(word, version))
		return read_version(word, word + strlen(version), expectations, error);
	if (g_str_has_prefix(word, days))
		return read_days(word, word + strlen(days), expectations, error);
	for (size_t i = 0; i < EXPECT_KINDS; i++) {
		if (!g_str_equal(word, kind_words[i]))
			continue;
		expectations->wanted[i] = true;
		return true;
	}
	return fail(error, word,
		"is no expectation: refuses, tls, tls>=VERSION, cert, days>=NUMBER, name, login, "
		"cleartext-port-closed");
}

bool
expectations_parse(const char *text, struct expectations *expectations, GError **error)
{
	g_auto(GStrv) words = g_strsplit(text, ",", -1);
	struct expectations read = { 0 };

	/* g_strsplit makes no word at all of no text. */
	if (words[0] == NULL)
		return fail(error, "", "is no expectation");
	for (size_t i = 0; words[i] != NULL; i++)
		if (!read_word(g_strstrip(words[i]), &read, error))
			return false;
	*expectations = read;
	return true;
}

/* --- writing down ----------------------------------------------------------------------------- */

void
conclude(struct expectation *expectation, enum expectation_state state, const char *reason,
	const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	g_free(expectation->message);
	expectation->message = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	expectation->state = state;
	expectation->reason = reason;
}

void
cite(struct expectation *expectation, const char *format, ...)
{
	va_list arguments;

	if (expectation->evidence_count >= EXPECTATION_EVIDENCE_MAX)
		return;
	va_start(arguments, format);
	expectation->evidence[expectation->evidence_count++] = g_strdup_vprintf(format, arguments);
	va_end(arguments);
}

void
settle(struct expectation *expectation, const char *text)
{
	g_free(expectation->settle);
	expectation->settle = g_strdup(text);
}

void
expectation_free(struct expectation *expectation)
{
	if (expectation == NULL)
		return;
	g_free(expectation->message);
	for (size_t i = 0; i < expectation->evidence_count; i++)
		g_free(expectation->evidence[i]);
	g_free(expectation->settle);
	g_free(expectation);
}

static void
free_expectation(void *expectation)
{
	expectation_free(expectation);
}

/* --- the verdict ------------------------------------------------------------------------------ */

static bool
is_closed(const struct facts *facts)
{
	return facts->verdict.value == VERDICT_NO_SERVICE &&
		facts->verdict.reason == REASON_CONNECTION_REFUSED;
}

static void
judge_refuses(const struct judgement *judgement, struct expectation *expectation)
{
	const struct verdict *verdict = &judgement->facts->verdict;
	const char *reason = reason_word(verdict->reason);
	const char *sentence = verdict->explanation != NULL ? verdict->explanation : reason;

	if (verdict->value == VERDICT_PERMITS)
		conclude(expectation, EXPECTATION_UNMET, "permits", "%s", sentence);
	else if (verdict->value == VERDICT_REFUSES || is_closed(judgement->facts))
		conclude(expectation, EXPECTATION_MET, reason, "%s", sentence);
	else
		conclude(expectation, EXPECTATION_UNDETERMINED, reason, "%s", sentence);
	if (verdict->transcript != NULL)
		cite(expectation, "%s", verdict->transcript);
	if (expectation->state == EXPECTATION_UNDETERMINED)
		settle(expectation, verdict->settle);
}

/* --- the port --------------------------------------------------------------------------------- */

/* An answer of any kind shows that the port is open; a connection alone does not. */
static bool
is_open(const struct facts *facts)
{
	const struct probe_facts *probe = &facts->probe;

	if (probe->connect != CONNECT_OPEN)
		return false;
	return probe->greeting_kind != GREETING_NONE || probe->tls_first ||
		facts->verdict.reason != REASON_TIMEOUT;
}

static void
judge_port(const struct judgement *judgement, struct expectation *expectation)
{
	const struct facts *facts = judgement->facts;
	const char *reason = reason_word(facts->verdict.reason);
	unsigned port = facts->endpoint.port;

	if (facts->endpoint.mode == MODE_POP3S) {
		conclude(expectation, EXPECTATION_UNDETERMINED, "not-asked",
			"The cleartext port was not asked.");
		settle(expectation, "Ask port 110 of the host as well: --ports 110,995s.");
	} else if (is_closed(facts)) {
		conclude(expectation, EXPECTATION_MET, reason,
			"Port %u refused the connection: nothing listens there.", port);
	} else if (is_open(facts)) {
		g_autofree char *greeting = escape_string(facts->probe.greeting);

		conclude(expectation, EXPECTATION_UNMET, "open", "Port %u is open.", port);
		if (greeting != NULL)
			cite(expectation, "S: %s", greeting);
	} else if (facts->probe.connect == CONNECT_UNREACHABLE) {
		conclude(expectation, EXPECTATION_UNDETERMINED, "unreachable",
			"Port %u could not be reached, which may hold from here only.", port);
		settle(expectation, "Ask from a network that reaches the host.");
	} else {
		conclude(expectation, EXPECTATION_UNDETERMINED,
			facts->probe.connect == CONNECT_NOT_TRIED ? "not-asked" : reason,
			"Port %u did not answer: something may filter it, or be slow.", port);
		settle(expectation,
			"Ask from within the network, or with a longer --timeout: only a refused "
			"connection shows that a port is closed.");
	}
}

/* --- the login -------------------------------------------------------------------------------- */

struct login_row {
	enum login_outcome outcome;
	enum expectation_state state;
	const char *reason;
	const char *sentence;
	const char *settle;
};

static const struct login_row login_rows[] = {
	{ LOGIN_NOT_TRIED, EXPECTATION_UNDETERMINED, "not-sent", "The password was not sent",
		"Give name and password (--netrc FILE), and --ca or --tls-name where the server is "
		"the right one." },
	{ LOGIN_OK, EXPECTATION_MET, "logged-in", "The login over TLS worked", NULL },
	{ LOGIN_WRONG, EXPECTATION_UNMET, "wrong-password",
		"The server says that the name or the password is wrong", NULL },
	{ LOGIN_REFUSED, EXPECTATION_UNDETERMINED, "refused",
		"The server refused the login for another reason than the password",
		"See to what the server complains about, and ask again." },
	{ LOGIN_NO_MECHANISM, EXPECTATION_UNMET, "no-mechanism",
		"There is no way to log in that both sides know", NULL },
	{ LOGIN_BROKEN, EXPECTATION_UNMET, "broken", "The login went wrong", NULL },
	{ LOGIN_LOST, EXPECTATION_UNDETERMINED, "closed", "The connection was lost in the login",
		"Ask again; the server's log says why it closed." },
	{ LOGIN_UNREACHABLE, EXPECTATION_UNDETERMINED, "unreachable",
		"No connection for the login came about", "Ask again, or from elsewhere." },
};

static void
cite_login(const struct login_result *login, struct expectation *expectation)
{
	g_autofree char *reply = escape_string(login->reply);

	if (login->mechanism != NULL)
		cite(expectation, "-- %s %s%s%s",
			login->outcome == LOGIN_OK ? "logged in by" : "tried", login->mechanism,
			login->binding != NULL ? ", bound to the TLS session by " : "",
			login->binding != NULL ? login->binding : "");
	if (reply != NULL)
		cite(expectation, "S: %s", reply);
	if (login->outcome == LOGIN_OK && login->messages >= 0)
		cite(expectation,
			"-- STAT: %" G_GINT64_FORMAT " messages, %" G_GINT64_FORMAT " octets",
			login->messages, login->octets);
	if (login->overridden)
		cite(expectation,
			"-- the password was sent although chain or name did not hold "
			"(--insecure)");
}

/* A login that was lost says in words only (pop3/login.c) whether the time ran out. */
static bool
ran_out_of_time(const struct login_result *login)
{
	return login->why != NULL && strstr(login->why, "in time") != NULL;
}

static void
judge_login_result(const struct login_result *login, struct expectation *expectation)
{
	const struct login_row *row = &login_rows[0];
	const char *reason;

	for (size_t i = 0; i < G_N_ELEMENTS(login_rows); i++)
		if (login_rows[i].outcome == login->outcome)
			row = &login_rows[i];
	reason = login->outcome == LOGIN_LOST && ran_out_of_time(login) ? "timeout" : row->reason;
	conclude(expectation, row->state, reason, "%s%s%s%s%s%s.", row->sentence,
		login->outcome == LOGIN_OK && login->mechanism != NULL ? ", by " : "",
		login->outcome == LOGIN_OK && login->mechanism != NULL ? login->mechanism : "",
		login->overridden && login->outcome == LOGIN_OK ?
			" (overridden by --insecure, as chain or name did not hold)" :
			"",
		login->outcome != LOGIN_OK && login->why != NULL ? ": " : "",
		login->outcome != LOGIN_OK && login->why != NULL ? login->why : "");
	cite_login(login, expectation);
	settle(expectation, row->settle);
}

static void
judge_login(const struct judgement *judgement, struct expectation *expectation)
{
	const struct login_result *login = judgement->subject->login;
	bool tried = login != NULL && login->outcome != LOGIN_NOT_TRIED;
	const char *why = NULL;

	if (!tried && tls_is_nowhere(judgement, &why)) {
		conclude(expectation, EXPECTATION_UNDETERMINED, "not-sent",
			"The password was not sent, as there is no TLS: %s.", why);
		settle(expectation, "Give the server TLS first.");
	} else if (login != NULL) {
		judge_login_result(login, expectation);
	} else {
		conclude(expectation, EXPECTATION_UNDETERMINED, "not-sent", "No login was tried.");
		settle(expectation,
			"Give name and password: --netrc FILE, or POPSEAL_USER and "
			"POPSEAL_PASSWORD.");
	}
}

/* --- all of one endpoint ---------------------------------------------------------------------- */

static void (*const judges[])(const struct judgement *, struct expectation *) = {
	[EXPECT_REFUSES] = judge_refuses,
	[EXPECT_TLS] = judge_tls,
	[EXPECT_TLS_VERSION] = judge_tls_version,
	[EXPECT_CERT] = judge_cert,
	[EXPECT_DAYS] = judge_days,
	[EXPECT_NAME] = judge_name,
	[EXPECT_LOGIN] = judge_login,
	[EXPECT_CLEARTEXT_PORT_CLOSED] = judge_port,
};

G_STATIC_ASSERT(G_N_ELEMENTS(judges) == EXPECT_KINDS);

static bool
clear_was_asked(const struct judgement *judgement)
{
	for (size_t i = 0; i < judgement->count; i++)
		if (judgement->others[i].facts->endpoint.mode == MODE_POP3)
			return true;
	return false;
}

static bool
applies(const struct judgement *judgement, enum expectation_kind kind)
{
	switch (kind) {
	case EXPECT_TLS_VERSION:
	case EXPECT_CERT:
	case EXPECT_DAYS:
	case EXPECT_NAME:
	case EXPECT_LOGIN:
		return tls_is_wanted_of(judgement);
	case EXPECT_CLEARTEXT_PORT_CLOSED:
		return judgement->facts->endpoint.mode == MODE_POP3 || !clear_was_asked(judgement);
	case EXPECT_REFUSES:
	case EXPECT_TLS:
	case EXPECT_KINDS:
		break;
	}
	return true;
}

void
name_expectation(struct expectation *expectation, const struct expectations *wanted)
{
	const char *word = kind_words[expectation->kind];

	if (expectation->kind == EXPECT_DAYS)
		g_snprintf(expectation->name, sizeof(expectation->name), "%s%u", word,
			wanted->days);
	else if (expectation->kind == EXPECT_TLS_VERSION)
		g_snprintf(expectation->name, sizeof(expectation->name), "%s1.%d", word,
			(int)wanted->version - (int)TLS_V1_0);
	else
		g_strlcpy(expectation->name, word, sizeof(expectation->name));
}

GPtrArray *
expectations_judge(const struct expectations *expectations, const struct verified *subject,
	const struct verified *others, size_t count)
{
	GPtrArray *judged = g_ptr_array_new_with_free_func(free_expectation);
	const struct judgement judgement = { .wanted = expectations,
		.subject = subject,
		.others = others,
		.count = count,
		.facts = subject->facts };

	for (int kind = 0; kind < EXPECT_KINDS; kind++) {
		struct expectation *expectation;

		if (!expectations->wanted[kind] ||
			!applies(&judgement, (enum expectation_kind)kind))
			continue;
		expectation = g_new0(struct expectation, 1);
		expectation->kind = (enum expectation_kind)kind;
		name_expectation(expectation, expectations);
		judges[kind](&judgement, expectation);
		g_ptr_array_add(judged, expectation);
	}
	return judged;
}
