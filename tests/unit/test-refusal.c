/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the words of refusals mean. A wrong "refuses" is the worst bug that
 * popseal can have and a wrong "permits" the second worst, so most rows here
 * are about what must not be believed.
 */
#include <string.h>

#include "pop3/refusal.h"

struct row {
	const char *line;
	enum refusal refusal;
};

static const struct row tls_required[] = {
	{ "-ERR [AUTH] Plaintext authentication disallowed on non-secure (SSL/TLS) connections.",
		REFUSAL_TLS_REQUIRED },
	{ "-ERR [AUTH] Cleartext authentication disallowed on non-secure (SSL/TLS) connections.",
		REFUSAL_TLS_REQUIRED },
	{ "-ERR [AUTH] Authentication disallowed on non-secure (SSL/TLS) connections.",
		REFUSAL_TLS_REQUIRED },
	{ "-ERR [AUTH] Authentication not allowed until SSL/TLS is enabled.",
		REFUSAL_TLS_REQUIRED },
	{ "-ERR [AUTH] Plaintext authentication disabled.", REFUSAL_TLS_REQUIRED },
	{ "-ERR [AUTH] Cleartext authentication disabled.", REFUSAL_TLS_REQUIRED },
	{ "-ERR [AUTH] USER command only available under a layer", REFUSAL_TLS_REQUIRED },
	{ "-ERR [AUTH] AUTH command only available under a layer", REFUSAL_TLS_REQUIRED },
	{ "-ERR [AUTH] APOP command only available under a layer", REFUSAL_TLS_REQUIRED },
	{ "-ERR [AUTH] authenticating: encryption needed to use mechanism", REFUSAL_TLS_REQUIRED },
	{ "-ERR TLS required to log in.", REFUSAL_TLS_REQUIRED },
	{ "-ERR only valid after entering TLS mode", REFUSAL_TLS_REQUIRED },
	{ "-ERR STLS is required.", REFUSAL_TLS_REQUIRED },
	{ "-ERR A SSL/TLS-connection is required for authentication.", REFUSAL_TLS_REQUIRED },
	{ "-ERR Authentication requires TLS.", REFUSAL_TLS_REQUIRED },
	{ "-ERR Cannot authenticate over plain-text.", REFUSAL_TLS_REQUIRED },
	{ "-ERR POP3 access disabled via insecure connection.", REFUSAL_TLS_REQUIRED },
	{ "-ERR [AUTH] You must use TLS/SSL or stronger authentication such as APOP",
		REFUSAL_TLS_REQUIRED },
	{ "-ERR Must issue a STLS command first", REFUSAL_TLS_REQUIRED },
	{ "-ERR Issue STLS first", REFUSAL_TLS_REQUIRED },
	{ "-ERR use STLS first", REFUSAL_TLS_REQUIRED },
	{ "-ERR You need to use TLS first", REFUSAL_TLS_REQUIRED },
	{ "-ERR SSL is mandatory", REFUSAL_TLS_REQUIRED },
	{ "-ERR Encryption required", REFUSAL_TLS_REQUIRED },
	{ "-ERR Encrypted connection required", REFUSAL_TLS_REQUIRED },
	{ "-ERR a secure connection is required", REFUSAL_TLS_REQUIRED },
	{ "-ERR Secure Channel Required", REFUSAL_TLS_REQUIRED },
	{ "-ERR Connection must be encrypted", REFUSAL_TLS_REQUIRED },
	{ "-ERR this server requires an encrypted connection", REFUSAL_TLS_REQUIRED },
	{ "-ERR Plaintext login not allowed", REFUSAL_TLS_REQUIRED },
	{ "-ERR plain text logins are forbidden", REFUSAL_TLS_REQUIRED },
	{ "-ERR clear-text passwords are not permitted", REFUSAL_TLS_REQUIRED },
	{ "-ERR cleartext login disabled", REFUSAL_TLS_REQUIRED },
	{ "-ERR Plain text authentication refused on this connection", REFUSAL_TLS_REQUIRED },
	{ "-ERR Login only allowed over SSL", REFUSAL_TLS_REQUIRED },
	{ "-ERR Login is allowed only over an encrypted link", REFUSAL_TLS_REQUIRED },
	{ "-ERR only SSL/TLS connections are allowed; TLS required", REFUSAL_TLS_REQUIRED },
	{ "-ERR login not allowed without TLS", REFUSAL_TLS_REQUIRED },
	{ "-ERR no login without STARTTLS", REFUSAL_TLS_REQUIRED },
	{ "-ERR you can't log in on an insecure connection; SSL required", REFUSAL_TLS_REQUIRED },
	{ "-ERR cannot log in over an unencrypted connection", REFUSAL_TLS_REQUIRED },
	{ "-ERR Logins disabled until TLS is active", REFUSAL_TLS_REQUIRED },
	{ "-ERR Authentication failed: TLS required", REFUSAL_TLS_REQUIRED },
	{ "-ERR Authentication failed. Encryption is required.", REFUSAL_TLS_REQUIRED },
	{ "-ERR [SYS/PERM] TLS required", REFUSAL_TLS_REQUIRED },
	{ "-ERR [AUTH] TLS required", REFUSAL_TLS_REQUIRED },
	{ "  -err tls REQUIRED", REFUSAL_TLS_REQUIRED },
	{ "ERR TLS required", REFUSAL_TLS_REQUIRED },
	{ "+ERR TLS required", REFUSAL_TLS_REQUIRED },
	{ "-ERR\tTLS required", REFUSAL_TLS_REQUIRED },
	{ "-ERR: TLS required", REFUSAL_TLS_REQUIRED },
	{ "TLS required", REFUSAL_TLS_REQUIRED },
	{ "-ERR You must use TLS", REFUSAL_TLS_REQUIRED },
	{ "-ERR Please use STLS.", REFUSAL_TLS_REQUIRED },
	{ "-ERR SSL only", REFUSAL_TLS_REQUIRED },
	{ "-ERR [AUTH] cleartext disallowed, use STLS", REFUSAL_TLS_REQUIRED },
	{ "-ERR [AUTH] STLS required", REFUSAL_TLS_REQUIRED },
	{ "-ERR cannot log in over this unencrypted connection", REFUSAL_TLS_REQUIRED },
};

