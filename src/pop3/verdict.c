/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verdict table: the first row that holds decides.
 *
 * The table at the bottom is the design's own, row by row. Everything above it
 * answers one yes-or-no question about the facts. `refuses` needs every one of
 * the essential questions refused; whatever is left over is undetermined.
 */
#include "pop3/verdict.h"

#include <string.h>

#include "pop3/refusal.h"
#include "pop3/verdict-private.h"

struct row {
	bool (*holds)(const struct facts *facts);
	enum verdict_value value;
	enum confidence confidence;
	enum reason reason;
	const char *(*explain)(struct facts *facts);
	const char *settle;
};

/* --- questions about the facts ---------------------------------------------------------------- */

const struct attempt *
essential(const struct facts *facts, size_t index)
{
	return &facts->probe.attempts[index];
}

static bool
is_taken(const struct facts *facts, size_t index)
{
	return essential(facts, index)->answer == ANSWER_ACCEPTED;
}

/* The mechanisms that carry a bearer token: as good as a password to whoever reads it. */
static const char *const token_mechanisms[] = { "XOAUTH2", "OAUTHBEARER" };

const struct attempt *
taken_token(const struct facts *facts)
{
	for (size_t i = 0; i < G_N_ELEMENTS(token_mechanisms); i++) {
		const struct attempt *attempt = facts_attempt(facts, token_mechanisms[i]);

		if (attempt != NULL && attempt->answer == ANSWER_ACCEPTED)
			return attempt;
	}
	return NULL;
}

static bool
token_taken(const struct facts *facts)
{
	return taken_token(facts) != NULL;
}

bool
is_token(const char *mechanism)
{
	for (size_t i = 0; i < G_N_ELEMENTS(token_mechanisms); i++)
		if (g_str_equal(mechanism, token_mechanisms[i]))
			return true;
	return false;
}

bool
may_be_listed(const struct facts *facts, const char *mechanism)
{
	const struct probe_facts *probe = &facts->probe;

	return probe->clear.cut || capabilities_have_mechanism(&probe->clear, mechanism) ||
		probe->auth_list.cut || capabilities_have(&probe->auth_list, mechanism);
}

/* CAPA was not refused: its answer did not come, and no other list did. */
static bool
lists_lost(const struct facts *facts)
{
	const struct probe_facts *probe = &facts->probe;

	return probe->clear.state == LIST_UNANSWERED && probe->auth_list.state != LIST_ANSWERED &&
		probe->over_tls.state != LIST_ANSWERED;
}

bool
may_be_open(const struct facts *facts, const char *mechanism)
{
	return may_be_listed(facts, mechanism) ||
		(is_token(mechanism) &&
			(lists_lost(facts) ||
				capabilities_have_mechanism(&facts->probe.over_tls, mechanism)));
}

static bool
sasl_taken(const struct facts *facts)
{
	return is_taken(facts, ATTEMPT_PLAIN) || is_taken(facts, ATTEMPT_LOGIN);
}

/* The credential that travels as a password; APOP's digest is no password. */
const struct credential *
password(const struct facts *facts)
{
	const struct credential *credential = &facts->probe.credential;

	return credential->mechanism != NULL && !g_str_equal(credential->mechanism, "APOP") ?
		credential :
		NULL;
}

static bool
password_refused_as(const struct facts *facts, enum refusal refusal)
{
	const struct credential *credential = password(facts);

	return credential != NULL && credential->answer == ANSWER_REFUSED &&
		credential->refusal == refusal;
}

static bool
password_answered(const struct facts *facts, enum answer answer)
{
	const struct credential *credential = password(facts);

	return credential != NULL && credential->answer == answer;
}

/* Returns the first question after a password or token that was refused in that sense, or NULL. */
const struct attempt *
refused_as(const struct facts *facts, enum refusal refusal)
{
	for (size_t i = 0; i < facts->probe.attempt_count; i++) {
		const struct attempt *attempt = essential(facts, i);

		if (attempt->answer == ANSWER_REFUSED && attempt->refusal == refusal &&
			(i < ATTEMPT_OTHERS || is_token(attempt->name)))
			return attempt;
	}
	return NULL;
}

/* --- the rows' conditions, in their order ----------------------------------------------------- */

static bool
out_of_step(const struct facts *facts)
{
	return facts->probe.out_of_step;
}

