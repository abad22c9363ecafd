/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which product is it, and what do its refusals mean? The replies are those of
 * real servers where one was at hand, else those of their sources.
 */
#include <string.h>

#include "products/product.h"

/* Lists have '|' between their items. */
struct dialogue {
	const char *product; /* NULL: nobody knows */
	const char *version;
	const char *greeting;
	const char *capa; /* NULL: refused */
	const char *replies;
};

#define DOVECOT_CAPA "CAPA|TOP|UIDL|RESP-CODES|PIPELINING|AUTH-RESP-CODE|"
#define DOVECOT_SAFE \
	"-ERR [AUTH] Plaintext authentication disallowed on non-secure (SSL/TLS) connections."
#define DOVECOT_SAFE_24 \
	"-ERR [AUTH] Cleartext authentication disallowed on non-secure (SSL/TLS) connections."
#define CYRUS_VERSION "3.6.1-Debian-3.6.1-4+deb12u5"
#define CYRUS         "Cyrus POP3 " CYRUS_VERSION
#define CYRUS_SILENT                                           \
	"STLS|EXPIRE NEVER|LOGIN-DELAY 0|TOP|UIDL|PIPELINING|" \
	"RESP-CODES|AUTH-RESP-CODE"
#define CYRUS_CAPA     CYRUS_SILENT "|IMPLEMENTATION " CYRUS
#define COURIER_LAYOUT "STLS|TOP|USER|LOGIN-DELAY 10|PIPELINING|UIDL|UTF8 USER"
#define COURIER_CAPA   COURIER_LAYOUT "|IMPLEMENTATION Courier Mail Server"
#define MAILUTILS_CAPA "TOP|UIDL|RESP-CODES|PIPELINING|AUTH-RESP-CODE|EXPIRENEVER|"
#define STALWART_CAPA  "STLS|TOP|RESP-CODES|PIPELINING|EXPIRE NEVER|UIDL|UTF8"
#define ZIMBRA_CAPA    "TOP|USER|UIDL|STLS|SASL|EXPIRE 31 USER|XOIP|IMPLEMENTATION ZimbraInc"
#define GMAIL_CAPA     "USER|RESP-CODES|EXPIRE 0|LOGIN-DELAY 300|TOP|UIDL|X-GOOGLE-RICO|SASL PLAIN"

