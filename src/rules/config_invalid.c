/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config-invalid: the server would not load it, or not as it was meant.
 *
 * Until the next restart the server runs with what it had before.
 */
#include "rules/rule.h"

const struct rule rule_config_invalid = {
	.id = "config-invalid",
	.title = "The server would refuse this configuration",
	.severity = SEVERITY_LOW,
	.witnesses = WITNESS_CONFIG,
	.references = REFERENCES("CWE-1188"),
	.remedy = "Correct it, and check it with the server's own command before a reload.",
	.page_names_products = true,
	.note = CONFIG_NOTE_INVALID,
};
