/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The University of Washington's ipop3d, and Panda's.
 *
 * Its refusal for want of TLS is the same as for any command that it does not
 * know ("Unknown AUTHORIZATION state command"), and says nothing by itself.
 */
#include "products/product.h"

static const struct fingerprint fingerprints[] = {
	{ PLACE_GREETING, "POP3 * %v server ready*", 70 },
	{ PLACE_LAYOUT, "TOP,LOGIN-DELAY 180,UIDL*", 60 },
	{ PLACE_REPLY, "Unknown AUTHORIZATION state command", 60 },
	{ PLACE_REPLY, "Supported authentication mechanisms:", 40 },
	{ PLACE_REPLY, "User name accepted, password please", 30 },
	{ PLACE_REPLY, "Bad authentication", 20 },
	{ PLACE_REPLY, "Bad login", 20 },
	{ PLACE_REPLY, "Sayonara", 30 },
	{ PLACE_END, NULL, 0 },
};

static const struct wording refusals[] = {
	{ "Bad login", REFUSAL_CREDENTIALS },
	{ "Bad authentication", REFUSAL_CREDENTIALS },
	{ "Unknown AUTHORIZATION state command", REFUSAL_UNKNOWN_COMMAND },
	{ "Null command", REFUSAL_UNKNOWN_COMMAND },
	{ "Missing username argument", REFUSAL_SYNTAX },
	{ NULL, REFUSAL_NONE },
};

static const char *const documentation[] = {
	"https://github.com/jonabbey/panda-imap",
	"https://www.washington.edu/imap/",
	NULL,
};

const struct product product_uw = {
	.name = "uw",
	.title = "UW ipop3d",
	.fingerprints = fingerprints,
	.refusals = refusals,
	.stls_with_certificate = true,
	.logged = "\"pop3 service init from ADDRESS\" and \"Login failed user=popseal-... "
		  "auth=popseal-... host=NAME [ADDRESS]\".",
	.lockout = "It sleeps a few seconds and ends after three failures; the probe makes one. "
		   "Fail2ban's uwimap-auth counts the line, but bans the IMAP ports only.",
	.remedy = "Build it with SSLTYPE=nopwd (the default), or set disable-plaintext in "
		  "/etc/c-client.cf; it is abandoned, so better replace it.",
	.documentation = documentation,
};
