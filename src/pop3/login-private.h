/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What login.c (the login as its callers see it) and login_steps.c (the dialogue) share.
 */
#ifndef POPSEAL_POP3_LOGIN_PRIVATE_H
#define POPSEAL_POP3_LOGIN_PRIVATE_H

#include "pop3/login.h"
#include "pop3/reply.h"

enum {
	LOGIN_COMMAND_MAX = 255, /* octets of a command with its CRLF; RFC 2449 section 4 */
	LOGIN_MECHANISMS_MAX = 32,
};

/* In wire order. */
enum login_step {
	LOGIN_STEP_GREETING,
	LOGIN_STEP_BEGIN, /* sends CAPA */
	LOGIN_STEP_CAPA,
	LOGIN_STEP_CHOOSE, /* takes the next mechanism */
	LOGIN_STEP_AUTH,   /* waits for the answer to AUTH */
	LOGIN_STEP_RESPONSE,
	LOGIN_STEP_CANCEL,
	LOGIN_STEP_USER,
	LOGIN_STEP_PASS,
	LOGIN_STEP_STAT,
	LOGIN_STEP_QUIT,
	LOGIN_STEP_DONE,
};

struct pop3_login {
	struct pop3_login_plan plan;
	struct login_result *result;
	struct pop3_input input;
	enum login_step step;
	unsigned turn;
	bool gone;
	enum pop3_event ending; /* POP3_CLOSED or POP3_RESET once the peer has gone */

	/* These hold secrets: they have room from the beginning, and are wiped. */
	GString *output;
	bool output_taken;
	GString *response; /* of the mechanism, before base64 */
	GString *sent;     /* the last line that was made of the secret; hide.h */
	void *state;       /* the mechanism's own */

	/* What the server lists. */
	bool list_known;
	bool in_list;
	size_t list_lines;
	bool lists_user;
	bool lists[LOGIN_MECHANISMS_MAX]; /* by their place in sasl_mechanisms */

	/* The way in that is being tried. */
	size_t next;                            /* in the order of the mechanisms */
	bool last_resort;                       /* USER was tried although nothing lists it */
	const struct sasl_mechanism *mechanism; /* NULL for USER */
	bool bare;           /* without an initial response, which was not understood */
	bool initial;        /* an initial response was sent */
	bool pending;        /* the first response waits for the server's "+" */
	bool shown;          /* the server has seen something of the credential */
	bool revealed;       /* ... and what is made of the secret */
	bool openly;         /* the response may be seen by anybody */
	bool denied;         /* the server has said that the credential is wrong */
	const char *refused; /* it has refused it for this reason */
	unsigned refusals;   /* mechanisms that were not taken */
	const char *unfit;   /* why the credential cannot be sent by one of them, or NULL */

	/* What the result points to. */
	bool decided;
	GString *transcript;
	char *reply;
	char *why;
};

struct login_step_entry {
	const char *name;
	enum pop3_patience patience;
	enum pop3_want (*run)(struct pop3_login *login);
};

/* By enum login_step. */
extern const struct login_step_entry login_steps[];

/* --- login.c: what is said and told ----------------------------------------------------------- */

/* Adds a line to what is sent; `shown` stands for it in the transcript. */
void login_say(struct pop3_login *login, const GString *line, const char *shown);

/* The same for a command without a secret, which from then on is waited for in `step`. */
enum pop3_want login_ask(struct pop3_login *login, enum login_step step, const char *command);

/* Takes a status line into the transcript, or returns false if none is whole yet. */
bool login_read(struct pop3_login *login, struct pop3_reply *reply);

/* Keeps a line as the result's reply, and returns it: without what is secret in it. */
const char *login_keep(struct pop3_login *login, const struct pop3_line *line);

/* Decides the outcome, once. */
void login_decide(struct pop3_login *login, enum login_outcome outcome, enum refusal refusal,
	const char *why);

void login_note(struct pop3_login *login, const char *note);

/* Forgets the mechanism's state. */
void login_forget(struct pop3_login *login);

#endif
