/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The other side of the tls/ tests: a ClientHello is read, a server's answer is
 * put together octet by octet, and OpenSSL's own server answers in memory.
 */
#ifndef POPSEAL_TEST_TLS_H
#define POPSEAL_TEST_TLS_H

#include <glib.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <string.h>

#include "tls/answer.h"
#include "tls/hello.h"

enum {
	SEEN_MAX = 2048,
	RECORD_PLAIN_MAX = 16384,
};

/* g_assert_cmpmem takes its lengths for int. */
static inline void
assert_bytes(const void *got, size_t length, const void *expected, size_t expected_length)
{
	g_assert_cmpuint(length, ==, expected_length);
	g_assert_true(memcmp(got, expected, length) == 0);
}

/* --- a ClientHello, as it was sent ------------------------------------------------------------ */

struct numbers {
	uint16_t list[SEEN_MAX];
	size_t count;
};

struct seen {
	uint16_t record; /* version of the record */
	uint16_t version;
	size_t length; /* of the handshake message */
	struct numbers ciphers;
	struct numbers extensions; /* their types */
	struct numbers groups;
	struct numbers signatures;
	struct numbers versions;
	char name[256]; /* of SNI, or "" */
	size_t padding; /* octets of that extension's content */
};

static inline bool
numbers_have(const struct numbers *numbers, uint16_t number)
{
	for (size_t i = 0; i < numbers->count; i++) {
		if (numbers->list[i] == number)
			return true;
	}
	return false;
}

static inline size_t
seen_number(const uint8_t **at, const uint8_t *end, unsigned octets)
{
	size_t number = 0;

	g_assert_cmpint(end - *at, >=, octets);
	for (unsigned i = 0; i < octets; i++)
		number = number << 8 | *(*at)++;
	return number;
}

/* Returns the end of a vector, whose length has that many octets. */
static inline const uint8_t *
seen_vector(const uint8_t **at, const uint8_t *end, unsigned octets)
{
	size_t length = seen_number(at, end, octets);

	g_assert_cmpuint((size_t)(end - *at), >=, length);
	return *at + length;
}

static inline void
seen_numbers(struct numbers *numbers, const uint8_t *at, const uint8_t *end)
{
	while (at < end)
		numbers->list[numbers->count++] = (uint16_t)seen_number(&at, end, 2);
}

static inline void
seen_list(struct numbers *numbers, const uint8_t *at, const uint8_t *end, unsigned octets)
{
	const uint8_t *last = seen_vector(&at, end, octets);

	g_assert_true(last == end);
	seen_numbers(numbers, at, last);
}

static inline void
seen_extension(struct seen *seen, uint16_t type, const uint8_t *at, const uint8_t *end)
{
	g_assert_false(numbers_have(&seen->extensions, type));
	seen->extensions.list[seen->extensions.count++] = type;
	if (type == 0) {
		g_assert_true(seen_vector(&at, end, 2) == end);
		g_assert_cmpuint(seen_number(&at, end, 1), ==, 0);
		g_assert_true(seen_vector(&at, end, 2) == end);
		memcpy(seen->name, at, (size_t)(end - at));
	} else if (type == 10) {
		seen_list(&seen->groups, at, end, 2);
	} else if (type == 13) {
		seen_list(&seen->signatures, at, end, 2);
	} else if (type == 43) {
		seen_list(&seen->versions, at, end, 1);
	} else if (type == 21) {
		seen->padding = (size_t)(end - at);
	} else if (type == 51) {
		g_assert_cmpuint(seen_number(&at, end, 2), ==, 0);
		g_assert_true(at == end);
	}
}

/* Fails the test where anything but the right lengths stands in it. */
static inline void
seen_read(struct seen *seen, const uint8_t *at, size_t length)
{
	const uint8_t *end = at + length;

	*seen = (struct seen){ 0 };
	g_assert_cmpuint(length, <=, TLS_HELLO_MAX);
	g_assert_cmpuint(seen_number(&at, end, 1), ==, 22);
	seen->record = (uint16_t)seen_number(&at, end, 2);
	g_assert_true(seen_vector(&at, end, 2) == end);
	seen->length = (size_t)(end - at);
	g_assert_cmpuint(seen_number(&at, end, 1), ==, 1);
	g_assert_true(seen_vector(&at, end, 3) == end);
	seen->version = (uint16_t)seen_number(&at, end, 2);
	at += 32;
	g_assert_cmpuint(seen_number(&at, end, 1), ==, 0);

	const uint8_t *last = seen_vector(&at, end, 2);

	seen_numbers(&seen->ciphers, at, last);
	at = last;
	g_assert_cmpuint(seen_number(&at, end, 2), ==, 0x0100);
	if (at == end)
		return;
	g_assert_true(seen_vector(&at, end, 2) == end);
	while (at < end) {
		uint16_t type = (uint16_t)seen_number(&at, end, 2);

		last = seen_vector(&at, end, 2);
		seen_extension(seen, type, at, last);
		at = last;
	}
}

