/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ClientHello of our own, to ask a server for what no library speaks any more
 * (SSLv3, RC4, export ciphers) or to offer exactly what some mail client offers.
 *
 * Only the first flight is spoken: no keys are made, and nothing comes of it but
 * the server's choice. Bytes in, bytes out (RFC 8446 section 4.1.2, RFC 5246 section 7.4.1.2,
 * RFC 6101).
 */
#ifndef POPSEAL_TLS_HELLO_H
#define POPSEAL_TLS_HELLO_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum {
	TLS_HELLO_MAX = 4096, /* octets of a ClientHello with its record header */
};

/* What a ClientHello offers; lists in order of preference, borrowed. */
struct tls_offer {
	uint16_t version; /* of the client_version field: 0x0300 (SSLv3) to 0x0303 (TLS 1.2, 1.3) */
	/* Of the supported_versions extension; count 0 = without it. */
	const uint16_t *versions;
	size_t version_count;
	const uint16_t *ciphers;
	size_t cipher_count;
	/* supported_groups (and ec_point_formats with it); count 0 = without it. */
	const uint16_t *groups;
	size_t group_count;
	/* signature_algorithms; count 0 = without it. */
	const uint16_t *signatures;
	size_t signature_count;
	bool plain;    /* no extension of any kind, as clients of SSLv3 send it */
	bool staple;   /* status_request */
	bool extended; /* extended_master_secret, which servers in FIPS mode insist on (RFC 7627) */
};

/*
 * Appends the record with a ClientHello. server_name goes into SNI unless it is NULL, an address,
 * or the offer is plain. A TLS 1.3 offer has an empty key_share: a server that takes it answers
 * with a HelloRetryRequest, which names cipher, group and version as a ServerHello would.
 *
 * Its random is always the same: no key comes of it, and whoever finds it in a capture sees who
 * asked. A hello of 256 to 511 octets is padded to 512 unless it is plain: some load balancers
 * never answer that size (RFC 7685).
 *
 * False if it does not fit TLS_HELLO_MAX; nothing is appended then.
 */
bool tls_hello_append(const struct tls_offer *offer, const char *server_name, GByteArray *out);

#endif