/* About TLS, or about credentials, but not so that a verdict could rest on it. */
static const struct row unbelievable[] = {
	{ "-ERR TLS is not required", REFUSAL_UNKNOWN },
	{ "-ERR TLS isn't required", REFUSAL_UNKNOWN },
	{ "-ERR TLS is no longer required", REFUSAL_UNKNOWN },
	{ "-ERR TLS is not always required", REFUSAL_UNKNOWN },
	{ "-ERR No TLS required", REFUSAL_UNKNOWN },
	{ "-ERR This server does not require TLS", REFUSAL_UNKNOWN },
	{ "-ERR you do not need to use TLS first", REFUSAL_UNKNOWN },
	{ "-ERR you must not use TLS here", REFUSAL_UNKNOWN },
	{ "-ERR TLS is optional", REFUSAL_UNKNOWN },
	{ "-ERR SSL required: no", REFUSAL_UNKNOWN },
	{ "-ERR TLS required? No!", REFUSAL_UNKNOWN },
	{ "-ERR SSL required=no", REFUSAL_UNKNOWN },
	{ "-ERR TLS may be required", REFUSAL_UNKNOWN },
	{ "-ERR TLS might be required for your client", REFUSAL_UNKNOWN },
	{ "-ERR Login failed, check if TLS is required", REFUSAL_UNKNOWN },
	{ "-ERR Login failed. Check whether SSL is required by your provider.", REFUSAL_UNKNOWN },
	{ "-ERR Login failed. Secure Mail Server", REFUSAL_UNKNOWN },
	{ "-ERR Login failed. Please use SSL.", REFUSAL_UNKNOWN },
	{ "-ERR Login failed, SSL not required", REFUSAL_UNKNOWN },
	{ "-ERR Login failed (TLS)", REFUSAL_UNKNOWN },
	{ "-ERR mail.ssl.example: login failed", REFUSAL_UNKNOWN },
	{ "-ERR securemail: authentication failed", REFUSAL_UNKNOWN },
	{ "-ERR Authentication failed: connection is insecure", REFUSAL_UNKNOWN },
	{ "-ERR Authentication failed on non-secure connection", REFUSAL_UNKNOWN },
	{ "-ERR plaintext authentication failed", REFUSAL_UNKNOWN },
	{ "-ERR Clear text login failed", REFUSAL_UNKNOWN },
	{ "-ERR Authentication over plain-text failed", REFUSAL_UNKNOWN },
	{ "-ERR [AUTH] no plaintext password known for this user", REFUSAL_UNKNOWN },
	{ "-ERR TLS not available due to local problem", REFUSAL_UNKNOWN },
	{ "-ERR TLS support isn't enabled.", REFUSAL_UNKNOWN },
	{ "-ERR TLS support not available.", REFUSAL_UNKNOWN },
	{ "-ERR STLS failed", REFUSAL_UNKNOWN },
	{ "-ERR TLS handshake failed", REFUSAL_UNKNOWN },
	{ "-ERR SSL certificate required", REFUSAL_UNKNOWN },
	{ "-ERR Password must have 8 letters; TLS is up", REFUSAL_UNKNOWN },
	{ "-ERR unavailable", REFUSAL_UNKNOWN },
	{ "-ERR Service unavailable", REFUSAL_UNKNOWN },
	{ "-ERR Mailbox locked", REFUSAL_UNKNOWN },
	{ "-ERR maildrop already locked", REFUSAL_UNKNOWN },
	{ "-ERR Incorrect state", REFUSAL_UNKNOWN },
	{ "-ERR Command is not valid in this state", REFUSAL_UNKNOWN },
	{ "-ERR Account disabled", REFUSAL_UNKNOWN },
	{ "-ERR POP3 access disabled for this account.", REFUSAL_UNKNOWN },
	{ "-ERR Login disabled for this user", REFUSAL_UNKNOWN },
	{ "-ERR You are not allowed to log in", REFUSAL_UNKNOWN },
	{ "-ERR PLAIN authentication disabled", REFUSAL_UNKNOWN },
	{ "-ERR Authentication failed: authentication disabled", REFUSAL_UNKNOWN },
	{ "-ERR Authentication failed: mechanism not supported", REFUSAL_UNKNOWN },
	{ "-ERR Authentication failed or invalid command", REFUSAL_UNKNOWN },
	{ "-ERR Unknown USER command", REFUSAL_UNKNOWN },
	{ "-ERR Permission denied by policy", REFUSAL_UNKNOWN },
	{ "-ERR not authenticated in this state", REFUSAL_UNKNOWN },
	{ "-ERR Anmeldung fehlgeschlagen", REFUSAL_UNKNOWN },
	{ "-ERR [AUTH] Bitte zuerst TLS einschalten", REFUSAL_UNKNOWN },
	{ "-ERR [AUTH] Verschl\303\274sselung n\303\266tig", REFUSAL_UNKNOWN },
	{ "-ERR [AUTH] only for friends", REFUSAL_UNKNOWN },
	{ "-ERR [AUTH] against policy", REFUSAL_UNKNOWN },
	{ "-ERR [AUTH] denied", REFUSAL_UNKNOWN },
	{ "-ERR [AUTH] insecure", REFUSAL_UNKNOWN },
	{ "-ERR [AUTH] USER/PASS not permitted", REFUSAL_UNKNOWN },
	{ "-ERR [SYS/PERM] oh dear", REFUSAL_UNKNOWN },
	{ "-ERR \350\252\215\350\250\274\345\244\261\346\225\227", REFUSAL_UNKNOWN },
	{ "-ERR \303\211chec de l'authentification", REFUSAL_UNKNOWN },
	{ "-ERR", REFUSAL_UNKNOWN },
	{ "-ERR ", REFUSAL_UNKNOWN },
	{ "-ERR ...", REFUSAL_UNKNOWN },
	{ "-ERR []", REFUSAL_UNKNOWN },
	{ "-ERR [AUTH", REFUSAL_UNKNOWN },
	{ "", REFUSAL_UNKNOWN },
	{ "-ERROR TLS", REFUSAL_UNKNOWN },
	{ "-ERR popseal-tlsrequired", REFUSAL_UNKNOWN },
	{ "-ERR Permission was denied for the command", REFUSAL_UNKNOWN },
	{ "-ERR login is not allowed", REFUSAL_UNKNOWN },
	{ "-ERR Login not permitted", REFUSAL_UNKNOWN },
	{ "-ERR Login denied", REFUSAL_UNKNOWN },
	{ "-ERR authentication not allowed", REFUSAL_UNKNOWN },
	{ "-ERR this login is disabled", REFUSAL_UNKNOWN },
	{ "-ERR popseal-1a2b: login disabled", REFUSAL_UNKNOWN },
	{ "-ERR login disabled, see billing", REFUSAL_UNKNOWN },
	{ "-ERR logins are disabled for tenant 7", REFUSAL_UNKNOWN },
	{ "-ERR bad login: APOP only", REFUSAL_UNKNOWN },
	{ "-ERR connection refused", REFUSAL_UNKNOWN },
	{ "-ERR session rejected", REFUSAL_UNKNOWN },
	{ "-ERR please log in at our authentication service", REFUSAL_UNKNOWN },
	{ "-ERR not in the database of friends", REFUSAL_UNKNOWN },
	{ "-ERR plaintext login disabled for this user", REFUSAL_UNKNOWN },
	{ "-ERR TLS is required for your account", REFUSAL_UNKNOWN },
	{ "-ERR login failed, CRAM-MD5 is required", REFUSAL_UNKNOWN },
	{ "-ERR Login failed: Verschluesselung", REFUSAL_UNKNOWN },
	{ "-ERR [AUTH] Nur mit Verschluesselung", REFUSAL_UNKNOWN },
	{ "-ERR [AUTH] STLS please", REFUSAL_UNKNOWN },
};

