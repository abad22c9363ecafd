/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server's answer to a ClientHello, read up to what decides: version and
 * cipher from its ServerHello or HelloRetryRequest, the group from its
 * key_share or ServerKeyExchange, the length of its DH prime. Certificates are
 * passed over. Fed in pieces of any size; what it makes of them does not
 * depend on how they were cut (RFC 8446, RFC 5246, RFC 6101).
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
	uint16_t group;       /* 0 = none was told */
	int dh_bits;          /* of a DHE ServerKeyExchange; else 0 */
	uint8_t alert;        /* its description */
	bool retry;           /* it was a HelloRetryRequest */
	bool downgrade;       /* its random says that it speaks higher than it chose */
	const char *why;      /* static, for NOT_TLS */
	GByteArray *bytes;    /* of answer.c alone, as all that follows: what is not read yet */
	GByteArray *messages; /* handshake messages, put together from records */
	size_t fed;           /* octets, up to TLS_ANSWER_MAX */
	unsigned place;       /* of the last handshake message in the order of all; 0 = none yet */
	bool exchanged;       /* a ServerKeyExchange was among them */
	uint8_t level;        /* of an alert of which only the first octet came; else 0 */
};

void tls_answer_init(struct tls_answer *answer);

/* Takes what came. After the last state nothing more is read. */
enum tls_answer_state tls_answer_feed(struct tls_answer *answer, const void *bytes, size_t length);

/*
 * No more will come. A ServerHello that stood there already is a choice, with what is known of
 * it; an answer that was cut before is NOT_TLS; without a single octet the state stays MORE.
 */
enum tls_answer_state tls_answer_end(struct tls_answer *answer);

void tls_answer_clear(struct tls_answer *answer);

/* The words of an alert's description, "handshake failure"; "unknown alert" for others. */
const char *tls_alert_words(uint8_t description);

#endif