/* --- a server's answer, put together ---------------------------------------------------------- */

static inline void
wire_number(GByteArray *out, unsigned octets, size_t number)
{
	for (unsigned i = octets; i > 0; i--) {
		uint8_t octet = (uint8_t)(number >> (8 * (i - 1)));

		g_byte_array_append(out, &octet, 1);
	}
}

static inline void
wire_fill(GByteArray *out, uint8_t octet, size_t count)
{
	for (size_t i = 0; i < count; i++)
		g_byte_array_append(out, &octet, 1);
}

/* Appends a vector and frees its content. */
static inline void
wire_vector(GByteArray *out, unsigned octets, GByteArray *content)
{
	wire_number(out, octets, content->len);
	g_byte_array_append(out, content->data, content->len);
	g_byte_array_unref(content);
}

static inline void
wire_message(GByteArray *out, uint8_t type, GByteArray *content)
{
	wire_number(out, 1, type);
	wire_vector(out, 3, content);
}

/* Appends records of at most `size` octets each, and frees the content. */
static inline void
wire_records(GByteArray *out, uint8_t type, GByteArray *content, size_t size)
{
	for (size_t at = 0; at < content->len; at += size) {
		size_t length = MIN(size, content->len - at);

		wire_number(out, 1, type);
		wire_number(out, 2, 0x0303);
		wire_number(out, 2, length);
		g_byte_array_append(out, content->data + at, (guint)length);
	}
	g_byte_array_unref(content);
}

static inline void
wire_alert(GByteArray *out, uint8_t level, uint8_t description)
{
	GByteArray *alert = g_byte_array_new();

	wire_number(alert, 1, level);
	wire_number(alert, 1, description);
	wire_records(out, 21, alert, RECORD_PLAIN_MAX);
}

static const uint8_t wire_retry[32] = { 0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d,
	0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07,
	0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c };

/* A ServerHello below TLS 1.3, without extensions. */
static inline void
wire_hello(GByteArray *out, uint16_t version, uint16_t cipher)
{
	GByteArray *hello = g_byte_array_new();

	wire_number(hello, 2, version);
	wire_fill(hello, 0x5a, 32);
	wire_number(hello, 1, 0);
	wire_number(hello, 2, cipher);
	wire_number(hello, 1, 0);
	wire_message(out, 2, hello);
}

/* A HelloRetryRequest of TLS 1.3. */
static inline void
wire_retry_request(GByteArray *out, uint16_t cipher, uint16_t group)
{
	GByteArray *hello = g_byte_array_new();

	wire_number(hello, 2, 0x0303);
	g_byte_array_append(hello, wire_retry, sizeof wire_retry);
	wire_number(hello, 1, 0);
	wire_number(hello, 2, cipher);
	wire_number(hello, 1, 0);
	wire_number(hello, 2, 12);
	wire_number(hello, 4, 0x002b0002);
	wire_number(hello, 2, 0x0304);
	wire_number(hello, 4, 0x00330002);
	wire_number(hello, 2, group);
	wire_message(out, 2, hello);
}

static inline void
wire_certificate(GByteArray *out, size_t size)
{
	GByteArray *content = g_byte_array_new();

	wire_fill(content, 0x30, size);
	wire_message(out, 11, content);
}

static inline void
wire_dh(GByteArray *out, unsigned bits)
{
	GByteArray *content = g_byte_array_new();
	size_t octets = (bits + 7) / 8;

	wire_number(content, 2, octets);
	wire_number(content, 1, bits % 8 == 0 ? 0x80 : (size_t)1 << (bits % 8 - 1));
	wire_fill(content, 0xff, octets - 1);
	wire_number(content, 3, 0x000102);
	wire_number(content, 3, 0x000103);
	wire_fill(content, 0x77, 68); /* what would be a signature */
	wire_message(out, 12, content);
}

static inline void
wire_ecdh(GByteArray *out, uint16_t group)
{
	GByteArray *content = g_byte_array_new();

	wire_number(content, 1, 3);
	wire_number(content, 2, group);
	wire_number(content, 1, 65);
	wire_fill(content, 4, 65);
	wire_fill(content, 0x77, 68);
	wire_message(out, 12, content);
}

static inline void
wire_done(GByteArray *out)
{
	wire_message(out, 14, g_byte_array_new());
}

/* --- OpenSSL's answer ------------------------------------------------------------------------- */

