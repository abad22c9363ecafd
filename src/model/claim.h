/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A claim: what another tool's report says of an endpoint or a host. It is
 * hearsay, kept beside the facts and never mixed with them.
 */
#ifndef POPSEAL_MODEL_CLAIM_H
#define POPSEAL_MODEL_CLAIM_H

#include <stdbool.h>
#include <stdint.h>

#include "model/facts.h"

/* Octets that are kept; what is longer is cut. */
enum {
	CLAIM_ID_MAX = 64,
	CLAIM_TEXT_MAX = 2048,
	CLAIM_HOST_MAX = 253,
};

enum claim_kind {
	CLAIM_NAMED,     /* the report names the endpoint, and says no more */
	CLAIM_OPEN_PORT, /* the port was open */
	CLAIM_POP3,      /* POP3 was seen there */
	CLAIM_CLEARTEXT, /* logins in clear were reported as possible */
};

struct claim {
	enum claim_kind kind;
	uint16_t port;        /* 0: the report names no port */
	const char *reporter; /* "nessus", "openvas", "nmap", "masscan", "zgrab2", "popseal" */
	/* A plugin's number, an OID, a verdict's reason word; NULL: the report has none. */
	const char *id;
	const char *text; /* what it said, raw, line ends included; or NULL */
	const char *host; /* the name or address that the report gave */
};

/* What to answer to the one who must close the ticket. */
enum ticket_answer {
	TICKET_NOT_CLAIMED, /* nobody reported a login in clear here */
	TICKET_UNDETERMINED,
	TICKET_CONFIRMED,
	TICKET_FALSE_POSITIVE,
	TICKET_FIXED,
	TICKET_NOT_REACHABLE,
};

/* The words of the records. Each returns a static string and never NULL. */
const char *claim_kind_word(enum claim_kind kind);
const char *ticket_answer_word(enum ticket_answer answer);

/*
 * Sets facts->claim to a copy, each text cut at its bound, at a whole character where it is
 * UTF-8. NULL takes the claim away.
 */
void facts_set_claim(struct facts *facts, const struct claim *claim);

/* Returns a copy, in one block of memory, to be freed by g_free. NULL gives NULL. */
struct claim *claim_copy(const struct claim *claim);

/* Returns whether a login in clear is claimed of just this endpoint. */
bool facts_accused(const struct facts *facts);

#endif
