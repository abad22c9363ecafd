/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What OAUTHBEARER and XOAUTH2 share: a token goes out in one message, and a
 * refusal comes as a challenge in JSON, which wants a response of its own before the "-ERR".
 */
#ifndef POPSEAL_POP3_SASL_TOKEN_H
#define POPSEAL_POP3_SASL_TOKEN_H

#include "pop3/sasl.h"

struct token_state {
	bool sent;
	bool refused;
};

/* Appends "auth=Bearer ", the token, and two ^A. */
void token_append(GString *response, const struct sasl_login *login);

/* Reads the server's error and responds by `answer`; RFC 7628 section 3.2.2 has the JSON. */
enum sasl_result token_refused(struct token_state *state, const char *challenge, size_t length,
	const char *answer, GString *response, const char **why);

#endif