static const struct row credentials[] = {
	{ "-ERR [AUTH] Authentication failed.", REFUSAL_CREDENTIALS },
	{ "-ERR [AUTH] Invalid login", REFUSAL_CREDENTIALS },
	{ "-ERR [AUTH] Bad login", REFUSAL_CREDENTIALS },
	{ "-ERR [AUTH] authenticating: authentication failure", REFUSAL_CREDENTIALS },
	{ "-ERR Login failed.", REFUSAL_CREDENTIALS },
	{ "-ERR Authentication failed (bad password?)", REFUSAL_CREDENTIALS },
	{ "-ERR authentication failed", REFUSAL_CREDENTIALS },
	{ "-ERR Authentication failure: unknown user name or bad password.", REFUSAL_CREDENTIALS },
	{ "-ERR Logon failure: unknown user name or bad password.", REFUSAL_CREDENTIALS },
	{ "-ERR Password supplied for tester is incorrect", REFUSAL_CREDENTIALS },
	{ "-ERR [AUTH] Password supplied for \"popseal-tls1ssl2\" is incorrect.",
		REFUSAL_CREDENTIALS },
	{ "-ERR Re-enter: login incorrect", REFUSAL_CREDENTIALS },
	{ "-ERR Bad username or password", REFUSAL_CREDENTIALS },
	{ "-ERR Username and password not accepted: invalid credentials", REFUSAL_CREDENTIALS },
	{ "-ERR [AUTH] Username and password incorrect", REFUSAL_CREDENTIALS },
	{ "-ERR Invalid user name or password.", REFUSAL_CREDENTIALS },
	{ "-ERR Invalid username/password", REFUSAL_CREDENTIALS },
	{ "-ERR wrong password", REFUSAL_CREDENTIALS },
	{ "-ERR Password incorrect", REFUSAL_CREDENTIALS },
	{ "-ERR incorrect password for popseal-ssl@example.test", REFUSAL_CREDENTIALS },
	{ "-ERR unknown user", REFUSAL_CREDENTIALS },
	{ "-ERR user unknown", REFUSAL_CREDENTIALS },
	{ "-ERR no such user here", REFUSAL_CREDENTIALS },
	{ "-ERR no such mailbox", REFUSAL_CREDENTIALS },
	{ "-ERR sorry, no mailbox for popseal-1a2b here", REFUSAL_CREDENTIALS },
	{ "-ERR User does not exist", REFUSAL_CREDENTIALS },
	{ "-ERR logon attempt failed: invalid user", REFUSAL_CREDENTIALS },
	{ "-ERR Authorization failed", REFUSAL_CREDENTIALS },
	{ "-ERR Permission denied.", REFUSAL_UNKNOWN },
	{ "-ERR Access denied", REFUSAL_UNKNOWN },
	{ "-ERR not authenticated", REFUSAL_CREDENTIALS },
	{ "-ERR Invalid password, try again", REFUSAL_CREDENTIALS },
	{ "-ERR Unknown user or account disabled", REFUSAL_CREDENTIALS },
	{ "-ERR Failed to log in", REFUSAL_CREDENTIALS },
	{ "-ERR Sign-in failed", REFUSAL_CREDENTIALS },
	{ "-ERR AUTHENTICATION  FAILED", REFUSAL_CREDENTIALS },
	{ "-err login incorrect", REFUSAL_CREDENTIALS },
	{ "ERR login incorrect", REFUSAL_CREDENTIALS },
	{ "+ERR login incorrect", REFUSAL_CREDENTIALS },
	{ "-ERR [AUTH]", REFUSAL_CREDENTIALS },
	{ "-ERR [auth] xyzzy", REFUSAL_CREDENTIALS },
	{ "-ERR [AUTH] xyzzy", REFUSAL_CREDENTIALS },
	{ "-ERR Your password is not correct", REFUSAL_CREDENTIALS },
	{ "-ERR popseal-ssl: Login failed", REFUSAL_CREDENTIALS },
	{ "-ERR user popseal-ssl1 unknown", REFUSAL_CREDENTIALS },
	{ "-ERR [AUTH] Username and password not accepted.", REFUSAL_CREDENTIALS },
};