static const struct dialogue dialogues[] = {
	{ "dovecot", NULL, "+OK Dovecot (Debian) ready.", NULL, "" },
	{ "dovecot", NULL, "+OK Dovecot ready. <1.2.3.4@x>", DOVECOT_CAPA "USER|SASL PLAIN",
		"+OK" },
	{ "dovecot", NULL, "+OK [XCLIENT] Dovecot ready.", DOVECOT_CAPA "SASL", "" },
	{ "dovecot", NULL, "+OK Mail here", DOVECOT_CAPA "STLS|SASL", "" },
	{ "dovecot", NULL, "+OK POP3 ready", DOVECOT_CAPA "STLS|SASL", DOVECOT_SAFE },
	{ "dovecot", NULL, "+OK Mail here", NULL, DOVECOT_SAFE },
	{ "dovecot", NULL, "+OK Mail here", NULL, DOVECOT_SAFE_24 },
	{ "dovecot", NULL, "+OK Mail here", NULL, "-ERR Authentication aborted by client." },
	{ "cyrus", CYRUS_VERSION, "+OK host.example " CYRUS " server ready <1.2@x>", NULL, "" },
	{ "cyrus", CYRUS_VERSION, "+OK server ready ", CYRUS_CAPA, "" },
	{ "cyrus", NULL, "+OK server ready ", CYRUS_SILENT, "+OK Name is a valid mailbox" },
	{ "cyrus", NULL, "+OK server ready <1.2@x>", CYRUS_SILENT,
		"-ERR [AUTH] USER command only available under a layer" },
	{ "cyrus", NULL, "+OK renamed", NULL,
		"-ERR [AUTH] authenticating: encryption needed to use mechanism|"
		"-ERR [AUTH] AUTH command only available under a layer" },
	{ "courier", NULL, "+OK Hello there.", COURIER_CAPA, "" },
	{ "courier", NULL, "+OK Hello there. <1@x>", NULL, "" },
	{ "courier", NULL, "+OK renamed", NULL, "-ERR TLS required to log in." },
	{ "courier", NULL, "+OK renamed", COURIER_CAPA, "" },
	{ "courier", NULL, "+OK renamed", COURIER_LAYOUT, "" },
	{ "exchange", NULL, "+OK The Microsoft Exchange POP3 service is ready.", "TOP|UIDL|STLS",
		"" },
	{ "exchange", NULL, "+OK The Microsoft Exchange POP3 service is ready. [QUJD]", NULL, "" },
	{ "exchange", "2007", "+OK Microsoft Exchange Server 2007 POP3 service ready", NULL, "" },
	{ "exchange", "6.5.7638.1",
		"+OK Microsoft Exchange Server 2003 POP3 server version 6.5.7638.1 (x) ready.",
		NULL, "" },
	{ "exchange", NULL, "+OK renamed", "TOP|UIDL|SASL NTLM GSSAPI PLAIN|USER|STLS", "" },
	{ "exchange", NULL, "+OK renamed", "TOP|UIDL|STLS",
		"-ERR Command is not valid in this state.|-ERR Protocol error. 14" },
	{ "nginx", NULL, "+OK POP3 ready", "TOP|USER|UIDL|SASL PLAIN LOGIN", "+ |+OK" },
	{ "nginx", NULL, "+OK POP3 ready", "TOP|UIDL|STLS", "-ERR invalid command" },
	{ "nginx", NULL, "+OK POP3 ready <1.2@x>", "TOP|USER|UIDL", "-ERR invalid command" },
	{ "nginx", NULL, "+OK POP3 ready", "TOP|USER|UIDL|EXPIRE 31 USER|XOIP|SASL PLAIN", "" },
	{ "perdition", NULL, "+OK POP3 perditon ready on mail.example 0002ca42", NULL, "" },
	{ "perdition", NULL, "+OK renamed", NULL,
		"-ERR Mate, the command must be one of CAPA, USER, PASS or QUIT" },
	{ "mailutils", NULL, "+OK POP3 Ready <29410.1795466166@vm>", MAILUTILS_CAPA "USER", "" },
	{ "mailutils", NULL, "+OK POP3 Ready <1.2@vm>", MAILUTILS_CAPA "XTLSREQUIRED|STLS",
		"-ERR Incorrect state" },
	{ "mailutils", NULL, "+OK renamed", MAILUTILS_CAPA "USER", "-ERR [AUTH] Bad login" },
	{ "mailutils", "3.15", "+OK renamed", "TOP|UIDL|IMPLEMENTATION GNU Mailutils 3.15", "" },
	{ "popa3d", NULL, "+OK", NULL, "-ERR|+OK|-ERR Authentication failed (bad password?)" },
	{ "popa3d", NULL, "+OK", NULL, "-ERR" },
	{ "solid-pop3d", NULL, "+OK Solid POP3 server ready", NULL, "" },
	{ "solid-pop3d", NULL, "+OK renamed", NULL, "-ERR unknown command|+OK username accepted" },
	{ "uw", "2007f.104", "+OK POP3 x.example 2007f.104 server ready <1@x>", NULL, "" },
	{ "uw", "v2001.80", "+OK POP3 [192.0.2.1] v2001.80 server ready", NULL, "" },
	{ "uw", NULL, "+OK renamed", "TOP|LOGIN-DELAY 180|UIDL|STLS",
		"-ERR Unknown AUTHORIZATION state command" },
	{ "hmailserver", NULL, "+OK POP3", "UIDL|TOP|USER|STLS",
		"-ERR Invalid command in current state." },
	{ "hmailserver", NULL, "+OK renamed", "USER|UIDL|TOP", "-ERR STLS is required." },
	{ "hmailserver", NULL, "+OK renamed", "UIDL|TOP|USER",
		"-ERR A SSL/TLS-connection is required for authentication." },
	{ "zimbra", NULL, "+OK mail.example Zimbra POP3 server ready", ZIMBRA_CAPA, "" },
	{ "zimbra", "8.8.15_GA_3829", "+OK x.example Zimbra 8.8.15_GA_3829 POP3 server ready", NULL,
		"" },
	{ "zimbra", NULL, "+OK renamed", NULL, "-ERR only valid after entering TLS mode" },
	{ "james", NULL, "+OK <1.2@x> POP3 server (JAMES POP3 Server ) ready ",
		"PIPELINING|USER|TOP|UIDL|STLS", "" },
	{ "james", "2.3.2", "+OK x POP3 server (JAMES POP3 Server 2.3.2) ready ", NULL, "" },
	{ "james", NULL, "+OK renamed", "PIPELINING|USER|TOP|UIDL|STLS", "+OK" },
	{ "stalwart", NULL, "+OK Stalwart POP3 at your service.", NULL, "" },
	{ "stalwart", NULL, "+OK renamed", STALWART_CAPA "|IMPLEMENTATION Stalwart Server",
		"-ERR Cannot authenticate over plain-text." },
	{ "stalwart", NULL, "+OK renamed", STALWART_CAPA, "" },
	{ "wildduck", NULL, "+OK WildDuck POP3 ready for requests from 192.0.2.1 abc", NULL, "" },
	{ "wildduck", NULL, "+OK Renamed ready for requests from 192.0.2.1 abc", "TOP|UIDL|STLS",
		"-ERR Command is not valid in this state" },
	{ "gmail", NULL, "+OK Gpop ready for requests from 192.0.2.1 abc", GMAIL_CAPA,
		"+OK send PASS|-ERR bad command" },
	{ "stunnel", NULL, "+OK Dovecot ready. + stunnel", "STLS",
		"-ERR Client does not want TLS|+OK Stunnel starts TLS negotiation" },
	{ "qpopper", "4.0.9", "+OK Qpopper (version 4.0.9) at x.example starting.", NULL, "" },
	{ "qpopper", "2.53", "+OK QPOP (version 2.53) at x.example starting.  <1.2@x>", NULL, "" },
	{ "qpopper", "4.0.5", "+OK ready  <1.2@x>",
		"TOP|USER|IMPLEMENTATION Qpopper-version-4.0.5|X-MANGLE|X-MACRO", "" },
	{ "qpopper", NULL, "+OK ready  <1.2@x>", NULL,
		"-ERR [AUTH] Password supplied for \"popseal-1\" is incorrect." },
	{ "mdaemon", "9.6.1", "+OK x.example POP MDaemon 9.6.1 ready <MDAEMON-F1@x>", NULL, "" },
	{ "kerio", "8.0.0", "+OK Kerio Connect 8.0.0 POP3 server ready <1.2@x>", NULL, "" },
	{ "kerio", "6.7.3", "+OK Kerio MailServer 6.7.3 patch 1 POP3 server ready <1@x>", NULL,
		"" },
	{ "domino", "9.0.1FP8",
		"+OK IBM Notes POP3 server version Release 9.0.1FP8 ready on X/Example.", NULL,
		"" },
	{ "domino", "X2.0", "+OK Lotus Notes POP3 server version X2.0 ready on X/Example.", NULL,
		"" },
	{ "popseal", NULL, "+OK popseal demo POP3 server ready", NULL, "" },

	{ NULL, NULL, NULL, NULL, "" },
	{ NULL, NULL, "+OK", NULL, "" },
	{ NULL, NULL, "+OK POP3 ready", NULL, "" },
	{ NULL, NULL, "+OK POP3 server ready", "TOP|USER|UIDL", "+OK|-ERR bad thing" },
	{ NULL, NULL, "+OK x.example POP3 ready", "USER|SASL LOGIN|STLS", "-ERR Unkown command" },
	{ NULL, NULL, "+OK <123.456@qmail.example>", NULL, "+OK|-ERR authorization failed" },
	{ NULL, NULL, "+OK Greetings from not-Dovecot", "TOP|UIDL|USER", "-ERR login failed" },
	{ NULL, NULL, "HTTP/1.1 400 Bad Request", NULL, "" },
	{ NULL, NULL, "-ERR access from your network is denied", NULL, "" },
};

