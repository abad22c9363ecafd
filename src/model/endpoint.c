/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Endpoints by their canonical URL: one spelling for one endpoint, so that
 * records of different runs can be joined on `subject`.
 */
#include "model/endpoint.h"

#include <glib.h>
#include <string.h>

const char *
mode_word(enum mode mode)
{
	switch (mode) {
	case MODE_POP3:
		return "pop3";
	case MODE_POP3S:
		return "pop3s";
	}
	g_return_val_if_reached("pop3");
}

const char *
endpoint_url(const struct endpoint *endpoint, char url[ENDPOINT_URL_MAX])
{
	/* A literal IPv6 address needs its brackets (RFC 3986 section 3.2.2). */
	bool brackets = strchr(endpoint->address, ':') != NULL;

	g_snprintf(url, ENDPOINT_URL_MAX, brackets ? "%s://[%s]:%u" : "%s://%s:%u",
		mode_word(endpoint->mode), endpoint->address, (unsigned)endpoint->port);
	return url;
}
