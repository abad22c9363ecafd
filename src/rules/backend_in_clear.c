/* SPDX-License-Identifier: Apache-2.0 */
/*
 * backend-in-clear: behind the proxy the password travels without TLS.
 *
 * The client's side may be safe; the leg to the server behind is not.
 */
#include "rules/rule.h"

const struct rule rule_backend_in_clear = {
	.id = "backend-in-clear",
	.title = "The proxy talks to its back end in clear",
	.severity = SEVERITY_LOW,
	.witnesses = WITNESS_CONFIG,
	.references = REFERENCES("CWE-319"),
	.remedy = "Use TLS to the back end, or keep the way to it within the host.",
	.page_names_products = true,
	.note = CONFIG_NOTE_BACKEND_IN_CLEAR,
};
