/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cipher suites and key exchange groups by number: names, and what is weak.
 */
#ifndef POPSEAL_TLS_CIPHER_H
#define POPSEAL_TLS_CIPHER_H

#include <stddef.h>
#include <stdint.h>

/* IANA's name, "TLS_AES_128_GCM_SHA256"; "unknown cipher" for a number that IANA does not list. */
const char *tls_cipher_name(uint16_t number);

/*
 * Why a cipher is weak, in words ("RC4", "no encryption", "no authentication", "export grade",
 * "DES", "3DES", ...); NULL for one that is not. RFC 9325 sections 4.1 and 4.2, RFC 7465.
 */
const char *tls_cipher_weakness(uint16_t number);

/* All ciphers of which tls_cipher_weakness speaks, and that is. */
const uint16_t *tls_ciphers_weak(size_t *count);

/* "X25519", "secp256r1", "ffdhe2048", "X25519MLKEM768"; "unknown group" for others. */
const char *tls_group_name(uint16_t number);

#endif
