/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What probe.c (the steps) and ladder.c (the order of the questions) share.
 */
#ifndef POPSEAL_POP3_PROBE_PRIVATE_H
#define POPSEAL_POP3_PROBE_PRIVATE_H

#include "pop3/probe.h"
#include "pop3/reply.h"

/* In wire order. */
enum pop3_step {
	STEP_CONNECT,
	STEP_HANDSHAKE,
	STEP_GREETING,
	STEP_NEXT, /* chooses the next question of the ladder */
	STEP_CAPA,
	STEP_AUTH,
	STEP_AUTH_CANCEL,
	STEP_USER,
	STEP_PASS,
	STEP_AUTH_LIST,
	STEP_SASL, /* AUTH once more, for the credential */
	STEP_SASL_NAME,
	STEP_SASL_SECRET,
	STEP_APOP,
	STEP_STLS,
	STEP_STLS_HANDSHAKE,
	STEP_QUIT,
	STEP_GOODBYE,
	STEP_DONE,
};

struct pop3_probe {
	struct pop3_plan plan;
	struct facts *facts;
	struct pop3_input input;
	GString *output;
	enum pop3_step step;
	unsigned turn; /* see pop3_probe_turn */

	/* This connection. */
	bool open;
	bool secured;
	bool user_taken;        /* after "+OK" to USER, servers take PASS and little else */
	unsigned commands;      /* sent, but for QUIT */
	unsigned complaints;    /* commands that the server did not know */
	enum pop3_event ending; /* POP3_CLOSED or POP3_RESET once the peer has gone */
	bool gone;

	/* The question under way. */
	struct attempt *asking;
	struct capabilities *listing; /* the list that is being read */
	bool in_list;
	size_t list_lines;
	size_t mark;      /* where it begins in the transcript */
	const char *sasl; /* PLAIN or LOGIN: the mechanism that carries the credential */

	/* The whole endpoint. */
	bool asked_tls_first;
	bool want_tls_first;
	bool credential_tried;
	unsigned timeouts;
	unsigned greetings_lost; /* after the first */
	bool greeted; /* a POP3 greeting has come; in the TLS-first case it is not asked in clear */
	bool stop;    /* no further question */
};

/* One rung of the ladder. */
struct question {
	const char *name;
	bool (*due)(const struct pop3_probe *probe);  /* is it still to be asked? */
	bool (*fits)(const struct pop3_probe *probe); /* on this connection? */
	enum pop3_want (*ask)(struct pop3_probe *probe);
};

/* Returns the question to ask next, or NULL if the ladder is at its end. */
const struct question *ladder_next(const struct pop3_probe *probe);

/* Sends a command, from then on waits in `step`. What stands in `shown` goes into the transcript, if it differs. */
enum pop3_want pop3_ask(struct pop3_probe *probe, enum pop3_step step, const char *command,
	const char *shown);

/* Records how a random credential went. */
void credential_answer(struct pop3_probe *probe, enum answer answer,
	const struct pop3_reply *reply);

#endif
