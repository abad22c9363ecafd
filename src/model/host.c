/* SPDX-License-Identifier: Apache-2.0 */
#include "model/host.h"

#include <string.h>

/* Found by a session, or by an alert: whoever sends one speaks TLS. */
static bool
speaks_tls(const struct facts *facts)
{
	enum handshake handshake = facts->probe.tls.handshake;

	return handshake == HANDSHAKE_UP || handshake == HANDSHAKE_ALERT;
}

static void
add_implicit_tls(struct host_facts *known, const struct facts *facts)
{
	known->implicit_tls_asked = true;
	if (facts == NULL) {
		known->implicit_tls_unknown = true;
		return;
	}
	known->implicit_tls_found |= facts->endpoint.mode == MODE_POP3S && speaks_tls(facts);
	known->implicit_tls_unknown |= facts->verdict.value == VERDICT_UNDETERMINED;
	if (facts->probe.tls.handshake == HANDSHAKE_UP) {
		known->implicit_tls_greeting = facts->probe.greeting;
		known->implicit_tls_product = facts->probe.product;
	}
}

void
host_tell(const struct host_endpoint *endpoints, size_t count)
{
	struct host_facts known = { 0 };

	for (size_t i = 0; i < count; i++)
		if (endpoints[i].mode == MODE_POP3S)
			add_implicit_tls(&known, endpoints[i].facts);
	for (size_t i = 0; i < count; i++) {
		struct facts *facts = endpoints[i].facts;
		const char *greeting = known.implicit_tls_greeting;

		if (facts == NULL)
			continue;
		facts->host = known;
		if (greeting != NULL)
			facts->host.implicit_tls_greeting =
				facts_keep(facts, greeting, strlen(greeting));
	}
}
