/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SCRAM-SHA-256 (RFC 7677): SCRAM; scram.c does it.
 */
#include "pop3/sasl/scram.h"

static const struct scram_kind kind = { .hash = SASL_SHA256, .binds = false };

static enum sasl_result
step(void *state, const struct sasl_login *login, const char *challenge, size_t length,
	GString *response, const char **why)
{
	return scram_step(&kind, state, login, challenge, length, response, why);
}

const struct sasl_mechanism sasl_mechanism_scram_sha_256 = {
	.name = "SCRAM-SHA-256",
	.first = true,
	.state_size = sizeof(struct scram),
	.step = step,
	.satisfied = scram_satisfied,
};
