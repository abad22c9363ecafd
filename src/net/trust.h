/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trust anchors: what a server's chain is held against. Read once, and shared
 * by all connections of a process.
 */
#ifndef POPSEAL_NET_TRUST_H
#define POPSEAL_NET_TRUST_H

#include <glib.h>

struct net_trust;

/*
 * Reads the certificates of a PEM file, or with NULL those of the system's store; where
 * SSL_CERT_FILE or SSL_CERT_DIR is set, what these name instead. NULL and *error, which names the
 * file, if there are none, or if one of a named `file` cannot be read.
 */
struct net_trust *net_trust_new(const char *file, GError **error);
void net_trust_free(struct net_trust *trust); /* NULL is a no-op */

#endif
