/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xinetd: starts a POP3 daemon for each connection, or passes it on.
 *
 * It says nothing on the wire; what answers is the daemon that it starts.
 */
#include "products/xinetd/config.h"

/* None: it does not speak POP3 itself. */
static const struct fingerprint fingerprints[] = { { PLACE_END, NULL, 0 } };

static const char *const documentation[] = {
	"https://manpages.debian.org/bookworm/xinetd/xinetd.conf.5.en.html",
	NULL,
};

const struct product product_xinetd = {
	.name = "xinetd",
	.title = "xinetd",
	.fingerprints = fingerprints,
	.remedy = "In the service's entry: disable = yes, and reload xinetd; serve POP3 from a "
		  "server that requires TLS.",
	.documentation = documentation,
	.config = &xinetd_config,
	.fix = &xinetd_fix,
};
