/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Qpopper 2 to 4.1, abandoned by its vendor.
 *
 * Like Dovecot and Cyrus it writes [AUTH] in front of all that has to do with
 * logins, TLS included.
 */
#include "products/product.h"

static const struct fingerprint fingerprints[] = {
	{ PLACE_GREETING, "Qpopper (version %v) at * starting*", 100 },
	{ PLACE_GREETING, "QPOP (version %v) at *", 100 },
	{ PLACE_GREETING, "ready  <*@*>", 45 },
	{ PLACE_CAPABILITY, "IMPLEMENTATION Qpopper-version-%v", 100 },
	{ PLACE_CAPABILITY, "X-MANGLE", 50 },
	{ PLACE_CAPABILITY, "X-MACRO", 50 },
	{ PLACE_REPLY, "[AUTH] You must use TLS/SSL or stronger authentication*", 50 },
	{ PLACE_REPLY, "[AUTH] Password supplied for \"*\" is incorrect.", 50 },
	{ PLACE_REPLY, "Password required for *.", 30 },
	{ PLACE_REPLY, "Unknown command: \"*\".", 20 },
	{ PLACE_REPLY, "Pop server at * signing off.", 50 },
	{ PLACE_END, NULL, 0 },
};

static const struct wording refusals[] = {
	{ "[AUTH] You must use TLS/SSL or stronger authentication*", REFUSAL_TLS_REQUIRED },
	{ "*Password supplied for \"*\" is incorrect.*", REFUSAL_CREDENTIALS },
	{ "[AUTH] \"*\": access denied.*", REFUSAL_CREDENTIALS },
	{ "Unknown command: \"*\".", REFUSAL_UNKNOWN_COMMAND },
	{ "Unknown authentication mechanism*", REFUSAL_MECHANISM },
	{ NULL, REFUSAL_NONE },
};

static const char *const documentation[] = {
	"http://www.eudora.com/products/unsupported/qpopper/",
	NULL,
};

const struct product product_qpopper = {
	.name = "qpopper",
	.title = "Qpopper",
	.fingerprints = fingerprints,
	.refusals = refusals,
	.logged = "\"[AUTH] Failed attempted login to popseal-... from host (NAME) ADDRESS\".",
	.lockout =
		"It sleeps ten seconds after a failed login and locks nobody out; fail2ban has no "
		"filter for it.",
	.remedy = "set clear-text-handling = tls (or never) and set tls-support = stls, with a "
		  "certificate; it is abandoned, so better replace it.",
	.documentation = documentation,
};
