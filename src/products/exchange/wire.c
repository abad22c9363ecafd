/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Microsoft Exchange 2000 to SE, and Exchange Online.
 *
 * What it does without TLS is one setting, LoginType. Its refusal for want of
 * TLS does not name TLS: "Command is not valid in this state."
 */
#include "products/exchange/config.h"

static const struct fingerprint fingerprints[] = {
	{ PLACE_GREETING, "The Microsoft Exchange POP3 service is ready.*", 100 },
	{ PLACE_GREETING, "Microsoft Exchange*POP3 server version %v (*", 100 },
	{ PLACE_GREETING, "Microsoft Exchange Server %v POP3 service ready*", 100 },
	{ PLACE_GREETING, "Microsoft Exchange*POP3*", 80 },
	{ PLACE_LAYOUT, "TOP,UIDL,SASL NTLM*", 40 },
	{ PLACE_LAYOUT, "TOP,UIDL,STLS", 10 },
	{ PLACE_CAPABILITY, "SASL NTLM GSSAPI*", 20 },
	{ PLACE_REPLY, "Command is not valid in this state.", 25 },
	{ PLACE_REPLY, "Protocol error. *", 45 },
	{ PLACE_REPLY, "Logon failure: unknown user name or bad password.", 50 },
	{ PLACE_REPLY, "Authentication failure: unknown user name or bad password.", 50 },
	{ PLACE_REPLY, "Begin TLS negotiation.", 20 },
	{ PLACE_REPLY, "Microsoft Exchange*POP3 server signing off.", 60 },
	{ PLACE_END, NULL, 0 },
};

static const struct wording refusals[] = {
	{ "Command is not valid in this state.", REFUSAL_TLS_REQUIRED },
	{ "Logon failure*", REFUSAL_CREDENTIALS },
	{ "Authentication failure: unknown user name or bad password.", REFUSAL_CREDENTIALS },
	{ "Protocol error. *", REFUSAL_UNKNOWN_COMMAND },
	{ NULL, REFUSAL_NONE },
};

static const char *const documentation[] = {
	"https://learn.microsoft.com/en-us/powershell/module/exchange/set-popsettings",
	"https://learn.microsoft.com/en-us/exchange/clients/pop3-and-imap4/configure-pop3",
	NULL,
};

const struct product product_exchange = {
	.name = "exchange",
	.title = "Microsoft Exchange",
	.fingerprints = fingerprints,
	.refusals = refusals,
	.stls_with_certificate = true,
	.logged =
		"Nothing by default. With ProtocolLogEnabled, a row a command in Logging\\Pop3, "
		"such as \"...,popseal-...,...,pass,*****,R=...\"; the Security log may have event "
		"4625 for the failed logon.",
	.lockout = "The name is no account, so the domain's lockout policy finds nothing to lock. "
		   "The POP3 service drops a connection after a few failures "
		   "(MaxFailedLoginAttempts) and slows further ones down; the probe makes one.",
	.remedy = "Set-PopSettings -LoginType SecureLogin -X509CertificateName NAME, then "
		  "Restart-Service MSExchangePOP3, MSExchangePOP3BE; on every server.",
	.documentation = documentation,
	.config = &exchange_config,
	.fix = &exchange_fix,
};
