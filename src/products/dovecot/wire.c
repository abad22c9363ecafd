/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dovecot 2.0 to 2.4.
 *
 * It takes a client from its own address (and from login_trusted_networks) as
 * secure, whatever the configuration says: a probe from the same host proves
 * nothing about other clients.
 */
#include "products/dovecot/config.h"

static const struct fingerprint fingerprints[] = {
	{ PLACE_GREETING, "Dovecot*", 80 },
	{ PLACE_GREETING, "[XCLIENT] Dovecot*", 80 },
	{ PLACE_GREETING, "[XCLIENT] *", 40 },
	{ PLACE_LAYOUT, "CAPA,TOP,UIDL,RESP-CODES,PIPELINING,AUTH-RESP-CODE*", 70 },
	{ PLACE_REPLY, "[AUTH] * disallowed on non-secure (SSL/TLS) connections.", 60 },
	{ PLACE_REPLY, "Plaintext authentication disallowed on non-secure (SSL/TLS)*", 60 },
	{ PLACE_REPLY, "[AUTH] Authentication not allowed until SSL/TLS is enabled.", 60 },
	{ PLACE_REPLY, "[AUTH] Plaintext authentication disabled.", 50 },
	{ PLACE_REPLY, "[AUTH] Cleartext authentication disabled.", 50 },
	{ PLACE_REPLY, "[AUTH] Unsupported authentication mechanism.", 30 },
	{ PLACE_REPLY, "Authentication aborted by client.", 50 },
	{ PLACE_REPLY, "Begin TLS negotiation now.", 20 },
	{ PLACE_REPLY, "TLS support isn't enabled.", 30 },
	{ PLACE_REPLY, "APOP not enabled.", 20 },
	{ PLACE_END, NULL, 0 },
};

static const struct wording refusals[] = {
	{ "*authentication disallowed on non-secure (SSL/TLS) connections.*",
		REFUSAL_TLS_REQUIRED },
	{ "[AUTH] Authentication not allowed until SSL/TLS is enabled.", REFUSAL_TLS_REQUIRED },
	{ "[AUTH] Plaintext authentication disabled.", REFUSAL_TLS_REQUIRED },
	{ "[AUTH] Cleartext authentication disabled.", REFUSAL_TLS_REQUIRED },
	{ "[AUTH] Authentication failed.", REFUSAL_CREDENTIALS },
	{ "Authentication failed.", REFUSAL_CREDENTIALS },
	{ "*Temporary authentication failure.*", REFUSAL_TEMPORARY },
	{ "*Account is temporarily unavailable.", REFUSAL_TEMPORARY },
	{ "*Maximum number of connections from user+IP exceeded*", REFUSAL_TEMPORARY },
	/* Said when the third unknown command ends the connection: no answer to this one. */
	{ "Too many invalid bad commands.", REFUSAL_TEMPORARY },
	{ "[AUTH] Unsupported authentication mechanism.", REFUSAL_MECHANISM },
	{ "APOP not enabled.", REFUSAL_MECHANISM },
	{ "No username given.", REFUSAL_SYNTAX },
	{ "Invalid parameters.", REFUSAL_SYNTAX },
	{ "Unknown command.", REFUSAL_UNKNOWN_COMMAND },
	{ NULL, REFUSAL_NONE },
};

static const char *const documentation[] = {
	"https://doc.dovecot.org/main/core/config/ssl.html",
	"https://doc.dovecot.org/2.3/configuration_manual/dovecot_ssl_configuration/",
	NULL,
};

const struct product product_dovecot = {
	.name = "dovecot",
	.title = "Dovecot",
	.fingerprints = fingerprints,
	.refusals = refusals,
	.exempts_same_address = true,
	.stls_with_certificate = true,
	.logged = "One line of pop3-login a connection: \"(auth failed, 1 attempts in 2 secs): "
		  "user=<popseal-...>, method=PLAIN, rip=...\" where the login was taken, \"(tried "
		  "to use disallowed plaintext auth)\" (2.4: \"cleartext\") where it was refused. "
		  "passdb adds \"unknown user\" if auth_verbose is on.",
	.lockout = "Dovecot's own penalty delays the next answers to this address (2 s after one "
		   "failure, at most 15 s). Fail2ban's filter counts the line, also the "
		   "refused one of 2.2 and 2.3: one of five in ten minutes where the jail is on.",
	.remedy = "2.2 and 2.3: ssl = required and disable_plaintext_auth = yes; 2.4: ssl = "
		  "required, and no auth_allow_cleartext; in all, login_trusted_networks empty.",
	.documentation = documentation,
	.config = &dovecot_config,
	.fix = &dovecot_fix,
};