static bool
connection_refused(const struct facts *facts)
{
	return facts->probe.connect == CONNECT_REFUSED;
}

static bool
not_connected(const struct facts *facts)
{
	return facts->probe.connect != CONNECT_OPEN;
}

static bool
not_pop3(const struct facts *facts)
{
	const struct probe_facts *probe = &facts->probe;

	return probe->greeting_kind == GREETING_NOT_POP3 ||
		(facts->endpoint.mode == MODE_POP3S && probe->tls.handshake == HANDSHAKE_NOT_TLS);
}

static bool
tls_only(const struct facts *facts)
{
	enum handshake handshake = facts->probe.tls.handshake;

	if (facts->endpoint.mode == MODE_POP3S)
		return handshake == HANDSHAKE_UP || handshake == HANDSHAKE_ALERT;
	return facts->probe.tls_first && facts->probe.greeting_kind == GREETING_OK;
}

static bool
silent(const struct facts *facts)
{
	return facts->probe.greeting_kind == GREETING_NONE && facts->probe.timeout_step != NULL;
}

static bool
closed_early(const struct facts *facts)
{
	return facts->probe.greeting_kind == GREETING_NONE;
}

static bool
greeting_temporary(const struct facts *facts)
{
	return facts->probe.greeting_temporary;
}

static bool
greeting_refused(const struct facts *facts)
{
	return facts->probe.greeting_kind == GREETING_ERR;
}

bool
password_checked(const struct facts *facts)
{
	return password_answered(facts, ANSWER_ACCEPTED) ||
		password_refused_as(facts, REFUSAL_CREDENTIALS) ||
		password_refused_as(facts, REFUSAL_BACKEND);
}

/* The server takes logins in clear, as far as we were let to see. */
static bool
login_taken(const struct facts *facts)
{
	if (password_refused_as(facts, REFUSAL_TLS_REQUIRED) ||
		password_refused_as(facts, REFUSAL_LOGIN_DISABLED))
		return token_taken(facts);
	return password_checked(facts) || sasl_taken(facts) || token_taken(facts) ||
		is_taken(facts, ATTEMPT_USER);
}

static bool
exempted(const struct facts *facts)
{
	return facts->probe.same_address && facts->probe.exempts_same_address && login_taken(facts);
}

static bool
trusted_network(const struct facts *facts)
{
	return facts->probe.trusted &&
		(password_checked(facts) || sasl_taken(facts) || token_taken(facts)) &&
		login_taken(facts);
}

static bool
password_temporary(const struct facts *facts)
{
	return password_refused_as(facts, REFUSAL_TEMPORARY);
}

static bool
password_access(const struct facts *facts)
{
	return password_refused_as(facts, REFUSAL_ACCESS);
}

static bool
password_unanswered(const struct facts *facts)
{
	return password_answered(facts, ANSWER_TIMEOUT);
}

bool
password_forbidden(const struct facts *facts)
{
	return password_refused_as(facts, REFUSAL_TLS_REQUIRED) ||
		password_refused_as(facts, REFUSAL_LOGIN_DISABLED);
}

/*
 * One credential was refused for want of TLS; was anything else invited that it does not speak
 * for?
 */
static bool
another_invited(const struct facts *facts)
{
	const struct credential *credential = password(facts);

	for (size_t i = 0; credential != NULL && i < ATTEMPT_OTHERS; i++)
		if (is_taken(facts, i) &&
			!g_str_equal(essential(facts, i)->name, credential->mechanism))
			return true;
	return false;
}

static bool
forbidden_once(const struct facts *facts)
{
	return password_forbidden(facts) && another_invited(facts);
}

static bool
password_unknown(const struct facts *facts)
{
	return password(facts) != NULL && !password_forbidden(facts);
}

static bool
invited_only(const struct facts *facts)
{
	return sasl_taken(facts) && password(facts) == NULL;
}

static bool
user_taken(const struct facts *facts)
{
	return is_taken(facts, ATTEMPT_USER) && password(facts) == NULL;
}

static bool
temporary(const struct facts *facts)
{
	return refused_as(facts, REFUSAL_TEMPORARY) != NULL;
}

static bool
access_listed(const struct facts *facts)
{
	return refused_as(facts, REFUSAL_ACCESS) != NULL;
}

