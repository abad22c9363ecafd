/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OAUTHBEARER (RFC 7628): a bearer token behind a GS2 header. An error is answered by one ^A.
 */
#include "pop3/sasl/prepare.h"
#include "pop3/sasl/token.h"

static enum sasl_result
step(void *state, const struct sasl_login *login, const char *challenge, size_t length,
	GString *response, const char **why)
{
	struct token_state *token = state;

	if (token->sent)
		return token_refused(token, challenge, length, "\001", response, why);
	token->sent = true;
	g_string_append(response, "n,a=");
	sasl_append_name(response, login->user);
	g_string_append(response, ",\001");
	if (login->host != NULL)
		g_string_append_printf(response, "host=%.*s\001", SASL_HOST_MAX, login->host);
	if (login->port != 0)
		g_string_append_printf(response, "port=%u\001", login->port);
	token_append(response, login);
	return SASL_RESPOND;
}

const struct sasl_mechanism sasl_mechanism_oauthbearer = {
	.name = "OAUTHBEARER",
	.first = true,
	.token = true,
	.reveals = true,
	.state_size = sizeof(struct token_state),
	.step = step,
};