static void
fill_list(struct facts *facts, struct capabilities *list, const char *items)
{
	g_auto(GStrv) words = g_strsplit(items, "|", -1);

	list->state = LIST_ANSWERED;
	for (size_t i = 0; words[i]; i++) {
		if (*words[i])
			capabilities_add(facts, list, words[i], strlen(words[i]));
	}
}

static struct facts *
make_facts(const char *greeting, const char *capa, const char *replies)
{
	struct facts *facts = facts_new();
	g_auto(GStrv) lines = g_strsplit(replies, "|", -1);

	facts_reserve(facts);
	facts->probe.greeting = greeting;
	facts->probe.clear.state = LIST_REFUSED;
	if (capa)
		fill_list(facts, &facts->probe.clear, capa);
	for (size_t i = 0; lines[i]; i++) {
		struct attempt *attempt = &facts->probe.attempts[facts->probe.attempt_count++];

		if (*lines[i])
			attempt->reply = facts_keep(facts, lines[i], strlen(lines[i]));
	}
	return facts;
}

static void
note_transcript(struct facts *facts, const char *lines)
{
	if (!facts->probe.transcript)
		facts->probe.transcript = g_string_new(NULL);
	g_string_append(facts->probe.transcript, lines);
}

static void
check_dialogue(const struct dialogue *dialogue)
{
	g_autoptr(facts_auto) facts =
		make_facts(dialogue->greeting, dialogue->capa, dialogue->replies);
	const char *version = "unset";
	const struct product *product = product_identify(facts, &version);

	if (g_strcmp0(product ? product->name : NULL, dialogue->product) == 0 &&
		g_strcmp0(version, dialogue->version) == 0)
		return;
	g_test_message("\"%s\" \"%s\" \"%s\": %s %s", dialogue->greeting, dialogue->capa,
		dialogue->replies, product ? product->name : "nobody", version);
	g_test_fail();
}

