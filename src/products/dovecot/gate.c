/* SPDX-License-Identifier: Apache-2.0 */
#include "products/dovecot/gate.h"

#include <string.h>

const char *
dovecot_gate_switch(const struct dovecot_settings *settings)
{
	return settings->is_24 ? "auth_allow_cleartext" : "disable_plaintext_auth";
}

/* Whether the switch is open; unclear where its value is not known. */
static enum dovecot_state
read_switch(const struct dovecot_settings *settings, const struct dovecot_found *found)
{
	const char *value = dovecot_found_value(found, settings->is_24 ? "no" : "yes");
	bool yes;

	if (value == NULL || found->conflict != NULL || !dovecot_boolean(value, &yes))
		return DOVECOT_UNCLEAR;
	return yes == settings->is_24 ? DOVECOT_OPEN : DOVECOT_CLOSED;
}

static const char *
unclear_why(const struct dovecot_settings *settings, const struct dovecot_gate *gate)
{
	if (gate->ssl.conflict == NULL && gate->cleartext.conflict == NULL)
		return "The value of a setting that decides is not known.";
	return settings->is_24 ?
		"Two blocks contradict each other, and which one wins depends on the release." :
		"Two blocks contradict each other: Dovecot lets no such client log in, or takes "
		"one of them.";
}

/* Whether the mechanism sends a password or a token that others could use. */
static enum dovecot_state
judge_mechanism(const char *name)
{
	static const char *const clear[] = { "login", "oauthbearer", "plain", "xoauth2" };
	static const char *const others[] = { "anonymous", "apop", "cram-md5", "digest-md5",
		"dovecot-token", "external", "gss-spnego", "gssapi", "ntlm", "otp", "rpa",
		"scram-sha-1", "scram-sha-1-plus", "scram-sha-256", "scram-sha-256-plus", "skey" };

	for (size_t i = 0; i < G_N_ELEMENTS(clear); i++)
		if (g_ascii_strcasecmp(name, clear[i]) == 0)
			return DOVECOT_OPEN;
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
		if (g_ascii_strcasecmp(name, others[i]) == 0)
			return DOVECOT_CLOSED;
	return DOVECOT_UNCLEAR;
}

/* Closed where auth_mechanisms has none that sends a password. */
static enum dovecot_state
judge_mechanisms(struct dovecot_settings *settings, const struct dovecot_client *client,
	const struct dovecot_found *found)
{
	g_autoptr(GArray) words = NULL;
	enum dovecot_state state = DOVECOT_CLOSED;

	if (found->decides == NULL)
		return DOVECOT_OPEN;
	if (found->decides->value == NULL || found->conflict != NULL)
		return DOVECOT_UNCLEAR;
	words = dovecot_settings_list(settings, "auth_mechanisms", client, "plain");
	for (guint i = 0; i < words->len && state != DOVECOT_UNCLEAR; i++) {
		enum dovecot_state each =
			judge_mechanism(g_array_index(words, struct dovecot_word, i).word);

		if (each != DOVECOT_CLOSED)
			state = each;
	}
	return state;
}

/* Finds what keeps every password out before TLS, from trusted clients, too. */
static void
find_bar(struct dovecot_settings *settings, const struct dovecot_client *client,
	struct dovecot_gate *gate)
{
	struct dovecot_found certificate, mechanisms;
	enum dovecot_state state;
	const char *value;
	bool yes;

	dovecot_settings_find(settings, "auth_ssl_require_client_cert", client, &certificate);
	dovecot_settings_find(settings, "auth_mechanisms", client, &mechanisms);
	value = dovecot_found_value(&certificate, "no");
	if (certificate.conflict == NULL && value != NULL && dovecot_boolean(value, &yes) && yes) {
		gate->bars = certificate.decides;
		gate->why = "auth_ssl_require_client_cert is on: without TLS no client has the "
			    "certificate that Dovecot wants.";
		gate->state = DOVECOT_CLOSED;
		return;
	}
	state = judge_mechanisms(settings, client, &mechanisms);
	if (state == DOVECOT_OPEN)
		return;
	gate->bars = mechanisms.decides;
	gate->state = state;
	gate->why = state == DOVECOT_CLOSED ?
		"auth_mechanisms has none that sends a password or a token: Dovecot refuses "
		"passwords." :
		"Whether auth_mechanisms has one that sends a password is not known.";
}

void
dovecot_gate_find(struct dovecot_settings *settings, const struct dovecot_client *client,
	struct dovecot_gate *gate)
{
	const char *ssl;
	enum dovecot_state open;

