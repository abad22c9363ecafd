/* SPDX-License-Identifier: Apache-2.0 */
#include "pop3/sasl/token.h"

#include <string.h>

/* Says that the token itself is bad: RFC 7628's word, and the number that XOAUTH2 has for it. */
static const char *const bad_token[] = { "invalid_token", "401" };

static const char *
skip_blanks(const char *at)
{
	return at + strspn(at, " \t\r\n");
}

/* Returns the text of "status", or NULL. The object is flat, so its first mention is it. */
static char *
read_status(const char *json)
{
	static const char key[] = "\"status\"";
	const char *at = strstr(json, key);
	const char *end;

	if (at == NULL)
		return NULL;
	at = skip_blanks(at + strlen(key));
	if (*at != ':')
		return NULL;
	at = skip_blanks(at + 1);
	if (*at != '"')
		return NULL;
	end = strchr(at + 1, '"');
	return end != NULL ? g_strndup(at + 1, (size_t)(end - at - 1)) : NULL;
}

void
token_append(GString *response, const struct sasl_login *login)
{
	g_string_append(response, "auth=Bearer ");
	g_string_append_len(response, secret_bytes(login->secret),
		(gssize)secret_length(login->secret));
	g_string_append(response, "\001\001");
}

enum sasl_result
token_refused(struct token_state *state, const char *challenge, size_t length, const char *answer,
	GString *response, const char **why)
{
	g_autofree char *json = g_strndup(challenge, length);
	g_autofree char *status = read_status(json);

	if (state->refused) {
		*why = "the server asks for more after it has refused the token";
		return SASL_BROKEN;
	}
	state->refused = true;
	g_string_append(response, answer);
	for (size_t i = 0; status != NULL && i < G_N_ELEMENTS(bad_token); i++) {
		if (g_str_equal(status, bad_token[i]))
			return SASL_DENIED;
	}
	*why = "the server refuses the token";
	return SASL_REFUSED;
}
