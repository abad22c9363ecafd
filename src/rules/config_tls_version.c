/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config-tls-version: SSLv3, TLS 1.0 or TLS 1.1 are allowed.
 *
 * RFC 8996 forbids them.
 */
#include "rules/rule.h"

const struct rule rule_config_tls_version = {
	.id = "config-tls-version",
	.title = "The configuration allows outdated versions of TLS",
	.severity = SEVERITY_MEDIUM,
	.witnesses = WITNESS_CONFIG,
	.references = REFERENCES("CWE-327", "RFC 8996", "RFC 9325 section 3.1"),
	.remedy = "Allow TLS 1.2 and 1.3 only.",
	.page_names_products = true,
	.note = CONFIG_NOTE_TLS_VERSION,
};
