/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What TLS and its certificate say of the server, as facts.
 *
 * Nothing is judged here, and nothing in a certificate is trusted: names have a
 * bound, and OpenSSL escapes their control characters.
 */
#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

#include "net/connection-private.h"

enum {
	NAME_MAX_BYTES = 512, /* of a subject or issuer */
	IPV4_BYTES = 4,
	IPV6_BYTES = 16,
};

/* RFC 2253 as UTF-8 instead of "\C3\A4". */
static const unsigned long NAME_AS_UTF8 = XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;

/* Cuts at the bound, but not within a character. */
static size_t
cut(const char *text, size_t length)
{
	size_t end = length;

	if (length <= NAME_MAX_BYTES)
		return length;
	end = NAME_MAX_BYTES;
	while (end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80)
		end--;
	return end;
}

static const char *
keep_name(struct facts *facts, const X509_NAME *name)
{
	BIO *memory = BIO_new(BIO_s_mem());
	const char *kept = NULL;
	char *text = NULL;
	long length = 0;

	X509_NAME_print_ex(memory, name, 0, NAME_AS_UTF8);
	length = BIO_get_mem_data(memory, &text);
	kept = facts_keep(facts, length > 0 ? text : "",
		length > 0 ? cut(text, (size_t)length) : 0);
	BIO_free(memory);
	return kept;
}

/* RFC 3339; NULL for a time that is none. */
static const char *
keep_time(struct facts *facts, const ASN1_TIME *time)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(time, &tm) != 1)
		return NULL;
	return facts_printf(facts, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900,
		tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static const char *
keep_sha256(struct facts *facts, const X509 *certificate)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	char text[2 * EVP_MAX_MD_SIZE + 1] = "";
	unsigned length = 0;

	if (X509_digest(certificate, EVP_sha256(), digest, &length) != 1)
		return NULL;
	for (unsigned i = 0; i < length; i++)
		g_snprintf(text + (size_t)i * 2, 3, "%02x", digest[i]);
	return facts_keep(facts, text, strlen(text));
}

static void
keep_key(struct facts *facts, const X509 *certificate)
{
	struct certificate_facts *kept = facts->probe.tls.certificate;
	const EVP_PKEY *key = X509_get0_pubkey(certificate);
	const char *name = NULL;

	if (key == NULL)
		return;
	name = EVP_PKEY_get0_type_name(key);
	kept->key = name == NULL ? NULL : facts_keep(facts, name, strlen(name));
	kept->key_bits = EVP_PKEY_get_bits(key);
}

static const char *
keep_ip(struct facts *facts, const ASN1_OCTET_STRING *ip)
{
	char text[INET6_ADDRSTRLEN];
	int length = ASN1_STRING_length(ip);
	int family = length == IPV4_BYTES ? AF_INET : AF_INET6;

	if (length != IPV4_BYTES && length != IPV6_BYTES)
		return NULL;
	inet_ntop(family, ASN1_STRING_get0_data(ip), text, sizeof text);
	return facts_keep(facts, text, strlen(text));
}

static const char *
keep_dns(struct facts *facts, const ASN1_IA5STRING *name)
{
	int length = ASN1_STRING_length(name);

	if (length <= 0 || length > ENDPOINT_HOST_MAX)
		return NULL;
	return facts_keep(facts, (const char *)ASN1_STRING_get0_data(name), (size_t)length);
}

static void
keep_alternative_names(struct facts *facts, const X509 *certificate)
{
	struct certificate_facts *kept = facts->probe.tls.certificate;
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	int count = names == NULL ? 0 : sk_GENERAL_NAME_num(names);

	if (count > 0)
		kept->names = arena_take(&facts->arena,
			(size_t)MIN(count, (int)FACTS_NAMES_MAX) * sizeof(*kept->names));
	for (int i = 0; i < count && kept->name_count < FACTS_NAMES_MAX; i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
		const char *text = NULL;

		if (name->type == GEN_DNS)
			text = keep_dns(facts, name->d.dNSName);
		else if (name->type == GEN_IPADD)
			text = keep_ip(facts, name->d.iPAddress);
		if (text != NULL)
			kept->names[kept->name_count++] = text;
	}
	GENERAL_NAMES_free(names);
}

static void
keep_certificate(struct facts *facts, const X509 *certificate)
{
	struct certificate_facts *kept = arena_take(&facts->arena, sizeof(*kept));

	facts->probe.tls.certificate = kept;
	*kept = (struct certificate_facts){
		.subject = keep_name(facts, X509_get_subject_name(certificate)),
		.issuer = keep_name(facts, X509_get_issuer_name(certificate)),
		.not_before = keep_time(facts, X509_get0_notBefore(certificate)),
		.not_after = keep_time(facts, X509_get0_notAfter(certificate)),
		.sha256 = keep_sha256(facts, certificate),
	};
	keep_key(facts, certificate);
	keep_alternative_names(facts, certificate);
}

void
connection_tls_facts(const struct connection *connection, struct facts *facts)
{
	struct tls_facts *tls = &facts->probe.tls;
	X509 *certificate = NULL;

	if (connection->tls == NULL)
		return;
	if (SSL_is_init_finished(connection->tls)) {
		const char *version = SSL_get_version(connection->tls);
		const char *cipher = SSL_get_cipher_name(connection->tls);
		tls->version = facts_keep(facts, version, strlen(version));
		tls->cipher = facts_keep(facts, cipher, strlen(cipher));
	}
	certificate = SSL_get1_peer_certificate(connection->tls);
	if (certificate != NULL)
		keep_certificate(facts, certificate);
	X509_free(certificate);
	ERR_clear_error();
}
