/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The probe dialogue with one endpoint: named steps, bytes in, bytes out, and
 * a word that says what it waits for. No sockets, no clock, no files.
 *
 * A caller drives it like this:
 *
 *	probe = pop3_probe_new(&plan, facts);
 *	want = pop3_probe_run(probe);
 *	POP3_WANT_CONNECT: close what is open, connect, report CONNECTED or pop3_probe_unconnected
 *	POP3_WANT_TLS:     handshake on this connection, fill in facts->probe.tls,
 *	                   report SECURED or UNSECURED
 *	POP3_WANT_INPUT:   send pop3_probe_output, feed what comes, or report CLOSED, RESET, EXPIRED
 *	POP3_DONE:         send pop3_probe_output, close; the facts are whole, but for the verdict
 *
 * and calls pop3_probe_run again after each report.
 */
#ifndef POPSEAL_POP3_PROBE_H
#define POPSEAL_POP3_PROBE_H

#include "model/facts.h"

enum {
	POP3_CONNECTIONS_MAX = 12, /* to one endpoint */
	POP3_COMPLAINTS_MAX = 2,   /* unknown commands in one connection: Dovecot closes at three */
	POP3_NAME_MAX = 40,        /* RFC 1939 section 3: arguments of up to 40 characters */
	POP3_STEP_NUMBERS = 32,    /* see pop3_probe_step_number */
};

enum pop3_want {
	POP3_WANT_INPUT,
	POP3_WANT_CONNECT,
	POP3_WANT_TLS,
	POP3_DONE,
	POP3_AGAIN, /* never leaves pop3_probe_run */
};

/* How long the answer that is waited for may take. */
enum pop3_patience {
	POP3_PATIENCE_GREETING, /* some servers do reverse DNS first */
	POP3_PATIENCE_STEP,
	POP3_PATIENCE_CREDENTIAL, /* failed logins are delayed on purpose */
	POP3_PATIENCE_GOODBYE,    /* for the close after QUIT */
};

enum pop3_event {
	POP3_CONNECTED,
	POP3_SECURED,
	POP3_UNSECURED, /* facts->probe.tls.handshake says how */
	POP3_CLOSED,
	POP3_RESET,
	POP3_EXPIRED,     /* the patience of this step is over */
	POP3_OUT_OF_TIME, /* the time for the whole endpoint is over */
} SMALL_ENUM;

struct pop3_plan {
	enum depth depth;
	bool no_credential;
	bool brief;         /* nobody reads the transcript: the lines of lists are left out of it */
	const char *nobody; /* the random name: printable, no space, at most POP3_NAME_MAX */
	const char *secret; /* the random secret, likewise */
	/* What the words of an "-ERR" line mean; NULL = the generic patterns. */
	enum refusal (*classify)(void *user, const char *line);
	void *user;
};

struct pop3_probe;

/*
 * Makes a dialogue that writes into facts (whose endpoint is set). Neither plan's strings nor
 * facts are owned.
 */
struct pop3_probe *pop3_probe_new(const struct pop3_plan *plan, struct facts *facts);
void pop3_probe_free(struct pop3_probe *probe);

/* Goes on as far as it can. */
enum pop3_want pop3_probe_run(struct pop3_probe *probe);

/* Adds bytes from the server. Past POP3_CONNECTION_MAX they count as an endless answer. */
void pop3_probe_feed(struct pop3_probe *probe, const char *bytes, size_t length);

void pop3_probe_event(struct pop3_probe *probe, enum pop3_event event);

/*
 * The connection was not made. `why` is kept as facts->probe.connect_error where it was the first.
 */
void pop3_probe_unconnected(struct pop3_probe *probe, enum connect_outcome outcome,
	const char *why);

/* The first bytes that came in clear where TLS was expected, before POP3_UNSECURED is reported. */
void pop3_probe_clear_bytes(struct pop3_probe *probe, const char *bytes, size_t length);

/* Takes the bytes to be sent; valid until the next call of this room. */
const char *pop3_probe_output(struct pop3_probe *probe, size_t *length);

/* Frees what was taken, before it waits for an answer; it need not be called. */
void pop3_probe_sent(struct pop3_probe *probe);

enum pop3_patience pop3_probe_patience(const struct pop3_probe *probe);

/*
 * A number that changes when it begins to wait for something else: the time to set the deadline
 * anew.
 */
unsigned pop3_probe_turn(const struct pop3_probe *probe);

/* Returns whether the connection that POP3_WANT_CONNECT asks for begins with a TLS handshake. */
bool pop3_probe_begins_tls(const struct pop3_probe *probe);

/* The name of the step that it waits in ("greeting", "capa", "auth-plain", ...). */
const char *pop3_probe_step(const struct pop3_probe *probe);

/* The number of that step, below POP3_STEP_NUMBERS: for tables of steps. */
size_t pop3_probe_step_number(const struct pop3_probe *probe);

/* The name that goes with a number; NULL for a number that no step has. */
const char *pop3_step_name(size_t number);

#endif
