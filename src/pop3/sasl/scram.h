/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SCRAM (RFC 5802, RFC 7677), whatever its hash: a mechanism's file names the hash and whether it
 * binds the channel. Each side proves that it knows the password, or what is derived from it, and
 * neither tells it.
 */
#ifndef POPSEAL_POP3_SASL_SCRAM_H
#define POPSEAL_POP3_SASL_SCRAM_H

#include "pop3/sasl.h"

enum {
	SCRAM_NONCE_OCTETS = 18, /* of ours; 24 characters in base64 */
	SCRAM_NONCE_SIZE = 32,
};

enum scram_turn {
	SCRAM_FIRST,
	SCRAM_FINAL,
	SCRAM_VERIFY,
	SCRAM_PROVEN,
	SCRAM_FAILED,
};

struct scram {
	enum scram_turn turn;
	char nonce[SCRAM_NONCE_SIZE]; /* made in the first step, unless it stands there already */
	uint8_t signature[SASL_DIGEST_MAX]; /* what the server has to prove itself with */
	size_t signature_length;
};

struct scram_kind {
	enum sasl_hash hash;
	bool binds;
};

enum sasl_result scram_step(const struct scram_kind *kind, struct scram *scram,
	const struct sasl_login *login, const char *challenge, size_t length, GString *response,
	const char **why);

/* For struct sasl_mechanism. */
bool scram_satisfied(const void *state);

#endif
