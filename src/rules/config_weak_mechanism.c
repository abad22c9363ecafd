/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config-weak-mechanism: APOP, CRAM-MD5, DIGEST-MD5 or NTLM before TLS.
 *
 * They send no password, but what can be guessed from offline.
 */
#include "rules/rule.h"

const struct rule rule_config_weak_mechanism = {
	.id = "config-weak-mechanism",
	.title = "A weak mechanism is allowed without TLS",
	.severity = SEVERITY_LOW,
	.witnesses = WITNESS_CONFIG,
	.references = REFERENCES("CWE-327", "RFC 8314 section 4.1"),
	.remedy = "Allow challenge-response mechanisms within TLS only, or not at all.",
	.page_names_products = true,
	.note = CONFIG_NOTE_WEAK_MECHANISM,
};