static inline void
server_certify(SSL_CTX *context, EVP_PKEY *key)
{
	X509 *certificate = X509_new();
	X509_NAME *name = X509_get_subject_name(certificate);

	X509_set_version(certificate, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
	ASN1_TIME_set_string_X509(X509_getm_notBefore(certificate), "20200229000000Z");
	ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate), "20991231235959Z");
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
		(const unsigned char *)"mail.example.com", -1, -1, 0);
	X509_set_issuer_name(certificate, name);
	X509_set_pubkey(certificate, key);
	g_assert_cmpint(X509_sign(certificate, key, EVP_sha256()), >, 0);
	g_assert_cmpint(SSL_CTX_use_certificate(context, certificate), ==, 1);
	g_assert_cmpint(SSL_CTX_use_PrivateKey(context, key), ==, 1);
	X509_free(certificate);
}

static inline EVP_PKEY *
server_key(const char *kind)
{
	static EVP_PKEY *rsa;
	static EVP_PKEY *ec;

	if (rsa == NULL) {
		rsa = EVP_RSA_gen(2048);
		ec = EVP_EC_gen("P-256");
	}
	return g_str_equal(kind, "RSA") ? rsa : ec;
}

/*
 * A context of OpenSSL's that speaks everything it still can, between two versions, with a
 * certificate of "RSA", "EC" or "both".
 */
static inline SSL_CTX *
server_new(int lowest, int highest, const char *kind)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());

	SSL_CTX_set_security_level(context, 0);
	SSL_CTX_clear_options(context, SSL_OP_NO_SSL_MASK);
	g_assert_cmpint(SSL_CTX_set_min_proto_version(context, lowest), ==, 1);
	g_assert_cmpint(SSL_CTX_set_max_proto_version(context, highest), ==, 1);
	g_assert_cmpint(SSL_CTX_set_cipher_list(context, "ALL:COMPLEMENTOFALL:@SECLEVEL=0"), ==, 1);
	SSL_CTX_set_dh_auto(context, 1);
	if (!g_str_equal(kind, "EC"))
		server_certify(context, server_key("RSA"));
	if (!g_str_equal(kind, "RSA"))
		server_certify(context, server_key("EC"));
	return context;
}

/* Gives the server a DH prime of 1024 bits (RFC 2409 section 6.2). */
static inline void
server_set_small_prime(SSL_CTX *context)
{
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	BIGNUM *prime = BN_get_rfc2409_prime_1024(NULL);
	BIGNUM *generator = BN_new();
	EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(NULL, "DH", NULL);
	EVP_PKEY *key = NULL;
	OSSL_PARAM *parameters;

	BN_set_word(generator, 2);
	OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_FFC_P, prime);
	OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_FFC_G, generator);
	parameters = OSSL_PARAM_BLD_to_param(builder);
	EVP_PKEY_fromdata_init(maker);
	g_assert_cmpint(EVP_PKEY_fromdata(maker, &key, EVP_PKEY_KEY_PARAMETERS, parameters), ==, 1);
	SSL_CTX_set_dh_auto(context, 0);
	g_assert_cmpint(SSL_CTX_set0_tmp_dh_pkey(context, key), ==, 1);
	OSSL_PARAM_free(parameters);
	OSSL_PARAM_BLD_free(builder);
	EVP_PKEY_CTX_free(maker);
	BN_free(prime);
	BN_free(generator);
}

/* What the server sends for that hello; *ret_tls is its side, to be freed, unless it is NULL. */
static inline GByteArray *
server_answer(SSL_CTX *context, const void *hello, size_t length, SSL **ret_tls)
{
	GByteArray *answer = g_byte_array_new();
	SSL *tls = SSL_new(context);
	BIO *in = BIO_new(BIO_s_mem());
	BIO *out = BIO_new(BIO_s_mem());
	uint8_t buffer[4096];
	int got;

	BIO_set_mem_eof_return(in, -1);
	g_assert_cmpint(BIO_write(in, hello, (int)length), ==, (int)length);
	SSL_set_bio(tls, in, out);
	g_assert_cmpint(SSL_accept(tls), <, 1);
	while ((got = BIO_read(out, buffer, sizeof buffer)) > 0)
		g_byte_array_append(answer, buffer, (guint)got);
	if (ret_tls != NULL)
		*ret_tls = tls;
	else
		SSL_free(tls);
	return answer;
}

/* --- feeding ---------------------------------------------------------------------------------- */

/* Feeds it in pieces of that size, 0 = whole; each is a block of its own, for the sanitizer. */
static inline void
feed_pieces(struct tls_answer *answer, const GByteArray *bytes, size_t size)
{
	size_t piece = size > 0 ? size : MAX(bytes->len, 1);

	tls_answer_init(answer);
	for (size_t at = 0; at < bytes->len; at += piece) {
		size_t length = MIN(piece, bytes->len - at);
		g_autofree void *copy = g_memdup2(bytes->data + at, length);

		tls_answer_feed(answer, copy, length);
	}
}

#endif
