/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls/cipher.c: what is read off the names is what OpenSSL knows of the same
 * ciphers, and what the RFCs say of those that it has not.
 */
#include "tls/cipher.h"

#include <glib.h>
#include <openssl/ssl.h>
#include <string.h>

/* --- against OpenSSL -------------------------------------------------------------------------- */

static enum tls_exchange
exchange_of(const SSL_CIPHER *cipher)
{
	switch (SSL_CIPHER_get_kx_nid(cipher)) {
	case NID_kx_any:
		return TLS_EXCHANGE_GROUP;
	case NID_kx_rsa:
		return TLS_EXCHANGE_STATIC;
	case NID_kx_dhe:
		return TLS_EXCHANGE_DHE;
	case NID_kx_ecdhe:
		return TLS_EXCHANGE_ECDHE;
	default:
		return TLS_EXCHANGE_SECRET;
	}
}

static uint16_t
since_of(const SSL_CIPHER *cipher)
{
	static const struct {
		const char *word;
		uint16_t version;
	} words[] = { { "SSLv3", 0x0300 }, { "TLSv1.0", 0x0301 }, { "TLSv1.2", 0x0303 },
		{ "TLSv1.3", 0x0304 } };
	const char *word = SSL_CIPHER_get_version(cipher);

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		if (g_str_equal(words[i].word, word))
			return words[i].version;
	}
	g_assert_not_reached();
}

static const char *
weakness_of(const SSL_CIPHER *cipher)
{
	int encryption = SSL_CIPHER_get_cipher_nid(cipher);

	if (encryption == NID_undef)
		return "no encryption";
	return SSL_CIPHER_get_auth_nid(cipher) == NID_auth_null ? "no authentication" : NULL;
}

static void
test_openssl(void)
{
	SSL_CTX *context = SSL_CTX_new(TLS_method());
	STACK_OF(SSL_CIPHER) * all;

	SSL_CTX_set_security_level(context, 0);
	SSL_CTX_set_cipher_list(context, "ALL:COMPLEMENTOFALL");
	all = SSL_CTX_get_ciphers(context);
	g_assert_cmpint(sk_SSL_CIPHER_num(all), >, 50);
	for (int i = 0; i < sk_SSL_CIPHER_num(all); i++) {
		const SSL_CIPHER *cipher = sk_SSL_CIPHER_value(all, i);
		uint16_t number = SSL_CIPHER_get_protocol_id(cipher);
		const char *name = tls_cipher_name(number);

		g_assert_cmpstr(name, ==, SSL_CIPHER_standard_name(cipher));
		g_test_message("%s", name);
		g_assert_cmpint(tls_cipher_exchange(number), ==, exchange_of(cipher));
		g_assert_cmpstr(tls_cipher_weakness(number), ==, weakness_of(cipher));
		/* OpenSSL's "SSLv3" includes SRP and PSK, which are never offered. */
		if (tls_cipher_exchange(number) != TLS_EXCHANGE_SECRET)
			g_assert_cmphex(tls_cipher_since(number), ==, since_of(cipher));
	}
	SSL_CTX_free(context);
}

/* --- against the RFCs ------------------------------------------------------------------------- */

