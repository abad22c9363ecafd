/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LOGIN: the name, then the password. It has no RFC, so the prompts are in whatever words the
 * server likes ("Username:", "User Name", none at all), and are not read.
 */
#include "pop3/sasl.h"

struct login {
	unsigned prompts;
};

static enum sasl_result
step(void *state, const struct sasl_login *login, const char *challenge G_GNUC_UNUSED,
	size_t length G_GNUC_UNUSED, GString *response, const char **why)
{
	struct login *asked = state;

	switch (asked->prompts++) {
	case 0:
		g_string_append(response, login->user);
		return SASL_RESPOND_OPENLY;
	case 1:
		g_string_append_len(response, secret_bytes(login->secret),
			(gssize)secret_length(login->secret));
		return SASL_RESPOND;
	default:
		*why = "the server asks for more than a name and a password";
		return SASL_BROKEN;
	}
}

const struct sasl_mechanism sasl_mechanism_login = {
	.name = "LOGIN",
	.reveals = true,
	.prompts = true,
	.state_size = sizeof(struct login),
	.step = step,
};
