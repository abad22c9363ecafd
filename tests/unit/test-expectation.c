/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expectations: every state of each as a table of facts, and what is said of it.
 */
#include <string.h>

#include "model/expectation.h"

#define DAY (INT64_C(86400) * G_USEC_PER_SEC)
#define NOW (20000 * DAY + 5)

/* --- facts ------------------------------------------------------------------------------------ */

/* A host with a clear endpoint and one in TLS, both right; each case makes some of it wrong. */
struct host {
	struct facts *clear;
	struct facts *tls;
	struct login_result login;
	const struct login_result *given;
};

static struct facts *
endpoint(uint16_t port, enum mode mode)
{
	struct facts *facts = facts_new();

	facts->now = NOW;
	facts->endpoint = (struct endpoint){ .host = "mail.example",
		.address = "192.0.2.1",
		.port = port,
		.mode = mode };
	facts->probe.depth = DEPTH_DEEP;
	facts->probe.connect = CONNECT_OPEN;
	facts->probe.greeting_kind = GREETING_OK;
	facts->probe.greeting = "+OK ready";
	facts->verdict = (struct verdict){ .value = VERDICT_REFUSES,
		.confidence = CONFIDENCE_PROVEN,
		.reason = mode == MODE_POP3S ? REASON_TLS_ONLY : REASON_REFUSED,
		.explanation = "It refuses.",
		.settle = "By hand.",
		.transcript = "C: USER x\nS: -ERR" };
	return facts;
}

static void
add_tls(struct facts *facts)
{
	struct tls_facts *tls = &facts->probe.tls;
	struct certificate_facts *chain = arena_take(&facts->arena, 2 * sizeof(*chain));
	const struct certificate_facts **path =
		arena_take(&facts->arena, 2 * sizeof(struct certificate_facts *));

	chain[0] = (struct certificate_facts){ .subject = "CN=mail.example",
		.issuer = "CN=CA",
		.not_before = "begin",
		.not_after = "end",
		.begins = NOW - 10 * DAY,
		.ends = NOW + 30 * DAY };
	chain[1] = (struct certificate_facts){ .subject = "CN=CA\x1b",
		.issuer = "CN=Root",
		.not_before = "begin",
		.not_after = "end",
		.begins = NOW - 1000 * DAY,
		.ends = NOW + 1000 * DAY };
	*tls = (struct tls_facts){ .handshake = HANDSHAKE_UP,
		.version = "TLSv1.3",
		.cipher = "TLS_AES_256_GCM_SHA384",
		.certificate = chain,
		.details = arena_take(&facts->arena, sizeof(*tls->details)),
		.survey = arena_take(&facts->arena, sizeof(*tls->survey)) };
	path[0] = &chain[0];
	path[1] = &chain[1];
	*tls->details = (struct tls_details){ .trust = TRUST_HOLDS,
		.anchors = "the system's store",
		.chain = chain,
		.chain_count = 2,
		.path = path,
		.path_count = 2,
		.name = NAME_MATCHES,
		.reference = "mail.example",
		.staple = STAPLE_NONE };
	for (size_t i = 0; i < TLS_VERSIONS; i++)
		tls->survey->versions[i] = i < TLS_V1_2 ? TRIAL_REFUSED : TRIAL_TAKEN;
}

static struct host *
host_new(void)
{
	struct host *host = g_new0(struct host, 1);

	host->clear = endpoint(110, MODE_POP3);
	host->clear->probe.stls.advertised = true;
	host->clear->probe.stls.answer = ANSWER_ACCEPTED;
	host->clear->probe.stls.state = STLS_REQUIRED;
	add_tls(host->clear);
	host->tls = endpoint(995, MODE_POP3S);
	add_tls(host->tls);
	host->login = (struct login_result){ .outcome = LOGIN_OK,
		.mechanism = "PLAIN",
		.reply = "+OK Logged in.",
		.messages = 3,
		.octets = 4096 };
	host->given = &host->login;
	return host;
}

static void
host_free(struct host *host)
{
	facts_free(host->clear);
	facts_free(host->tls);
	g_free(host);
}

