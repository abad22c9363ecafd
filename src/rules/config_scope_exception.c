/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config-scope-exception: the gate is closed, but for some clients.
 *
 * A block for a network or a local address opens what is closed for all others:
 * whoever looks at the global setting alone misses it.
 */
#include "rules/rule.h"

const struct rule rule_config_scope_exception = {
	.id = "config-scope-exception",
	.title = "Some clients are let in without TLS",
	.severity = SEVERITY_MEDIUM,
	.witnesses = WITNESS_CONFIG,
	.references = REFERENCES("CWE-319"),
	.remedy = "Remove the exception, or keep it as an accepted one with a date.",
	.page_names_products = true,
	.note = CONFIG_NOTE_SCOPE_EXCEPTION,
};
