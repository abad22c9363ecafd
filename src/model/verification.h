/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A verification: an assessment, with what was expected of the endpoint and
 * the logins that were tried there.
 */
#ifndef POPSEAL_MODEL_VERIFICATION_H
#define POPSEAL_MODEL_VERIFICATION_H

#include "model/assessment.h"
#include "model/expectation.h"

/* Nothing in it is owned. */
struct verification {
	const struct assessment *assessment;
	const struct login_result *logins; /* in the order in which they were tried */
	size_t login_count;
	GPtrArray *expectations; /* of struct expectation */
};

/* Adds its expectations, days and handshake to the totals; summary_count adds its assessment. */
void verification_count(struct summary *summary, const struct verification *verification);

/* Returns how many of its expectations are in that state. */
unsigned verification_states(const struct verification *verification, enum expectation_state state);

#endif
