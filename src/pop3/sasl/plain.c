/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PLAIN (RFC 4616): one message, which is the password.
 */
#include "pop3/sasl.h"

struct plain {
	bool sent;
};

static enum sasl_result
step(void *state, const struct sasl_login *login, const char *challenge G_GNUC_UNUSED,
	size_t length G_GNUC_UNUSED, GString *response, const char **why)
{
	struct plain *plain = state;

	if (plain->sent) {
		*why = "the server asks for more than PLAIN has to say";
		return SASL_BROKEN;
	}
	plain->sent = true;
	g_string_append_c(response, '\0');
	g_string_append(response, login->user);
	g_string_append_c(response, '\0');
	g_string_append_len(response, secret_bytes(login->secret),
		(gssize)secret_length(login->secret));
	return SASL_RESPOND;
}

const struct sasl_mechanism sasl_mechanism_plain = {
	.name = "PLAIN",
	.first = true,
	.reveals = true,
	.prompts = true,
	.state_size = sizeof(struct plain),
	.step = step,
};
