/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WildDuck.
 *
 * With disableSTARTTLS it hides USER and SASL in CAPA and takes them all the
 * same, so every scanner that trusts CAPA calls it closed.
 */
#include "products/product.h"

static const struct fingerprint fingerprints[] = {
	{ PLACE_GREETING, "WildDuck*ready for requests from *", 100 },
	{ PLACE_GREETING, "*ready for requests from *", 35 },
	{ PLACE_CAPABILITY, "IMPLEMENTATION WildDuck*", 100 },
	{ PLACE_REPLY, "Command is not valid in this state", 35 },
	{ PLACE_REPLY, "send PASS", 20 },
	{ PLACE_REPLY, "bad command", 15 },
	{ PLACE_END, NULL, 0 },
};

static const struct wording refusals[] = {
	{ "Command is not valid in this state", REFUSAL_TLS_REQUIRED },
	{ "*Username and password not accepted*", REFUSAL_CREDENTIALS },
	{ "bad command", REFUSAL_UNKNOWN_COMMAND },
	{ NULL, REFUSAL_NONE },
};

static const char *const documentation[] = {
	"https://docs.wildduck.email/",
	"https://github.com/zone-eu/wildduck",
	NULL,
};

const struct product product_wildduck = {
	.name = "wildduck",
	.title = "WildDuck",
	.fingerprints = fingerprints,
	.refusals = refusals,
	.logged = "A line of the POP3 logger with the connection's id and address; a failed "
		  "authentication with the random name where the password was checked.",
	.lockout = "It limits failed logins by address and by account for a while (counted in "
		   "Redis); it closes the connection on the first unknown command.",
	.remedy = "pop3.toml: secure = true (port 995 only), or STARTTLS with disableSTARTTLS = "
		  "false and ignoreSTARTTLS = false.",
	.documentation = documentation,
};
