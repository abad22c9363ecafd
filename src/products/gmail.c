/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gmail and Google Workspace.
 *
 * It has no port 110; who sees it there talks to a proxy.
 */
#include "products/product.h"

static const struct fingerprint fingerprints[] = {
	{ PLACE_GREETING, "Gpop ready for requests from *", 100 },
	{ PLACE_CAPABILITY, "X-GOOGLE-RICO", 100 },
	{ PLACE_END, NULL, 0 },
};

static const struct wording refusals[] = {
	{ "[AUTH] Username and password not accepted*", REFUSAL_CREDENTIALS },
	{ "bad command", REFUSAL_UNKNOWN_COMMAND },
	{ NULL, REFUSAL_NONE },
};

static const char *const documentation[] = {
	"https://support.google.com/mail/answer/7104828",
	NULL,
};

const struct product product_gmail = {
	.name = "gmail",
	.title = "Gmail",
	.fingerprints = fingerprints,
	.refusals = refusals,
	.logged = "Nothing that its users can read: the random name is no account.",
	.lockout = "Google limits failed logins by address in ways that it does not publish.",
	.remedy =
		"Nothing is to be done: it serves implicit TLS on port 995 only. If it answers on "
		"port 110, remove the proxy that relays it there.",
	.documentation = documentation,
};
