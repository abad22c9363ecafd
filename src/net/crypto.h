/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenSSL's hashing, lent to rooms that know no library (pop3/sasl.h).
 */
#ifndef POPSEAL_NET_CRYPTO_H
#define POPSEAL_NET_CRYPTO_H

#include "pop3/sasl.h"

extern const struct sasl_crypto net_crypto;

#endif