static void
no_tls(struct facts *facts)
{
	facts->probe.tls = (struct tls_facts){ .handshake = HANDSHAKE_NOT_TRIED };
}

static void
no_connection(struct facts *facts, enum connect_outcome how)
{
	no_tls(facts);
	facts->probe.connect = how;
	facts->probe.greeting_kind = GREETING_NONE;
	facts->probe.greeting = NULL;
	facts->probe.stls.advertised = false;
	facts->probe.stls.answer = ANSWER_NONE;
	facts->probe.stls.state = STLS_UNTRIED;
	facts->verdict.value = how == CONNECT_REFUSED ? VERDICT_NO_SERVICE : VERDICT_UNDETERMINED;
	facts->verdict.reason = how == CONNECT_REFUSED ? REASON_CONNECTION_REFUSED : REASON_TIMEOUT;
}

static void
no_stls(struct facts *facts)
{
	no_tls(facts);
	facts->probe.stls.advertised = false;
	facts->probe.stls.answer = ANSWER_REFUSED;
	facts->probe.stls.state = STLS_NONE;
}

static void
broken_handshake(struct facts *facts, enum handshake how)
{
	no_tls(facts);
	facts->probe.tls.handshake = how;
	facts->probe.tls.error = "an alert";
	facts->probe.stls.state = STLS_BROKEN;
}

/* --- what makes some of it wrong -------------------------------------------------------------- */

#define WRONG(name, ...)                    \
	static void name(struct host *host) \
	{                                   \
		__VA_ARGS__;                \
	}

static void
right(struct host *host G_GNUC_UNUSED)
{
}

static void
clear_permits(struct host *host)
{
	host->clear->verdict.value = VERDICT_PERMITS;
	host->clear->verdict.reason = REASON_CREDENTIALS_CHECKED;
}

WRONG(clear_closed, no_connection(host->clear, CONNECT_REFUSED))
WRONG(clear_silent, no_connection(host->clear, CONNECT_TIMEOUT))
WRONG(clear_unreachable, no_connection(host->clear, CONNECT_UNREACHABLE))

static void
clear_unasked(struct host *host)
{
	no_connection(host->clear, CONNECT_NOT_TRIED);
	host->clear->verdict.reason = REASON_NOT_ASKED;
}

/* It accepts the connection, and says nothing. */
static void
clear_mute(struct host *host)
{
	clear_silent(host);
	host->clear->probe.connect = CONNECT_OPEN;
	host->clear->probe.timeout_step = "greeting";
}

static void
clear_hangs_up(struct host *host)
{
	clear_mute(host);
	host->clear->probe.timeout_step = NULL;
	host->clear->verdict.value = VERDICT_NO_SERVICE;
	host->clear->verdict.reason = REASON_CLOSED_EARLY;
}

static void
clear_stalls(struct host *host)
{
	clear_mute(host);
	host->clear->probe.greeting_kind = GREETING_OK;
	host->clear->probe.timeout_step = "capa";
}

static void
clear_is_web(struct host *host)
{
	clear_hangs_up(host);
	host->clear->probe.greeting_kind = GREETING_NOT_POP3;
	host->clear->verdict.reason = REASON_NOT_POP3;
}

static void
clear_tls_first(struct host *host)
{
	host->clear->probe.tls_first = true;
	host->clear->verdict.reason = REASON_TLS_ONLY;
}

WRONG(clear_no_stls, no_stls(host->clear))

static void
neither(struct host *host)
{
	no_stls(host->clear);
	no_connection(host->tls, CONNECT_REFUSED);
}

static void
both_closed(struct host *host)
{
	clear_closed(host);
	no_connection(host->tls, CONNECT_REFUSED);
}

static void
no_stls_and_silence(struct host *host)
{
	no_stls(host->clear);
	no_connection(host->tls, CONNECT_TIMEOUT);
}

static void
stls_listed_only(struct host *host)
{
	no_tls(host->clear);
	host->clear->probe.stls.answer = ANSWER_NONE;
	host->clear->probe.stls.state = STLS_OPTIONAL;
}

