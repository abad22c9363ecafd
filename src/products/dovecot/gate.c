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

void
dovecot_gate_find(const struct dovecot_settings *settings, const struct dovecot_client *client,
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
cleartext_meaning(const struct dovecot_gate *gate)
{
	return gate->state == DOVECOT_OPEN ? "lets passwords in without TLS" :
					     "refuses passwords without TLS";
}

void
dovecot_gate_explain(const struct dovecot_settings *settings, const struct dovecot_gate *gate,
	const struct dovecot_assignment *last, struct config_chain *chain)
{
	if (ssl_decides(gate)) {
		add_steps(settings, &gate->cleartext,
			gate->required ? "has no effect then" : cleartext_meaning(gate), chain);
		add_steps(settings, &gate->ssl, ssl_meaning(gate), chain);
	} else {
		add_steps(settings, &gate->ssl, ssl_meaning(gate), chain);
		add_steps(settings, &gate->cleartext, cleartext_meaning(gate), chain);
	}
	if (last != NULL)
		add_step(settings, last, "takes these clients as secure", chain);
}

/* --- trust ------------------------------------------------------------------------------------ */

GArray *
dovecot_trusted(struct dovecot_settings *settings, const struct dovecot_client *client,
	const struct dovecot_gate *gate)
{
	if (settings->is_24 && gate->required)
		return g_array_new(FALSE, FALSE, sizeof(struct dovecot_word));
	return dovecot_settings_list(settings, "login_trusted_networks", client, "");
}
