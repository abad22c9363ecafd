/* SPDX-License-Identifier: Apache-2.0 */
/*
 * key-permissions: the private key is readable by more than the server.
 *
 * Whoever can read it can play the server, and read what was recorded without
 * forward secrecy.
 */
#include "rules/rule.h"

const struct rule rule_key_permissions = {
	.id = "key-permissions",
	.title = "Others may read the private key",
	.severity = SEVERITY_MEDIUM,
	.witnesses = WITNESS_CONFIG,
	.references = REFERENCES("CWE-732"),
	.remedy = "Let only root, and the server's group where it must, read the key: chmod 600 "
		  "or 640.",
	.page_names_products = true,
	.note = CONFIG_NOTE_KEY_PERMISSIONS,
};
