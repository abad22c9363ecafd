/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Postfix: no POP3 server at all.
 *
 * It is here since articles tell to close POP3 in its main.cf, which changes SMTP only.
 */
#include "products/postfix/config.h"

/* None: it does not speak POP3 itself. */
static const struct fingerprint fingerprints[] = { { PLACE_END, NULL, 0 } };

static const char *const documentation[] = {
	"https://www.postfix.org/TLS_README.html",
	"https://www.postfix.org/postconf.5.html",
	NULL,
};

const struct product product_postfix = {
	.name = "postfix",
	.title = "Postfix",
	.fingerprints = fingerprints,
	.remedy =
		"Nothing in Postfix: require TLS in the POP3 server's own configuration (Dovecot: "
		"ssl = required; Cyrus: tls_required: yes; Courier: POP3_TLS_REQUIRED=1).",
	.documentation = documentation,
	.config = &postfix_config,
	.fix = &postfix_fix,
};