static void
test_identify(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(dialogues); i++)
		check_dialogue(&dialogues[i]);
}

static void
test_every_product_is_identified(void)
{
	for (size_t i = 0; products[i]; i++) {
		/* HAProxy shows nothing of itself. */
		bool found = products[i]->fingerprints[0].place == PLACE_END;

		for (size_t j = 0; j < G_N_ELEMENTS(dialogues); j++)
			found |= g_strcmp0(dialogues[j].product, products[i]->name) == 0;
		if (!found)
			g_error("no dialogue of %s", products[i]->name);
	}
}

/* CAPA's first line, the answer to "*" and QUIT's are known from the transcript only. */
static void
test_identify_by_transcript(void)
{
	g_autoptr(facts_auto) facts = make_facts("+OK renamed", NULL, "");
	const char *version;

	note_transcript(facts, "S: +OK renamed\nC: CAPA\nS: +OK Here's what I can do:\nS: .\n");
	note_transcript(facts, "C: QUIT\nS: +OK Better luck next time.");
	g_assert_true(product_identify(facts, &version) == product_find("courier"));
	g_assert_null(version);
}

/* The greeting in the transcript is no reply: else every bare "+OK" would be popa3d's. */
static void
test_greeting_is_no_reply(void)
{
	g_autoptr(facts_auto) facts = make_facts("+OK", NULL, "");
	const char *version;

	note_transcript(facts, "S: +OK\n");
	g_assert_null(product_identify(facts, &version));
}

static void
test_version_over_tls(void)
{
	g_autoptr(facts_auto) facts = make_facts("+OK server ready ", NULL, "");
	const char *version;

	fill_list(facts, &facts->probe.over_tls, "TOP|IMPLEMENTATION Cyrus POP3 3.8.0");
	g_assert_true(product_identify(facts, &version) == product_find("cyrus"));
	g_assert_cmpstr(version, ==, "3.8.0");
}

/* Two rooms that weigh the same cancel each other out. */
static void
test_tie(void)
{
	g_autoptr(facts_auto) facts = make_facts("+OK renamed", "IMPLEMENTATION ZimbraInc", "");
	const char *version;

	g_assert_true(product_identify(facts, &version) == product_find("zimbra"));
	facts->probe.clear.lines[facts->probe.clear.count++] = "X-GOOGLE-RICO";
	g_assert_null(product_identify(facts, &version));
}

