/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Courier's pop3d.
 *
 * It lists USER in CAPA whatever its configuration, so every scanner that
 * trusts CAPA calls a closed Courier open.
 */
#include "products/courier/config.h"

static const struct fingerprint fingerprints[] = {
	{ PLACE_GREETING, "Hello there.*", 50 },
	{ PLACE_CAPABILITY, "IMPLEMENTATION Courier Mail Server*", 100 },
	{ PLACE_LAYOUT, "*TOP,USER,LOGIN-DELAY 10,PIPELINING,UIDL*", 50 },
	{ PLACE_REPLY, "Here's what I can do:", 50 },
	{ PLACE_REPLY, "TLS required to log in.", 50 },
	{ PLACE_REPLY, "TLS support not available.", 30 },
	{ PLACE_REPLY, "Begin SSL/TLS negotiation now.", 40 },
	{ PLACE_REPLY, "Password required.", 20 },
	{ PLACE_REPLY, "USER/PASS required.", 30 },
	{ PLACE_REPLY, "Authentication aborted.", 20 },
	{ PLACE_REPLY, "Better luck next time.", 50 },
	{ PLACE_END, NULL, 0 },
};

static const struct wording refusals[] = {
	{ "TLS required to log in.", REFUSAL_TLS_REQUIRED },
	{ "POP3 access disabled via insecure connection.", REFUSAL_TLS_REQUIRED },
	{ "Login failed.", REFUSAL_CREDENTIALS },
	{ "Authentication failed.", REFUSAL_CREDENTIALS },
	{ "Temporary problem, please try again later*", REFUSAL_TEMPORARY },
	{ "Your account is temporarily unavailable*", REFUSAL_TEMPORARY },
	{ "Server out of memory*", REFUSAL_TEMPORARY },
	{ "USER/PASS required.", REFUSAL_SYNTAX },
	{ "Invalid command.", REFUSAL_UNKNOWN_COMMAND },
	{ NULL, REFUSAL_NONE },
};

static const char *const documentation[] = {
	"https://www.courier-mta.org/imap/README.html",
	"https://www.courier-mta.org/imap/INSTALL.html",
	NULL,
};

const struct product product_courier = {
	.name = "courier",
	.title = "Courier",
	.fingerprints = fingerprints,
	.refusals = refusals,
	.logged =
		"\"LOGIN FAILED, user=popseal-..., ip=[...], port=[...]\" (with a SASL login "
		"\"method=PLAIN\" and no name). A login that is refused for want of TLS leaves no "
		"line.",
	.lockout = "Courier sleeps 5 s after a failed login and locks nobody out. Fail2ban's "
		   "courier-auth counts the line: one of five in ten minutes where the jail is on.",
	.remedy = "pop3d-ssl: POP3_TLS_REQUIRED=1 (a number: YES counts as 0) and "
		  "POP3_STARTTLS=YES; an empty POP3AUTH does not close USER and PASS.",
	.documentation = documentation,
	.config = &courier_config,
	.fix = &courier_fix,
};
