/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cipher suites and key exchange groups by number: names, and what is weak.
 */
#ifndef POPSEAL_TLS_CIPHER_H
#define POPSEAL_TLS_CIPHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How client and server come to keys: what a ServerKeyExchange holds, and who can take part. */
enum tls_exchange {
	TLS_EXCHANGE_UNKNOWN, /* a number that nobody lists, or one that is no cipher */
	TLS_EXCHANGE_STATIC,  /* by the key of the certificate: RSA, DH, ECDH, GOST */
	TLS_EXCHANGE_DHE,     /* signed, or anonymous */
	TLS_EXCHANGE_ECDHE,   /* signed, or anonymous */
	TLS_EXCHANGE_SECRET,  /* needs a secret that both have: PSK, SRP, Kerberos */
	TLS_EXCHANGE_GROUP,   /* TLS 1.3: by the group, whatever the cipher */
};

/*
 * IANA's name, "TLS_AES_128_GCM_SHA256", or what a number that IANA keeps reserved is known as;
 * "unknown cipher" for any other number.
 */
const char *tls_cipher_name(uint16_t number);

/*
 * Why a cipher is weak, in words ("RC4", "no encryption", "no authentication", "export grade",
 * "DES", "3DES", ...); NULL for one that is not. RFC 9325 sections 4.1 and 4.2, RFC 7465.
 */
const char *tls_cipher_weakness(uint16_t number);

enum tls_exchange tls_cipher_exchange(uint16_t number);

/* The lowest version that has it, as in ServerHello; 0 for what is no cipher, or not listed. */
uint16_t tls_cipher_since(uint16_t number);

/*
 * Whether one of the parts of its name, which "_" divides, is this: "DHE" of
 * "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", but not "DH".
 */
bool tls_cipher_has(uint16_t number, const char *part);

/* The numbers of all ciphers, rising. */
const uint16_t *tls_ciphers(size_t *count);

/* All ciphers of which tls_cipher_weakness speaks, and that is. */
const uint16_t *tls_ciphers_weak(size_t *count);

/* "X25519", "secp256r1", "ffdhe2048", "X25519MLKEM768"; "unknown group" for others. */
const char *tls_group_name(uint16_t number);

#endif