/* More, and longer, than is looked at. */
static void
test_bounds(void)
{
	g_autoptr(facts_auto) facts = make_facts("+OK hello", "", "");
	const char *version;
	g_autofree char *filler = g_strnfill(600, 'x');

	for (int i = 0; i < 100; i++) {
		g_autofree char *line = g_strdup_printf("S: +OK %d %s\n", i, filler);

		note_transcript(facts, line);
	}
	while (facts->probe.clear.count < FACTS_CAPABILITIES_MAX)
		facts->probe.clear.lines[facts->probe.clear.count++] = filler;
	while (facts->probe.attempt_count < FACTS_ATTEMPTS_MAX)
		facts->probe.attempts[facts->probe.attempt_count++].reply = "-ERR [AUTH] ";
	g_assert_null(product_identify(facts, &version));
	facts->probe.greeting = "+OK Dovecot ready.";
	g_assert_true(product_identify(facts, &version) == product_find("dovecot"));
}

struct meaning {
	const char *product;
	const char *line;
	enum refusal refusal;
};

static const struct meaning meanings[] = {
	{ "dovecot", DOVECOT_SAFE, REFUSAL_TLS_REQUIRED },
	{ "dovecot", DOVECOT_SAFE_24, REFUSAL_TLS_REQUIRED },
	{ "dovecot", "-ERR [AUTH] Authentication disallowed on non-secure (SSL/TLS) connections.",
		REFUSAL_TLS_REQUIRED },
	{ "dovecot", "-ERR [AUTH] Authentication not allowed until SSL/TLS is enabled.",
		REFUSAL_TLS_REQUIRED },
	{ "dovecot", "-ERR [AUTH] Plaintext authentication disabled.", REFUSAL_TLS_REQUIRED },
	{ "dovecot", "-ERR [AUTH] Authentication failed.", REFUSAL_CREDENTIALS },
	{ "dovecot", "-ERR [SYS/TEMP] Temporary authentication failure. [vm:2026]",
		REFUSAL_TEMPORARY },
	{ "dovecot", "-ERR Too many invalid bad commands.", REFUSAL_TEMPORARY },
	{ "dovecot", "-ERR [AUTH] Unsupported authentication mechanism.", REFUSAL_MECHANISM },
	{ "dovecot", "-ERR APOP not enabled.", REFUSAL_MECHANISM },
	{ "dovecot", "-ERR Unknown command.", REFUSAL_UNKNOWN_COMMAND },
	{ "cyrus", "-ERR [AUTH] USER command only available under a layer", REFUSAL_TLS_REQUIRED },
	{ "cyrus", "-ERR [AUTH] AUTH command only available under a layer", REFUSAL_TLS_REQUIRED },
	{ "cyrus", "-ERR [AUTH] authenticating: encryption needed to use mechanism",
		REFUSAL_TLS_REQUIRED },
	{ "cyrus", "-ERR [AUTH] authenticating: no mechanism available", REFUSAL_MECHANISM },
	{ "cyrus", "-ERR [AUTH] authenticating: authentication failure", REFUSAL_CREDENTIALS },
	{ "cyrus", "-ERR [AUTH] Invalid login", REFUSAL_CREDENTIALS },
	{ "cyrus", "-ERR [AUTH] Must give USER command", REFUSAL_SYNTAX },
	{ "cyrus", "-ERR Unrecognized command", REFUSAL_UNKNOWN_COMMAND },
	{ "courier", "-ERR TLS required to log in.", REFUSAL_TLS_REQUIRED },
	{ "courier", "-ERR POP3 access disabled via insecure connection.", REFUSAL_TLS_REQUIRED },
	{ "courier", "-ERR Login failed.", REFUSAL_CREDENTIALS },
	{ "courier", "-ERR Temporary problem, please try again later", REFUSAL_TEMPORARY },
	{ "courier", "-ERR USER/PASS required.", REFUSAL_SYNTAX },
	{ "courier", "-ERR Invalid command.", REFUSAL_UNKNOWN_COMMAND },
	{ "exchange", "-ERR Command is not valid in this state.", REFUSAL_TLS_REQUIRED },
	{ "exchange", "-ERR Protocol error. 14", REFUSAL_UNKNOWN_COMMAND },
	{ "exchange", "-ERR Logon failure: unknown user name or bad password.",
		REFUSAL_CREDENTIALS },
	{ "exchange", "-ERR Authentication failure: unknown user name or bad password.",
		REFUSAL_CREDENTIALS },
	{ "nginx", "-ERR invalid command", REFUSAL_UNKNOWN_COMMAND },
	{ "nginx", "-ERR internal server error", REFUSAL_BACKEND },
	{ "nginx", "-ERR Invalid login or password", REFUSAL_CREDENTIALS },
	{ "perdition", "-ERR failed: Login Disabled", REFUSAL_LOGIN_DISABLED },
	{ "perdition", "-ERR failed: Re-Authentication Failure", REFUSAL_CREDENTIALS },
	{ "perdition", "-ERR failed: Could not connect to server", REFUSAL_BACKEND },
	{ "perdition", "-ERR failed: TLS not present", REFUSAL_BACKEND },
	{ "perdition", "-ERR Mate, the command must be one of STLS, CAPA, USER, PASS or QUIT",
		REFUSAL_UNKNOWN_COMMAND },
	{ "perdition", "-ERR Mate, try: USER <username>", REFUSAL_SYNTAX },
	{ "mailutils", "-ERR Incorrect state", REFUSAL_TLS_REQUIRED },
	{ "mailutils", "-ERR [AUTH] Bad login", REFUSAL_CREDENTIALS },
	{ "mailutils", "-ERR [LOGIN-DELAY] Attempt to log in within the minimum login delay",
		REFUSAL_TEMPORARY },
	{ "mailutils", "-ERR Not implemented", REFUSAL_UNKNOWN_COMMAND },
	{ "popa3d", "-ERR Authentication failed (bad password?)", REFUSAL_CREDENTIALS },
	{ "popa3d", "-ERR", REFUSAL_UNKNOWN_COMMAND },
	{ "solid-pop3d", "-ERR authentication failed", REFUSAL_CREDENTIALS },
	{ "solid-pop3d", "-ERR USER/PASS authentication not allowed", REFUSAL_LOGIN_DISABLED },
	{ "solid-pop3d", "-ERR unknown command", REFUSAL_UNKNOWN_COMMAND },
	{ "uw", "-ERR Unknown AUTHORIZATION state command", REFUSAL_UNKNOWN_COMMAND },
	{ "uw", "-ERR Bad login", REFUSAL_CREDENTIALS },
	{ "hmailserver", "-ERR STLS is required.", REFUSAL_TLS_REQUIRED },
	{ "hmailserver", "-ERR A SSL/TLS-connection is required for authentication.",
		REFUSAL_TLS_REQUIRED },
	{ "hmailserver",
		"-ERR Invalid user name or password. Please use full email address as user name.",
		REFUSAL_CREDENTIALS },
	{ "hmailserver", "-ERR Invalid command in current state.", REFUSAL_UNKNOWN_COMMAND },
	{ "zimbra", "-ERR only valid after entering TLS mode", REFUSAL_TLS_REQUIRED },
	{ "zimbra", "-ERR invalid username/password", REFUSAL_CREDENTIALS },
	{ "zimbra", "-ERR mechanism not supported", REFUSAL_MECHANISM },
	{ "james", "-ERR Authentication requires TLS.", REFUSAL_TLS_REQUIRED },
	{ "james", "-ERR Authentication failed.", REFUSAL_CREDENTIALS },
	{ "stalwart", "-ERR Cannot authenticate over plain-text.", REFUSAL_TLS_REQUIRED },
	{ "stalwart", "-ERR [AUTH] Authentication failed", REFUSAL_CREDENTIALS },
	{ "wildduck", "-ERR Command is not valid in this state", REFUSAL_TLS_REQUIRED },
	{ "wildduck", "-ERR [AUTH] Username and password not accepted", REFUSAL_CREDENTIALS },
	{ "wildduck", "-ERR bad command", REFUSAL_UNKNOWN_COMMAND },
	{ "stunnel", "-ERR Client does not want TLS", REFUSAL_TLS_REQUIRED },
	{ "qpopper", "-ERR [AUTH] You must use TLS/SSL or stronger authentication such as APOP",
		REFUSAL_TLS_REQUIRED },
	{ "qpopper", "-ERR [AUTH] Password supplied for \"popseal-1\" is incorrect.",
		REFUSAL_CREDENTIALS },
	{ "gmail", "-ERR [AUTH] Username and password not accepted.", REFUSAL_CREDENTIALS },
	{ "popseal", "-ERR [AUTH] Authentication failed", REFUSAL_CREDENTIALS },
};

