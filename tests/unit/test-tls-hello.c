/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls/hello.c: the octets of a ClientHello, what OpenSSL reads in it, and how
 * long one may be.
 */
#include "test-tls.h"

static const uint16_t ciphers[] = { 0xc02f, 0x000a };
static const uint16_t groups[] = { 29, 23 };
static const uint16_t signatures[] = { 0x0403, 0x0804 };
static const uint16_t versions[] = { 0x0304, 0x0303 };

static const struct tls_offer full = {
	.version = 0x0303,
	.versions = versions,
	.version_count = G_N_ELEMENTS(versions),
	.ciphers = ciphers,
	.cipher_count = G_N_ELEMENTS(ciphers),
	.groups = groups,
	.group_count = G_N_ELEMENTS(groups),
	.signatures = signatures,
	.signature_count = G_N_ELEMENTS(signatures),
	.staple = true,
	.extended = true,
};

static void
make(struct seen *seen, const struct tls_offer *offer, const char *name)
{
	g_autoptr(GByteArray) out = g_byte_array_new();

	g_assert_true(tls_hello_append(offer, name, out));
	seen_read(seen, out->data, out->len);
}

/* --- octets ----------------------------------------------------------------------------------- */

static void
assert_octets(const struct tls_offer *offer, const char *name, const char *hex)
{
	g_autoptr(GByteArray) out = g_byte_array_new();
	g_autoptr(GString) text = g_string_new(NULL);

	g_assert_true(tls_hello_append(offer, name, out));
	for (guint i = 0; i < out->len; i++)
		g_string_append_printf(text, "%02x", out->data[i]);
	g_assert_cmpstr(text->str, ==, hex);
}

#define RANDOM "706f707365616c2061736b732c20616e64206d616b6573206e6f206b6579732e"

static void
test_octets(void)
{
	struct tls_offer plain = { .version = 0x0300,
		.ciphers = ciphers,
		.cipher_count = 2,
		.groups = groups,
		.group_count = 2,
		.staple = true,
		.extended = true,
		.plain = true };
	struct tls_offer bare = { .version = 0x0302, .ciphers = ciphers, .cipher_count = 1 };

	assert_octets(&plain, "a.example",
		"160300002f0100002b0300" RANDOM "00"
		"0004c02f000a0100");
	/* Without any extension there is no list of them either. */
	assert_octets(&bare, NULL,
		"160301002d010000290302" RANDOM "00"
		"0002c02f0100");
	assert_octets(&full, "a.example",
		"1603010079"
		"010000750303" RANDOM "00"
		"0004c02f000a0100"
		"0048"
		"0000000e000c000009612e6578616d706c65"
		"00170000"
		"000500050100000000"
		"000a00060004001d0017"
		"000b00020100"
		"000d0006000404030804"
		"002b00050403040303"
		"003300020000");
}

/* --- what OpenSSL reads ----------------------------------------------------------------------- */

static int
look(SSL *tls, int *alert, void *data)
{
	const unsigned char *bytes;
	size_t length;
	unsigned *looked = data;

	(void)alert;
	g_assert_cmphex(SSL_client_hello_get0_legacy_version(tls), ==, 0x0303);
	g_assert_cmpuint(SSL_client_hello_get0_ciphers(tls, &bytes), ==, 4);
	assert_bytes(bytes, 4, "\xc0\x2f\x00\x0a", 4);
	g_assert_cmpuint(SSL_client_hello_get0_compression_methods(tls, &bytes), ==, 1);
	g_assert_cmpint(SSL_client_hello_get0_ext(tls, 10, &bytes, &length), ==, 1);
	assert_bytes(bytes, length, "\x00\x04\x00\x1d\x00\x17", 6);
	g_assert_cmpint(SSL_client_hello_get0_ext(tls, 23, &bytes, &length), ==, 1);
	g_assert_cmpint(SSL_client_hello_get0_ext(tls, 51, &bytes, &length), ==, 1);
	++*looked;
	return SSL_CLIENT_HELLO_SUCCESS;
}

static void
test_openssl(void)
{
	g_autoptr(GByteArray) out = g_byte_array_new();
	SSL_CTX *context = server_new(TLS1_VERSION, TLS1_2_VERSION, "RSA");
	unsigned looked = 0;
	SSL *tls = NULL;

	SSL_CTX_set_client_hello_cb(context, look, &looked);
	g_assert_true(tls_hello_append(&full, "mail.example.com.", out));
	g_byte_array_unref(server_answer(context, out->data, out->len, &tls));
	g_assert_cmpuint(looked, ==, 1);
	g_assert_cmpstr(SSL_get_servername(tls, TLSEXT_NAMETYPE_host_name), ==, "mail.example.com");
	SSL_free(tls);
	SSL_CTX_free(context);
}

/* --- parts ------------------------------------------------------------------------------------ */