static void
test_rows(void)
{
	static const struct {
		uint16_t number;
		const char *name;
		const char *weakness;
		enum tls_exchange exchange;
		uint16_t since;
	} rows[] = {
		{ 0x0000, "TLS_NULL_WITH_NULL_NULL", "no encryption", TLS_EXCHANGE_STATIC, 0x0300 },
		{ 0x0003, "TLS_RSA_EXPORT_WITH_RC4_40_MD5", "export grade", TLS_EXCHANGE_STATIC,
			0x0300 },
		{ 0x0004, "TLS_RSA_WITH_RC4_128_MD5", "RC4", TLS_EXCHANGE_STATIC, 0x0300 },
		{ 0x0006, "TLS_RSA_EXPORT_WITH_RC2_CBC_40_MD5", "export grade", TLS_EXCHANGE_STATIC,
			0x0300 },
		{ 0x0007, "TLS_RSA_WITH_IDEA_CBC_SHA", "IDEA", TLS_EXCHANGE_STATIC, 0x0300 },
		{ 0x0009, "TLS_RSA_WITH_DES_CBC_SHA", "DES", TLS_EXCHANGE_STATIC, 0x0300 },
		{ 0x000a, "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "3DES", TLS_EXCHANGE_STATIC, 0x0300 },
		{ 0x0010, "TLS_DH_RSA_WITH_3DES_EDE_CBC_SHA", "3DES", TLS_EXCHANGE_STATIC, 0x0300 },
		{ 0x0014, "TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA", "export grade", TLS_EXCHANGE_DHE,
			0x0300 },
		{ 0x0017, "TLS_DH_anon_EXPORT_WITH_RC4_40_MD5", "no authentication",
			TLS_EXCHANGE_DHE, 0x0300 },
		{ 0x0023, "TLS_KRB5_WITH_3DES_EDE_CBC_MD5", "3DES", TLS_EXCHANGE_SECRET, 0x0300 },
		{ 0x0027, "TLS_KRB5_EXPORT_WITH_RC2_CBC_40_SHA", "export grade",
			TLS_EXCHANGE_SECRET, 0x0300 },
		{ 0x0035, "TLS_RSA_WITH_AES_256_CBC_SHA", NULL, TLS_EXCHANGE_STATIC, 0x0300 },
		{ 0x0061, "TLS_RSA_EXPORT1024_WITH_RC2_CBC_56_MD5", "export grade",
			TLS_EXCHANGE_STATIC, 0x0300 },
		{ 0x006c, "TLS_DH_anon_WITH_AES_128_CBC_SHA256", "no authentication",
			TLS_EXCHANGE_DHE, 0x0303 },
		{ 0x0081, "TLS_GOSTR341001_WITH_28147_CNT_IMIT", NULL, TLS_EXCHANGE_STATIC,
			0x0301 },
		{ 0x009c, "TLS_RSA_WITH_AES_128_GCM_SHA256", NULL, TLS_EXCHANGE_STATIC, 0x0303 },
		{ 0x00c6, "TLS_SM4_GCM_SM3", NULL, TLS_EXCHANGE_GROUP, 0x0304 },
		{ 0x00ff, "TLS_EMPTY_RENEGOTIATION_INFO_SCSV", NULL, TLS_EXCHANGE_UNKNOWN, 0 },
		{ 0x1301, "TLS_AES_128_GCM_SHA256", NULL, TLS_EXCHANGE_GROUP, 0x0304 },
		{ 0x1305, "TLS_AES_128_CCM_8_SHA256", NULL, TLS_EXCHANGE_GROUP, 0x0304 },
		{ 0x5600, "TLS_FALLBACK_SCSV", NULL, TLS_EXCHANGE_UNKNOWN, 0 },
		{ 0xc004, "TLS_ECDH_ECDSA_WITH_AES_128_CBC_SHA", NULL, TLS_EXCHANGE_STATIC,
			0x0301 },
		{ 0xc011, "TLS_ECDHE_RSA_WITH_RC4_128_SHA", "RC4", TLS_EXCHANGE_ECDHE, 0x0301 },
		{ 0xc015, "TLS_ECDH_anon_WITH_NULL_SHA", "no encryption", TLS_EXCHANGE_ECDHE,
			0x0301 },
		{ 0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", NULL, TLS_EXCHANGE_ECDHE,
			0x0303 },
		{ 0xc0a3, "TLS_DHE_RSA_WITH_AES_256_CCM_8", NULL, TLS_EXCHANGE_DHE, 0x0303 },
		{ 0xc0b4, "TLS_SHA256_SHA256", "no encryption", TLS_EXCHANGE_GROUP, 0x0304 },
		{ 0xc100, "TLS_GOSTR341112_256_WITH_KUZNYECHIK_CTR_OMAC", NULL, TLS_EXCHANGE_STATIC,
			0x0303 },
		{ 0xc103, "TLS_GOSTR341112_256_WITH_KUZNYECHIK_MGM_L", NULL, TLS_EXCHANGE_GROUP,
			0x0304 },
		{ 0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", NULL, TLS_EXCHANGE_ECDHE,
			0x0303 },
		{ 0xd005, "TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256", NULL, TLS_EXCHANGE_SECRET,
			0x0303 },
		{ 0xfeff, "SSL_RSA_FIPS_WITH_3DES_EDE_CBC_SHA", "3DES", TLS_EXCHANGE_STATIC,
			0x0300 },
		{ 0x1300, "unknown cipher", NULL, TLS_EXCHANGE_UNKNOWN, 0 },
		{ 0xffff, "unknown cipher", NULL, TLS_EXCHANGE_UNKNOWN, 0 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_assert_cmpstr(tls_cipher_name(rows[i].number), ==, rows[i].name);
		g_assert_cmpstr(tls_cipher_weakness(rows[i].number), ==, rows[i].weakness);
		g_assert_cmpint(tls_cipher_exchange(rows[i].number), ==, rows[i].exchange);
		g_assert_cmphex(tls_cipher_since(rows[i].number), ==, rows[i].since);
	}
}

/* A part is between underscores, and nothing less. */
static void
test_parts(void)
{
	g_assert_true(tls_cipher_has(0x0033, "DHE"));
	g_assert_true(tls_cipher_has(0x0033, "SHA"));
	g_assert_true(tls_cipher_has(0x0033, "TLS"));
	g_assert_false(tls_cipher_has(0x0033, "DH"));
	g_assert_false(tls_cipher_has(0x0033, "ES"));
	g_assert_false(tls_cipher_has(0x0033, "SHA256"));
	g_assert_false(tls_cipher_has(0x000a, "DES"));
	g_assert_false(tls_cipher_has(0xffff, "unknown cipher"));
}

/* --- the lists -------------------------------------------------------------------------------- */

static void
test_lists(void)
{
	size_t count;
	size_t weak_count;
	size_t found = 0;
	const uint16_t *all = tls_ciphers(&count);
	const uint16_t *weak = tls_ciphers_weak(&weak_count);

	g_assert_cmpuint(count, >, 350);
	for (size_t i = 0; i < count; i++) {
		g_assert_true(i == 0 || all[i - 1] < all[i]);
		g_assert_cmpstr(tls_cipher_name(all[i]), !=, "unknown cipher");
		g_assert_cmphex(tls_cipher_since(all[i]), !=, 0);
		found += tls_cipher_weakness(all[i]) != NULL;
	}
	g_assert_cmpuint(found, ==, weak_count);
	for (size_t i = 0; i < weak_count; i++)
		g_assert_nonnull(tls_cipher_weakness(weak[i]));
}

static void
test_groups(void)
{
	static const struct {
		uint16_t number;
		const char *name;
	} rows[] = { { 0, "unknown group" }, { 1, "sect163k1" }, { 23, "secp256r1" },
		{ 29, "X25519" }, { 30, "X448" }, { 31, "brainpoolP256r1tls13" },
		{ 41, "curveSM2" }, { 42, "unknown group" }, { 256, "ffdhe2048" },
		{ 260, "ffdhe8192" }, { 0x11ec, "X25519MLKEM768" },
		{ 0x6399, "X25519Kyber768Draft00" }, { 0xffff, "unknown group" } };

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_cmpstr(tls_group_name(rows[i].number), ==, rows[i].name);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/tls/cipher/openssl", test_openssl);
	g_test_add_func("/tls/cipher/rows", test_rows);
	g_test_add_func("/tls/cipher/parts", test_parts);
	g_test_add_func("/tls/cipher/lists", test_lists);
	g_test_add_func("/tls/cipher/groups", test_groups);
	return g_test_run();
}
