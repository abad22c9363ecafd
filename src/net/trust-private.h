/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The anchors as those files of net/ see them that know OpenSSL.
 */
#ifndef POPSEAL_NET_TRUST_PRIVATE_H
#define POPSEAL_NET_TRUST_PRIVATE_H

#include <openssl/x509.h>

#include "net/trust.h"

struct net_trust {
	X509_STORE *store; /* holds certificates only: nothing is looked up later */
	char *name;        /* "the system's store", or the file */
};

#endif