static void
test_names(void)
{
	g_autofree char *long_name = g_strnfill(255, 'a');
	g_autofree char *too_long = g_strnfill(256, 'a');
	const struct {
		const char *given;
		const char *sent;
	} rows[] = { { NULL, "" }, { "", "" }, { ".", "" }, { "mail.example.com", NULL },
		{ "mail.example.com.", "mail.example.com" }, { "192.0.2.1", "" },
		{ "2001:db8::1", "" }, { "fe80::1%eth0", "" }, { long_name, NULL },
		{ too_long, "" } };
	struct seen *seen = g_new(struct seen, 1);

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const char *sent = rows[i].sent != NULL ? rows[i].sent : rows[i].given;

		make(seen, &full, rows[i].given);
		g_assert_cmpstr(seen->name, ==, sent);
		g_assert_true(numbers_have(&seen->extensions, 0) == (*sent != '\0'));
	}
	g_free(seen);
}

/* Each list brings its extensions, and none comes without. */
static void
test_lists(void)
{
	struct seen *seen = g_new(struct seen, 1);
	struct tls_offer offer = { .version = 0x0301, .ciphers = ciphers, .cipher_count = 2 };

	make(seen, &offer, NULL);
	g_assert_cmpuint(seen->extensions.count, ==, 0);
	g_assert_cmphex(seen->record, ==, 0x0301);
	offer.groups = groups;
	offer.group_count = 1;
	make(seen, &offer, NULL);
	g_assert_cmpuint(seen->extensions.count, ==, 2);
	g_assert_true(numbers_have(&seen->extensions, 11));
	g_assert_cmpuint(seen->groups.count, ==, 1);
	offer.versions = &versions[1];
	offer.version_count = 1;
	make(seen, &offer, NULL);
	g_assert_false(numbers_have(&seen->extensions, 51));
	offer.versions = versions;
	offer.version_count = 2;
	make(seen, &offer, NULL);
	g_assert_true(numbers_have(&seen->extensions, 51));
	g_assert_cmpuint(seen->versions.count, ==, 2);
	g_free(seen);
}

/* --- lengths ---------------------------------------------------------------------------------- */

/* No message of 256 to 511 octets goes out, and none is padded that need not be. */
static void
test_padding(void)
{
	uint16_t many[400] = { 0 };
	struct seen *seen = g_new(struct seen, 1);
	struct tls_offer offer = full;
	unsigned padded = 0;

	offer.ciphers = many;
	for (size_t i = 1; i < G_N_ELEMENTS(many); i++) {
		size_t length;

		offer.cipher_count = i;
		make(seen, &offer, i % 2 == 0 ? "a" : "ab");
		g_assert_true(seen->length < 256 || seen->length >= 512);
		padded += seen->padding > 0;
		length = seen->length - (seen->padding > 0 ? seen->padding + 4 : 0);
		g_assert_true((seen->padding > 0) == (length >= 256 && length < 512));
		g_assert_true(seen->padding <= 1 || seen->length == 512);
	}
	g_assert_cmpuint(padded, >, 100);
	g_free(seen);
}

static void
test_bounds(void)
{
	/* A record header, a message header and what is in every hello: 48 octets. */
	enum {
		FIT = (TLS_HELLO_MAX - 48) / 2
	};
	g_autofree uint16_t *many = g_new0(uint16_t, TLS_HELLO_MAX);
	g_autoptr(GByteArray) out = g_byte_array_new();
	struct tls_offer offer = { .version = 0x0300, .ciphers = many, .plain = true };

	g_byte_array_append(out, (const guint8 *)"before", 6);
	offer.cipher_count = FIT + 1;
	g_assert_false(tls_hello_append(&offer, NULL, out));
	g_assert_cmpuint(out->len, ==, 6);
	offer.cipher_count = FIT;
	g_assert_true(tls_hello_append(&offer, NULL, out));
	g_assert_cmpuint(out->len, ==, 6 + TLS_HELLO_MAX);
	assert_bytes(out->data, 6, "before", 6);
	g_byte_array_set_size(out, 0);
	offer.cipher_count = SIZE_MAX;
	g_assert_false(tls_hello_append(&offer, NULL, out));

	/* supported_versions counts its octets in one. */
	offer = full;
	offer.versions = many;
	offer.version_count = 127;
	g_assert_true(tls_hello_append(&offer, NULL, out));
	offer.version_count = 128;
	g_assert_false(tls_hello_append(&offer, NULL, out));
	offer = full;
	offer.groups = many;
	offer.group_count = SIZE_MAX;
	g_assert_false(tls_hello_append(&offer, NULL, out));
	offer = full;
	offer.signatures = many;
	offer.signature_count = TLS_HELLO_MAX / 2;
	g_assert_false(tls_hello_append(&offer, NULL, out));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/tls/hello/octets", test_octets);
	g_test_add_func("/tls/hello/openssl", test_openssl);
	g_test_add_func("/tls/hello/names", test_names);
	g_test_add_func("/tls/hello/lists", test_lists);
	g_test_add_func("/tls/hello/padding", test_padding);
	g_test_add_func("/tls/hello/bounds", test_bounds);
	return g_test_run();
}
