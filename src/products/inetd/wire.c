/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inetd: starts a POP3 daemon for each connection.
 *
 * It says nothing on the wire; what answers is the daemon that it starts.
 */
#include "products/inetd/config.h"

/* None: it does not speak POP3 itself. */
static const struct fingerprint fingerprints[] = { { PLACE_END, NULL, 0 } };

static const char *const documentation[] = {
	"https://manpages.debian.org/bookworm/openbsd-inetd/inetd.8.en.html",
	NULL,
};

const struct product product_inetd = {
	.name = "inetd",
	.title = "inetd",
	.fingerprints = fingerprints,
	.remedy = "inetd.conf: put '#' before the line, and reload inetd; serve POP3 from a server "
		  "that requires TLS.",
	.documentation = documentation,
	.config = &inetd_config,
	.fix = &inetd_fix,
};