static bool
took_stls(const struct facts *facts)
{
	return facts->probe.stls.answer == ANSWER_ACCEPTED &&
		facts->probe.tls.handshake == HANDSHAKE_UP;
}

bool
shown_alive(const struct facts *facts)
{
	return took_stls(facts) || facts->probe.alive;
}

/* Says that no login is taken here, in words that need no product's room to be understood. */
static bool
forbids_logins(const char *reply)
{
	enum refusal refusal = refusal_classify(NULL, reply);

	return refusal == REFUSAL_TLS_REQUIRED || refusal == REFUSAL_LOGIN_DISABLED;
}

/* A bare "-ERR" says nothing, to whatever it is said. */
static bool
has_words(const char *reply)
{
	return reply != NULL && strlen(reply) > strlen("-ERR ");
}

/*
 * Before AUTH PLAIN came CAPA only, which is asked so everywhere: where it was understood, the
 * words must hint at the order. Gentle depth, which cannot ask again, believes the words that are
 * usual at a product that it knows, and those that AUTH PLAIN got too.
 */
bool
order_may_matter(const struct facts *facts, const struct attempt *attempt)
{
	const struct probe_facts *probe = &facts->probe;
	const struct attempt *plain = essential(facts, ATTEMPT_PLAIN);

	if (attempt->answer != ANSWER_REFUSED || attempt->first || forbids_logins(attempt->reply))
		return false;
	if (probe->depth == DEPTH_GENTLE && probe->product != NULL)
		return attempt->refusal == REFUSAL_UNKNOWN;
	if (attempt == essential(facts, ATTEMPT_USER))
		return probe->depth != DEPTH_GENTLE || !has_words(attempt->reply) ||
			g_strcmp0(attempt->reply, plain->reply) != 0 ||
			refusal_may_mean_order(plain->refusal, plain->reply);
	if (attempt->refusal == REFUSAL_MECHANISM)
		return false;
	if (attempt == plain)
		return refusal_may_mean_order(plain->refusal, plain->reply);
	return (attempt == essential(facts, ATTEMPT_LOGIN) || is_token(attempt->name)) &&
		(g_strcmp0(attempt->reply, plain->reply) != 0 ||
			refusal_may_mean_order(attempt->refusal, attempt->reply));
}

/* A server may close on a name, too; not where it takes the same name over TLS. */
static bool
user_taken_over_tls(const struct facts *facts)
{
	return facts->probe.user_over_tls == ANSWER_ACCEPTED;
}

/*
 * A close is believed as a refusal where it comes from a server that has shown to be alive: an
 * outage closes, too. A reset is believed with STLS only; gentle depth, which has one connection,
 * believes neither. Nor is it believed of a mechanism that is listed, which may just have failed.
 */
static bool
close_is_refusal(const struct facts *facts, const struct attempt *attempt)
{
	if (!attempt->alive || (attempt->reset && !took_stls(facts)))
		return false;
	return attempt == essential(facts, ATTEMPT_USER) ? user_taken_over_tls(facts) :
							   !may_be_listed(facts, attempt->name);
}

/*
 * "Unknown command" may mean no more than a name that it does not like the look of. It is believed
 * where the server showed that it knows other commands, and that it does not want this one.
 */
static bool
command_is_refused(const struct facts *facts)
{
	const struct capabilities *clear = &facts->probe.clear;

	switch (facts->probe.user_over_tls) {
	case ANSWER_ACCEPTED:
		return true;
	case ANSWER_REFUSED:
	case ANSWER_STRANGE:
		return false;
	case ANSWER_NONE:
	case ANSWER_CLOSED:
	case ANSWER_TIMEOUT:
		break;
	}
	return clear->state == LIST_ANSWERED && !clear->cut && !capabilities_have(clear, "USER");
}

/* AUTH carries no name: who says the same to it, and lists no USER, does not speak of the name. */
static bool
refused_like_auth(const struct facts *facts, const struct attempt *user)
{
	const struct capabilities *clear = &facts->probe.clear;
	const char *plain = essential(facts, ATTEMPT_PLAIN)->reply;
	const char *login = essential(facts, ATTEMPT_LOGIN)->reply;

	return clear->state == LIST_ANSWERED && !clear->cut && !capabilities_have(clear, "USER") &&
		facts->probe.user_over_tls != ANSWER_REFUSED &&
		facts->probe.user_over_tls != ANSWER_STRANGE && has_words(user->reply) &&
		g_strcmp0(user->reply, plain) == 0 && g_strcmp0(user->reply, login) == 0;
}

