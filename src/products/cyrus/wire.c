/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cyrus IMAP's pop3d, 2.3 to 3.12.
 *
 * It puts [AUTH] in front of everything, also in front of refusals for want of
 * TLS and of SASL errors, so the code alone says nothing here.
 */
#include "products/cyrus/config.h"

static const struct fingerprint fingerprints[] = {
	{ PLACE_GREETING, "*Cyrus POP3 %v server ready*", 100 },
	{ PLACE_GREETING, "*Cyrus POP3 server ready*", 80 },
	{ PLACE_GREETING, "server ready *", 15 },
	{ PLACE_CAPABILITY, "IMPLEMENTATION Cyrus POP3 %v", 100 },
	{ PLACE_CAPABILITY, "IMPLEMENTATION Cyrus POP3*", 80 },
	{ PLACE_LAYOUT, "*EXPIRE *,LOGIN-DELAY *,TOP,UIDL,PIPELINING,RESP-CODES,AUTH-RESP-CODE*",
		60 },
	{ PLACE_REPLY, "List of capabilities follows", 30 },
	{ PLACE_REPLY, "List of supported mechanisms follows", 30 },
	{ PLACE_REPLY, "Name is a valid mailbox", 40 },
	{ PLACE_REPLY, "[AUTH] * command only available under a layer", 60 },
	{ PLACE_REPLY, "[AUTH] authenticating: *", 40 },
	{ PLACE_REPLY, "[AUTH] Client canceled authentication", 40 },
	{ PLACE_REPLY, "[AUTH] Must give USER command", 30 },
	{ PLACE_REPLY, "Begin TLS negotiation now", 15 },
	{ PLACE_REPLY, "Unrecognized command", 10 },
	{ PLACE_END, NULL, 0 },
};

static const struct wording refusals[] = {
	{ "[AUTH] * command only available under a layer", REFUSAL_TLS_REQUIRED },
	{ "[AUTH] authenticating: encryption needed to use mechanism", REFUSAL_TLS_REQUIRED },
	{ "[AUTH] authenticating: no mechanism available", REFUSAL_MECHANISM },
	{ "[AUTH] authenticating: authentication failure", REFUSAL_CREDENTIALS },
	{ "[AUTH] authenticating: user not found", REFUSAL_CREDENTIALS },
	{ "[AUTH] authenticating: generic failure", REFUSAL_BACKEND },
	{ "[AUTH] Invalid login", REFUSAL_CREDENTIALS },
	{ "[AUTH] Invalid user", REFUSAL_CREDENTIALS },
	{ "[AUTH] Must give USER command", REFUSAL_SYNTAX },
	{ "Too many open connections*", REFUSAL_TEMPORARY },
	{ "Missing argument", REFUSAL_SYNTAX },
	{ "Unexpected extra argument", REFUSAL_SYNTAX },
	{ "Syntax error", REFUSAL_SYNTAX },
	{ "Unrecognized command", REFUSAL_UNKNOWN_COMMAND },
	{ NULL, REFUSAL_NONE },
};

static const char *const documentation[] = {
	"https://www.cyrusimap.org/imap/reference/manpages/configs/imapd.conf.html",
	"https://www.cyrusimap.org/imap/reference/manpages/systemcommands/pop3d.html",
	NULL,
};

const struct product product_cyrus = {
	.name = "cyrus",
	.title = "Cyrus IMAP",
	.fingerprints = fingerprints,
	.refusals = refusals,
	.stls_with_certificate = true,
	/* allowstarttls, off by default; there since 3.8.6, 3.10.2 and 3.12. */
	.stls_optional_since = "3.8.6",
	.logged = "\"badlogin: client [ADDRESS] plaintext (popseal-...) [SASL(-13): authentication "
		  "failure: ...]\" where the login was taken (before 3.2 without brackets). A USER "
		  "that is refused for want of TLS leaves no line.",
	.lockout = "Cyrus sleeps 3 s (failedloginpause) and locks nobody out. Fail2ban's filter "
		   "counts the line, but its cyrus-imap jail bans the IMAP ports only.",
	.remedy = "imapd.conf: tls_required: yes (3.0 and newer), allowplaintext: no, allowapop: "
		  "no, with tls_server_cert and tls_server_key; no pop3d -p in cyrus.conf.",
	.documentation = documentation,
	.config = &cyrus_config,
	.fix = &cyrus_fix,
};