static void
stls_refused(struct host *host)
{
	no_tls(host->clear);
	host->clear->probe.stls.answer = ANSWER_REFUSED;
	host->clear->probe.stls.state = STLS_BROKEN;
}

static void
stls_closes(struct host *host)
{
	no_tls(host->clear);
	host->clear->probe.stls.answer = ANSWER_CLOSED;
	host->clear->probe.stls.state = STLS_BROKEN;
}

static void
stls_slow(struct host *host)
{
	no_tls(host->clear);
	host->clear->probe.stls.answer = ANSWER_TIMEOUT;
	host->clear->probe.stls.state = STLS_OPTIONAL;
}

WRONG(stls_alert, broken_handshake(host->clear, HANDSHAKE_ALERT))
WRONG(stls_not_tls, broken_handshake(host->clear, HANDSHAKE_NOT_TLS))
WRONG(tls_closed, no_connection(host->tls, CONNECT_REFUSED))
WRONG(tls_not_tls, broken_handshake(host->tls, HANDSHAKE_NOT_TLS))
WRONG(tls_alert, broken_handshake(host->tls, HANDSHAKE_ALERT))

/* ... and no hello of ours gets through either. */
static void
tls_dead(struct host *host)
{
	struct tls_survey *survey = host->tls->probe.tls.survey;

	broken_handshake(host->tls, HANDSHAKE_CLOSED);
	for (size_t i = 0; i < TLS_VERSIONS; i++)
		survey->versions[i] = TRIAL_REFUSED;
	host->tls->probe.tls.survey = survey;
}

/* Our library gives up, a hello of our own does not. */
static void
tls_old_only(struct host *host)
{
	struct tls_survey *survey = host->tls->probe.tls.survey;

	broken_handshake(host->tls, HANDSHAKE_ALERT);
	for (size_t i = 0; i < TLS_VERSIONS; i++)
		survey->versions[i] = i == TLS_V1_0 ? TRIAL_TAKEN : TRIAL_REFUSED;
	host->tls->probe.tls.survey = survey;
}

WRONG(tls_slow, broken_handshake(host->tls, HANDSHAKE_TIMEOUT))
WRONG(tls_silent, no_connection(host->tls, CONNECT_TIMEOUT))

static void
tls_hangs_up(struct host *host)
{
	no_tls(host->tls);
	host->tls->verdict.reason = REASON_CLOSED_EARLY;
}

/* --- versions --- */

static void
version(struct host *host, enum tls_version which, enum trial trial)
{
	host->tls->probe.tls.survey->versions[which] = trial;
}

WRONG(takes_old, version(host, TLS_V1_1, TRIAL_TAKEN))
WRONG(old_unclear, version(host, TLS_SSLV3, TRIAL_UNCLEAR))
WRONG(old_not_made, version(host, TLS_V1_0, TRIAL_NOT_MADE))
WRONG(no_survey, host->tls->probe.tls.survey = NULL)

static void
no_survey_old_session(struct host *host)
{
	no_survey(host);
	host->tls->probe.tls.version = "TLSv1.1";
}

WRONG(old_takes_oldest, version(host, TLS_SSLV3, TRIAL_TAKEN))

static void
only_1_2(struct host *host)
{
	version(host, TLS_V1_3, TRIAL_REFUSED);
	host->tls->probe.tls.version = "TLSv1.2";
}

static void
only_1_2_unclear(struct host *host)
{
	version(host, TLS_V1_3, TRIAL_UNCLEAR);
	host->tls->probe.tls.version = "TLSv1.2";
}

/* --- certificates --- */

static struct tls_details *
details(struct host *host)
{
	return host->tls->probe.tls.details;
}

WRONG(self_signed, details(host)->trust = TRUST_SELF_SIGNED)
WRONG(incomplete, details(host)->trust = TRUST_INCOMPLETE)
WRONG(unknown_root, details(host)->trust = TRUST_UNKNOWN_ROOT)