static const struct row others[] = {
	{ "-ERR [SYS/TEMP] Temporary authentication failure.", REFUSAL_TEMPORARY },
	{ "-ERR [SYS/TEMP] TLS required", REFUSAL_TEMPORARY },
	{ "-ERR [sys/temp] Authentication failed", REFUSAL_TEMPORARY },
	{ "-ERR [IN-USE] Mailbox in use", REFUSAL_TEMPORARY },
	{ "-ERR [LOGIN-DELAY] wait", REFUSAL_TEMPORARY },
	{ "-ERR [LOGIN-DELAY 60] wait", REFUSAL_TEMPORARY },
	{ "-ERR Temporary problem, please try again later", REFUSAL_TEMPORARY },
	{ "-ERR Your account is temporarily unavailable", REFUSAL_TEMPORARY },
	{ "-ERR Authentication failed: too many attempts", REFUSAL_TEMPORARY },
	{ "-ERR Login disabled, too many failed attempts", REFUSAL_TEMPORARY },
	{ "-ERR Logins are disabled during maintenance", REFUSAL_TEMPORARY },
	{ "-ERR login temporarily disabled", REFUSAL_TEMPORARY },
	{ "-ERR Server busy", REFUSAL_TEMPORARY },
	{ "-ERR System overloaded", REFUSAL_TEMPORARY },
	{ "-ERR server is shutting down", REFUSAL_TEMPORARY },
	{ "-ERR Maximum number of connections reached", REFUSAL_TEMPORARY },
	{ "-ERR oops, try again", REFUSAL_TEMPORARY },
	{ "-ERR access from your network is denied", REFUSAL_ACCESS },
	{ "-ERR Access denied from host evil.example", REFUSAL_ACCESS },
	{ "-ERR login not allowed from your address", REFUSAL_ACCESS },
	{ "-ERR Login not allowed from here", REFUSAL_ACCESS },
	{ "-ERR Your IP is banned", REFUSAL_ACCESS },
	{ "-ERR 192.0.2.1 blacklisted", REFUSAL_ACCESS },
	{ "-ERR you have been blocked", REFUSAL_ACCESS },
	{ "-ERR Authentication failed, your IP address was blocked", REFUSAL_ACCESS },
	{ "-ERR Logins are disabled", REFUSAL_LOGIN_DISABLED },
	{ "-ERR login disabled", REFUSAL_LOGIN_DISABLED },
	{ "-ERR logins not permitted", REFUSAL_LOGIN_DISABLED },
	{ "-ERR authentication has been disabled", REFUSAL_LOGIN_DISABLED },
	{ "-ERR password authentication disabled", REFUSAL_LOGIN_DISABLED },
	{ "-ERR USER/PASS authentication not allowed", REFUSAL_LOGIN_DISABLED },
	{ "-ERR failed: Login Disabled", REFUSAL_LOGIN_DISABLED },
	{ "-ERR failed: Could not connect to server", REFUSAL_BACKEND },
	{ "-ERR internal server error", REFUSAL_BACKEND },
	{ "-ERR Internal error", REFUSAL_BACKEND },
	{ "-ERR Server error", REFUSAL_BACKEND },
	{ "-ERR cannot connect to authentication server", REFUSAL_BACKEND },
	{ "-ERR Unable to connect to upstream", REFUSAL_BACKEND },
	{ "-ERR auth service died", REFUSAL_BACKEND },
	{ "-ERR backend gone", REFUSAL_BACKEND },
	{ "-ERR backend wants SSL", REFUSAL_UNKNOWN },
	{ "-ERR [AUTH] Unsupported authentication mechanism.", REFUSAL_MECHANISM },
	{ "-ERR [AUTH] authenticating: no mechanism available", REFUSAL_MECHANISM },
	{ "-ERR mechanism not supported", REFUSAL_MECHANISM },
	{ "-ERR Unknown authentication method", REFUSAL_MECHANISM },
	{ "-ERR Unrecognized authentication type: mechanism unknown", REFUSAL_MECHANISM },
	{ "-ERR APOP not enabled.", REFUSAL_MECHANISM },
	{ "-ERR missing parameter", REFUSAL_SYNTAX },
	{ "-ERR Missing argument", REFUSAL_SYNTAX },
	{ "-ERR Syntax error", REFUSAL_SYNTAX },
	{ "-ERR wrong number of arguments", REFUSAL_SYNTAX },
	{ "-ERR Invalid arguments", REFUSAL_SYNTAX },
	{ "-ERR Unknown command.", REFUSAL_UNKNOWN_COMMAND },
	{ "-ERR Unkown command", REFUSAL_UNKNOWN_COMMAND },
	{ "-ERR Unrecognized command", REFUSAL_UNKNOWN_COMMAND },
	{ "-ERR unrecognised command", REFUSAL_UNKNOWN_COMMAND },
	{ "-ERR invalid command", REFUSAL_UNKNOWN_COMMAND },
	{ "-ERR invalid command in current state", REFUSAL_UNKNOWN },
	{ "-ERR bad command before USER", REFUSAL_UNKNOWN },
	{ "-ERR bad command", REFUSAL_UNKNOWN_COMMAND },
	{ "-ERR Not implemented", REFUSAL_UNKNOWN_COMMAND },
	{ "-ERR command not implemented yet", REFUSAL_UNKNOWN_COMMAND },
	{ "-ERR command not recognized", REFUSAL_UNKNOWN_COMMAND },
	{ "-ERR command unknown", REFUSAL_UNKNOWN_COMMAND },
	{ "-ERR Unknown AUTHORIZATION state command", REFUSAL_UNKNOWN_COMMAND },
	{ "-ERR what?", REFUSAL_UNKNOWN_COMMAND },
};

