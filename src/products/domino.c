/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HCL (once IBM, once Lotus) Domino.
 *
 * Known by its greeting alone; its refusals are read by the generic patterns.
 */
#include "products/product.h"

static const struct fingerprint fingerprints[] = {
	{ PLACE_GREETING, "* Notes POP3 server version Release %v ready*", 100 },
	{ PLACE_GREETING, "* Notes POP3 server version %v ready*", 100 },
	{ PLACE_GREETING, "* Notes POP3 server version *", 80 },
	{ PLACE_GREETING, "* Domino POP3 server *", 80 },
	{ PLACE_END, NULL, 0 },
};

static const char *const documentation[] = {
	"https://help.hcl-software.com/domino/",
	NULL,
};

const struct product product_domino = {
	.name = "domino",
	.title = "HCL Domino",
	.fingerprints = fingerprints,
	.logged =
		"The console and log.nsf have \"POP3 Server: popseal-... failed to authenticate\" "
		"where the password was checked.",
	.lockout = "Internet password lockout is about people in the directory; the random name is "
		   "none of them.",
	.remedy = "Server document, Ports, Internet Ports, Mail (POP): TCP/IP port status Disabled "
		  "or Redirect to SSL, SSL port status Enabled; then restart task pop3.",
	.documentation = documentation,
};
