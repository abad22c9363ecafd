/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The answer to the one who must close the ticket that another tool's report
 * opened: is its claim of a login in clear true, false, or true no more?
 */
#ifndef POPSEAL_POP3_TICKET_H
#define POPSEAL_POP3_TICKET_H

#include "model/claim.h"

struct ticket {
	enum ticket_answer answer;
	const char *explanation; /* one sentence */
	const char *next;        /* what to do now, a sentence or two */
};

/*
 * Decides by the verdict and what the scanner's own rule would make of the
 * facts: the first row of the table in ticket.c that holds. To be called once
 * verdict_decide was.
 */
struct ticket ticket_decide(const struct facts *facts);

/*
 * Returns whether the rule of the claim's scanner fires on that line of the
 * CAPA list before TLS. Of a reporter that has no such rule, it never does.
 */
bool ticket_fires_on(const struct facts *facts, const char *line);

#endif
