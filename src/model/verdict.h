/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verdict: can a client log in here with its password or token in clear?
 *
 * Only the words live here; what leads to which word is decided in
 * pop3/verdict.c (wire) and, later, by the configuration witness.
 */
#ifndef POPSEAL_MODEL_VERDICT_H
#define POPSEAL_MODEL_VERDICT_H

#include "model/small.h"

enum verdict_value {
	VERDICT_UNDETERMINED, /* the zero value: a verdict that nobody decided is never secure */
	VERDICT_PERMITS,
	VERDICT_REFUSES,
	VERDICT_NO_SERVICE,
} SMALL_ENUM;

enum confidence {
	CONFIDENCE_NONE, /* undetermined and no-service have none */
	CONFIDENCE_LIKELY,
	CONFIDENCE_PROVEN,
} SMALL_ENUM;

/* One word per way to reach a verdict; the words are an interface (docs/records.md). */
enum reason {
	REASON_NOT_ASKED, /* a question could not be put before the server closed the connection */
	REASON_CREDENTIALS_CHECKED,
	REASON_CONTINUATION,
	REASON_REFUSED,
	REASON_REFUSED_LATE,
	REASON_PASS_NOT_TRIED,
	REASON_UNKNOWN_REFUSAL,
	REASON_TEMPORARY,
	REASON_TLS_ONLY,
	REASON_CONNECTION_REFUSED,
	REASON_CLOSED_EARLY,
	REASON_NOT_POP3,
	REASON_TIMEOUT,
	REASON_GREETING_REFUSED,
	REASON_SAME_HOST,
	REASON_TRUSTED_NETWORK,
	REASON_INCONSISTENT,
	/* Of configurations. */
	REASON_SETTING,         /* a setting decides */
	REASON_DEFAULT,         /* no setting does: the default of that version */
	REASON_NOT_SERVED,      /* POP3 is not served, or by no listener */
	REASON_INVALID,         /* the server would not load it */
	REASON_INCLUDE_MISSING, /* ... as a file that it must include is not there */
	REASON_UNREADABLE,      /* a file could not be read */
	REASON_VERSION_UNKNOWN, /* the versions of the product differ in it */
	REASON_NOT_UNDERSTOOD,  /* it holds what we do not understand */
	REASON_ELSEWHERE,       /* what is behind it, its build or its unit decides */
} SMALL_ENUM;

/* Where the witness stood; some servers treat the last two as secure. */
enum vantage {
	VANTAGE_REMOTE,
	VANTAGE_SAME_HOST,
	VANTAGE_TRUSTED,
} SMALL_ENUM;

struct verdict {
	enum verdict_value value;
	enum confidence confidence;
	enum reason reason;
	const char *step;        /* where it stopped answering, for REASON_TIMEOUT; else NULL */
	const char *explanation; /* one sentence, without a line break; never NULL once decided */
	const char *settle;      /* what would settle it, for undetermined; else NULL */
	const char *transcript;  /* the exchange that decided, escaped, "\n" between its lines */
};

/* How bad a verdict is, from 0: no-service, refuses, undetermined, permits. */
int verdict_gravity(enum verdict_value value);

/* The words of the records. Each returns a static string and never NULL. */
const char *verdict_word(enum verdict_value value);
const char *confidence_word(enum confidence confidence);
const char *reason_word(enum reason reason);
const char *vantage_word(enum vantage vantage);

#endif