/*
 * USER that is refused because of the name says nothing about a name that exists. Words that
 * nobody knows may speak of the name: they count only if TLS is all that it took, or if they are
 * said to all logins alike.
 */
static bool
user_is_refused(const struct facts *facts, const struct attempt *user)
{
	if (user->refusal == REFUSAL_TLS_REQUIRED || user->refusal == REFUSAL_LOGIN_DISABLED)
		return true;
	switch (refusal_blames(user->refusal, user->reply)) {
	case BLAME_COMMAND:
		return command_is_refused(facts);
	case BLAME_NAME:
		return false;
	case BLAME_OPEN:
		return user_taken_over_tls(facts) || refused_like_auth(facts, user);
	}
	g_return_val_if_reached(false);
}

/*
 * A mechanism that is listed, or would be if the server had a list, and answers "missing argument"
 * or in words that nobody knows, may still take it all in one line.
 */
static bool
auth_is_refused(const struct facts *facts, const struct attempt *attempt)
{
	bool listed = may_be_listed(facts, attempt->name);

	if (attempt->refusal == REFUSAL_SYNTAX)
		return !listed && facts->probe.clear.state == LIST_ANSWERED;
	return attempt->refusal != REFUSAL_UNKNOWN || !listed;
}

static bool
is_refused(const struct facts *facts, const struct attempt *attempt)
{
	if (attempt->answer == ANSWER_CLOSED)
		return close_is_refusal(facts, attempt);
	if (attempt->answer != ANSWER_REFUSED || attempt->refusal == REFUSAL_TEMPORARY ||
		attempt->refusal == REFUSAL_ACCESS || order_may_matter(facts, attempt))
		return false;
	return attempt == essential(facts, ATTEMPT_USER) ? user_is_refused(facts, attempt) :
							   auth_is_refused(facts, attempt);
}

/* A token mechanism that may be open and was not refused, or NULL. */
const char *
open_token(const struct facts *facts)
{
	for (size_t i = 0; i < G_N_ELEMENTS(token_mechanisms); i++) {
		const struct attempt *attempt = facts_attempt(facts, token_mechanisms[i]);

		if (may_be_open(facts, token_mechanisms[i]) &&
			(attempt == NULL || !is_refused(facts, attempt)))
			return token_mechanisms[i];
	}
	return NULL;
}

/* The essential three are refused; `but`, if not NULL, names one that is answered for elsewhere. */
static bool
essentials_refused(const struct facts *facts, const char *but)
{
	for (size_t i = 0; i < ATTEMPT_OTHERS; i++)
		if (g_strcmp0(essential(facts, i)->name, but) != 0 &&
			!is_refused(facts, essential(facts, i)))
			return false;
	return true;
}

static bool
all_refused(const struct facts *facts)
{
	return essentials_refused(facts, NULL) && open_token(facts) == NULL;
}

/* What was invited was refused in the end, and nothing else was invited or left open. */
static bool
refused_late(const struct facts *facts)
{
	return password_forbidden(facts) &&
		essentials_refused(facts, facts->probe.credential.mechanism) &&
		open_token(facts) == NULL;
}

static bool
timed_out(const struct facts *facts)
{
	return facts->probe.timeout_step != NULL;
}

static bool
is_odd(const struct attempt *attempt)
{
	return attempt->answer == ANSWER_STRANGE || attempt->answer == ANSWER_REFUSED;
}

const struct attempt *
unclear_refusal(const struct facts *facts)
{
	static const size_t order[] = { ATTEMPT_USER, ATTEMPT_PLAIN, ATTEMPT_LOGIN };

	for (size_t i = 0; i < G_N_ELEMENTS(order); i++)
		if (essential(facts, order[i])->answer == ANSWER_REFUSED &&
			!is_refused(facts, essential(facts, order[i])))
			return essential(facts, order[i]);
	return essential(facts, ATTEMPT_USER);
}

/* The mechanism whose password was refused for want of TLS, or NULL. */
static const char *
refused_late_by(const struct facts *facts)
{
	return password_forbidden(facts) ? facts->probe.credential.mechanism : NULL;
}

