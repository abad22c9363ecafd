/* SPDX-License-Identifier: Apache-2.0 */
#include "model/verification.h"

unsigned
verification_states(const struct verification *verification, enum expectation_state state)
{
	unsigned count = 0;

	for (guint i = 0; i < verification->expectations->len; i++) {
		const struct expectation *expectation =
			g_ptr_array_index(verification->expectations, i);

		count += expectation->state == state;
	}
	return count;
}

void
verification_count(struct summary *summary, const struct verification *verification)
{
	const struct facts *facts = verification->assessment->facts;
	const struct tls_details *details = facts->probe.tls.details;
	int64_t days = 0;

	for (size_t state = 0; state < G_N_ELEMENTS(summary->expectations); state++)
		summary->expectations[state] +=
			verification_states(verification, (enum expectation_state)state);
	if (expectation_days_left(facts, &days)) {
		summary->days_left = summary->days_known ? MIN(summary->days_left, days) : days;
		summary->days_known = true;
	}
	if (details != NULL)
		summary->handshake = MAX(summary->handshake, details->duration);
}
