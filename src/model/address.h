/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An IP address as a number: to walk through networks and to know those that
 * nobody wants asked.
 */
#ifndef POPSEAL_MODEL_ADDRESS_H
#define POPSEAL_MODEL_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "model/endpoint.h"

enum family {
	FAMILY_NONE, /* a name: no address yet */
	FAMILY_IPV4,
	FAMILY_IPV6,
};

struct address {
	enum family family;
	uint8_t bytes[16]; /* in network order; the first 4 for IPv4, the rest 0 */
};

/* Sets *address and returns true if text is one literal address, without brackets and zone. */
bool address_parse(const char *text, struct address *address);

/* Writes the address in its canonical form (RFC 5952) and returns text. */
const char *address_format(const struct address *address, char text[ENDPOINT_ADDRESS_MAX + 1]);

/* The same for the 4 octets of an IPv4 address. */
const char *address_format_ipv4(const uint8_t bytes[4], char text[ENDPOINT_ADDRESS_MAX + 1]);

/* Returns 32 or 128. */
unsigned address_bits(enum family family);

/* Returns the first address of the network of that many leading bits, or with `last` its last. */
struct address address_network(const struct address *address, unsigned bits, bool last);

/*
 * Returns how many addresses lie behind first, up to last: 0 if they are
 * equal, UINT64_MAX if these are more, or if last lies before first, which
 * *backwards tells. Both are of one family.
 */
uint64_t address_distance(const struct address *first, const struct address *last, bool *backwards);

/* Returns the address that many behind this one; wraps round at the end of its family. */
struct address address_add(const struct address *address, uint64_t distance);

/* Returns whether the address is this host's own: 127/8, ::1, or 127/8 within IPv6. */
bool address_is_loopback(const struct address *address);

/*
 * Returns whether the address lies in a network where no mail server of
 * anybody's stands: 0/8, link-local, documentation, multicast, 240/4 with
 * broadcast, ::. Loopback and private networks are none of these. IPv4 within
 * IPv6 (::ffff:0:0/96) counts as what it carries.
 */
bool address_never_asked(const struct address *address);

#endif
