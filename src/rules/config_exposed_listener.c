/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config-exposed-listener: a port that starts in clear listens on every address.
 *
 * With TLS required it lets no password through, but a client that does not know
 * sends it all the same.
 */
#include "rules/rule.h"

const struct rule rule_config_exposed_listener = {
	.id = "config-exposed-listener",
	.title = "A listener that starts in clear is open on every address",
	.severity = SEVERITY_INFO,
	.witnesses = WITNESS_CONFIG,
	.references = REFERENCES("RFC 8314 section 4.1"),
	.remedy = "Serve implicit TLS on port 995 only, or bind the clear port to where it is "
		  "needed.",
	.page_names_products = true,
	.note = CONFIG_NOTE_EXPOSED_LISTENER,
};