static void
broken_chain(struct host *host)
{
	details(host)->trust = TRUST_BROKEN;
	details(host)->trust_error = "certificate signature failure";
}

static void
unchecked(struct host *host)
{
	details(host)->trust = TRUST_NOT_CHECKED;
	details(host)->name = NAME_NOT_CHECKED;
}

WRONG(revoked, details(host)->staple = STAPLE_REVOKED)
WRONG(staple_invalid, details(host)->staple = STAPLE_INVALID)
WRONG(expired, details(host)->chain[0].ends = NOW - 1)
WRONG(expires_now, details(host)->chain[0].ends = NOW)
WRONG(not_yet, details(host)->chain[0].begins = NOW + 1)
WRONG(chain_expired, details(host)->chain[1].ends = NOW - 1)
WRONG(chain_ends_first, details(host)->chain[1].ends = NOW + 5 * DAY)
WRONG(unreadable, details(host)->chain[0].ends = 0)
WRONG(a_day_less, details(host)->chain[0].ends = NOW + 30 * DAY - 1)
WRONG(no_details, host->tls->probe.tls.details = NULL)

static void
no_chain(struct host *host)
{
	details(host)->path = NULL;
	details(host)->path_count = 0;
}

WRONG(no_certificate, host->tls->probe.tls.certificate = NULL)
WRONG(differs, details(host)->name = NAME_DIFFERS)

/* --- logins --- */

WRONG(no_login, host->given = NULL)

static void
no_login_no_tls(struct host *host)
{
	neither(host);
	host->login.outcome = LOGIN_NOT_TRIED;
}

static void
login(struct host *host, enum login_outcome outcome, const char *why)
{
	host->login.outcome = outcome;
	host->login.why = why;
}

WRONG(login_not_tried, login(host, LOGIN_NOT_TRIED, "the chain does not hold"))
WRONG(login_wrong, login(host, LOGIN_WRONG, "Authentication failed"))
WRONG(login_refused, login(host, LOGIN_REFUSED, "logins are disabled"))
WRONG(login_no_mechanism, login(host, LOGIN_NO_MECHANISM, NULL))
WRONG(login_broken, login(host, LOGIN_BROKEN, "the server failed to prove itself"))
WRONG(login_closed, login(host, LOGIN_LOST, "the server closed the connection"))
WRONG(login_slow, login(host, LOGIN_LOST, "no answer in time"))
WRONG(login_unreachable, login(host, LOGIN_UNREACHABLE, NULL))

/* --- the tables ------------------------------------------------------------------------------- */

struct row {
	const char *what;
	void (*set)(struct host *host);
	const char *expect;
	/* What comes of it on the clear endpoint and on the one in TLS: "name state reason". */
	const char *clear;
	const char *tls;
};

#define ALL "refuses,tls,tls>=1.2,cert,days>=30,name,login,cleartext-port-closed"
#define RIGHT                                                                                \
	"tls met session; tls>=1.2 met versions; cert met holds; days>=30 met enough-days; " \
	"name met matches; login met logged-in"

