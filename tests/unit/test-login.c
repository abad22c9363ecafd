/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pop3/login: logins that work, which mechanism is taken, and what refusals are made of.
 */
#include "test-login-game.h"

/* --- logins that work ------------------------------------------------------------------------- */

static const struct row works[] = {
	{ "plain", 0, NULL, SASL("PLAIN LOGIN") PLAIN "S: +OK Logged in.\n" STAT, LOGIN_OK, "PLAIN",
		REFUSAL_NONE, NULL, 2 },
	{ "plain with a greeting", GREETING, NULL, SASL("PLAIN") PLAIN "S: +OK Logged in.\n" STAT,
		LOGIN_OK, "PLAIN", REFUSAL_NONE, NULL, 2 },
	{ "plain, demanded in lower case", 0, "plain", SASL("LOGIN plain") PLAIN "S: +OK\n" STAT,
		LOGIN_OK, "PLAIN", REFUSAL_NONE, NULL, 2 },
	{ "plain, whose initial response is not read", 0, NULL,
		SASL("PLAIN") PLAIN "S: +\n" PLAIN_LATE "S: +OK\n" STAT, LOGIN_OK, "PLAIN",
		REFUSAL_NONE, NULL, 2 },
	{ "... and whose prompt is in words", 0, NULL,
		SASL("PLAIN") PLAIN "S: + your turn\n" PLAIN_LATE "S: +OK\n" STAT, LOGIN_OK,
		"PLAIN", REFUSAL_NONE, NULL, 2 },
	{ "... and which is scram's", 0, NULL,
		SASL("SCRAM-SHA-1") SCRAM("SCRAM-SHA-1",
			"n,,") "S: + \nC: {n,,n=user,r=" NONCE "}\nS: + {r=" NONCES
			       ",s=QSXCR+Q6sek8bf92,i=4096}\nC: {c=biws,r=" NONCES
			       ",p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=}\n" SIGNATURE_1 GRANTED STAT,
		LOGIN_OK, "SCRAM-SHA-1", REFUSAL_NONE, NULL, 2 },
	{ "plain of a server without initial responses", 0, NULL,
		SASL("PLAIN") PLAIN "S: -ERR Syntax error\n" PLAIN_BARE "S: +\n" PLAIN_LATE
				    "S: +OK\n" STAT,
		LOGIN_OK, "PLAIN", REFUSAL_NONE, NULL, 2 },
	{ "... whose prompt is in words", 0, NULL,
		SASL("PLAIN") PLAIN "S: -ERR unknown command\n" PLAIN_BARE
				    "S: + go ahead, please!\n" PLAIN_LATE "S: +OK\n" STAT,
		LOGIN_OK, "PLAIN", REFUSAL_NONE, NULL, 2 },
	{ "login", 0, "LOGIN",
		SASL("PLAIN LOGIN") "C: AUTH LOGIN\nS: + {Username:}\nC: {user}\n"
				    "S: + {Password:}\nC: {pencil}\nS: +OK\n" STAT,
		LOGIN_OK, "LOGIN", REFUSAL_NONE, NULL, 2 },
	{ "login, whatever the prompts", 0, NULL,
		SASL("LOGIN") "C: AUTH LOGIN\nS: +\nC: {user}\n"
			      "S: + \033[2J {=\nC: {pencil}\nS: +OK\n" STAT,
		LOGIN_OK, "LOGIN", REFUSAL_NONE, NULL, 2 },
	{ "user", 0, NULL, LIST("S: USER\n") USER "S: +OK\n" STAT, LOGIN_OK, "USER", REFUSAL_NONE,
		NULL, 2 },
	{ "user, demanded, unlisted", 0, "user", SASL("PLAIN") USER "S: +OK\n" STAT, LOGIN_OK,
		"USER", REFUSAL_NONE, NULL, 2 },
	{ "user, as there is no list", 0, NULL, NO_LIST USER "S: +OK\n" STAT, LOGIN_OK, "USER",
		REFUSAL_NONE, NULL, 2 },
	{ "user, as nothing else will do", 0, NULL, SASL("GSSAPI NTLM") USER "S: +OK\n" STAT,
		LOGIN_OK, "USER", REFUSAL_NONE, NULL, 2 },
	{ "cram-md5", 0, NULL, SASL("CRAM-MD5") CRAM "S: +OK\n" STAT, LOGIN_OK, "CRAM-MD5",
		REFUSAL_NONE, NULL, 2 },
	{ "scram-sha-1", 0, NULL,
		SASL("SCRAM-SHA-1") SCRAM("SCRAM-SHA-1", "n,,")
			SALTED_1 PROOF_1 SIGNATURE_1 GRANTED STAT,
		LOGIN_OK, "SCRAM-SHA-1", REFUSAL_NONE, NULL, 2 },
	{ "scram-sha-256", 0, NULL,
		SASL("SCRAM-SHA-1 SCRAM-SHA-256") SCRAM("SCRAM-SHA-256", "n,,") SALTED("4096")
			PROOF_256 SIGNATURE_256 GRANTED STAT,
		LOGIN_OK, "SCRAM-SHA-256", REFUSAL_NONE, NULL, 2 },
	{ "scram-sha-256 that could bind, but nobody lists it", BOUND, NULL,
		SASL("SCRAM-SHA-256") SCRAM("SCRAM-SHA-256", "y,,") SALTED("4096")
			PROOF("eSws", "HIeAxFvCTxgfDy/zKpYTuTOuCC+RQYwMJRxdv/nLTQU=") SIGNATURE(
				"d1ePARtEGQrYk/0JJNB9ekIDb3w+20yFys47SZv9mbk=") GRANTED STAT,
		LOGIN_OK, "SCRAM-SHA-256", REFUSAL_NONE, NULL, 2 },
	{ "scram-sha-256-plus", BOUND, NULL,
		SASL("SCRAM-SHA-256 SCRAM-SHA-256-PLUS")
			SCRAM("SCRAM-SHA-256-PLUS", "p=tls-exporter,,") SALTED("4096")
				PROOF(HEADER_PLUS, "6FnoPjdywBjk5Nr8jRArIMtfuHsPzlFZs6uh6YwW2M4=")
					SIGNATURE("eCm/ShS7qftUTtFSAt1DKfmrPgOtK4/s5Vre5nbppeE=")
						GRANTED STAT,
		LOGIN_OK, "SCRAM-SHA-256-PLUS", REFUSAL_NONE, NULL, 2 },
	{ "scram-sha-1-plus", BOUND, NULL,
		SASL("SCRAM-SHA-1-PLUS SCRAM-SHA-1") SCRAM("SCRAM-SHA-1-PLUS", "p=tls-exporter,,")
			SALTED("4096") PROOF(HEADER_PLUS, "udtDYczrtMk4Uj5x95Li5sGRX+c=")
				SIGNATURE("2CfohBC1TxbdMSWGIkM4JWO4MAk=") GRANTED STAT,
		LOGIN_OK, "SCRAM-SHA-1-PLUS", REFUSAL_NONE, NULL, 2 },
	{ "oauthbearer", TOKEN, NULL, SASL("PLAIN XOAUTH2 OAUTHBEARER") OAUTHBEARER "S: +OK\n" STAT,
		LOGIN_OK, "OAUTHBEARER", REFUSAL_NONE, NULL, 2 },
	{ "xoauth2", TOKEN, NULL, SASL("PLAIN XOAUTH2") XOAUTH2 "S: +OK\n" STAT, LOGIN_OK,
		"XOAUTH2", REFUSAL_NONE, NULL, 2 },
	{ "xoauth2, demanded", 0, "xoauth2", SASL("PLAIN XOAUTH2") XOAUTH2 "S: +OK\n" STAT,
		LOGIN_OK, "XOAUTH2", REFUSAL_NONE, NULL, 2 },
	{ "demanded, and there is no list", 0, "PLAIN", NO_LIST PLAIN "S: +OK\n" STAT, LOGIN_OK,
		"PLAIN", REFUSAL_NONE, NULL, 2 },
	{ "a list in other forms", 0, NULL,
		LIST("S:   sasl \t digest-md5  Plain \nS: SASLX LOGIN\nS: X SASL LOGIN\nS: \n")
			PLAIN "S: +OK\n" STAT,
		LOGIN_OK, "PLAIN", REFUSAL_NONE, NULL, 2 },
};

