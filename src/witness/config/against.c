/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/config/against.h"

#include <string.h>

/* What the configuration says of that port, for whom it may concern. */
struct claimed {
	enum verdict_value value;
	const char *scope;                      /* NULL: everybody */
	const struct config_listener *listener; /* NULL: none on that port */
};

static struct claimed
claim_of(const struct facts *facts, uint16_t port)
{
	const struct config_facts *config = facts->config;
	struct claimed claimed = { .value = VERDICT_NO_SERVICE };

	if (config->doubts->len > 0)
		return (struct claimed){ .value = VERDICT_UNDETERMINED };
	for (guint i = 0; i < config->listeners->len; i++) {
		const struct config_listener *each =
			&g_array_index(config->listeners, struct config_listener, i);

		if (each->port != port ||
			(claimed.listener != NULL &&
				verdict_gravity(each->verdict) <= verdict_gravity(claimed.value)))
			continue;
		claimed = (struct claimed){ each->verdict, each->scope, each };
	}
	return claimed;
}

/* The verdict with its verb. */
static const char *
does(enum verdict_value value)
{
	return value == VERDICT_NO_SERVICE ? "is no-service" : verdict_word(value);
}

static struct config_note *
add_note(struct facts *facts, const struct claimed *claimed)
{
	struct config_note *note = config_add_note(facts, CONFIG_NOTE_DISAGREES);

	note->location.file = facts->config->root;
	if (claimed->listener != NULL && claimed->listener->chain.count > 0) {
		note->location = config_chain_last(&claimed->listener->chain)->location;
		note->chain = &claimed->listener->chain;
	}
	return note;
}

static void
say_unknown(struct facts *facts, const struct claimed *claimed, const char *message,
	const char *settle)
{
	struct config_note *note = add_note(facts, claimed);

	note->unknown = true;
	note->message = message;
	note->settle = settle;
}

void
config_hold_against(struct facts *facts, const struct facts *wire)
{
	char url[ENDPOINT_URL_MAX];
	struct claimed claimed = claim_of(facts, wire->endpoint.port);
	enum verdict_value seen = wire->verdict.value;
	const char *subject = endpoint_url(&wire->endpoint, url);

	if (seen == VERDICT_UNDETERMINED) {
		say_unknown(facts, &claimed,
			facts_printf(facts, "What %s does could not be told: %s", subject,
				wire->verdict.explanation),
			wire->verdict.settle != NULL ?
				facts_printf(facts, "%s", wire->verdict.settle) :
				NULL);
		return;
	}
	if (claimed.value == VERDICT_UNDETERMINED || claimed.value == seen)
		return;
	if (claimed.scope != NULL && claimed.value == VERDICT_PERMITS) {
		say_unknown(facts, &claimed,
			facts_printf(facts,
				"%s %s here, and the configuration lets in clients of %s only.",
				subject, does(seen), claimed.scope),
			"Ask from there: popseal scan --source ADDRESS.");
		return;
	}
	add_note(facts, &claimed)->message =
		facts_printf(facts, "By its configuration port %u %s, but %s %s (%s): %s",
			wire->endpoint.port, does(claimed.value), subject, does(seen),
			reason_word(wire->verdict.reason), wire->verdict.explanation);
}
