/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stunnel as a server with "protocol = pop3", in front of a POP3 server.
 *
 * It speaks until STLS, then the server behind it does: greeting and CAPA over
 * TLS are those of that server, so its own signs weigh more than theirs.
 */
#include "products/stunnel/config.h"

static const struct fingerprint fingerprints[] = {
	{ PLACE_GREETING, "* + stunnel", 150 },
	{ PLACE_REPLY, "Stunnel capability list follows", 150 },
	{ PLACE_REPLY, "Stunnel starts TLS negotiation", 150 },
	{ PLACE_REPLY, "Client does not want TLS", 60 },
	{ PLACE_END, NULL, 0 },
};

static const struct wording refusals[] = {
	{ "Client does not want TLS", REFUSAL_TLS_REQUIRED },
	{ NULL, REFUSAL_NONE },
};

static const char *const documentation[] = {
	"https://www.stunnel.org/static/stunnel.html",
	NULL,
};

const struct product product_stunnel = {
	.name = "stunnel",
	.title = "stunnel",
	.fingerprints = fingerprints,
	.refusals = refusals,
	.logged =
		"\"Client does not want TLS\" for each connection that asks for a login in clear; "
		"the server behind it sees connections that end without a login.",
	.lockout = "None: no credential gets as far as the server behind it.",
	.remedy =
		"Nothing is to be done where it answers; see that the server behind it listens on "
		"the loopback address only.",
	.documentation = documentation,
	.config = &stunnel_config,
	.fix = &stunnel_fix,
};
