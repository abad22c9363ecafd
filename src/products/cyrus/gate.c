/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Without a version the rules of 3.0 and newer are applied, which all supported systems have had
 * since 2017. Where an older one would take passwords, that is noted as unknown.
 */
#include "products/cyrus/gate.h"

#include <string.h>

#include "products/cyrus/known.h"

static const char first_closed_default[] = "2.3.9";
static const char first_tls_required[] = "3.0";

const char *const cyrus_ages[] = { "3.0", "2.3.9", "2.3.8", NULL };

static const char settle_version[] = "--product-version, with what `cyr_info version` (or the "
				     "greeting) says";

const char *
cyrus_version(const struct config_reading *reading)
{
	return reading->version != NULL ? reading->version : cyrus_ages[0];
}

static bool
is_on(const struct cyrus_setting *setting)
{
	return setting != NULL && cyrus_switch(setting->value) == 1;
}

struct cyrus_gate
cyrus_gate_read(const struct cyrus_settings *settings, const struct cyrus_service *service,
	const char *version)
{
	struct cyrus_gate gate = {
		.tls_required = cyrus_settings_find(settings, service->name, "tls_required"),
		.allowplaintext = cyrus_settings_find(settings, service->name, "allowplaintext"),
	};

	gate.requires_tls = is_on(gate.tls_required) &&
		config_version_compare(version, first_tls_required) >= 0;
	if (gate.requires_tls)
		return gate;
	if (service->layer > 1)
		gate.opened_by = CYRUS_OPEN_BY_LAYER;
	else if (gate.allowplaintext != NULL)
		gate.opened_by = is_on(gate.allowplaintext) ? CYRUS_OPEN_BY_SETTING : CYRUS_CLOSED;
	else if (config_version_compare(version, first_closed_default) < 0)
		gate.opened_by = CYRUS_OPEN_BY_DEFAULT;
	return gate;
}

/* --- the chain -------------------------------------------------------------------------------- */

static void
add_step(struct config_chain *chain, const struct cyrus_setting *setting, const char *meaning)
{
	if (setting != NULL)
		config_chain_add(chain, setting->location, setting->line, meaning);
}

/* The setting for all services, where the service has its own; and then that. */
static void
add_setting(struct config_reading *reading, const struct cyrus_settings *settings,
	const struct cyrus_service *service, struct config_chain *chain, const char *option,
	const struct cyrus_setting *effective, const char *meaning)
{
	const struct cyrus_setting *general = cyrus_settings_find_general(settings, option);

	if (general != effective)
		add_step(chain, general,
			facts_printf(reading->facts, "is overridden for the service %s",
				service->name));
	add_step(chain, effective, meaning);
}

static void
add_useless(const struct cyrus_settings *settings, const struct cyrus_service *service,
	struct config_chain *chain)
{
	const struct cyrus_setting *layer =
		cyrus_settings_find(settings, service->name, "sasl_minimum_layer");

	if (layer != NULL && g_ascii_strtoll(layer->value, NULL, 0) > 0)
		add_step(chain, layer, "does not keep USER and PASS from being taken");
}

static void
add_chain(struct config_reading *reading, const struct cyrus_settings *settings,
	const struct cyrus_service *service, const struct cyrus_gate *gate,
	struct config_chain *chain)
{
	bool by_layer = gate->opened_by == CYRUS_OPEN_BY_LAYER;

	if (!by_layer)
		config_chain_add(chain, service->location, service->line, "starts pop3d");
	if (gate->opened_by != CYRUS_CLOSED)
		add_useless(settings, service, chain);
	if (gate->tls_required != NULL && !gate->requires_tls)
		add_setting(reading, settings, service, chain, "tls_required", gate->tls_required,
			is_on(gate->tls_required) ? "is not known to this version" :
						    "TLS is not required");
	if (gate->requires_tls)
		add_setting(reading, settings, service, chain, "tls_required", gate->tls_required,
			"refuses every login before STLS");
	else
		add_setting(reading, settings, service, chain, "allowplaintext",
			gate->allowplaintext,
			by_layer                                ? NULL :
				gate->opened_by == CYRUS_CLOSED ? "refuses passwords without TLS" :
								  "takes passwords without TLS");
	if (by_layer)
		config_chain_add(chain, service->location, service->line,
			"-p declares that a layer lies around the connection, so passwords are "
			"taken");
}

