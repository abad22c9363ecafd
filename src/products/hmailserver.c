/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hMailServer 4 and 5.
 *
 * It knows no AUTH. Two settings close it: the port's STARTTLS required, and
 * the IP range's, which CAPA does not know of and goes on listing USER.
 */
#include "products/product.h"

static const struct fingerprint fingerprints[] = {
	{ PLACE_GREETING, "POP3", 40 },
	{ PLACE_LAYOUT, "UIDL,TOP*", 25 },
	{ PLACE_LAYOUT, "USER,UIDL,TOP*", 25 },
	{ PLACE_REPLY, "CAPA list follows", 45 },
	{ PLACE_REPLY, "STLS is required.", 60 },
	{ PLACE_REPLY, "A SSL/TLS-connection is required for authentication.", 60 },
	{ PLACE_REPLY, "Invalid command in current state.", 40 },
	{ PLACE_REPLY, "Invalid user name or password. Please use full email address*", 60 },
	{ PLACE_REPLY, "Send your password", 30 },
	{ PLACE_REPLY, "POP3 server saying goodbye...", 60 },
	{ PLACE_END, NULL, 0 },
};

static const struct wording refusals[] = {
	{ "STLS is required.", REFUSAL_TLS_REQUIRED },
	{ "A SSL/TLS-connection is required for authentication.", REFUSAL_TLS_REQUIRED },
	{ "Invalid user name or password.*", REFUSAL_CREDENTIALS },
	{ "Invalid command in current state.", REFUSAL_UNKNOWN_COMMAND },
	{ NULL, REFUSAL_NONE },
};

static const char *const documentation[] = {
	"https://www.hmailserver.com/documentation/latest/?page=overview",
	"https://github.com/hmailserver/hmailserver",
	NULL,
};

const struct product product_hmailserver = {
	.name = "hmailserver",
	.title = "hMailServer",
	.fingerprints = fingerprints,
	.refusals = refusals,
	.logged = "hmailserver_DATE.log, if POP3 is logged: \"RECEIVED: USER popseal-...\", "
		  "\"RECEIVED: PASS ***\" and \"SENT: -ERR ...\" with the client's address.",
	.lockout = "Auto-ban counts the failed login against the client's address (by default the "
		   "third within half an hour bans it for an hour); the probe makes one.",
	.remedy = "Settings, Advanced, TCP/IP ports: port 110 with STARTTLS (Required) and a "
		  "certificate, or remove the port and keep 995; also \"Require SSL/TLS for "
		  "authentication\" in each IP range.",
	.documentation = documentation,
};
