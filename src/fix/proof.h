/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proof from outside: the servers' ports are asked by `popseal scan`, and a login over TLS is made
 * by `popseal verify`, as processes of their own, here or by ssh on another host. So what reads a
 * server's octets is never the process that writes configurations.
 */
#ifndef POPSEAL_FIX_PROOF_H
#define POPSEAL_FIX_PROOF_H

#include "model/change.h"

enum {
	PROOF_SECONDS = 180, /* that one round of questions may take */
	PROOF_TRIES = 6,     /* while a server comes back: after 0, 1, 2, 3, 4 and 5 seconds */
};

struct proof_options {
	const char *program; /* popseal itself */
	const char *netrc;   /* NULL: no login */
	const char *authority, *tls_name;
	bool exempts_same_address; /* the product takes a client of its own address as secure */
};

/*
 * Asks before anything is changed, and keeps what was seen in change->seen; adds the check
 * "before". Returns whether a proof can come from there: what refuses already proves nothing by
 * refusing.
 */
bool proof_before(const struct proof_options *options, struct change *change);

/*
 * Asks until all that is to answer refuses cleartext logins and speaks TLS, and what is to be
 * closed is closed, or the tries are over; then logs in, where there is a netrc. Adds checks
 * ("probe", "login") and returns whether it is proven.
 */
bool proof_take(const struct proof_options *options, struct change *change);

/*
 * Asks until the ports do again what they did before, or the tries are over; adds the check
 * "as-before". Of a change that does not know what they did: until one answers.
 */
bool proof_look(const struct proof_options *options, struct change *change);

/* Whether a program may listen on that endpoint ("pop3s://0.0.0.0:995"): nothing is sent. */
bool proof_port_is_free(const char *endpoint);

/* Why the word is no place to probe from now; NULL: it is one. Static. */
const char *proof_from_problem(const char *from);

#endif