static void
test_refusals(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(meanings); i++) {
		const struct meaning *meaning = &meanings[i];
		const struct product *product = product_find(meaning->product);

		g_assert_nonnull(product);
		if (refusal_classify(product->refusals, meaning->line) != meaning->refusal) {
			g_test_message("%s: %s", meaning->product, meaning->line);
			g_test_fail();
		}
	}
}

/* No room may call its neighbours' refusals for want of TLS a bad password, nor the reverse. */
static void
test_rooms_agree(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(meanings); i++) {
		const char *line = meanings[i].line;
		enum refusal meant = meanings[i].refusal;

		for (size_t j = 0; products[j]; j++) {
			enum refusal read = refusal_classify(products[j]->refusals, line);

			if (meant == REFUSAL_TLS_REQUIRED)
				g_assert_cmpint(read, !=, REFUSAL_CREDENTIALS);
			if (meant == REFUSAL_CREDENTIALS)
				g_assert_cmpint(read, !=, REFUSAL_TLS_REQUIRED);
		}
	}
}

static void
test_rooms_are_whole(void)
{
	for (size_t i = 0; products[i]; i++) {
		const struct product *product = products[i];

		g_assert_true(product_find(product->name) == product);
		g_assert_true(product->title && *product->title);
		g_assert_true(product->fingerprints);
		g_assert_true(product->logged && *product->logged);
		g_assert_true(product->lockout && *product->lockout);
		g_assert_true(product->remedy && *product->remedy);
		g_assert_true(product->documentation);
		for (size_t j = 0; product->documentation[j]; j++)
			g_assert_true(g_str_has_prefix(product->documentation[j], "http"));
	}
	g_assert_null(product_find("nobody"));
	g_assert_true(product_find("dovecot")->exempts_same_address);
	g_assert_false(product_find("cyrus")->exempts_same_address);
}