/* --- the order -------------------------------------------------------------------------------- */

#define ALL      "XOAUTH2 CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-256-PLUS LOGIN PLAIN"
#define WRONG    "S: -ERR [AUTH] Authentication failed.\n" BYE
#define NOT_READ "S: -ERR Syntax error\n"
#define NEXT     "S: -ERR Unsupported authentication mechanism\n"

static const struct row order[] = {
	{ "vouched for", BOUND, NULL,
		LIST("S: USER\nS: SASL " ALL "\n") PLAIN NEXT
		"C: AUTH LOGIN\n" NEXT
		"C: USER user\nS: -ERR unknown command\n" SCRAM("SCRAM-SHA-256-PLUS",
			"p=tls-exporter,,") NEXT SCRAM("SCRAM-SHA-256", "n,,")
			NEXT SCRAM("SCRAM-SHA-1", "y,,") NEXT "C: AUTH CRAM-MD5\n" NEXT BYE,
		LOGIN_NO_MECHANISM, "CRAM-MD5", REFUSAL_MECHANISM, "takes no way", 0 },
	{ "nobody vouches", BOUND | HIDE, NULL,
		LIST("S: USER\nS: SASL " ALL "\n") SCRAM("SCRAM-SHA-256-PLUS", "p=tls-exporter,,")
			NEXT SCRAM("SCRAM-SHA-256", "n,,") NEXT SCRAM("SCRAM-SHA-1", "y,,") NEXT
		"C: AUTH CRAM-MD5\n" NEXT PLAIN NEXT "C: AUTH LOGIN\n" NEXT
		"C: USER user\nS: -ERR unknown command\n" BYE,
		LOGIN_NO_MECHANISM, "USER", REFUSAL_MECHANISM, "takes no way", 0 },
	{ "without a binding no -PLUS", HIDE, NULL,
		SASL("SCRAM-SHA-256-PLUS SCRAM-SHA-256") SCRAM("SCRAM-SHA-256", "n,,") WRONG,
		LOGIN_WRONG, "SCRAM-SHA-256", REFUSAL_CREDENTIALS, "wrong", 0 },
	{ "a token", TOKEN, NULL, SASL(ALL " OAUTHBEARER") OAUTHBEARER NEXT XOAUTH2 NEXT BYE,
		LOGIN_NO_MECHANISM, "XOAUTH2", REFUSAL_MECHANISM, "takes no way", 0 },
	{ "a token, and no mechanism for it", TOKEN, NULL, LIST("S: USER\nS: SASL PLAIN\n") BYE,
		LOGIN_NO_MECHANISM, NULL, REFUSAL_NONE, "lists no mechanism", 0 },
	{ "demanded, but not listed", 0, "CRAM-MD5", SASL("PLAIN") BYE, LOGIN_NO_MECHANISM, NULL,
		REFUSAL_NONE, "does not list", 0 },
	{ "demanded, but unknown", 0, "GSSAPI", SASL("PLAIN GSSAPI") BYE, LOGIN_NO_MECHANISM, NULL,
		REFUSAL_NONE, "does not know", 0 },
	{ "demanded, unknown, no list", 0, "GSSAPI", NO_LIST BYE, LOGIN_NO_MECHANISM, NULL,
		REFUSAL_NONE, "does not know", 0 },
	{ "demanded, and not taken", 0, "CRAM-MD5",
		SASL("PLAIN CRAM-MD5") "C: AUTH CRAM-MD5\n" NEXT BYE, LOGIN_NO_MECHANISM,
		"CRAM-MD5", REFUSAL_MECHANISM, "takes no way", 0 },
	{ "demanded, but there is no binding", 0, "SCRAM-SHA-256-PLUS",
		SASL("SCRAM-SHA-256-PLUS") BYE, LOGIN_NOT_TRIED, NULL, REFUSAL_NONE, "binding", 0 },
	{ "not even USER", 0, NULL, SASL("GSSAPI") "C: USER user\nS: -ERR unknown command\n" BYE,
		LOGIN_NO_MECHANISM, "USER", REFUSAL_MECHANISM, "takes no way", 0 },
	{ "twice without understanding", 0, "PLAIN",
		SASL("PLAIN") PLAIN "S: -ERR Syntax error\n" PLAIN_BARE
				    "S: -ERR Syntax error\n" BYE,
		LOGIN_NO_MECHANISM, "PLAIN", REFUSAL_MECHANISM, "takes no way", 0 },
	{ "bare in one mechanism, not in the next", HIDE, NULL,
		SASL("SCRAM-SHA-1 PLAIN") SCRAM("SCRAM-SHA-1", "n,,") NOT_READ
		"C: AUTH SCRAM-SHA-1\n" NOT_READ PLAIN WRONG,
		LOGIN_WRONG, "PLAIN", REFUSAL_CREDENTIALS, "wrong", 0 },
};

