/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Apache James.
 *
 * It takes USER even where it requires TLS, and refuses PASS: the password has
 * travelled by then. Releases before July 2026 have no such gate at all.
 */
#include "products/james/config.h"

static const struct fingerprint fingerprints[] = {
	{ PLACE_GREETING, "*POP3 server (JAMES POP3 Server %v) ready*", 100 },
	{ PLACE_GREETING, "*POP3 server (JAMES POP3 Server*", 100 },
	{ PLACE_LAYOUT, "PIPELINING,USER,TOP,UIDL*", 50 },
	{ PLACE_REPLY, "Authentication requires TLS.", 60 },
	{ PLACE_END, NULL, 0 },
};

static const struct wording refusals[] = {
	{ "Authentication requires TLS.", REFUSAL_TLS_REQUIRED },
	{ "Authentication failed.", REFUSAL_CREDENTIALS },
	{ NULL, REFUSAL_NONE },
};

static const char *const documentation[] = {
	"https://james.apache.org/server/config-pop3.html",
	"https://james.staged.apache.org/james-distributed-app/3.8.0/configure/pop3.html",
	NULL,
};

const struct product product_james = {
	.name = "james",
	.title = "Apache James",
	.fingerprints = fingerprints,
	.refusals = refusals,
	.logged = "A line of the POP3 logger with the client's address; a failed login with the "
		  "random name where the password was checked.",
	.lockout = "James locks nobody out, and fail2ban has no stock filter for it; "
		   "verifyFailureDelay, where set, delays the answer.",
	.remedy = "pop3server.xml: <auth><requireSSL>true</requireSSL></auth> (since July 2026, "
		  "and the default there); before: socketTLS=\"true\" on port 995 only.",
	.documentation = documentation,
	.config = &james_config,
};
