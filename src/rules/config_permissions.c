/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config-permissions: the configuration can be changed by others than root.
 *
 * Who can write it can switch the requirement of TLS off.
 */
#include "rules/rule.h"

const struct rule rule_config_permissions = {
	.id = "config-permissions",
	.title = "Others may write the configuration",
	.severity = SEVERITY_LOW,
	.witnesses = WITNESS_CONFIG,
	.references = REFERENCES("CWE-732"),
	.remedy = "Let only root write the configuration: chmod 644 or less, owner root.",
	.page_names_products = true,
	.note = CONFIG_NOTE_PERMISSIONS,
};
