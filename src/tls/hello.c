/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ClientHello from an offer. Lengths stand before what they count, so a
 * vector is opened, filled, and closed by writing its length into the gap.
 */
#include "tls/hello.h"

#include <string.h>

#include "model/address.h"

enum {
	RECORD_HANDSHAKE = 22,
	HANDSHAKE_CLIENT_HELLO = 1,
	RECORD_HEADER = 5,
	NAME_MAX_OCTETS = 255, /* RFC 1035 */
	PADDED_FROM = 256,
	PADDED_TO = 512,
	EXTENSION_HEADER = 4,
	STATUS_OCSP = 1,
};

enum extension {
	EXTENSION_SERVER_NAME = 0,
	EXTENSION_STATUS_REQUEST = 5,
	EXTENSION_GROUPS = 10,
	EXTENSION_POINT_FORMATS = 11,
	EXTENSION_SIGNATURES = 13,
	EXTENSION_PADDING = 21,
	EXTENSION_EXTENDED_MASTER_SECRET = 23,
	EXTENSION_VERSIONS = 43,
	EXTENSION_KEY_SHARE = 51,
};

/* --- numbers and vectors ---------------------------------------------------------------------- */

static void
put(GByteArray *out, unsigned octets, size_t number)
{
	for (unsigned i = octets; i > 0; i--) {
		uint8_t octet = (uint8_t)(number >> (8 * (i - 1)));

		g_byte_array_append(out, &octet, 1);
	}
}

static void
put_numbers(GByteArray *out, const uint16_t *numbers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		put(out, 2, numbers[i]);
}

/* Returns where the vector's content begins, for close_vector. */
static guint
open_vector(GByteArray *out, unsigned octets)
{
	put(out, octets, 0);
	return out->len;
}

static void
close_vector(GByteArray *out, guint start, unsigned octets)
{
	guint length = out->len - start;

	for (unsigned i = 0; i < octets; i++)
		out->data[start - 1 - i] = (uint8_t)(length >> (8 * i));
}

static guint
open_extension(GByteArray *out, enum extension type)
{
	put(out, 2, type);
	return open_vector(out, 2);
}

static void
put_list(GByteArray *out, enum extension type, unsigned octets, const uint16_t *numbers,
	size_t count)
{
	guint extension = open_extension(out, type);
	guint list = open_vector(out, octets);

	put_numbers(out, numbers, count);
	close_vector(out, list, octets);
	close_vector(out, extension, 2);
}

/* --- extensions ------------------------------------------------------------------------------- */

/* RFC 6066 section 3: a name without its last dot, and no address. */
static size_t
server_name_length(const char *name)
{
	struct address address;
	size_t length = name != NULL ? strlen(name) : 0;

	if (length > 0 && name[length - 1] == '.')
		length--;
	if (length == 0 || length > NAME_MAX_OCTETS || strchr(name, ':') != NULL)
		return 0;
	return address_parse(name, &address) ? 0 : length;
}

static void
put_server_name(GByteArray *out, const char *name)
{
	size_t length = server_name_length(name);

	if (length == 0)
		return;

	guint extension = open_extension(out, EXTENSION_SERVER_NAME);
	guint list = open_vector(out, 2);

	put(out, 1, 0); /* host_name */
	put(out, 2, length);
	g_byte_array_append(out, (const guint8 *)name, (guint)length);
	close_vector(out, list, 2);
	close_vector(out, extension, 2);
}

static void
put_staple(GByteArray *out)
{
	guint extension = open_extension(out, EXTENSION_STATUS_REQUEST);

	put(out, 1, STATUS_OCSP);
	put(out, 2, 0); /* no responder in particular */
	put(out, 2, 0); /* no extension of the request */
	close_vector(out, extension, 2);
}

static void
put_groups(GByteArray *out, const struct tls_offer *offer)
{
	guint formats;

	put_list(out, EXTENSION_GROUPS, 2, offer->groups, offer->group_count);
	formats = open_extension(out, EXTENSION_POINT_FORMATS);
	put(out, 1, 1);
	put(out, 1, 0); /* uncompressed */
	close_vector(out, formats, 2);
}

