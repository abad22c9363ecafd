/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stalwart.
 *
 * Without TLS it refuses passwords, but goes on taking bearer tokens
 * (OAUTHBEARER, XOAUTH2), which are as good as passwords to whoever listens.
 */
#include "products/product.h"

static const struct fingerprint fingerprints[] = {
	{ PLACE_GREETING, "Stalwart POP3 at your service.*", 100 },
	{ PLACE_CAPABILITY, "IMPLEMENTATION Stalwart*", 100 },
	{ PLACE_LAYOUT, "*TOP,RESP-CODES,PIPELINING,EXPIRE NEVER,UIDL,UTF8*", 60 },
	{ PLACE_REPLY, "Cannot authenticate over plain-text.", 60 },
	{ PLACE_END, NULL, 0 },
};

static const struct wording refusals[] = {
	{ "*Cannot authenticate over plain-text.", REFUSAL_TLS_REQUIRED },
	{ "*Authentication failed*", REFUSAL_CREDENTIALS },
	{ NULL, REFUSAL_NONE },
};

static const char *const documentation[] = {
	"https://stalw.art/docs/",
	"https://github.com/stalwartlabs/stalwart",
	NULL,
};

const struct product product_stalwart = {
	.name = "stalwart",
	.title = "Stalwart",
	.fingerprints = fingerprints,
	.refusals = refusals,
	.stls_with_certificate = true,
	.logged =
		"An event of the pop3 listener with remoteIp, and \"auth.failed\" with the random "
		"name where the password was checked.",
	.lockout =
		"Its automatic ban counts failed logins by address (a hundred a day by default); "
		"the probe makes one.",
	.remedy = "imap.auth.allow-plain-text = false (the default; POP3 shares it), and no clear "
		  "listener at all if bearer tokens are in use: [server.listener] "
		  "tls.implicit = true.",
	.documentation = documentation,
};
