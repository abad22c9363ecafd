/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GNU Mailutils pop3d, 2.x and 3.x.
 *
 * With tls-mode required it says XTLSREQUIRED in CAPA, where USER stood, and
 * "Incorrect state" to every login: the one server that announces its refusal.
 */
#include "products/mailutils/config.h"

static const struct fingerprint fingerprints[] = {
	{ PLACE_GREETING, "POP3 Ready <*.*@*>", 35 },
	{ PLACE_CAPABILITY, "IMPLEMENTATION GNU Mailutils %v", 100 },
	{ PLACE_CAPABILITY, "XTLSREQUIRED", 60 },
	{ PLACE_CAPABILITY, "EXPIRENEVER", 60 },
	{ PLACE_LAYOUT, "TOP,UIDL,RESP-CODES,PIPELINING*", 20 },
	{ PLACE_REPLY, "Incorrect state", 30 },
	{ PLACE_REPLY, "[AUTH] Bad login", 15 },
	{ PLACE_REPLY, "Not implemented", 10 },
	{ PLACE_REPLY, "Begin TLS negotiation", 10 },
	{ PLACE_END, NULL, 0 },
};

static const struct wording refusals[] = {
	{ "Incorrect state", REFUSAL_TLS_REQUIRED },
	{ "[AUTH] Bad login", REFUSAL_CREDENTIALS },
	{ "[SYS/PERM] Cannot authenticate", REFUSAL_BACKEND },
	{ "Invalid arguments", REFUSAL_SYNTAX },
	{ "Argument too long", REFUSAL_SYNTAX },
	{ "Not implemented", REFUSAL_UNKNOWN_COMMAND },
	{ "Invalid command", REFUSAL_UNKNOWN_COMMAND },
	{ NULL, REFUSAL_NONE },
};

static const char *const documentation[] = {
	"https://www.gnu.org/software/mailutils/manual/html_node/pop3d.html",
	"https://www.gnu.org/software/mailutils/manual/html_node/Conf_002dpop3d.html",
	NULL,
};

const struct product product_mailutils = {
	.name = "mailutils",
	.title = "GNU Mailutils pop3d",
	.fingerprints = fingerprints,
	.refusals = refusals,
	.logged = "\"incoming connection opened\" and \"user `popseal-...' nonexistent\", without "
		  "the client's address; PAM may add its own line.",
	.lockout = "It locks nobody out, and fail2ban has no filter for it (pam-generic may count "
		   "PAM's line).",
	.remedy =
		"mailutils.conf: program pop3d { server ADDRESS { tls-mode required; }; }, with a "
		"certificate; the global tls-mode is for inetd and for servers without one.",
	.documentation = documentation,
	.config = &mailutils_config,
	.fix = &mailutils_fix,
};
