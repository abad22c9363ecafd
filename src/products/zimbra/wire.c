/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zimbra's own POP3 server (in front of which mostly nginx stands; see there).
 *
 * It lists USER in CAPA whatever its configuration, and "EXPIRE 31 USER", which
 * is no USER at all.
 */
#include "products/zimbra/config.h"

static const struct fingerprint fingerprints[] = {
	{ PLACE_GREETING, "*Zimbra %v POP3 server ready*", 100 },
	{ PLACE_GREETING, "*Zimbra POP3 server ready*", 100 },
	{ PLACE_CAPABILITY, "IMPLEMENTATION ZimbraInc*", 100 },
	{ PLACE_CAPABILITY, "XOIP", 30 },
	{ PLACE_REPLY, "only valid after entering TLS mode", 60 },
	{ PLACE_REPLY, "hello *, please enter your password", 60 },
	{ PLACE_REPLY, "mechanism not supported", 15 },
	{ PLACE_END, NULL, 0 },
};

static const struct wording refusals[] = {
	{ "only valid after entering TLS mode", REFUSAL_TLS_REQUIRED },
	{ "invalid username/password", REFUSAL_CREDENTIALS },
	{ "mechanism not supported", REFUSAL_MECHANISM },
	{ NULL, REFUSAL_NONE },
};

static const char *const documentation[] = {
	"https://wiki.zimbra.com/wiki/Zimbra_Proxy_Guide",
	"https://github.com/Zimbra/zm-mailbox",
	NULL,
};

const struct product product_zimbra = {
	.name = "zimbra",
	.title = "Zimbra",
	.fingerprints = fingerprints,
	.refusals = refusals,
	.stls_with_certificate = true,
	.logged = "mailbox.log: a line of [Pop3Server-N] with the random name, ip= and oip=, and "
		  "audit.log: "
		  "\"security - cmd=Auth; account=popseal-...; protocol=pop3; error=...\".",
	.lockout = "The account does not exist, so zimbraPasswordLockout has nothing to lock; "
		   "fail2ban has no stock filter for Zimbra.",
	.remedy = "zmprov ms HOST zimbraPop3CleartextLoginEnabled FALSE and "
		  "zimbraReverseProxyPop3StartTlsMode only, then zmproxyctl restart; both layers "
		  "must agree.",
	.documentation = documentation,
	.config = &zimbra_config,
	.fix = &zimbra_fix,
};