static const struct row rows[] = {
	{ "all is right", right, ALL,
		"refuses met refused; " RIGHT "; cleartext-port-closed unmet open",
		"refuses met tls-only; " RIGHT },
	{ "the clear port is closed", clear_closed, ALL,
		"refuses met connection-refused; tls met other-endpoint; "
		"cleartext-port-closed met connection-refused",
		"refuses met tls-only; " RIGHT },
	{ "no STLS, but implicit TLS", clear_no_stls, ALL,
		"refuses met refused; tls met other-endpoint; cleartext-port-closed unmet open",
		"refuses met tls-only; " RIGHT },
	{ "no TLS anywhere", no_login_no_tls, ALL,
		"refuses met refused; tls unmet no-stls; tls>=1.2 unmet no-tls; cert unmet no-tls; "
		"days>=30 unmet no-tls; name unmet no-tls; login undetermined not-sent; "
		"cleartext-port-closed unmet open",
		"refuses met connection-refused; tls unmet connection-refused; "
		"tls>=1.2 unmet no-tls; cert unmet no-tls; days>=30 unmet no-tls; "
		"name unmet no-tls; login undetermined not-sent" },
	{ "permits", clear_permits, "refuses", "refuses unmet permits", "refuses met tls-only" },
	{ "silent", clear_silent, "refuses,cleartext-port-closed",
		"refuses undetermined timeout; cleartext-port-closed undetermined timeout",
		"refuses met tls-only" },
	{ "unreachable", clear_unreachable, "refuses,cleartext-port-closed",
		"refuses undetermined timeout; cleartext-port-closed undetermined unreachable",
		"refuses met tls-only" },
	{ "not asked", clear_unasked, "refuses,tls,cleartext-port-closed",
		"refuses undetermined not-asked; tls met other-endpoint; "
		"cleartext-port-closed undetermined not-asked",
		"refuses met tls-only; tls met session" },
	{ "mute", clear_mute, "refuses,cleartext-port-closed",
		"refuses undetermined timeout; cleartext-port-closed undetermined timeout",
		"refuses met tls-only" },
	{ "hangs up", clear_hangs_up, "refuses,cleartext-port-closed",
		"refuses undetermined closed-early; cleartext-port-closed unmet open",
		"refuses met tls-only" },
	{ "stalls", clear_stalls, "refuses,cleartext-port-closed",
		"refuses undetermined timeout; cleartext-port-closed unmet open",
		"refuses met tls-only" },
	{ "not POP3", clear_is_web, "refuses,cert,cleartext-port-closed",
		"refuses undetermined not-pop3; cleartext-port-closed unmet open",
		"refuses met tls-only; cert met holds" },
	{ "TLS first", clear_tls_first, "refuses,tls,cleartext-port-closed",
		"refuses met tls-only; tls met session; cleartext-port-closed unmet open",
		"refuses met tls-only; tls met session" },

	/* tls: of this endpoint, or of another one of its host. */
	{ "neither", neither, "tls", "tls unmet no-stls", "tls unmet connection-refused" },
	{ "both closed", both_closed, "tls", "tls unmet connection-refused",
		"tls unmet connection-refused" },
	{ "the other one may have it", no_stls_and_silence, "tls,cert,login",
		"tls undetermined timeout; cert undetermined timeout; login met logged-in",
		"tls undetermined timeout; cert undetermined timeout; login met logged-in" },
	{ "STLS is listed only", stls_listed_only, "tls,cert",
		"tls met other-endpoint; cert undetermined not-asked",
		"tls met session; cert met holds" },
	{ "STLS is refused", stls_refused, "tls,cert", "tls met other-endpoint",
		"tls met session; cert met holds" },
	{ "STLS closes", stls_closes, "tls,cert",
		"tls met other-endpoint; cert undetermined closed",
		"tls met session; cert met holds" },
	{ "STLS is slow", stls_slow, "tls,cert",
		"tls met other-endpoint; cert undetermined timeout",
		"tls met session; cert met holds" },
	{ "STLS ends in an alert", stls_alert, "tls,cert",
		"tls met other-endpoint; cert undetermined handshake-failed",
		"tls met session; cert met holds" },
	{ "STLS is answered in clear", stls_not_tls, "tls,cert", "tls met other-endpoint",
		"tls met session; cert met holds" },
	{ "995 is closed", tls_closed, "tls,cert,login",
		"tls met session; cert met holds; login met logged-in", "tls met other-endpoint" },
	{ "995 is no TLS", tls_not_tls, "tls,cert", "tls met session; cert met holds",
		"tls met other-endpoint; cert unmet no-tls" },
	{ "995 breaks off", tls_alert, "tls,cert", "tls met session; cert met holds",
		"tls met other-endpoint; cert undetermined handshake-failed" },
	{ "995 breaks off always", tls_dead, "tls,tls>=1.2,cert",
		"tls met session; tls>=1.2 met versions; cert met holds",
		"tls met other-endpoint; tls>=1.2 unmet no-tls; cert unmet no-tls" },
	{ "995 takes what we cannot", tls_old_only, "tls>=1.2,tls,cert",
		"tls met session; tls>=1.2 met versions; cert met holds",
		"tls met other-endpoint; tls>=1.2 unmet older-taken; "
		"cert undetermined handshake-failed" },
	{ "995 is slow", tls_slow, "tls,name", "tls met session; name met matches",
		"tls met other-endpoint; name undetermined timeout" },
	{ "995 is silent", tls_silent, "tls,days>=1", "tls met session; days>=1 met enough-days",
		"tls met other-endpoint; days>=1 undetermined timeout" },
	{ "995 hangs up", tls_hangs_up, "tls,cert", "tls met session; cert met holds",
		"tls met other-endpoint; cert undetermined closed-early" },
};

