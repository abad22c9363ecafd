/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pop3/login against servers that are dialogues, byte for byte, fed in pieces of 1, 2 and 7 octets
 * and whole: what the tests of logins share.
 *
 * In a dialogue "S: " is what the server sends, "C: " what must come back, and "-- " what happens
 * to the connection. Text between braces stands there in base64, with ^@ for NUL and ^A for \001.
 */
#ifndef POPSEAL_TEST_LOGIN_GAME_H
#define POPSEAL_TEST_LOGIN_GAME_H

#include "net/crypto.h"
#include "pop3/login.h"

enum {
	GREETING = 1,
	HIDE = 2,
	TOKEN = 4,
	BOUND = 8,  /* the session has a channel binding */
	WHOLE = 16, /* not in pieces: what comes too early is late enough then */
};

struct row {
	const char *name;
	unsigned flags;
	const char *mechanism; /* that is demanded, or NULL */
	const char *dialogue;
	enum login_outcome outcome;
	const char *used; /* the mechanism */
	enum refusal refusal;
	const char *why; /* a part of it, or the step where it was lost */
	int messages;    /* of LOGIN_OK; 0 elsewhere */
};

#define NONCE       "fyko+d2lbbFgONRv9qkxdawL"
#define NONCES      NONCE "3rfcNHYJY1ZVvWVs7j"
#define SALT        ",s=W22ZaJ0SNY7soEsUEjb6gQ=="
#define BYE         "C: QUIT\nS: +OK bye"
#define STAT        "C: STAT\nS: +OK 2 320\n" BYE
#define LIST(lines) "C: CAPA\nS: +OK list\n" lines "S: .\n"
#define SASL(names) LIST("S: TOP\nS: SASL " names "\nS: UIDL\n")
#define NO_LIST     "C: CAPA\nS: -ERR unknown command\n"
#define PLAIN       "C: AUTH PLAIN {^@user^@pencil}\n"
#define PLAIN_BARE  "C: AUTH PLAIN\n"
#define PLAIN_LATE  "C: {^@user^@pencil}\n"
#define USER        "C: USER user\nS: +OK\nC: PASS pencil\n"

/* SCRAM's messages; the texts after PROOF and SIGNATURE are those of "user" and "pencil". */
#define SCRAM(name, header) "C: AUTH " name " {" header "n=user,r=" NONCE "}\n"
#define SALTED(count)       "S: + {r=" NONCES ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=" count "}\n"
#define PROOF(header, text) "C: {c=" header ",r=" NONCES ",p=" text "}\n"
#define SIGNATURE(text)     "S: + {v=" text "}\n"
#define HEADER_PLUS         "cD10bHMtZXhwb3J0ZXIsLHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4"
#define SALTED_1            "S: + {r=" NONCES ",s=QSXCR+Q6sek8bf92,i=4096}\n"
#define PROOF_1             PROOF("biws", "v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=")
#define SIGNATURE_1         SIGNATURE("rmF9pqV8S7suAoZWja4dJRkFsKQ=")
#define PROOF_256           PROOF("biws", "khPunbEN1bS6ZR10eQcjEAYZW+T9aSBx7y/UMYTjXdk=")
#define SIGNATURE_256       SIGNATURE("PUZ0/urxX86eGWh/paDV5XxNJSa1/ISFj3iCA2BxaT0=")
#define GRANTED             "C: \nS: +OK\n"
#define SCRAM_FIRST         SASL("SCRAM-SHA-256") SCRAM("SCRAM-SHA-256", "n,,")
#define SCRAM_FINAL         SCRAM_FIRST SALTED("4096") PROOF_256

#define XOAUTH2 "C: AUTH XOAUTH2 {user=user^Aauth=Bearer pencil^A^A}\n"
#define OAUTHBEARER \
	"C: AUTH OAUTHBEARER {n,a=user,^Ahost=mail.example^Aport=995^Aauth=Bearer pencil^A^A}\n"
#define CRAM "C: AUTH CRAM-MD5\nS: + {<1.2@x>}\nC: {user 0475b342f5c0d7d3ea269054053684ba}\n"

#define CANCELLED "C: *\nS: -ERR cancelled\n" BYE

#define REFUSED(line) SASL("PLAIN") PLAIN "S: " line "\n" BYE
#define PASSED(line)  LIST("S: USER\n") USER "S: " line "\n" BYE

#define USER_LIST  "+OK\r\nUSER\r\n.\r\n"
#define PLAIN_LIST "+OK\r\nSASL PLAIN\r\n.\r\n"
#define SCRAM_LIST "+OK\r\nSASL SCRAM-SHA-256\r\n.\r\n"

struct game {
	const struct row *row;
	struct pop3_login *login;
	struct login_result result;
	enum pop3_want want;
	size_t piece;       /* octets at a time; 0 = all */
	GString *sent;      /* by popseal, and not looked at yet */
	GPtrArray *secrets; /* what must not be seen */
};

struct table {
	const struct row *rows;
	size_t count;
};

/* The octets of NONCE, for struct sasl_crypto. */
void login_game_random(void *out, size_t length);

/* The plan of a row: "user", and the secret. */
struct pop3_login_plan login_game_plan(const struct row *row, const struct sasl_crypto *crypto,
	const struct secret *secret);

/* Plays a dialogue; game->login, sent and secrets are the caller's. */
void login_game_play(struct game *game, const char *dialogue);

/* Plays a row with "pencil" as the secret, and checks all that came of it. */
void login_game_row(const struct row *row, size_t piece);

/* Plays the rows of a struct table, in all pieces. */
void login_game_table(gconstpointer data);

#endif