static void
check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		enum refusal refusal = refusal_classify(NULL, rows[i].line);

		if (refusal != rows[i].refusal) {
			g_test_message("\"%s\": class %d, not %d", rows[i].line, (int)refusal,
				(int)rows[i].refusal);
			g_test_fail();
		}
	}
}

static void
test_tls_required(void)
{
	check_rows(tls_required, G_N_ELEMENTS(tls_required));
}

static void
test_unbelievable(void)
{
	check_rows(unbelievable, G_N_ELEMENTS(unbelievable));
}

static void
test_credentials(void)
{
	check_rows(credentials, G_N_ELEMENTS(credentials));
}

static void
test_others(void)
{
	check_rows(others, G_N_ELEMENTS(others));
}

struct blame_row {
	const char *line;
	enum blame blame;
};

/* Why was USER refused? What blames neither the name nor the command stays open. */
static const struct blame_row blames[] = {
	{ "-ERR TLS required", BLAME_COMMAND },
	{ "-ERR Logins are disabled", BLAME_COMMAND },
	{ "-ERR invalid command", BLAME_COMMAND },
	{ "-ERR Unknown command: \"user\".", BLAME_COMMAND },
	{ "-ERR Unknown AUTHORIZATION state command", BLAME_COMMAND },
	{ "-ERR Mate, the command must be one of STLS, CAPA, USER, PASS or QUIT", BLAME_OPEN },
	{ "-ERR Command is not valid in this state.", BLAME_COMMAND },
	{ "-ERR Incorrect state", BLAME_COMMAND },
	{ "-ERR invalid command in current state", BLAME_COMMAND },
	{ "-ERR bad sequence of commands", BLAME_COMMAND },
	{ "-ERR command not implemented", BLAME_COMMAND },
	{ "-ERR what?", BLAME_COMMAND },
	{ "-ERR command failed", BLAME_OPEN },
	{ "-ERR unknown login or command", BLAME_OPEN },
	{ "-ERR not implemented for tenant 7", BLAME_OPEN },
	{ "-ERR [AUTH] nope", BLAME_OPEN },
	{ "-ERR command rejected", BLAME_OPEN },
	{ "-ERR bad state of Tennessee", BLAME_OPEN },
	{ "-ERR locked", BLAME_OPEN },
	{ "-ERR not found", BLAME_OPEN },
	{ "-ERR realm required", BLAME_OPEN },
	{ "-ERR no", BLAME_OPEN },
	{ "-ERR", BLAME_OPEN },
	{ "-ERR ...", BLAME_OPEN },
	{ "-ERR popseal-0123456789", BLAME_OPEN },
	{ "-ERR \303\201 command", BLAME_OPEN },
	{ "-ERR unknown user", BLAME_NAME },
	{ "-ERR this account has been suspended", BLAME_NAME },
	{ "-ERR USER not supported", BLAME_OPEN },
	{ "-ERR unknown command for this account", BLAME_NAME },
	{ "-ERR authentication method not allowed for this user", BLAME_NAME },
	{ "-ERR missing argument", BLAME_NAME },
	{ "-ERR internal server error", BLAME_NAME },
};