/* Of the endpoint in TLS alone, as if no other had been asked. */
static const struct row alone[] = {
	{ "no clear endpoint", right, "cleartext-port-closed", NULL,
		"cleartext-port-closed undetermined not-asked" },
	{ "closed", tls_closed, "tls,cert,login", NULL,
		"tls unmet connection-refused; cert unmet no-tls; login met logged-in" },
	{ "not TLS", tls_not_tls, "tls", NULL, "tls unmet not-tls" },
	{ "breaks off", tls_alert, "tls", NULL, "tls undetermined handshake-failed" },
	{ "breaks off always", tls_dead, "tls", NULL, "tls unmet handshake-failed" },
	{ "slow", tls_slow, "tls", NULL, "tls undetermined timeout" },
	{ "hangs up", tls_hangs_up, "tls", NULL, "tls undetermined closed-early" },

	{ "1.1 is taken", takes_old, "tls>=1.2", NULL, "tls>=1.2 unmet older-taken" },
	{ "1.1 is taken, and allowed", takes_old, "tls>=1.1", NULL, "tls>=1.1 met versions" },
	{ "an old one is unclear", old_unclear, "tls>=1.2", NULL, "tls>=1.2 undetermined unclear" },
	{ "an old one was not asked", old_not_made, "tls>=1.2", NULL,
		"tls>=1.2 undetermined unclear" },
	{ "no survey", no_survey, "tls>=1.2", NULL, "tls>=1.2 undetermined not-asked" },
	{ "no survey, an old session", no_survey_old_session, "tls>=1.2", NULL,
		"tls>=1.2 unmet older-taken" },
	{ "SSLv3 counts", old_takes_oldest, "tls>=1.0", NULL, "tls>=1.0 unmet older-taken" },
	{ "nothing but 1.2", only_1_2, "tls>=1.3", NULL, "tls>=1.3 unmet older-taken" },
	{ "1.2 is enough", only_1_2, "tls>=1.2", NULL, "tls>=1.2 met versions" },
	{ "1.2 is enough if 1.3 is unclear", only_1_2_unclear, "tls>=1.2", NULL,
		"tls>=1.2 met versions" },

	{ "self-signed", self_signed, "cert", NULL, "cert unmet self-signed" },
	{ "incomplete", incomplete, "cert", NULL, "cert unmet incomplete" },
	{ "unknown root", unknown_root, "cert", NULL, "cert unmet unknown-root" },
	{ "broken", broken_chain, "cert", NULL, "cert unmet broken" },
	{ "not checked", unchecked, "cert,name", NULL,
		"cert undetermined not-checked; name undetermined not-checked" },
	{ "revoked", revoked, "cert", NULL, "cert unmet revoked" },
	{ "a staple that is none", staple_invalid, "cert", NULL, "cert met holds" },
	{ "expired", expired, "cert,days>=0", NULL, "cert unmet expired; days>=0 unmet expired" },
	{ "expires at this moment", expires_now, "cert,days>=0", NULL,
		"cert met holds; days>=0 met enough-days" },
	{ "not yet valid", not_yet, "cert", NULL, "cert unmet not-yet-valid" },
	{ "an issuer expired", chain_expired, "cert,days>=0", NULL,
		"cert unmet expired; days>=0 unmet expired" },
	{ "an issuer ends first", chain_ends_first, "cert,days>=5,days>=6", NULL,
		"cert met holds; days>=6 unmet too-few-days" },
	{ "unreadable", unreadable, "cert,days>=1", NULL,
		"cert undetermined unreadable; days>=1 undetermined unreadable" },
	{ "30 days", right, "days>=30", NULL, "days>=30 met enough-days" },
	{ "31 days", right, "days>=31", NULL, "days>=31 unmet too-few-days" },
	{ "a microsecond less", a_day_less, "days>=30", NULL, "days>=30 unmet too-few-days" },
	{ "no details", no_details, "cert,days>=1,name", NULL,
		"cert undetermined not-checked; days>=1 undetermined not-checked; "
		"name undetermined not-checked" },
	{ "only its own certificate is kept", no_chain, "cert,days>=30", NULL,
		"cert met holds; days>=30 met enough-days" },
	{ "no certificate", no_certificate, "cert,days>=1,name", NULL,
		"cert undetermined no-certificate; days>=1 undetermined no-certificate; "
		"name undetermined no-certificate" },
	{ "another name", differs, "name", NULL, "name unmet differs" },

	{ "no credentials", no_login, "login", NULL, "login undetermined not-sent" },
	{ "not tried", login_not_tried, "login", NULL, "login undetermined not-sent" },
	{ "logged in", right, "login", NULL, "login met logged-in" },
	{ "wrong password", login_wrong, "login", NULL, "login unmet wrong-password" },
	{ "refused", login_refused, "login", NULL, "login undetermined refused" },
	{ "no mechanism", login_no_mechanism, "login", NULL, "login unmet no-mechanism" },
	{ "broken", login_broken, "login", NULL, "login unmet broken" },
	{ "closed", login_closed, "login", NULL, "login undetermined closed" },
	{ "timeout", login_slow, "login", NULL, "login undetermined timeout" },
	{ "unreachable", login_unreachable, "login", NULL, "login undetermined unreachable" },
};

