/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kerio Connect (once Kerio MailServer).
 *
 * Known by its greeting alone; its refusals are read by the generic patterns.
 */
#include "products/product.h"

static const struct fingerprint fingerprints[] = {
	{ PLACE_GREETING, "Kerio Connect %v *", 100 },
	{ PLACE_GREETING, "Kerio MailServer %v *", 100 },
	{ PLACE_GREETING, "Kerio *POP3 server ready*", 80 },
	{ PLACE_END, NULL, 0 },
};

static const char *const documentation[] = {
	"https://manuals.gfi.com/en/kerio/connect/",
	NULL,
};

const struct product product_kerio = {
	.name = "kerio",
	.title = "Kerio Connect",
	.fingerprints = fingerprints,
	.logged = "The security log has a failed POP3 login with the random name and the client's "
		  "address.",
	.lockout = "Account lockout is about accounts that exist, and password guessing protection "
		   "counts by address; fail2ban's kerio filter reads no POP3 lines.",
	.remedy = "Configuration, Security, Security Policy: require secure authentication or an "
		  "encrypted connection; or stop the POP3 service and keep Secure POP3.",
	.documentation = documentation,
};
