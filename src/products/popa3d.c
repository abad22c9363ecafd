/* SPDX-License-Identifier: Apache-2.0 */
/*
 * popa3d.
 *
 * It has no TLS, no CAPA and hardly any words: its greeting is "+OK" and all
 * that it refuses gets "-ERR". Scanners that want "+OK " never look further.
 */
#include "products/product.h"

static const struct fingerprint fingerprints[] = {
	{ PLACE_GREETING, "", 35 },
	{ PLACE_REPLY, "", 20 },
	{ PLACE_REPLY, "Authentication failed (bad password?)", 60 },
	{ PLACE_END, NULL, 0 },
};

static const struct wording refusals[] = {
	{ "Authentication failed (bad password?)", REFUSAL_CREDENTIALS },
	{ "", REFUSAL_UNKNOWN_COMMAND },
	{ NULL, REFUSAL_NONE },
};

static const char *const documentation[] = {
	"https://www.openwall.com/popa3d/",
	NULL,
};

const struct product product_popa3d = {
	.name = "popa3d",
	.title = "popa3d",
	.fingerprints = fingerprints,
	.refusals = refusals,
	.logged =
		"\"Session from ADDRESS\" and \"Authentication failed for UNKNOWN USER\" (it does "
		"not log names that do not exist); PAM may add its own line.",
	.lockout = "It locks nobody out, and fail2ban has no filter for it (pam-generic may count "
		   "PAM's line). As a stand-alone daemon it limits sessions per source.",
	.remedy =
		"It has no TLS: stop it, or bind it to the loopback address behind a TLS gateway, "
		"or replace it.",
	.documentation = documentation,
};
