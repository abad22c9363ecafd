/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a TLS session and its certificates show of the server, as facts.
 *
 * A scan at standard depth keeps the server's own certificate and looks no
 * further. With anchors the whole chain is kept and held against them.
 */
#include <openssl/err.h>
#include <string.h>

#include "net/connection-private.h"
#include "net/examine-private.h"

enum {
	GROUP_MAX = 40
};

static const char *
keep_text(struct facts *facts, const char *text)
{
	return text == NULL ? NULL : facts_keep(facts, text, strlen(text));
}

/* IANA writes the two in lower case; everybody else as they are in RFC 7748. */
static const char *
usual_name(const char *group)
{
	if (g_ascii_strcasecmp(group, "x25519") == 0)
		return "X25519";
	if (g_ascii_strcasecmp(group, "x448") == 0)
		return "X448";
	return group;
}

/* Up to TLS 1.2 the server may bring a DH group of its own, which has no name. */
static const char *
keep_dh(struct facts *facts, EVP_PKEY *key)
{
	char name[GROUP_MAX] = "";
	size_t length = 0;

	if (EVP_PKEY_get_group_name(key, name, sizeof name, &length) == 1 &&
		g_str_has_prefix(name, "ffdhe"))
		return keep_text(facts, name);
	return facts_printf(facts, "DH of %d bits", EVP_PKEY_get_bits(key));
}

/* TLS up to 1.2: by the server's key. OpenSSL names NIST's curves in its own way. */
static const char *
keep_group_of_key(struct facts *facts, EVP_PKEY *key)
{
	char name[GROUP_MAX] = "";
	size_t length = 0;

	if (EVP_PKEY_is_a(key, "DH") == 1)
		return keep_dh(facts, key);
	if (EVP_PKEY_is_a(key, "EC") != 1)
		return keep_text(facts, usual_name(EVP_PKEY_get0_type_name(key)));
	if (EVP_PKEY_get_group_name(key, name, sizeof name, &length) != 1)
		return NULL;
	if (g_str_equal(name, "prime256v1"))
		return "secp256r1";
	if (g_str_equal(name, "prime192v1"))
		return "secp192r1";
	return keep_text(facts, name);
}

static const char *
keep_group(struct facts *facts, SSL *tls)
{
	const char *name = NULL;
	const char *kept = NULL;
	EVP_PKEY *key = NULL;

	if (SSL_version(tls) >= TLS1_3_VERSION) {
		name = SSL_group_to_name(tls, (int)SSL_get_negotiated_group(tls));
		return name == NULL ? NULL : keep_text(facts, usual_name(name));
	}
	if (SSL_get_peer_tmp_key(tls, &key) == 1)
		kept = keep_group_of_key(facts, key);
	EVP_PKEY_free(key);
	return kept;
}

static void
keep_chain(struct facts *facts, STACK_OF(X509) * sent)
{
	struct tls_details *details = facts->probe.tls.details;
	int count = MIN(sk_X509_num(sent), (int)TLS_CHAIN_MAX);

	details->chain = arena_take(&facts->arena, (size_t)count * sizeof(*details->chain));
	details->chain_count = (size_t)count;
	for (int i = 0; i < count; i++)
		certificate_keep(facts, sk_X509_value(sent, i), true, &details->chain[i]);
}

static void
check_staple(struct facts *facts, SSL *tls, X509 *leaf, X509 *issuer)
{
	struct tls_details *details = facts->probe.tls.details;
	const unsigned char *bytes = NULL;
	long length = SSL_get_tlsext_status_ocsp_resp(tls, &bytes);

	details->staple = STAPLE_NONE;
	if (bytes != NULL && length > 0)
		details->staple = staple_check(bytes, length, leaf, issuer,
			SSL_get_peer_cert_chain(tls), &details->staple_error);
}

static void
check_certificates(struct facts *facts, SSL *tls, const struct tls_examination *examination)
{
	struct tls_details *details = facts->probe.tls.details;
	STACK_OF(X509) *sent = SSL_get_peer_cert_chain(tls);
	X509 *leaf = SSL_get0_peer_certificate(tls);
	X509 *issuer = NULL;

	if (leaf == NULL || sent == NULL || sk_X509_num(sent) == 0)
		return;
	keep_chain(facts, sent);
	facts->probe.tls.certificate = &details->chain[0];
	issuer = chain_check(facts, examination->trust, leaf, sent);
	details->name = identity_check(leaf, examination->reference, facts->endpoint.mode);
	if (SSL_is_init_finished(tls))
		check_staple(facts, tls, leaf, issuer);
	X509_free(issuer);
}

static void
keep_details(struct facts *facts, SSL *tls, const struct tls_examination *examination)
{
	struct tls_details *details = arena_take(&facts->arena, sizeof(*details));

	facts->probe.tls.details = details;
	details->duration = examination->duration;
	details->cpu = examination->cpu;
	details->anchors = keep_text(facts, examination->trust->name);
	details->reference = keep_text(facts, examination->reference);
	if (SSL_is_init_finished(tls))
		details->group = keep_group(facts, tls);
	check_certificates(facts, tls, examination);
}

static void
keep_certificate(struct facts *facts, X509 *certificate)
{
	struct certificate_facts *kept = arena_take(&facts->arena, sizeof(*kept));

	certificate_keep(facts, certificate, false, kept);
	facts->probe.tls.certificate = kept;
}

void
connection_tls_facts(const struct connection *connection, struct facts *facts)
{
	struct tls_facts *kept = &facts->probe.tls;
	SSL *tls = connection->tls;

	if (tls == NULL)
		return;
	if (SSL_is_init_finished(tls)) {
		kept->version = keep_text(facts, SSL_get_version(tls));
		kept->cipher = keep_text(facts, SSL_get_cipher_name(tls));
	}
	if (connection->examination != NULL)
		keep_details(facts, tls, connection->examination);
	else if (SSL_get0_peer_certificate(tls) != NULL)
		keep_certificate(facts, SSL_get0_peer_certificate(tls));
	ERR_clear_error();
}