/* Where STLS can be switched off by itself, its absence is no sign of a middlebox. */
static void
test_offers_stls(void)
{
	static const struct {
		const char *product;
		const char *version;
		bool offers;
	} cases[] = {
		{ "dovecot", NULL, true },
		{ "dovecot", "2.4", true },
		{ "exchange", "15.1", true },
		{ "zimbra", NULL, true },
		{ "stalwart", NULL, true },
		{ "uw", "2007f.104", true },
		{ "cyrus", NULL, false },
		{ "cyrus", "", false },
		{ "cyrus", "v", false },
		{ "cyrus", "2.3.7", true },
		{ "cyrus", "2.4.17-Fedora-RPM", true },
		{ "cyrus", "3", true },
		{ "cyrus", "3.8", true },
		{ "cyrus", "3.6.1-Debian-3.6.1-4+deb12u5", true },
		{ "cyrus", "3.8.5", true },
		{ "cyrus", "3.8.6", false },
		{ "cyrus", "3.8.6.1", false },
		{ "cyrus", "3.8.10", false },
		{ "cyrus", "3.10.0", false },
		{ "cyrus", "3.12.1-Debian", false },
		{ "cyrus", "99999999999999999999999.1", false },
		{ "courier", NULL, false },
		{ "nginx", NULL, false },
		{ "james", "3.9", false },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		g_assert_cmpint(product_offers_stls(product_find(cases[i].product),
					cases[i].version),
			==, cases[i].offers);
	g_assert_false(product_offers_stls(NULL, NULL));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/products/identify", test_identify);
	g_test_add_func("/products/all-identified", test_every_product_is_identified);
	g_test_add_func("/products/transcript", test_identify_by_transcript);
	g_test_add_func("/products/greeting-is-no-reply", test_greeting_is_no_reply);
	g_test_add_func("/products/version-over-tls", test_version_over_tls);
	g_test_add_func("/products/tie", test_tie);
	g_test_add_func("/products/bounds", test_bounds);
	g_test_add_func("/products/refusals", test_refusals);
	g_test_add_func("/products/rooms-agree", test_rooms_agree);
	g_test_add_func("/products/rooms-are-whole", test_rooms_are_whole);
	g_test_add_func("/products/offers-stls", test_offers_stls);
	return g_test_run();
}
