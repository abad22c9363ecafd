/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XOAUTH2: what Google and Microsoft had before OAUTHBEARER, in the form that Google has published
 * (https://developers.google.com/gmail/imap/xoauth2-protocol). An error is answered by an empty
 * line.
 */
#include "pop3/sasl/token.h"

static enum sasl_result
step(void *state, const struct sasl_login *login, const char *challenge, size_t length,
	GString *response, const char **why)
{
	struct token_state *token = state;

	if (token->sent)
		return token_refused(token, challenge, length, "", response, why);
	token->sent = true;
	g_string_append(response, "user=");
	g_string_append(response, login->user);
	g_string_append_c(response, '\001');
	token_append(response, login);
	return SASL_RESPOND;
}

const struct sasl_mechanism sasl_mechanism_xoauth2 = {
	.name = "XOAUTH2",
	.first = true,
	.token = true,
	.reveals = true,
	.state_size = sizeof(struct token_state),
	.step = step,
};