/* All were refused, at once or late, but not in words that a verdict could rest on. */
static bool
refused_unclearly(const struct facts *facts)
{
	for (size_t i = 0; i < ATTEMPT_OTHERS; i++)
		if (essential(facts, i)->answer != ANSWER_REFUSED &&
			g_strcmp0(essential(facts, i)->name, refused_late_by(facts)) != 0)
			return false;
	return !essentials_refused(facts, refused_late_by(facts));
}

static bool
refused_unclearly_to_gentle(const struct facts *facts)
{
	return facts->probe.depth == DEPTH_GENTLE && refused_unclearly(facts);
}

/* All were answered, and at least one in a way that is neither a grant nor a refusal. */
static bool
answered_oddly(const struct facts *facts)
{
	return is_odd(essential(facts, ATTEMPT_PLAIN)) && is_odd(essential(facts, ATTEMPT_LOGIN)) &&
		is_odd(essential(facts, ATTEMPT_USER)) && !essentials_refused(facts, NULL);
}

static bool
always(const struct facts *facts G_GNUC_UNUSED)
{
	return true;
}

/* --- the table -------------------------------------------------------------------------------- */

#define LATER "Ask again later."
#define ELSEWHERE \
	"Ask from another address: popseal scan --source ADDRESS, --netns NAME, or another host."
#define LONGER   "Ask again with a longer --timeout, or from another network."
#define BY_HAND  "Log in by hand with a throw-away account, or read the server's configuration."
#define STANDARD "Ask at --depth standard, which sends one random credential."

static const struct row rows[] = {
	{ connection_refused, VERDICT_NO_SERVICE, CONFIDENCE_NONE, REASON_CONNECTION_REFUSED,
		say_connection_refused, NULL },
	{ not_connected, VERDICT_UNDETERMINED, CONFIDENCE_NONE, REASON_TIMEOUT, say_not_connected,
		LONGER },
	{ not_pop3, VERDICT_NO_SERVICE, CONFIDENCE_NONE, REASON_NOT_POP3, say_not_pop3, NULL },
	{ tls_only, VERDICT_REFUSES, CONFIDENCE_PROVEN, REASON_TLS_ONLY, say_tls_only, NULL },
	{ silent, VERDICT_UNDETERMINED, CONFIDENCE_NONE, REASON_TIMEOUT, say_silent, LONGER },
	{ closed_early, VERDICT_NO_SERVICE, CONFIDENCE_NONE, REASON_CLOSED_EARLY, say_closed_early,
		NULL },
	{ greeting_temporary, VERDICT_UNDETERMINED, CONFIDENCE_NONE, REASON_TEMPORARY, say_greeting,
		LATER },
	{ greeting_refused, VERDICT_UNDETERMINED, CONFIDENCE_NONE, REASON_GREETING_REFUSED,
		say_greeting, ELSEWHERE },
	{ out_of_step, VERDICT_UNDETERMINED, CONFIDENCE_NONE, REASON_UNKNOWN_REFUSAL,
		say_out_of_step, BY_HAND },
	{ exempted, VERDICT_UNDETERMINED, CONFIDENCE_NONE, REASON_SAME_HOST, say_exempted,
		ELSEWHERE },
	{ trusted_network, VERDICT_PERMITS, CONFIDENCE_LIKELY, REASON_TRUSTED_NETWORK, say_trusted,
		NULL },
	{ password_checked, VERDICT_PERMITS, CONFIDENCE_PROVEN, REASON_CREDENTIALS_CHECKED,
		say_checked, NULL },
	{ token_taken, VERDICT_PERMITS, CONFIDENCE_LIKELY, REASON_CONTINUATION, say_token, NULL },
	{ password_temporary, VERDICT_UNDETERMINED, CONFIDENCE_NONE, REASON_TEMPORARY, say_password,
		LATER },
	{ password_access, VERDICT_UNDETERMINED, CONFIDENCE_NONE, REASON_GREETING_REFUSED,
		say_password, ELSEWHERE },
	{ password_unanswered, VERDICT_UNDETERMINED, CONFIDENCE_NONE, REASON_TIMEOUT,
		say_password_unanswered, LONGER },
	{ refused_late, VERDICT_REFUSES, CONFIDENCE_PROVEN, REASON_REFUSED_LATE, say_refused_late,
		NULL },
	{ forbidden_once, VERDICT_UNDETERMINED, CONFIDENCE_NONE, REASON_PASS_NOT_TRIED,
		say_forbidden_once, BY_HAND },
	{ password_unknown, VERDICT_UNDETERMINED, CONFIDENCE_NONE, REASON_UNKNOWN_REFUSAL,
		say_password, BY_HAND },
	{ invited_only, VERDICT_PERMITS, CONFIDENCE_LIKELY, REASON_CONTINUATION, say_continuation,
		NULL },
	{ user_taken, VERDICT_UNDETERMINED, CONFIDENCE_NONE, REASON_PASS_NOT_TRIED,
		say_pass_not_tried, STANDARD },
	{ temporary, VERDICT_UNDETERMINED, CONFIDENCE_NONE, REASON_TEMPORARY, say_temporary,
		LATER },
	{ access_listed, VERDICT_UNDETERMINED, CONFIDENCE_NONE, REASON_GREETING_REFUSED, say_access,
		ELSEWHERE },
	{ all_refused, VERDICT_REFUSES, CONFIDENCE_PROVEN, REASON_REFUSED, say_refused, NULL },
	{ timed_out, VERDICT_UNDETERMINED, CONFIDENCE_NONE, REASON_TIMEOUT, say_timed_out, LONGER },
	{ refused_unclearly_to_gentle, VERDICT_UNDETERMINED, CONFIDENCE_NONE,
		REASON_UNKNOWN_REFUSAL, say_unclear, STANDARD },
	{ refused_unclearly, VERDICT_UNDETERMINED, CONFIDENCE_NONE, REASON_UNKNOWN_REFUSAL,
		say_unclear, BY_HAND },
	{ answered_oddly, VERDICT_UNDETERMINED, CONFIDENCE_NONE, REASON_UNKNOWN_REFUSAL, say_odd,
		BY_HAND },
	{ always, VERDICT_UNDETERMINED, CONFIDENCE_NONE, REASON_NOT_ASKED, say_not_asked,
		STANDARD },
};

