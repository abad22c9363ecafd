/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a real login over TLS went. Never the secret, nor anything that it can be made of.
 */
#ifndef POPSEAL_MODEL_LOGIN_H
#define POPSEAL_MODEL_LOGIN_H

#include <stdbool.h>
#include <stdint.h>

#include "model/facts.h"

enum login_outcome {
	LOGIN_NOT_TRIED, /* `why` says why: no TLS, chain or name do not hold, no credentials */
	LOGIN_OK,
	LOGIN_WRONG,        /* the server says that name or password are wrong */
	LOGIN_REFUSED,      /* refused for another reason: disabled, access list, for now, ... */
	LOGIN_NO_MECHANISM, /* the server takes none that we know, or not the one demanded */
	LOGIN_BROKEN, /* the server failed to prove itself (SCRAM), or its answers make no sense */
	LOGIN_LOST,   /* closed, reset, or no answer in time: `step` */
	LOGIN_UNREACHABLE, /* no connection */
};

struct login_result {
	enum login_outcome outcome;
	const char *mechanism; /* "PLAIN", "USER", "SCRAM-SHA-256", ...; NULL if none was tried */
	const char *binding;   /* the channel binding that was used, or NULL */
	enum refusal refusal;  /* of WRONG and REFUSED */
	const char *why;       /* in words, escaped, for everything but OK */
	const char *step;      /* where it was lost */
	const char *reply;     /* the server's line to the login, as it sent it; or NULL */
	int64_t messages;      /* by STAT; -1 = not told */
	int64_t octets;
	bool overridden;  /* sent although chain or name did not hold (--insecure) */
	int64_t duration; /* µs */
	const char
		*transcript; /* escaped lines; each secret, and what is made of it, is "<secret>" */
};

/* "not-tried", "ok", "wrong", "refused", "no-mechanism", "broken", "lost", "unreachable" */
const char *login_outcome_word(enum login_outcome outcome);

#endif
