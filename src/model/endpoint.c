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

/* Copies a text to `at`, as much as fits before `end`; returns where it ended. */
static char *
put(char *at, const char *end, const char *text)
{
	size_t length = MIN(strlen(text), (size_t)(end - at) - 1);

	memcpy(at, text, length);
	at[length] = '\0';
	return at + length;
}

static char *
put_number(char *at, const char *end, unsigned number)
{
	char digits[sizeof("65535")];
	char *first = digits + sizeof(digits) - 1;

	*first = '\0';
	for (; first > digits && (number > 0 || *first == '\0'); number /= 10)
		*--first = (char)('0' + number % 10);
	return put(at, end, first);
}

/* Put together by hand, as it is made for every endpoint and finding. */
const char *
endpoint_url(const struct endpoint *endpoint, char url[ENDPOINT_URL_MAX])
{
	/* A literal IPv6 address needs its brackets (RFC 3986 section 3.2.2). */
	bool brackets = strchr(endpoint->address, ':') != NULL;
	/* cppcheck-suppress ctuPointerArith ; nothing is read or written there */
	const char *end = url + ENDPOINT_URL_MAX;
	char *at = put(url, end, mode_word(endpoint->mode));

	at = put(at, end, brackets ? "://[" : "://");
	at = put(at, end, endpoint->address);
	at = put(at, end, brackets ? "]:" : ":");
	put_number(at, end, endpoint->port);
	return url;
}
