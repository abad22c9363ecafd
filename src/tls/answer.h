/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server's answer to a ClientHello, read up to what decides: version and
 * cipher from its ServerHello or HelloRetryRequest, the group from its
 * key_share or ServerKeyExchange, the length of its DH prime, its certificates
 * where they are not encrypted. Fed in pieces of any size.
 */
#ifndef POPSEAL_TLS_ANSWER_H
#define POPSEAL_TLS_ANSWER_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum {
	TLS_ANSWER_MAX = 64 * 1024, /* octets of an answer that are read at all */
};

enum tls_answer_state {
	TLS_ANSWER_MORE,    /* feed it further */
	TLS_ANSWER_CHOSEN,  /* a ServerHello, and all that was to come with it */
	TLS_ANSWER_ALERT,   /* `alert` says which */
	TLS_ANSWER_NOT_TLS, /* or broken, or past the bound: `why` */
};

struct tls_answer {
	enum tls_answer_state state;
	uint16_t version; /* that was chosen: 0x0300 to 0x0304; 0 before a ServerHello */
	uint16_t cipher;
	uint16_t group;    /* 0 = none was told */
	int dh_bits;       /* of a DHE ServerKeyExchange; else 0 */
	uint8_t alert;     /* its description */
	bool retry;        /* it was a HelloRetryRequest */
	const char *why;   /* static, for NOT_TLS */
	GByteArray *bytes; /* what is not read yet, and the handshake messages put together */
			   /* ... further members of answer.c's own ... */
};

void tls_answer_init(struct tls_answer *answer);
enum tls_answer_state tls_answer_feed(struct tls_answer *answer, const void *bytes, size_t length);
void tls_answer_clear(struct tls_answer *answer);

/* The words of an alert's description, "handshake failure"; "unknown alert" for others. */
const char *tls_alert_words(uint8_t description);

#endif