static void
test_blames(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(blames); i++) {
		enum refusal refusal = refusal_classify(NULL, blames[i].line);
		enum blame blame = refusal_blames(refusal, blames[i].line);

		if (blame != blames[i].blame) {
			g_test_message("\"%s\" (%d): blame %d, not %d", blames[i].line,
				(int)refusal, (int)blame, (int)blames[i].blame);
			g_test_fail();
		}
	}
}

static void
test_room(void)
{
	static const struct wording room[] = {
		{ "[AUTH] TLS required", REFUSAL_MECHANISM },
		{ "*xyzzy*", REFUSAL_BACKEND },
		{ "Logon failure*", REFUSAL_CREDENTIALS },
		{ NULL, REFUSAL_NONE },
	};

	g_assert_cmpint(refusal_classify(room, "-ERR [AUTH] TLS required"), ==, REFUSAL_MECHANISM);
	g_assert_cmpint(refusal_classify(room, "-ERR [auth] tls REQUIRED  "), ==,
		REFUSAL_MECHANISM);
	g_assert_cmpint(refusal_classify(room, "-ERR TLS required"), ==, REFUSAL_TLS_REQUIRED);
	g_assert_cmpint(refusal_classify(room, "-ERR a xyzzy"), ==, REFUSAL_BACKEND);
	g_assert_cmpint(refusal_classify(room, "-ERR [SYS/TEMP] xyzzy"), ==, REFUSAL_TEMPORARY);
	g_assert_cmpint(refusal_classify(room, "-ERR Logon failure: nope"), ==,
		REFUSAL_CREDENTIALS);
	g_assert_cmpint(refusal_classify(room, "-ERR Logon failure: TLS required"), ==,
		REFUSAL_UNKNOWN);
	g_assert_cmpint(refusal_classify(room, "-ERR login failed"), ==, REFUSAL_CREDENTIALS);
}