/* --- refusals --------------------------------------------------------------------------------- */

static const struct row refusals[] = {
	{ "wrong", 0, NULL, REFUSED("-ERR Authentication failed."), LOGIN_WRONG, "PLAIN",
		REFUSAL_CREDENTIALS, "wrong", 0 },
	{ "wrong, by PASS", 0, NULL, PASSED("-ERR [AUTH] Invalid login"), LOGIN_WRONG, "USER",
		REFUSAL_CREDENTIALS, "wrong", 0 },
	{ "no second credential", 0, NULL, SASL("PLAIN LOGIN CRAM-MD5") PLAIN WRONG, LOGIN_WRONG,
		"PLAIN", REFUSAL_CREDENTIALS, "wrong", 0 },
	{ "the code alone", 0, NULL, REFUSED("-ERR [AUTH] Kennwort falsch"), LOGIN_WRONG, "PLAIN",
		REFUSAL_CREDENTIALS, "wrong", 0 },
	{ "the code beside words of policy", 0, NULL, REFUSED("-ERR [AUTH] only for friends"),
		LOGIN_WRONG, "PLAIN", REFUSAL_CREDENTIALS, "RFC 3206", 0 },
	{ "the code beside TLS", 0, NULL, REFUSED("-ERR [AUTH] TLS required"), LOGIN_REFUSED,
		"PLAIN", REFUSAL_TLS_REQUIRED, "although TLS is up", 0 },
	{ "an unknown user", 0, NULL, LIST("S: USER\n") "C: USER user\nS: -ERR no such user\n" BYE,
		LOGIN_WRONG, "USER", REFUSAL_CREDENTIALS, "wrong", 0 },
	{ "temporary", 0, NULL, REFUSED("-ERR [SYS/TEMP] try again"), LOGIN_REFUSED, "PLAIN",
		REFUSAL_TEMPORARY, "for now", 0 },
	{ "temporary, although it says wrong", 0, NULL,
		REFUSED("-ERR [SYS/TEMP] Authentication failed."), LOGIN_REFUSED, "PLAIN",
		REFUSAL_TEMPORARY, "for now", 0 },
	{ "in use", 0, NULL, PASSED("-ERR [IN-USE] Do you have another session?"), LOGIN_REFUSED,
		"USER", REFUSAL_TEMPORARY, "were right", 0 },
	{ "in use, before a secret was sent", 0, NULL,
		LIST("S: USER\n") "C: USER user\nS: -ERR [IN-USE] locked\n" BYE, LOGIN_REFUSED,
		"USER", REFUSAL_TEMPORARY, "for now", 0 },
	{ "too soon", 0, NULL, REFUSED("-ERR [LOGIN-DELAY] minimum 180 s"), LOGIN_REFUSED, "PLAIN",
		REFUSAL_TEMPORARY, "has to wait", 0 },
	{ "permanent trouble", 0, NULL, REFUSED("-ERR [SYS/PERM] Authentication failed."),
		LOGIN_REFUSED, "PLAIN", REFUSAL_UNKNOWN, "own trouble", 0 },
	{ "permanent trouble, unknown words", 0, NULL, REFUSED("-ERR [SYS/PERM] oh dear"),
		LOGIN_REFUSED, "PLAIN", REFUSAL_UNKNOWN, "own trouble", 0 },
	{ "access", 0, NULL, REFUSED("-ERR access refused from your address"), LOGIN_REFUSED,
		"PLAIN", REFUSAL_ACCESS, "this client", 0 },
	{ "disabled", 0, NULL, REFUSED("-ERR Logins are disabled"), LOGIN_REFUSED, "PLAIN",
		REFUSAL_LOGIN_DISABLED, "disabled", 0 },
	{ "back end", 0, NULL, REFUSED("-ERR internal server error"), LOGIN_REFUSED, "PLAIN",
		REFUSAL_BACKEND, "failed", 0 },
	{ "unknown words", 0, NULL, REFUSED("-ERR computer says no"), LOGIN_REFUSED, "PLAIN",
		REFUSAL_UNKNOWN, "does not know", 0 },
	{ "no words", 0, NULL, REFUSED("-ERR"), LOGIN_REFUSED, "PLAIN", REFUSAL_UNKNOWN,
		"does not know", 0 },
	{ "PASS is not known", 0, NULL, PASSED("-ERR unknown command"), LOGIN_REFUSED, "USER",
		REFUSAL_UNKNOWN_COMMAND, "did not understand", 0 },
	{ "no mechanism, said too late", 0, "LOGIN",
		SASL("LOGIN") "C: AUTH LOGIN\nS: +\nC: {user}\n" NEXT BYE, LOGIN_REFUSED, "LOGIN",
		REFUSAL_MECHANISM, "did not understand", 0 },
	{ "wrong, before anything was told", 0, "LOGIN",
		SASL("LOGIN") "C: AUTH LOGIN\nS: -ERR Authentication failed.\n" BYE,
		LOGIN_NO_MECHANISM, "LOGIN", REFUSAL_MECHANISM, "takes no way", 0 },
	{ "unknown words, before anything was told", 0, "LOGIN",
		SASL("LOGIN") "C: AUTH LOGIN\nS: -ERR [AUTH] only for friends\n" BYE, LOGIN_REFUSED,
		"LOGIN", REFUSAL_UNKNOWN, "does not know", 0 },
	{ "a greeting that refuses", GREETING, NULL, "S: -ERR too many connections\n" BYE,
		LOGIN_REFUSED, NULL, REFUSAL_TEMPORARY, "for now", 0 },
	{ "a greeting that says wrong", GREETING, NULL, "S: -ERR [AUTH] login failed\n" BYE,
		LOGIN_REFUSED, NULL, REFUSAL_CREDENTIALS, "does not know", 0 },
	{ "scram: wrong", 0, "SCRAM-SHA-256",
		SASL("SCRAM-SHA-256") SCRAM("SCRAM-SHA-256", "n,,") SALTED("4096") PROOF_256
		"S: + {e=invalid-proof}\nC: \nS: -ERR computer says no\n" BYE,
		LOGIN_WRONG, "SCRAM-SHA-256", REFUSAL_CREDENTIALS, "wrong", 0 },
	{ "scram: another error", 0, "SCRAM-SHA-256",
		SASL("SCRAM-SHA-256") SCRAM("SCRAM-SHA-256",
			"n,,") "S: + {e=no-resources}\nC: \nS: -ERR computer says no\n" BYE,
		LOGIN_REFUSED, "SCRAM-SHA-256", REFUSAL_UNKNOWN, "ends SCRAM", 0 },
	{ "xoauth2: a bad token", TOKEN, NULL,
		SASL("XOAUTH2") XOAUTH2
		"S: + {{\"status\":\"401\"\\}}\nC: \nS: -ERR computer says no\n" BYE,
		LOGIN_WRONG, "XOAUTH2", REFUSAL_CREDENTIALS, "wrong", 0 },
	{ "xoauth2: something about the token", TOKEN, NULL,
		SASL("XOAUTH2") XOAUTH2
		"S: + {{\"status\":\"400\"\\}}\nC: \nS: -ERR computer says no\n" BYE,
		LOGIN_REFUSED, "XOAUTH2", REFUSAL_UNKNOWN, "refuses the token", 0 },
	{ "oauthbearer: a bad token", TOKEN, NULL,
		SASL("OAUTHBEARER") OAUTHBEARER
		"S: + {{\"status\":\"invalid_token\"\\}}\nC: {^A}\nS: -ERR [AUTH] bad\n" BYE,
		LOGIN_WRONG, "OAUTHBEARER", REFUSAL_CREDENTIALS, "wrong", 0 },
};