/* Returns "name state reason; ...", and holds each expectation to what all must be. */
static char *
summed_up(const GPtrArray *judged)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < judged->len; i++) {
		const struct expectation *expectation = g_ptr_array_index(judged, i);

		g_string_append_printf(text, "%s%s %s %s", i > 0 ? "; " : "", expectation->name,
			expectation_state_word(expectation->state), expectation->reason);
		g_test_message("%s: %s", expectation->name, expectation->message);
		g_assert_true(g_str_has_suffix(expectation->message, "."));
		g_assert_null(strpbrk(expectation->message, "\n\x1b"));
		if (expectation->state == EXPECTATION_UNDETERMINED)
			g_assert_true(expectation->settle != NULL ||
				g_str_equal(expectation->reason, "unreadable"));
		for (size_t e = 0; e < expectation->evidence_count; e++)
			g_assert_null(strchr(expectation->evidence[e], '\x1b'));
	}
	return g_string_free(text, FALSE);
}

static void
assert_judged(const char *what, const struct expectations *expectations,
	const struct verified *verified, size_t index, size_t count, const char *expected)
{
	g_autoptr(GPtrArray) judged =
		expectations_judge(expectations, &verified[index], verified, count);
	g_autofree char *text = summed_up(judged);

	g_test_message("%s, port %u", what, verified[index].facts->endpoint.port);
	g_assert_cmpstr(text, ==, expected);
}

static void
test_row(const struct row *row)
{
	struct expectations expectations;
	struct host *host = host_new();
	struct verified verified[2];

	g_assert_true(expectations_parse(row->expect, &expectations, NULL));
	row->set(host);
	verified[0] = (struct verified){ host->clear, host->given };
	verified[1] = (struct verified){ host->tls, host->given };
	if (row->clear != NULL) {
		assert_judged(row->what, &expectations, verified, 0, 2, row->clear);
		assert_judged(row->what, &expectations, verified, 1, 2, row->tls);
	} else {
		assert_judged(row->what, &expectations, verified + 1, 0, 1, row->tls);
	}
	host_free(host);
}

static void
test_rows(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		test_row(&rows[i]);
}

static void
test_alone(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(alone); i++)
		test_row(&alone[i]);
}

