/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config-sibling: IMAP or submission take cleartext logins by the same setting.
 *
 * Passwords are the same for all of them.
 */
#include "rules/rule.h"

const struct rule rule_config_sibling = {
	.id = "config-sibling",
	.title = "The same setting opens another protocol",
	.severity = SEVERITY_INFO,
	.witnesses = WITNESS_CONFIG,
	.references = REFERENCES("CWE-319", "RFC 8314 section 4.1"),
	.remedy = "Require TLS there, too.",
	.page_names_products = true,
	.note = CONFIG_NOTE_SIBLING,
};
