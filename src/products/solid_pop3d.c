/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Solid POP3 (solid-pop3d, spop3d).
 *
 * It has neither TLS nor SASL; passwords can only be switched off in favour of
 * APOP, which needs them in clear on the server.
 */
#include "products/product.h"

static const struct fingerprint fingerprints[] = {
	{ PLACE_GREETING, "Solid POP3 server ready*", 100 },
	{ PLACE_REPLY, "USER/PASS authentication not allowed", 60 },
	{ PLACE_REPLY, "username accepted", 45 },
	{ PLACE_REPLY, "command not implemented yet", 20 },
	{ PLACE_REPLY, "session ended", 20 },
	{ PLACE_REPLY, "unknown command", 5 },
	{ PLACE_END, NULL, 0 },
};

static const struct wording refusals[] = {
	{ "USER/PASS authentication not allowed", REFUSAL_LOGIN_DISABLED },
	{ "authentication failed", REFUSAL_CREDENTIALS },
	{ "unknown username", REFUSAL_CREDENTIALS },
	{ "missing argument", REFUSAL_SYNTAX },
	{ "argument missing", REFUSAL_SYNTAX },
	{ "argument required", REFUSAL_SYNTAX },
	{ "incorrect argument*", REFUSAL_SYNTAX },
	{ "unknown command", REFUSAL_UNKNOWN_COMMAND },
	{ "command not implemented yet", REFUSAL_UNKNOWN_COMMAND },
	{ NULL, REFUSAL_NONE },
};

static const char *const documentation[] = {
	"https://manpages.debian.org/bookworm/solid-pop3d/solid-pop3d.8.en.html",
	"https://manpages.debian.org/bookworm/solid-pop3d/spop3d.conf.5.en.html",
	NULL,
};

const struct product product_solid_pop3d = {
	.name = "solid-pop3d",
	.title = "Solid POP3",
	.fingerprints = fingerprints,
	.refusals = refusals,
	.logged =
		"\"connect from ADDRESS\" and \"authentication failed: no such user: popseal-... - "
		"ADDRESS\".",
	.lockout =
		"It locks nobody out. Fail2ban's solid-pop3d counts the line: one of five in ten "
		"minutes where the jail is on.",
	.remedy =
		"It has no TLS: stop it, or bind it to the loopback address behind a TLS gateway, "
		"or replace it.",
	.documentation = documentation,
};
