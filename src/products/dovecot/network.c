/* SPDX-License-Identifier: Apache-2.0 */
#include "products/dovecot/network.h"

#include <arpa/inet.h>
#include <glib.h>
#include <string.h>

/* Dovecot reads four decimal numbers itself, so that 010 is 10; the rest is inet_aton's. */
static bool
read_ipv4(const char *text, uint8_t bytes[4])
{
	g_auto(GStrv) parts = g_strsplit(text, ".", 5);
	bool decimal = g_strv_length(parts) == 4;
	struct in_addr address;

	for (size_t i = 0; decimal && i < 4; i++) {
		guint64 number;

		decimal = g_ascii_string_to_unsigned(parts[i], 10, 0, 255, &number, NULL);
		bytes[i] = decimal ? (uint8_t)number : 0;
	}
	if (decimal)
		return true;
	if (inet_aton(text, &address) == 0)
		return false;
	memcpy(bytes, &address.s_addr, 4);
	return true;
}

static bool
read_address(const char *text, struct address *address)
{
	size_t length = strlen(text);
	g_autofree char *bare = text[0] == '[' && text[length - 1] == ']' ?
		g_strndup(text + 1, length - 2) :
		g_strdup(text);

	*address = (struct address){ .family = FAMILY_NONE };
	if (strchr(text, ':') != NULL)
		return address_parse(bare, address);
	if (!read_ipv4(text, address->bytes))
		return false;
	address->family = FAMILY_IPV4;
	return true;
}

/* A host name, or an address with its zone, as far as a resolver would try it. */
static bool
is_name(const char *text)
{
	size_t length = strlen(text);
	const char *allowed = strchr(text, '%') != NULL ? "-._:%" : "-._";

	if (length == 0 || length > 253)
		return false;
	for (size_t i = 0; i < length; i++)
		if (!g_ascii_isalnum(text[i]) && strchr(allowed, text[i]) == NULL)
			return false;
	return true;
}

/* Reads the text but for what is before the slash: a literal, or with `names` a name. */
static bool
read_network(struct dovecot_network *network, const char *text, bool names)
{
	const char *slash = strchr(text, '/');
	g_autofree char *host =
		slash != NULL ? g_strndup(text, (gsize)(slash - text)) : g_strdup(text);
	guint64 bits;

	*network = (struct dovecot_network){ .text = text, .bits = address_bits(FAMILY_IPV4) };
	if (read_address(host, &network->address))
		network->bits = address_bits(network->address.family);
	else if (!names || !is_name(host))
		return false;
	if (slash == NULL)
		return true;
	if (!g_ascii_string_to_unsigned(slash + 1, 10, 0, network->bits, &bits, NULL))
		return false;
	network->bits = (unsigned)bits;
	return true;
}

bool
dovecot_network_read(struct dovecot_network *network, const char *text)
{
	return read_network(network, text, false);
}

bool
dovecot_network_read_block(struct dovecot_network *network, const char *text)
{
	return read_network(network, text, true);
}

static bool
same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned rest = bits % 8;

	if (memcmp(a, b, bits / 8) != 0)
		return false;
	return rest == 0 || ((a[bits / 8] ^ b[bits / 8]) >> (8 - rest)) == 0;
}

static bool
is_name_network(const struct dovecot_network *network)
{
	return network->address.family == FAMILY_NONE;
}

bool
dovecot_network_holds(const struct dovecot_network *outer, const struct dovecot_network *inner)
{
	if (outer->text == NULL)
		return true;
	if (inner->text == NULL)
		return false;
	if (is_name_network(outer) || is_name_network(inner))
		return g_str_equal(outer->text, inner->text);
	return outer->address.family == inner->address.family && outer->bits <= inner->bits &&
		same_bits(outer->address.bytes, inner->address.bytes, outer->bits);
}

/* The addresses that a resolver gives for this host. */
static const struct dovecot_network own[] = {
	{ "127.0.0.1", { FAMILY_IPV4, { 127, 0, 0, 1 } }, 32 },
	{ "::1", { FAMILY_IPV6, { [15] = 1 } }, 128 },
};

bool
dovecot_network_may_meet(const struct dovecot_network *a, const struct dovecot_network *b)
{
	const struct dovecot_network *name = is_name_network(a) ? a : b;
	const struct dovecot_network *other = name == a ? b : a;

	if (a->text == NULL || b->text == NULL || !is_name_network(name))
		return dovecot_network_holds(a, b) || dovecot_network_holds(b, a);
	if (!g_str_equal(name->text, "localhost") || is_name_network(other))
		return true;
	return dovecot_network_holds(other, &own[0]) || dovecot_network_holds(other, &own[1]);
}

bool
dovecot_network_is_empty(const struct dovecot_network *network)
{
	static const uint8_t mapped[12] = { [10] = 0xff, 0xff };

	return network->address.family == FAMILY_IPV6 && network->bits >= 96 &&
		memcmp(network->address.bytes, mapped, sizeof(mapped)) == 0;
}

bool
dovecot_network_same(const struct dovecot_network *a, const struct dovecot_network *b)
{
	if (a->text == NULL || b->text == NULL)
		return a->text == b->text;
	if (a->bits != b->bits || a->address.family != b->address.family)
		return false;
	if (a->address.family == FAMILY_NONE)
		return g_str_equal(a->text, b->text);
	return memcmp(a->address.bytes, b->address.bytes, sizeof(a->address.bytes)) == 0;
}

bool
dovecot_network_is_loopback(const struct dovecot_network *network)
{
	if (network->address.family == FAMILY_NONE)
		return g_str_equal(network->text, "localhost");
	if (!address_is_loopback(&network->address))
		return false;
	return network->bits >= (network->address.family == FAMILY_IPV4 ? 8 : 104);
}
