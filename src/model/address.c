/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Address arithmetic on two 64-bit halves, in which an IPv4 address is the
 * low 32 bits: one code for both families and no compiler's 128-bit type.
 */
#include "model/address.h"

#include <arpa/inet.h>
#include <glib.h>
#include <string.h>

#include "model/address_set.h"

struct halves {
	uint64_t high;
	uint64_t low;
};

struct network {
	enum family family;
	uint8_t bytes[16];
	unsigned bits;
};

static const struct network never_asked[] = {
	{ FAMILY_IPV4, { 0 }, 8 },          /* "this" network, RFC 1122 */
	{ FAMILY_IPV4, { 169, 254 }, 16 },  /* link-local, RFC 3927 */
	{ FAMILY_IPV4, { 192, 0, 2 }, 24 }, /* documentation, RFC 5737 */
	{ FAMILY_IPV4, { 198, 51, 100 }, 24 }, { FAMILY_IPV4, { 203, 0, 113 }, 24 },
	{ FAMILY_IPV4, { 224 }, 4 },                     /* multicast, RFC 5771 */
	{ FAMILY_IPV4, { 240 }, 4 },                     /* reserved, and broadcast */
	{ FAMILY_IPV6, { 0 }, 128 },                     /* unspecified, RFC 4291 */
	{ FAMILY_IPV6, { 0xfe, 0x80 }, 10 },             /* link-local, RFC 4291 */
	{ FAMILY_IPV6, { 0xff }, 8 },                    /* multicast, RFC 4291 */
	{ FAMILY_IPV6, { 0x20, 0x01, 0x0d, 0xb8 }, 32 }, /* documentation, RFC 3849 */
};

static struct halves
halves_of(const struct address *address)
{
	struct halves halves = { 0, 0 };

	if (address->family == FAMILY_IPV4) {
		for (size_t i = 0; i < 4; i++)
			halves.low = halves.low << 8 | address->bytes[i];
		return halves;
	}
	for (size_t i = 0; i < 8; i++) {
		halves.high = halves.high << 8 | address->bytes[i];
		halves.low = halves.low << 8 | address->bytes[i + 8];
	}
	return halves;
}

static struct address
address_of(enum family family, struct halves halves)
{
	struct address address = { .family = family };

	if (family == FAMILY_IPV4) {
		for (size_t i = 0; i < 4; i++)
			address.bytes[i] = (uint8_t)(halves.low >> (24 - 8 * i));
		return address;
	}
	for (size_t i = 0; i < 8; i++) {
		address.bytes[i] = (uint8_t)(halves.high >> (56 - 8 * i));
		address.bytes[i + 8] = (uint8_t)(halves.low >> (56 - 8 * i));
	}
	return address;
}

bool
address_parse(const char *text, struct address *address)
{
	struct address parsed = { .family = FAMILY_NONE };

	if (inet_pton(AF_INET, text, parsed.bytes) == 1)
		parsed.family = FAMILY_IPV4;
	else if (inet_pton(AF_INET6, text, parsed.bytes) == 1)
		parsed.family = FAMILY_IPV6;
	else
		return false;
	*address = parsed;
	return true;
}

static char *
put_octet(char *at, unsigned octet)
{
	if (octet >= 100)
		*at++ = (char)('0' + octet / 100);
	if (octet >= 10)
		*at++ = (char)('0' + octet / 10 % 10);
	*at++ = (char)('0' + octet % 10);
	return at;
}

/* By hand: inet_ntop asks sprintf, and every host of a scan is written twice. */
const char *
address_format_ipv4(const uint8_t bytes[4], char text[ENDPOINT_ADDRESS_MAX + 1])
{
	char *at = put_octet(text, bytes[0]);

	for (size_t i = 1; i < 4; i++) {
		*at++ = '.';
		at = put_octet(at, bytes[i]);
	}
	*at = '\0';
	return text;
}

