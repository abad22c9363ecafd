/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fixture: facts in a key file, and what a rule makes of them.
 *
 * tests/rules/ID/OUTCOME-WHATEVER.facts, where ID is the rule and OUTCOME is
 * fail, pass, unknown or notapplicable. All keys but `verdict` may be missing:
 *
 *	[facts]
 *	mode=pop3                     or pop3s
 *	address=192.0.2.1
 *	port=110                      995 for pop3s
 *	depth=standard
 *	flags=same-address;exempts;no-credential;tls-first;out-of-step
 *	verdict=permits
 *	reason=credentials-checked
 *	confidence=proven
 *	explanation=... settle=... transcript=...
 *	product=Dovecot;2.3.21
 *	greeting=+OK ready.           "+OK" without the key; a greeting of "" = none came
 *	apop=<1896.697170952@dbc.mtview.ca.us>
 *	capa=TOP;USER;SASL PLAIN      lines; or capa-state=refused, unanswered
 *	auth-list=PLAIN;LOGIN         likewise
 *	stls=optional                 none, required, broken
 *	stls-answer=accepted:+OK      answer:line
 *	stls-plaintext=true
 *	handshake=up                  alert, not-tls, closed, timeout
 *	tls-error=...
 *	host=asked;found;unknown
 *	[attempts]
 *	PLAIN=accepted::+             answer:refusal:line; answers are the words of enum answer
 *	USER=refused:tls-required:-ERR TLS required
 *	[credential]
 *	USER=refused:credentials:-ERR bad password
 *	samples=4;3                   asked;answered
 *	[differences]
 *	user=C: USER x|C: USER y      one sample|another
 *	[expect]
 *	severity=high
 *	confidence=proven
 *	message=... evidence=... reproduce=... settle=... remedy=...    each is a part of it
 *	no-evidence=...               what is in none of it
 *
 * A key that nobody reads is an error, so that a slip cannot hide.
 */
#ifndef POPSEAL_TESTS_RULES_FIXTURE_H
#define POPSEAL_TESTS_RULES_FIXTURE_H

#include "model/facts.h"
#include "model/finding.h"

struct fixture {
	enum outcome outcome; /* by the file's name */
	char *severity;       /* what is expected; NULL where the fixture does not say */
	char *confidence;
	char *message;
	char *evidence;
	char *no_evidence;
	char *reproduce;
	char *settle;
	char *remedy;
	struct facts *facts; /* owned, unless taken over */
};

/* Reads a fixture; a mistake in it ends the test program with a message. */
struct fixture *fixture_load(const char *path);
void fixture_free(struct fixture *fixture);

/* g_autoptr takes one word only. */
typedef struct fixture fixture_auto;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(fixture_auto, fixture_free)

/* Returns the outcome that begins the file's name; -1 if none does. */
int fixture_outcome(const char *name);

#endif