/* --- what follows from the verdict --- */

static enum stls
stls_state(const struct facts *facts)
{
	const struct probe_facts *probe = &facts->probe;
	enum stls works = facts->verdict.value == VERDICT_REFUSES ? STLS_REQUIRED : STLS_OPTIONAL;

	switch (probe->stls.answer) {
	case ANSWER_ACCEPTED:
		return probe->tls.handshake == HANDSHAKE_UP && !probe->stls.plaintext_after ?
			works :
			STLS_BROKEN;
	case ANSWER_REFUSED:
	case ANSWER_STRANGE:
		return probe->stls.advertised ? STLS_BROKEN : STLS_NONE;
	case ANSWER_CLOSED:
		if (probe->stls.advertised)
			return STLS_BROKEN;
		return probe->alive ? STLS_NONE : STLS_UNTRIED;
	case ANSWER_TIMEOUT:
	case ANSWER_NONE:
		break;
	}
	if (probe->clear.state != LIST_ANSWERED)
		return STLS_UNTRIED;
	return probe->stls.advertised ? works : STLS_NONE;
}

/* The exchange that decided: the credential's, else the first invitation, else USER's. */
static const char *
deciding_exchange(const struct facts *facts)
{
	if (password(facts) != NULL && facts->probe.credential.exchange != NULL)
		return facts->probe.credential.exchange;
	return invitation(facts)->exchange;
}

static enum vantage
vantage(const struct facts *facts)
{
	if (facts->probe.trusted && !facts->probe.same_address)
		return VANTAGE_TRUSTED;
	return facts->probe.vantage;
}

void
verdict_decide(struct facts *facts)
{
	struct verdict *verdict = &facts->verdict;
	const struct row *row = rows;

	while (!row->holds(facts))
		row++;
	*verdict = (struct verdict){
		.value = row->value,
		.confidence = row->confidence,
		.reason = row->reason,
		.settle = row->settle,
		.step = row->reason == REASON_TIMEOUT ? facts->probe.timeout_step : NULL,
	};
	if (verdict->reason == REASON_TRUSTED_NETWORK && password_checked(facts))
		verdict->confidence = CONFIDENCE_PROVEN;
	verdict->explanation = row->explain(facts);
	verdict->transcript = deciding_exchange(facts);
	facts->probe.stls.advertised = capabilities_have(&facts->probe.clear, "STLS");
	facts->probe.stls.state = stls_state(facts);
	facts->probe.vantage = vantage(facts);
}
