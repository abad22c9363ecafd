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
 *	flags=same-address;exempts;no-credential;tls-first;out-of-step;offers-stls
 *	now=2026-11-27T12:00:00Z
 *	name=mail.example.org         the host as it was asked; the address without the key
 *	verdict=permits
 *	reason=credentials-checked
 *	confidence=proven
 *	explanation=... settle=... transcript=...
 *	product=Dovecot;2.3.21;dovecot    title;version;word, the last two may be missing
 *	greeting=+OK ready.           "+OK" without the key; a greeting of "" = none came
 *	apop=<1896.697170952@dbc.mtview.ca.us>
 *	capa=TOP;USER;SASL PLAIN      lines; or capa-state=refused, unanswered
 *	auth-list=PLAIN;LOGIN         likewise
 *	stls=optional                 none, required, broken
 *	stls-answer=accepted:+OK      answer:line
 *	stls-plaintext=true
 *	handshake=up                  alert, not-tls, closed, timeout
 *	tls-error=...
 *	tls=TLSv1.2;AES128-SHA        version;cipher
 *	injection=answered            none, answered-in-clear, unclear
 *	injection-exchange=... injection-error=...
 *	host=asked;found;unknown
 *	host-greeting=+OK ready.      what greeted over implicit TLS
 *	host-product=dovecot
 *	[attempts]
 *	PLAIN=accepted::+             answer:refusal:line; answers are the words of enum answer
 *	USER=refused:tls-required:-ERR TLS required
 *	[credential]
 *	USER=refused:credentials:-ERR bad password
 *	samples=4;3                   asked;answered
 *	[differences]
 *	user=C: USER x|C: USER y      one sample|another
 *	[details]                     examined certificates; the group itself makes them
 *	trust=holds                   self-signed, incomplete, unknown-root, broken
 *	trust-error=... anchors=...
 *	name=matches                  differs
 *	reference=mail.example.org
 *	staple=none                   good, revoked, unknown, invalid
 *	[certificate 1]               of the chain, the server's own first; then [certificate 2]
 *	subject=CN=mail issuer=CN=CA  a key a line, all of them
 *	from=2026-01-01T00:00:00Z     until=...; without the key: unreadable
 *	key=RSA;2048
 *	signature=sha256WithRSAEncryption
 *	digest=SHA256
 *	self-issued=true
 *	sha256=...
 *	names=mail.example.org        DNS names and addresses; services=... likewise
 *	[survey]                      the group itself makes it
 *	TLSv1=taken:TLS_RSA_WITH_AES_128_CBC_SHA    trial:cipher, of each version
 *	weak-asked=refused            a trial
 *	dh-bits=1024
 *	[weak]
 *	TLS_RSA_WITH_RC4_128_SHA=RC4;TLSv1;TLSv1.2  why;versions
 *	[config]                      facts of a configuration, which decides the verdict itself
 *	product=dovecot               title=Dovecot root=/etc/dovecot/dovecot.conf version= remedy=
 *	[listener 1]                  then [listener 2]
 *	verdict=permits               reason=setting
 *	address=*                     port=110 mode=pop3 scope= explanation= settle=
 *	chain=conf.d/10-ssl.conf:6:1|ssl = yes|offers STLS    place|line|meaning;and so on
 *	[note 1]
 *	rule=config-tls-version       whose matter it is
 *	place=conf.d/10-ssl.conf:6:1  file, or file:line, or file:line:column
 *	line=ssl = yes                message=... remedy=... settle=...
 *	unknown=true
 *	[doubt 1]
 *	reason=include-missing        place= line= message= settle=
 *	fatal=true
 *	[expect]
 *	severity=high
 *	confidence=proven
 *	message=... evidence=... reproduce=... settle=... remedy=...    each is a part of it
 *	no-evidence=...               what is in none of it
 *	place=FILE:LINE               where the finding stands, whole
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
	char *place;
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