static void
test_pattern_match(void)
{
	g_assert_true(pattern_match("", ""));
	g_assert_true(pattern_match("*", ""));
	g_assert_true(pattern_match("***", "x"));
	g_assert_true(pattern_match("a*b*c", "A1B2C"));
	g_assert_true(pattern_match("*ab", "aab"));
	g_assert_true(pattern_match("*a*a*a", "xaxaxa"));
	g_assert_true(pattern_match("what?", "WHAT?"));
	g_assert_false(pattern_match("", "x"));
	g_assert_false(pattern_match("x", ""));
	g_assert_false(pattern_match("what?", "whats"));
	g_assert_false(pattern_match("abc", "abcd"));
	g_assert_false(pattern_match("*abc", "abcd"));
	g_assert_false(pattern_match("a*b*c", "acb"));
	g_assert_true(pattern_match("*\303\274*", "f\303\274r"));
}

/* A pattern and a text that make an exponential matcher run for ever. */
static void
test_pattern_is_fast(void)
{
	g_autofree char *text = g_strnfill(100000, 'a');

	g_assert_false(pattern_match("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", text));
	g_assert_true(pattern_match("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a", text));
}

static void
check_version(const char *pattern, const char *text, const char *expected)
{
	g_autofree char *version = pattern_version(pattern, text);

	g_assert_cmpstr(version, ==, expected);
}

