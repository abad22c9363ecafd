/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A real login: named steps, bytes in, bytes out, on a connection over which
 * TLS is up and was found worthy of a password. It asks CAPA, logs in by one mechanism,
 * asks STAT, and says QUIT. Nothing is deleted, and nothing is read but STAT.
 *
 * Driven like pop3/probe.h, from the greeting on (implicit TLS) or from the
 * end of the handshake on (STLS); it never wants another connection.
 */
#ifndef POPSEAL_POP3_LOGIN_H
#define POPSEAL_POP3_LOGIN_H

#include "model/login.h"
#include "pop3/probe.h"
#include "pop3/sasl.h"

struct pop3_login_plan {
	bool greeting; /* it begins with the greeting; else with our CAPA */
	/* A mechanism's name, "USER", or NULL: the best of those that the server lists. */
	const char *mechanism;
	bool hide;  /* nobody vouches for the server: what does not reveal the secret goes first */
	bool token; /* the secret is a bearer token */
	struct sasl_login sasl;
	/* What the words of an "-ERR" line mean. */
	enum refusal (*classify)(void *user, const char *line);
	void *classify_user;
};

struct pop3_login;

/*
 * Begins; the outcome goes into *result, whose texts are the login's own and live as long as it;
 * `overridden` and `duration` are the caller's, and stay. A credential that no server can be told
 * (no name, no secret, a control character in one, a name past SASL_USER_MAX) is LOGIN_NOT_TRIED,
 * and the first run says POP3_DONE: nothing is sent. So is one that is too long for USER and PASS,
 * or not UTF-8 for SCRAM, where nothing else is offered; the server sees nothing of it.
 */
struct pop3_login *pop3_login_new(const struct pop3_login_plan *plan, struct login_result *result);
void pop3_login_free(struct pop3_login *login); /* wipes; NULL is a no-op */

enum pop3_want pop3_login_run(struct pop3_login *login);
void pop3_login_feed(struct pop3_login *login, const char *bytes, size_t length);
void pop3_login_event(struct pop3_login *login, enum pop3_event event);

/* Takes the bytes to be sent; valid until the next call, and wiped then. */
const char *pop3_login_output(struct pop3_login *login, size_t *length);
enum pop3_patience pop3_login_patience(const struct pop3_login *login);
unsigned pop3_login_turn(const struct pop3_login *login);
const char *pop3_login_step(const struct pop3_login *login);

#endif