	memset(gate, 0, sizeof(*gate));
	dovecot_settings_find(settings, "ssl", client, &gate->ssl);
	dovecot_settings_find(settings, dovecot_gate_switch(settings), client, &gate->cleartext);
	ssl = dovecot_found_value(&gate->ssl, "yes");
	open = read_switch(settings, &gate->cleartext);
	gate->required = gate->ssl.conflict == NULL && g_strcmp0(ssl, "required") == 0;
	if (gate->required)
		gate->state = DOVECOT_CLOSED;
	else if (open == DOVECOT_OPEN && (ssl == NULL || gate->ssl.conflict != NULL))
		gate->state = DOVECOT_UNCLEAR;
	else
		gate->state = open;
	if (gate->state == DOVECOT_UNCLEAR)
		gate->why = unclear_why(settings, gate);
	find_bar(settings, client, gate);
}

/* --- why -------------------------------------------------------------------------------------- */

/* Whether ssl was required before what decides said otherwise. */
static bool
was_required(const struct dovecot_found *ssl)
{
	for (size_t i = 0; i + 1 < ssl->count; i++)
		if (g_strcmp0(ssl->steps[i]->value, "required") == 0)
			return true;
	return false;
}

/* Whether the requirement of TLS was taken back where the switch was open already. */
static bool
ssl_decides(const struct dovecot_gate *gate)
{
	const struct dovecot_assignment *ssl = gate->ssl.decides;
	const struct dovecot_assignment *cleartext = gate->cleartext.decides;

	if (gate->state == DOVECOT_CLOSED)
		return gate->required;
	if (ssl == NULL || cleartext == NULL || !was_required(&gate->ssl))
		return false;
	return ssl->filter->order != 0 && cleartext->filter->order == 0;
}

const struct dovecot_assignment *
dovecot_gate_decides(const struct dovecot_gate *gate)
{
	if (gate->bars != NULL)
		return gate->bars;
	return ssl_decides(gate) ? gate->ssl.decides : gate->cleartext.decides;
}

/* Adds the step with what it means. */
static void
add_step(const struct dovecot_settings *settings, const struct dovecot_assignment *assignment,
	const char *meaning, struct config_chain *chain)
{
	struct config_step step = dovecot_step(settings, assignment);

	config_chain_add(chain, step.location, step.line, meaning);
}

static void
add_steps(const struct dovecot_settings *settings, const struct dovecot_found *found,
	const char *meaning, struct config_chain *chain)
{
	for (size_t i = 0; i < found->count; i++)
		add_step(settings, found->steps[i],
			found->steps[i] == found->decides ? meaning : "is overridden below", chain);
}

static const char *
ssl_meaning(const struct dovecot_gate *gate)
{
	const char *value = dovecot_found_value(&gate->ssl, "yes");

	if (g_strcmp0(value, "required") == 0)
		return "requires TLS before any login";
	return g_strcmp0(value, "no") == 0 ? "switches TLS off" :
					     "offers STLS, and does not require it";
}

static const char *
cleartext_meaning(const struct dovecot_settings *settings, const struct dovecot_gate *gate)
{
	return read_switch(settings, &gate->cleartext) == DOVECOT_OPEN ?
		"lets passwords in without TLS" :
		"refuses passwords without TLS";
}

void
dovecot_gate_explain(const struct dovecot_settings *settings, const struct dovecot_gate *gate,
	const struct dovecot_assignment *last, struct config_chain *chain)
{
	if (ssl_decides(gate)) {
		add_steps(settings, &gate->cleartext,
			gate->required ? "has no effect then" : cleartext_meaning(settings, gate),
			chain);
		add_steps(settings, &gate->ssl, ssl_meaning(gate), chain);
	} else {
		add_steps(settings, &gate->ssl, ssl_meaning(gate), chain);
		add_steps(settings, &gate->cleartext, cleartext_meaning(settings, gate), chain);
	}
	if (gate->bars != NULL)
		add_step(settings, gate->bars,
			gate->state == DOVECOT_CLOSED ? "lets no password in without TLS" :
							"is not understood",
			chain);
	if (last != NULL)
		add_step(settings, last, "takes these clients as secure", chain);
}

/* --- trust ------------------------------------------------------------------------------------ */

GArray *
dovecot_trusted(struct dovecot_settings *settings, const struct dovecot_client *client,
	const struct dovecot_gate *gate, const struct dovecot_assignment **wrong)
{
	bool barred = gate->bars != NULL || (settings->is_24 && gate->required);
	GArray *words = barred ?
		g_array_new(FALSE, FALSE, sizeof(struct dovecot_word)) :
		dovecot_settings_list(settings, "login_trusted_networks", client, "");

	*wrong = NULL;
	for (guint i = 0; i < words->len; i++) {
		const struct dovecot_word *word = &g_array_index(words, struct dovecot_word, i);
		struct dovecot_network network;

		if (dovecot_network_read(&network, word->word))
			continue;
		*wrong = word->from;
		g_array_set_size(words, i);
	}
	return words;
}
