/* SPDX-License-Identifier: Apache-2.0 */
/*
 * popseal's own demo server (popseal demo), which is vulnerable on purpose.
 */
#include "products/product.h"

static const struct fingerprint fingerprints[] = {
	{ PLACE_GREETING, "popseal demo POP3 server ready*", 100 },
	{ PLACE_CAPABILITY, "IMPLEMENTATION popseal-demo*", 100 },
	{ PLACE_END, NULL, 0 },
};

static const struct wording refusals[] = {
	{ "[AUTH] Authentication failed", REFUSAL_CREDENTIALS },
	{ "Unknown command", REFUSAL_UNKNOWN_COMMAND },
	{ "USER first", REFUSAL_SYNTAX },
	{ NULL, REFUSAL_NONE },
};

static const char *const documentation[] = {
	NULL,
};

const struct product product_popseal = {
	.name = "popseal",
	.title = "popseal demo",
	.fingerprints = fingerprints,
	.refusals = refusals,
	.logged = "Nothing: the demo server keeps no log.",
	.lockout = "None.",
	.remedy = "End popseal demo: it is vulnerable on purpose, and listens on the loopback "
		  "address only.",
	.documentation = documentation,
};