const char *
address_format(const struct address *address, char text[ENDPOINT_ADDRESS_MAX + 1])
{
	G_STATIC_ASSERT(ENDPOINT_ADDRESS_MAX + 1 >= INET6_ADDRSTRLEN);
	if (address->family == FAMILY_IPV4)
		return address_format_ipv4(address->bytes, text);
	return inet_ntop(AF_INET6, address->bytes, text, ENDPOINT_ADDRESS_MAX + 1);
}

unsigned
address_bits(enum family family)
{
	return family == FAMILY_IPV4 ? 32 : 128;
}

struct address
address_network(const struct address *address, unsigned bits, bool last)
{
	struct address network = *address;

	for (unsigned i = 0; i < address_bits(address->family) / 8; i++) {
		unsigned fixed = CLAMP(bits, 8 * i, 8 * i + 8) - 8 * i;
		uint8_t free_bits = (uint8_t)(0xff >> fixed);

		if (last)
			network.bytes[i] |= free_bits;
		else
			network.bytes[i] &= (uint8_t)~free_bits;
	}
	return network;
}

uint64_t
address_distance(const struct address *first, const struct address *last, bool *backwards)
{
	struct halves from = halves_of(first);
	struct halves to = halves_of(last);
	uint64_t low = to.low - from.low;
	uint64_t high = to.high - from.high - (to.low < from.low ? 1 : 0);

	*backwards = to.high < from.high || (to.high == from.high && to.low < from.low);
	return *backwards || high > 0 ? UINT64_MAX : low;
}

struct address
address_add(const struct address *address, uint64_t distance)
{
	struct halves halves = halves_of(address);

	halves.low += distance;
	if (halves.low < distance)
		halves.high++;
	return address_of(address->family, halves);
}

/* Takes the IPv4 address out of an IPv6 address that carries one (RFC 4291 section 2.5.5.2). */
static struct address
unmapped(const struct address *address)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct address inner = { .family = FAMILY_IPV4 };

	if (address->family != FAMILY_IPV6 || memcmp(address->bytes, mapped, sizeof(mapped)) != 0)
		return *address;
	memcpy(inner.bytes, address->bytes + sizeof(mapped), 4);
	return inner;
}

bool
address_is_loopback(const struct address *address)
{
	static const uint8_t ipv6[16] = { [15] = 1 };
	struct address asked = unmapped(address);

	if (asked.family == FAMILY_IPV4)
		return asked.bytes[0] == 127;
	return asked.family == FAMILY_IPV6 && memcmp(asked.bytes, ipv6, sizeof(ipv6)) == 0;
}

bool
address_never_asked(const struct address *address)
{
	struct address asked = unmapped(address);

	for (size_t i = 0; i < G_N_ELEMENTS(never_asked); i++) {
		const struct network *network = &never_asked[i];
		struct address start = address_network(&asked, network->bits, false);

		if (network->family == asked.family &&
			memcmp(start.bytes, network->bytes, sizeof(start.bytes)) == 0)
			return true;
	}
	return false;
}

/* The IPv6 address that carries an IPv4 one. */
static struct address
mapped(const struct address *inner)
{
	struct address address = { .family = FAMILY_IPV6 };

	address.bytes[10] = address.bytes[11] = 0xff;
	memcpy(address.bytes + 12, inner->bytes, 4);
	return address;
}

void
address_set_add_never_asked(struct address_set *set)
{
	for (size_t i = 0; i < G_N_ELEMENTS(never_asked); i++) {
		const struct network *network = &never_asked[i];
		struct address_range range = { { .family = network->family },
			{ .family = network->family } };

		memcpy(range.first.bytes, network->bytes, sizeof(network->bytes));
		range.last = address_network(&range.first, network->bits, true);
		address_set_add(set, &range);
		if (network->family == FAMILY_IPV4) {
			range = (struct address_range){ mapped(&range.first), mapped(&range.last) };
			address_set_add(set, &range);
		}
	}
}