static void
test_pattern_version(void)
{
	g_autofree char *long_text = g_strnfill(64, '1');
	g_autofree char *longest = g_strnfill(63, '1');

	check_version("*Cyrus POP3 %v server ready*",
		"cyrus.example Cyrus POP3 3.6.1-Debian-3.6.1-4+deb12u5 server ready <1@x>",
		"3.6.1-Debian-3.6.1-4+deb12u5");
	check_version("%v", "1.2", "1.2");
	check_version("version %v", "Version 1.2.", "1.2");
	check_version("*v%v*", "over v2.1 ready", "er");
	check_version("*version %v at*", "QPOP (version 2.53) at x", NULL);
	check_version("*(version %v)*", "QPOP (version 2.53) at x", "2.53");
	check_version("*version %v.", "version 8.", "8");
	check_version("version %v", "version ", NULL);
	check_version("version %v", "revision 3", NULL);
	check_version("version 3", "version 3", NULL);
	check_version("%v", longest, longest);
	check_version("%v", long_text, NULL);
	check_version("%v*", long_text, longest);
}

/* Nothing that a server sends may overrun the buffers; sanitizers look on. */
static void
test_bounds(void)
{
	for (size_t length = 500; length < 530; length++) {
		g_autofree char *text = g_strnfill(length, 'x');
		g_autofree char *words = g_strnfill(length, ' ');

		g_assert_cmpint(refusal_classify(NULL, text), ==, REFUSAL_UNKNOWN);
		for (size_t i = 0; i < length; i += 2)
			words[i] = 'y';
		g_assert_cmpint(refusal_classify(NULL, words), ==, REFUSAL_UNKNOWN);
		memset(text, '[', length);
		g_assert_cmpint(refusal_classify(NULL, text), ==, REFUSAL_UNKNOWN);
		for (size_t i = 0; i + 1 < length; i += 2)
			words[i + 1] = '.';
		g_assert_cmpint(refusal_classify(NULL, words), ==, REFUSAL_UNKNOWN);
	}
}

/* A word of 31 octets is read, one of 32 is none that anybody knows; a code has 39 at most. */
static void
test_bound_of_words_and_codes(void)
{
	g_autofree char *code = g_strnfill(39, 'Z');
	g_autofree char *fits = g_strdup_printf("-ERR [%s] login failed", code);
	g_autofree char *too_long = g_strdup_printf("-ERR [Z%s]login failed", code);
	g_autofree char *word = g_strnfill(32, 'w');
	g_autofree char *gap = g_strdup_printf("-ERR login %s failed", word + 1);
	g_autofree char *no_gap = g_strdup_printf("-ERR login %s failed", word);

	g_assert_cmpint(refusal_classify(NULL, fits), ==, REFUSAL_CREDENTIALS);
	g_assert_cmpint(refusal_classify(NULL, too_long), ==, REFUSAL_CREDENTIALS);
	g_assert_cmpint(refusal_classify(NULL, gap), ==, REFUSAL_UNKNOWN);
	g_assert_cmpint(refusal_classify(NULL, no_gap), ==, REFUSAL_UNKNOWN);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/refusal/tls-required", test_tls_required);
	g_test_add_func("/refusal/unbelievable", test_unbelievable);
	g_test_add_func("/refusal/credentials", test_credentials);
	g_test_add_func("/refusal/others", test_others);
	g_test_add_func("/refusal/blames", test_blames);
	g_test_add_func("/refusal/room", test_room);
	g_test_add_func("/refusal/pattern-match", test_pattern_match);
	g_test_add_func("/refusal/pattern-is-fast", test_pattern_is_fast);
	g_test_add_func("/refusal/pattern-version", test_pattern_version);
	g_test_add_func("/refusal/bounds", test_bounds);
	g_test_add_func("/refusal/words-and-codes", test_bound_of_words_and_codes);
	return g_test_run();
}
