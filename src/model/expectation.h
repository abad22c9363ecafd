/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expectations: what somebody wants to hold of an endpoint, and whether it
 * does. Pure: facts in, one of met, unmet, undetermined out, with evidence.
 *
 * The words (docs/records.md) are an interface: refuses, tls, tls>=V, cert, days>=N, name,
 * login, cleartext-port-closed.
 */
#ifndef POPSEAL_MODEL_EXPECTATION_H
#define POPSEAL_MODEL_EXPECTATION_H

#include "model/facts.h"
#include "model/login.h"

enum expectation_kind {
	EXPECT_REFUSES,
	EXPECT_TLS,
	EXPECT_TLS_VERSION, /* minimum */
	EXPECT_CERT,        /* chain and dates */
	EXPECT_DAYS,        /* at least */
	EXPECT_NAME,
	EXPECT_LOGIN,
	EXPECT_CLEARTEXT_PORT_CLOSED,
	EXPECT_KINDS,
};

enum {
	EXPECTATION_DAYS_MAX = 36500,
	EXPECTATION_NAME_MAX = 32, /* octets of its name as a record shows it */
	EXPECTATION_EVIDENCE_MAX = 8,
};

/* A set of expectations; each kind at most once. */
struct expectations {
	bool wanted[EXPECT_KINDS];
	enum tls_version version; /* of EXPECT_TLS_VERSION */
	unsigned days;            /* of EXPECT_DAYS */
};

/*
 * Reads "refuses,tls>=1.2,cert,days>=30,login" (blanks around the commas are allowed). False and
 * *error (of POPSEAL_EXPECTATION_ERROR; the message names the word, escaped) for anything else;
 * *expectations is as it was then. What stands twice is read once; of two minimums the higher.
 */
bool expectations_parse(const char *text, struct expectations *expectations, GError **error);

#define POPSEAL_EXPECTATION_ERROR (expectation_error_quark())
GQuark expectation_error_quark(void);

/* Whether any is wanted. */
bool expectations_any(const struct expectations *expectations);

enum expectation_state {
	EXPECTATION_MET,
	EXPECTATION_UNMET,
	EXPECTATION_UNDETERMINED,
};

struct expectation {
	enum expectation_kind kind;
	char name[EXPECTATION_NAME_MAX]; /* "tls>=1.2" */
	enum expectation_state state;
	const char
		*reason; /* static word: "permits", "timeout", "wrong-password", "expired", ... */
	char *message;   /* owned; one sentence */
	char *evidence[EXPECTATION_EVIDENCE_MAX]; /* owned; escaped */
	size_t evidence_count;
	char *settle; /* owned; for undetermined: what would settle it; may be NULL */
};

void expectation_free(struct expectation *expectation); /* NULL is a no-op */

/* One endpoint of a host, and what else is known of it. */
struct verified {
	const struct facts *facts;
	const struct login_result *login; /* NULL where none was wanted */
};

/*
 * Judges one endpoint of a host by the expectations; `others` are all endpoints of the host that
 * were asked, this one among them. Returns a GPtrArray of struct expectation (owned), in the order
 * of enum expectation_kind; it leaves out what does not apply: a clear port of its own that is
 * closed needs no certificate where another endpoint of the host was asked, ...
 */
GPtrArray *expectations_judge(const struct expectations *expectations,
	const struct verified *subject, const struct verified *others, size_t count);

/*
 * Judges a configuration by those of the expectations that its files can answer: refuses, tls and
 * tls>=V. Returns a GPtrArray of struct expectation (owned).
 */
GPtrArray *expectations_judge_config(const struct expectations *expectations,
	const struct facts *facts);

/*
 * Sets *days to the whole days (below zero: past) until the first certificate of the chain ends,
 * and returns true; false where that is not known.
 */
bool expectation_days_left(const struct facts *facts, int64_t *days);

/* "met", "unmet", "undetermined" */
const char *expectation_state_word(enum expectation_state state);

#endif
