/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config-wrong-file: a setting that looks like the fix, where it is none.
 *
 * Postfix has no POP3 service; articles that tell to change its main.cf leave the
 * POP3 server as it was.
 */
#include "rules/rule.h"

const struct rule rule_config_wrong_file = {
	.id = "config-wrong-file",
	.title = "This file has no say over POP3",
	.severity = SEVERITY_LOW,
	.witnesses = WITNESS_CONFIG,
	.references = REFERENCES("CWE-1188"),
	.remedy = "Change the POP3 server's own configuration.",
	.page_names_products = true,
	.note = CONFIG_NOTE_WRONG_FILE,
};