/* --- the listener ----------------------------------------------------------------------------- */

static const char *
explain(struct config_reading *reading, const struct cyrus_service *service,
	const struct cyrus_gate *gate)
{
	switch (gate->opened_by) {
	case CYRUS_CLOSED:
		return gate->requires_tls ?
			"tls_required refuses USER, APOP and AUTH until STLS." :
			gate->allowplaintext != NULL ?
			"allowplaintext is off: USER, and AUTH with a password, are refused until "
			"STLS." :
			"allowplaintext is off by default: USER, and AUTH with a password, are "
			"refused "
			"until STLS.";
	case CYRUS_OPEN_BY_LAYER:
		return facts_printf(reading->facts,
			"pop3d -p %d takes passwords as if the connection were protected, whoever "
			"connects.",
			service->layer);
	case CYRUS_OPEN_BY_SETTING:
		return "allowplaintext is on: passwords are taken without TLS.";
	case CYRUS_OPEN_BY_DEFAULT:
		return "allowplaintext is on by default up to 2.3.8: passwords are taken without "
		       "TLS.";
	}
	g_return_val_if_reached("");
}

/* The age, among those that may read this, that would take a password where the newest does not. */
static const char *
open_age(const struct config_reading *reading, const struct cyrus_settings *settings,
	const struct cyrus_service *service)
{
	for (size_t i = 1; reading->version == NULL && cyrus_ages[i] != NULL; i++)
		if (cyrus_gate_read(settings, service, cyrus_ages[i]).opened_by != CYRUS_CLOSED)
			return cyrus_ages[i];
	return NULL;
}

/* Says so in the listener's sentence, too, as the verdict rests on it. */
static void
note_age(struct config_reading *reading, const struct cyrus_settings *settings,
	const struct cyrus_gate *gate, const char *age, struct config_listener *listener)
{
	struct config_note *note = config_add_note(reading->facts, CONFIG_NOTE_PERMITS);
	const char *unless = gate->requires_tls ?
		"before 3.0, which does not know tls_required, passwords are taken in clear" :
		facts_printf(reading->facts,
			"up to %s allowplaintext is on by default, and passwords are taken in "
			"clear",
			age);

	note->unknown = true;
	note->settle = settle_version;
	note->location.file = settings->shown;
	if (gate->requires_tls) {
		note->location = gate->tls_required->location;
		note->line = gate->tls_required->line;
	}
	note->message = facts_printf(reading->facts, "The version is not known: %s.", unless);
	note->remedy = "Set allowplaintext: no; then every version refuses.";
	listener->explanation = facts_printf(reading->facts, "%s (The version is not known: %s.)",
		listener->explanation, unless);
}

void
cyrus_judge(struct config_reading *reading, const struct cyrus_settings *settings,
	const struct cyrus_service *service, struct config_listener *listener)
{
	struct cyrus_gate gate = cyrus_gate_read(settings, service, cyrus_version(reading));
	const char *age;

	add_chain(reading, settings, service, &gate, &listener->chain);
	listener->explanation = explain(reading, service, &gate);
	listener->reason = gate.opened_by == CYRUS_OPEN_BY_LAYER || gate.requires_tls ||
			gate.allowplaintext != NULL ?
		REASON_SETTING :
		REASON_DEFAULT;
	listener->verdict = gate.opened_by == CYRUS_CLOSED ? VERDICT_REFUSES : VERDICT_PERMITS;
	age = gate.opened_by == CYRUS_CLOSED ? open_age(reading, settings, service) : NULL;
	if (age != NULL)
		note_age(reading, settings, &gate, age, listener);
}
