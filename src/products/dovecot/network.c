/* SPDX-License-Identifier: Apache-2.0 */
#include "products/dovecot/network.h"

#include <glib.h>
#include <string.h>

/* A host name, as far as a resolver would try it. */
static bool
is_name(const char *text, size_t length)
{
	if (length == 0 || length > 253)
		return false;
	for (size_t i = 0; i < length; i++)
		if (!g_ascii_isalnum(text[i]) && strchr("-._", text[i]) == NULL)
			return false;
	return true;
}

bool
dovecot_network_read(struct dovecot_network *network, const char *text)
{
	const char *slash = strchr(text, '/');
	size_t length = slash != NULL ? (size_t)(slash - text) : strlen(text);
	g_autofree char *host = g_strndup(text, length);
	guint64 bits;

	*network = (struct dovecot_network){ .text = text };
	if (!address_parse(host, &network->address)) {
		network->address.family = FAMILY_NONE;
		network->bits = 32;
		if (!is_name(text, length))
			return false;
	} else {
		network->bits = address_bits(network->address.family);
	}
	if (slash == NULL)
		return true;
	if (!g_ascii_string_to_unsigned(slash + 1, 10, 0, network->bits, &bits, NULL))
		return false;
	network->bits = (unsigned)bits;
	return true;
}

static bool
same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned rest = bits % 8;

	if (memcmp(a, b, bits / 8) != 0)
		return false;
	return rest == 0 || ((a[bits / 8] ^ b[bits / 8]) >> (8 - rest)) == 0;
}

bool
dovecot_network_holds(const struct dovecot_network *outer, const struct dovecot_network *inner)
{
	/* A mask of no bits is no condition at all: not even that of the family. */
	if (outer->text == NULL || outer->bits == 0)
		return true;
	if (inner->text == NULL)
		return false;
	if (outer->address.family == FAMILY_NONE || inner->address.family == FAMILY_NONE)
		return g_str_equal(outer->text, inner->text);
	return outer->address.family == inner->address.family && outer->bits <= inner->bits &&
		same_bits(outer->address.bytes, inner->address.bytes, outer->bits);
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