/* --- STAT ------------------------------------------------------------------------------------- */

#define TOLD(line) SASL("PLAIN") PLAIN "S: +OK\nC: STAT\nS: " line "\n" BYE

static const struct row stats[] = {
	{ "none", 0, NULL, TOLD("+OK 0 0"), LOGIN_OK, "PLAIN", REFUSAL_NONE, NULL, 0 },
	{ "more words", 0, NULL, TOLD("+OK 7 320 and so on"), LOGIN_OK, "PLAIN", REFUSAL_NONE, NULL,
		7 },
	{ "refused", 0, NULL, TOLD("-ERR no"), LOGIN_OK, "PLAIN", REFUSAL_NONE, NULL, -1 },
	{ "no number", 0, NULL, TOLD("+OK"), LOGIN_OK, "PLAIN", REFUSAL_NONE, NULL, -1 },
	{ "one number", 0, NULL, TOLD("+OK 2"), LOGIN_OK, "PLAIN", REFUSAL_NONE, NULL, -1 },
	{ "words", 0, NULL, TOLD("+OK two messages"), LOGIN_OK, "PLAIN", REFUSAL_NONE, NULL, -1 },
	{ "negative", 0, NULL, TOLD("+OK -2 5"), LOGIN_OK, "PLAIN", REFUSAL_NONE, NULL, -1 },
	{ "stuck together", 0, NULL, TOLD("+OK 2x 5"), LOGIN_OK, "PLAIN", REFUSAL_NONE, NULL, -1 },
	{ "18 digits", 0, NULL, TOLD("+OK 2 999999999999999999"), LOGIN_OK, "PLAIN", REFUSAL_NONE,
		NULL, 2 },
	{ "19 digits", 0, NULL, TOLD("+OK 2 9999999999999999999"), LOGIN_OK, "PLAIN", REFUSAL_NONE,
		NULL, -1 },
	{ "closed", 0, NULL, SASL("PLAIN") PLAIN "S: +OK\nC: STAT\n-- closed", LOGIN_OK, "PLAIN",
		REFUSAL_NONE, NULL, -1 },
	{ "no answer", 0, NULL, SASL("PLAIN") PLAIN "S: +OK\nC: STAT\n-- expired", LOGIN_OK,
		"PLAIN", REFUSAL_NONE, NULL, -1 },
	{ "no goodbye", 0, NULL,
		SASL("PLAIN") PLAIN "S: +OK\nC: STAT\nS: +OK 1 2\nC: QUIT\n-- expired", LOGIN_OK,
		"PLAIN", REFUSAL_NONE, NULL, 1 },
	{ "closed at the goodbye", 0, NULL,
		SASL("PLAIN") PLAIN "S: +OK\nC: STAT\nS: +OK 1 2\nC: QUIT\n-- closed", LOGIN_OK,
		"PLAIN", REFUSAL_NONE, NULL, 1 },
	{ "wrong, and closed", 0, NULL,
		SASL("PLAIN") PLAIN "S: -ERR Authentication failed.\nC: QUIT\n-- closed",
		LOGIN_WRONG, "PLAIN", REFUSAL_CREDENTIALS, "wrong", 0 },
};

static const struct {
	const char *path;
	struct table table;
} tables[] = {
	{ "/login/works", { works, G_N_ELEMENTS(works) } },
	{ "/login/order", { order, G_N_ELEMENTS(order) } },
	{ "/login/refusals", { refusals, G_N_ELEMENTS(refusals) } },
	{ "/login/stat", { stats, G_N_ELEMENTS(stats) } },
};

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
		g_test_add_data_func(tables[i].path, &tables[i].table, login_game_table);
	return g_test_run();
}
