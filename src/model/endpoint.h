/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An endpoint: one address, port and mode.
 */
#ifndef POPSEAL_MODEL_ENDPOINT_H
#define POPSEAL_MODEL_ENDPOINT_H

#include <stdbool.h>
#include <stdint.h>

enum {
	ENDPOINT_HOST_MAX = 253,   /* octets of a host name (RFC 1035 section 3.1) */
	ENDPOINT_ADDRESS_MAX = 63, /* a literal address with its zone */
	ENDPOINT_URL_MAX = 96,
};

enum mode {
	MODE_POP3,  /* starts in clear */
	MODE_POP3S, /* implicit TLS */
};

struct endpoint {
	/* Not owned; neither is NULL. */
	const char *host; /* as the user named it: a name or an address, up to ENDPOINT_HOST_MAX */
	const char *address; /* numeric, without brackets, up to ENDPOINT_ADDRESS_MAX */
	uint16_t port;
	enum mode mode;
};

/* Returns "pop3" or "pop3s". */
const char *mode_word(enum mode mode);

/*
 * Writes the canonical URL of the endpoint, which is the `subject` of its
 * record ("pop3://192.0.2.1:110", "pop3s://[2001:db8::1]:995"), and returns url.
 */
const char *endpoint_url(const struct endpoint *endpoint, char url[ENDPOINT_URL_MAX]);

#endif
