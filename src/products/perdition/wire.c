/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Perdition, the POP3 and IMAP proxy.
 *
 * It has no AUTH, and always takes USER: with tls_listen_force it refuses PASS
 * only, as "Login Disabled" (seen on 2.2), when the password is out already.
 */
#include "products/perdition/config.h"

static const struct fingerprint fingerprints[] = {
	{ PLACE_GREETING, "POP3 perditon ready on *", 100 }, /* its own spelling */
	{ PLACE_GREETING, "POP3 perdition ready on *", 100 },
	{ PLACE_REPLY, "*, mate", 60 },
	{ PLACE_REPLY, "Mate, *", 60 },
	{ PLACE_REPLY, "failed: Login Disabled", 40 },
	{ PLACE_REPLY, "failed: Re-Authentication Failure", 60 },
	{ PLACE_REPLY, "failed: Could not connect to server", 40 },
	{ PLACE_END, NULL, 0 },
};

static const struct wording refusals[] = {
	{ "failed: Login Disabled", REFUSAL_LOGIN_DISABLED },
	{ "failed: Re-Authentication Failure", REFUSAL_CREDENTIALS },
	{ "failed: local authentication failure", REFUSAL_CREDENTIALS },
	{ "Authentication failure, mate", REFUSAL_CREDENTIALS },
	{ "failed: Could not connect to server", REFUSAL_BACKEND },
	{ "failed: Could not determine server", REFUSAL_BACKEND },
	{ "failed: Connection Negotiation Failure", REFUSAL_BACKEND },
	{ "failed: TLS not present", REFUSAL_BACKEND }, /* of the server behind it */
	{ "failed: SASL mechanism unavailable", REFUSAL_MECHANISM },
	{ "Mate, try: *", REFUSAL_SYNTAX },
	{ "USER not yet set, mate", REFUSAL_SYNTAX },
	{ "Mate, the command *", REFUSAL_UNKNOWN_COMMAND },
	{ NULL, REFUSAL_NONE },
};

static const char *const documentation[] = {
	"https://horms.net/projects/perdition/",
	"https://manpages.debian.org/bookworm/perdition/perdition.8.en.html",
	NULL,
};

const struct product product_perdition = {
	.name = "perdition",
	.title = "Perdition",
	.fingerprints = fingerprints,
	.refusals = refusals,
	.logged =
		"\"Auth: CLIENT->SERVER client-secure=plaintext authorisation_id=NONE "
		"authentication_id=\"popseal-...\" ... status=\"failed: ...\"\"; the server behind "
		"it logs a failed login from Perdition's address.",
	.lockout = "Perdition locks nobody out; the server behind it may count the failure against "
		   "Perdition itself. Fail2ban's perdition filter counts \"Re-Authentication "
		   "Failure\", and connections that end without QUIT.",
	.remedy = "perdition.conf: ssl_mode tls_listen_force, with ssl_cert_file and ssl_key_file; "
		  "it still takes USER and refuses PASS, so port 995 alone (ssl_listen) is better.",
	.documentation = documentation,
	.config = &perdition_config,
	.fix = &perdition_fix,
};
