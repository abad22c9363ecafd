/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MDaemon.
 *
 * Known by its greeting alone; its refusals are read by the generic patterns.
 */
#include "products/product.h"

static const struct fingerprint fingerprints[] = {
	{ PLACE_GREETING, "* POP MDaemon %v ready*", 100 },
	{ PLACE_GREETING, "*POP MDaemon *", 80 },
	{ PLACE_GREETING, "*<MDAEMON-*", 80 },
	{ PLACE_END, NULL, 0 },
};

static const char *const documentation[] = {
	"https://help.mdaemon.com/",
	NULL,
};

const struct product product_mdaemon = {
	.name = "mdaemon",
	.title = "MDaemon",
	.fingerprints = fingerprints,
	.logged =
		"The POP session log has the whole dialogue: \"<-- USER popseal-...\", \"<-- PASS "
		"******\" and the answers, with the client's address.",
	.lockout = "Dynamic Screening counts the failed login against the client's address and "
		   "blocks it after several; an allow list for the scanner's address avoids that.",
	.remedy = "Security, SSL & TLS: enable the dedicated SSL port, and require STARTTLS for "
		  "POP; or switch the clear POP port off.",
	.documentation = documentation,
};
