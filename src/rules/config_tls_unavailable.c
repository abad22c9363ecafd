/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config-tls-unavailable: requiring TLS would lock the users out.
 *
 * No certificate or key is configured, or what is configured is not there: a fix
 * has to begin with that.
 */
#include "rules/rule.h"

const struct rule rule_config_tls_unavailable = {
	.id = "config-tls-unavailable",
	.title = "TLS is not available",
	.severity = SEVERITY_MEDIUM,
	.witnesses = WITNESS_CONFIG,
	.references = REFERENCES("RFC 8314 section 4.1"),
	.remedy = "Configure a certificate and its key before TLS is required.",
	.page_names_products = true,
	.note = CONFIG_NOTE_TLS_UNAVAILABLE,
};
