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
	STEP_USER_OVER_TLS,
	STEP_CONTROL, /* CAPA once more: is the server alive? */
	STEP_SETTLE,  /* waits for a line that nobody asked for */
	STEP_QUIT,
	STEP_GOODBYE,
	STEP_DONE,
} SMALL_ENUM;

/* In an order that leaves few holes: thousands are held at once. */
struct pop3_probe {
	struct pop3_plan plan;
	struct facts *facts;
	struct pop3_input input;
	char *output; /* NULL where nothing was asked since it was taken */
	uint32_t output_length;
	uint32_t turn;     /* see pop3_probe_turn */
	bool output_taken; /* it is kept for the caller until the next run */
	enum pop3_step step;

	/* This connection. */
	bool open;
	bool secured;
	bool user_taken; /* after "+OK" to USER, servers take PASS and little else */
	bool settled;
	bool gone;
	enum pop3_event ending; /* POP3_CLOSED or POP3_RESET once the peer has gone */
	uint16_t commands;      /* sent, but for QUIT */
	uint16_t complaints;    /* commands that the server did not know */
	uint32_t quit_mark; /* where QUIT stands in the transcript, if it was sent ahead; else 0 */

	/* The question under way. */
	uint32_t mark; /* where it begins in the transcript */
	uint32_t list_lines;
	struct attempt *asking;
	struct capabilities *listing; /* the list that is being read */
	const char *sasl; /* PLAIN or LOGIN: the mechanism that carries the credential */
	bool in_list;

	/* The whole endpoint. */
	bool asked_tls_first;
	bool want_tls_first;
	bool credential_tried;
	bool sasl_alone;   /* the AUTH for the credential was the first command */
	bool sasl_refused; /* ... was refused, though granted before */
	bool in_step;      /* an answer has come that only its own question can have */
	bool control_asked;
	bool listed_again; /* CAPA was asked a second time */
	bool greeted; /* a POP3 greeting has come; in the TLS-first case it is not asked in clear */
	bool stop;    /* no further question */
	uint8_t timeouts;
	uint8_t greetings_lost; /* after the first */
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

/* A step: how timeouts name it, how long it may wait, and what it does. By enum pop3_step. */
struct step_entry {
	const char *name;
	enum pop3_patience patience;
	enum pop3_want (*run)(struct pop3_probe *probe);
};

extern const struct step_entry steps[];

/* --- talk.c: questions, answers, transcript --- */

/*
 * Sends a command, and from then on waits in `step`. `shown`, if not NULL, stands for it in the
 * transcript.
 */
enum pop3_want pop3_ask(struct pop3_probe *probe, enum pop3_step step, const char *command,
	const char *shown);

/* The same for a line within the dialogue under way, which is no command of its own. */
enum pop3_want respond(struct pop3_probe *probe, enum pop3_step step, const char *line,
	const char *shown);

/* Adds a line to what is sent. */
void probe_say(struct pop3_probe *probe, const char *line);

/* Forgets what was to be sent. */
void probe_unsay(struct pop3_probe *probe);

/*
 * Sends QUIT right behind what was just said, if this is gentle and the server lists PIPELINING
 * (RFC 2449 section 6.6). For what is said last, whatever its answer; never behind AUTH, which
 * would read it as a response.
 */
void quit_ahead(struct pop3_probe *probe);

/* Goes to a step without sending anything. */
enum pop3_want enter(struct pop3_probe *probe, enum pop3_step step);

/* Takes a status line into the transcript, or returns false if none is whole yet. */
bool read_reply(struct pop3_probe *probe, struct pop3_reply *reply);

/* Copies a line into the facts. */
const char *keep_line(struct pop3_probe *probe, const struct pop3_line *line);

/* What the words of an "-ERR" mean, as the plan has it. */
enum refusal classify(const struct pop3_probe *probe, const char *line);

/* Counts the commands that this connection's server did not know. */
void count_complaint(struct pop3_probe *probe, enum refusal refusal);

/* What a reply means where `accepted` is the kind that grants. */
enum answer answer_from(enum reply_kind kind, enum reply_kind accepted);

/* Records the answer to the question under way. */
void attempt_answer(struct pop3_probe *probe, const struct pop3_reply *reply,
	enum reply_kind accepted);

/* Records how the random credential went; reply is NULL where none came. */
void credential_answer(struct pop3_probe *probe, enum answer answer,
	const struct pop3_reply *reply);

void transcript_add(struct pop3_probe *probe, const char *prefix, const char *bytes, size_t length);
void transcript_note(struct pop3_probe *probe, const char *note);

/* Returns what the transcript holds since the question under way was sent. */
const char *exchange(struct pop3_probe *probe);

/* --- events.c --- */

/* The answer that is waited for will not come; `answer` says why. */
void probe_lost(struct pop3_probe *probe, enum answer answer);

#endif
