/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HAProxy in front of a POP3 server.
 *
 * It passes bytes through and says nothing of its own, so nothing on the wire tells that it is
 * there: it is known by its configuration alone.
 */
#include "products/haproxy/config.h"

static const struct fingerprint fingerprints[] = { { PLACE_END, NULL, 0 } };

static const char *const documentation[] = {
	"https://docs.haproxy.org/2.6/configuration.html",
	NULL,
};

const struct product product_haproxy = {
	.name = "haproxy",
	.title = "HAProxy",
	.fingerprints = fingerprints,
	.logged = "With \"option tcplog\": a line with the client's address, frontend, the server "
		  "and how many bytes went by; the server behind it logs the failed login, from "
		  "HAProxy's address unless send-proxy tells it the client's.",
	.lockout = "HAProxy locks nobody out, unless a stick-table counts connections; the server "
		   "behind it may count the failure against HAProxy itself.",
	.remedy = "bind :995 ssl crt FILE, and no bind for 110: HAProxy cannot speak STLS, so what "
		  "comes to 110 is the server's behind it to refuse.",
	.documentation = documentation,
	.config = &haproxy_config,
};