/* --- what is said ----------------------------------------------------------------------------- */

static GPtrArray *
judged_tls(struct host *host, const char *expect)
{
	struct expectations expectations;
	struct verified verified = { host->tls, host->given };

	g_assert_true(expectations_parse(expect, &expectations, NULL));
	return expectations_judge(&expectations, &verified, &verified, 1);
}

/* What a server wrote is escaped, and an overridden check is told. */
static void
test_login_evidence(void)
{
	struct host *host = host_new();
	g_autoptr(GPtrArray) judged = NULL;
	const struct expectation *expectation;

	host->login.reply = "+OK \x1b[2J\n";
	host->login.overridden = true;
	host->login.binding = "tls-exporter";
	judged = judged_tls(host, "login");
	expectation = g_ptr_array_index(judged, 0);
	g_assert_cmpstr(expectation->message, ==,
		"The login over TLS worked, by PLAIN (overridden by --insecure, as "
		"chain or name did not hold).");
	g_assert_cmpuint(expectation->evidence_count, ==, 4);
	g_assert_cmpstr(expectation->evidence[0], ==,
		"-- logged in by PLAIN, bound to the TLS session by tls-exporter");
	g_assert_cmpstr(expectation->evidence[1], ==, "S: +OK \\x1b[2J\\n");
	g_assert_cmpstr(expectation->evidence[2], ==, "-- STAT: 3 messages, 4096 octets");
	g_assert_nonnull(strstr(expectation->evidence[3], "--insecure"));
	host_free(host);
}

static void
test_certificate_evidence(void)
{
	struct host *host = host_new();
	const char *names[] = { "mail.example", "x\x1b\n" };
	const char *services[] = { "_pop3s.example" };
	g_autoptr(GPtrArray) judged = NULL;
	const struct expectation *name;
	const struct expectation *cert;

	host->tls->probe.tls.certificate->names = names;
	host->tls->probe.tls.certificate->name_count = 2;
	host->tls->probe.tls.certificate->services = services;
	host->tls->probe.tls.certificate->service_count = 1;
	chain_expired(host);
	judged = judged_tls(host, "cert,name");
	cert = g_ptr_array_index(judged, 0);
	name = g_ptr_array_index(judged, 1);
	g_assert_cmpstr(cert->message, ==,
		"A certificate of the chain (CN=CA\\x1b) has expired on end.");
	g_assert_cmpuint(cert->evidence_count, ==, 4);
	g_assert_cmpstr(cert->evidence[0], ==,
		"-- CN=mail.example, issued by CN=CA, from begin until end");
	g_assert_cmpstr(cert->evidence[1], ==,
		"-- the chain: holds, held against the system's store");
	g_assert_cmpstr(cert->evidence[2], ==, "-- the OCSP staple: none");
	g_assert_cmpstr(name->evidence[0], ==,
		"-- the certificate is for: mail.example, x\\x1b\\n, _pop3s.example");
	host_free(host);
}

static void
test_days_left(void)
{
	struct host *host = host_new();
	int64_t days = 4711;

	g_assert_true(expectation_days_left(host->tls, &days));
	g_assert_cmpint(days, ==, 30);
	a_day_less(host);
	g_assert_true(expectation_days_left(host->tls, &days));
	g_assert_cmpint(days, ==, 29);
	expired(host);
	g_assert_true(expectation_days_left(host->tls, &days));
	g_assert_cmpint(days, ==, -1);
	unreadable(host);
	g_assert_false(expectation_days_left(host->tls, &days));
	no_details(host);
	g_assert_false(expectation_days_left(host->tls, &days));
	no_certificate(host);
	g_assert_false(expectation_days_left(host->tls, &days));
	host_free(host);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/expectation/host", test_rows);
	g_test_add_func("/expectation/alone", test_alone);
	g_test_add_func("/expectation/login-evidence", test_login_evidence);
	g_test_add_func("/expectation/certificate-evidence", test_certificate_evidence);
	g_test_add_func("/expectation/days-left", test_days_left);
	return g_test_run();
}
