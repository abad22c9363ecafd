/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config-disagrees: the configuration says one thing, the wire another.
 *
 * The change was not reloaded, a proxy stands in front, or another file is read.
 */
#include "rules/rule.h"

const struct rule rule_config_disagrees = {
	.id = "config-disagrees",
	.title = "The configuration and the running server disagree",
	.severity = SEVERITY_MEDIUM,
	.witnesses = WITNESS_CONFIG,
	.references = REFERENCES("CWE-1188"),
	.remedy = "Reload the server, or find out what stands in front of it.",
	.page_names_products = true,
	.note = CONFIG_NOTE_DISAGREES,
};
