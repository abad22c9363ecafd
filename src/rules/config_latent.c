/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config-latent: cleartext logins are allowed where none can happen.
 *
 * Whoever switches the clear listener on again opens the hole without touching the
 * setting.
 */
#include "rules/rule.h"

const struct rule rule_config_latent = {
	.id = "config-latent",
	.title = "The gate is open, but no listener starts in clear now",
	.severity = SEVERITY_INFO,
	.witnesses = WITNESS_CONFIG,
	.references = REFERENCES("CWE-1188"),
	.remedy = "Close the gate, too, before somebody opens the port again.",
	.page_names_products = true,
	.note = CONFIG_NOTE_LATENT,
};