static void
put_versions(GByteArray *out, const struct tls_offer *offer)
{
	bool tls13 = false;

	put_list(out, EXTENSION_VERSIONS, 1, offer->versions, offer->version_count);
	for (size_t i = 0; i < offer->version_count; i++)
		tls13 |= offer->versions[i] == 0x0304;
	if (tls13)
		put_list(out, EXTENSION_KEY_SHARE, 2, NULL, 0);
}

/*
 * The message began at `start`. Never empty: some servers do not read an
 * extension without content at the end.
 */
static void
put_padding(GByteArray *out, guint start)
{
	guint length = out->len - start;
	guint extension;

	if (length < PADDED_FROM || length >= PADDED_TO)
		return;
	extension = open_extension(out, EXTENSION_PADDING);
	length += EXTENSION_HEADER;
	put(out, 1, 0);
	for (guint i = length + 1; i < PADDED_TO; i++)
		put(out, 1, 0);
	close_vector(out, extension, 2);
}

static void
put_extensions(GByteArray *out, const struct tls_offer *offer, const char *server_name, guint start)
{
	guint extensions = open_vector(out, 2);

	put_server_name(out, server_name);
	if (offer->extended)
		close_vector(out, open_extension(out, EXTENSION_EXTENDED_MASTER_SECRET), 2);
	if (offer->staple)
		put_staple(out);
	if (offer->group_count > 0)
		put_groups(out, offer);
	if (offer->signature_count > 0)
		put_list(out, EXTENSION_SIGNATURES, 2, offer->signatures, offer->signature_count);
	if (offer->version_count > 0)
		put_versions(out, offer);
	put_padding(out, start);
	if (out->len == extensions)
		g_byte_array_set_size(out, extensions - 2);
	else
		close_vector(out, extensions, 2);
}

/* --- the hello -------------------------------------------------------------------------------- */

static void
put_body(GByteArray *out, const struct tls_offer *offer, const char *server_name, guint start)
{
	static const char random[] = "popseal asks, and makes no keys.";
	guint ciphers;

	G_STATIC_ASSERT(sizeof random - 1 == 32);
	put(out, 2, offer->version);
	g_byte_array_append(out, (const guint8 *)random, sizeof random - 1);
	put(out, 1, 0); /* no session */
	ciphers = open_vector(out, 2);
	put_numbers(out, offer->ciphers, offer->cipher_count);
	close_vector(out, ciphers, 2);
	put(out, 1, 1); /* one compression: */
	put(out, 1, 0); /* none */
	if (!offer->plain)
		put_extensions(out, offer, server_name, start);
}

/* So that no length overflows its field on the way. */
static bool
lists_fit(const struct tls_offer *offer)
{
	return offer->version_count <= UINT8_MAX / 2 && offer->cipher_count <= TLS_HELLO_MAX / 2 &&
		offer->group_count <= TLS_HELLO_MAX / 2 &&
		offer->signature_count <= TLS_HELLO_MAX / 2;
}

bool
tls_hello_append(const struct tls_offer *offer, const char *server_name, GByteArray *out)
{
	g_autoptr(GByteArray) hello = g_byte_array_new();
	guint record;
	guint message;

	if (!lists_fit(offer))
		return false;
	put(hello, 1, RECORD_HANDSHAKE);
	/* Servers that know only SSLv3 look here too; the others want no more than TLS 1.0 here. */
	put(hello, 2, MIN(offer->version, 0x0301));
	record = open_vector(hello, 2);
	put(hello, 1, HANDSHAKE_CLIENT_HELLO);
	message = open_vector(hello, 3);
	put_body(hello, offer, server_name, record);
	close_vector(hello, message, 3);
	close_vector(hello, record, 2);
	if (hello->len > TLS_HELLO_MAX)
		return false;
	g_byte_array_append(out, hello->data, hello->len);
	return true;
}
