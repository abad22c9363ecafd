/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config-trusted-network: clients of some network are taken as secure.
 *
 * A trusted network passes by the gate, in some versions even where TLS is
 * required; an address is no protection against who listens on the way.
 */
#include "rules/rule.h"

const struct rule rule_config_trusted_network = {
	.id = "config-trusted-network",
	.title = "A network is trusted to log in without TLS",
	.severity = SEVERITY_MEDIUM,
	.witnesses = WITNESS_CONFIG,
	.references = REFERENCES("CWE-319", "CWE-291"),
	.remedy = "Trust no network, or only the address of a proxy that itself requires TLS.",
	.page_names_products = true,
	.note = CONFIG_NOTE_TRUSTED_NETWORK,
};
