/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numeric addresses, between text and socket. Private to net/.
 */
#ifndef POPSEAL_NET_SOCKET_ADDRESS_H
#define POPSEAL_NET_SOCKET_ADDRESS_H

#include <glib.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

union socket_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/*
 * Reads a numeric address: IPv4 in four decimal parts, or IPv6 with or without
 * a zone ("fe80::1%eth0"). Link-local addresses need their zone.
 */
bool socket_address_parse(const char *text, uint16_t port, union socket_address *address,
	GError **error);

/* Copies an address of the system's; false if it is neither IPv4 nor IPv6. */
bool socket_address_copy(const struct sockaddr *from, union socket_address *address);

/* Writes the address without its port, ENDPOINT_ADDRESS_MAX + 1 bytes. */
bool socket_address_text(const union socket_address *address, char *text);

socklen_t socket_address_length(const union socket_address *address);

/* Compares without the ports; the zones only where both have one. */
bool socket_address_equal(const union socket_address *one, const union socket_address *other);

bool socket_address_is_unspecified(const union socket_address *address);

/* Returns whether it is this host's; see net_address_is_local. */
bool socket_address_is_local(const union socket_address *address);

#endif
