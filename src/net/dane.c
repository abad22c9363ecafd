/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A root that the server left out is not in the facts, so a record of usage 0
 * or 2 that names it does not match here.
 */
#include "net/dane.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

enum {
	USAGE_CA = 0, /* PKIX-TA, PKIX-EE, DANE-TA, DANE-EE (RFC 7218) */
	USAGE_SERVER = 1,
	USAGE_ANCHOR = 2,
	USAGE_DOMAIN = 3,
	SELECTOR_WHOLE = 0,
	SELECTOR_KEY = 1,
	MATCHING_FULL = 0,
	MATCHING_SHA256 = 1,
	MATCHING_SHA512 = 2,
};

static X509 *
read_certificate(const char *pem)
{
	BIO *memory = NULL;
	X509 *certificate = NULL;

	if (pem == NULL)
		return NULL;
	memory = BIO_new_mem_buf(pem, -1);
	certificate = PEM_read_bio_X509(memory, NULL, NULL, NULL);
	BIO_free(memory);
	return certificate;
}

/* Writes the DER of what the selector names; returns its length, 0 if there is none. */
static size_t
select_part(X509 *certificate, uint8_t selector, unsigned char **der)
{
	int length = 0;

	*der = NULL;
	if (selector == SELECTOR_WHOLE)
		length = i2d_X509(certificate, der);
	else if (selector == SELECTOR_KEY)
		length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), der);
	return length > 0 ? (size_t)length : 0;
}

static bool
is_hex(const char *hex, const unsigned char *bytes, size_t length)
{
	static const char digits[] = "0123456789abcdef";

	if (strlen(hex) != 2 * length)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (hex[2 * i] != digits[bytes[i] >> 4] || hex[2 * i + 1] != digits[bytes[i] & 15])
			return false;
	}
	return true;
}

static bool
is_data(const struct tlsa_record *record, const unsigned char *der, size_t length)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	const EVP_MD *kind = NULL;
	unsigned size = 0;

	if (record->matching == MATCHING_FULL)
		return is_hex(record->data, der, length);
	if (record->matching == MATCHING_SHA256)
		kind = EVP_sha256();
	else if (record->matching == MATCHING_SHA512)
		kind = EVP_sha512();
	if (kind == NULL || EVP_Digest(der, length, digest, &size, kind, NULL) != 1)
		return false;
	return is_hex(record->data, digest, size);
}

static bool
is_named(const struct tlsa_record *record, const char *pem)
{
	X509 *certificate = read_certificate(pem);
	unsigned char *der = NULL;
	size_t length = 0;
	bool named = false;

	if (certificate != NULL)
		length = select_part(certificate, record->selector, &der);
	named = length > 0 && is_data(record, der, length);
	OPENSSL_free(der);
	X509_free(certificate);
	ERR_clear_error();
	return named;
}

/* Returns whether a record of that usage may name that certificate of the chain. */
static bool
is_meant(uint8_t usage, const struct certificate_facts *certificate, bool is_leaf)
{
	switch (usage) {
	case USAGE_CA:
	case USAGE_ANCHOR:
		return !is_leaf || certificate->self_issued;
	case USAGE_SERVER:
	case USAGE_DOMAIN:
		return is_leaf;
	default:
		return false;
	}
}

bool
net_tlsa_match(const struct tlsa_record *record, const struct facts *facts)
{
	const struct tls_details *details = facts->probe.tls.details;

	for (size_t i = 0; details != NULL && i < details->chain_count; i++) {
		const struct certificate_facts *certificate = &details->chain[i];

		if (is_meant(record->usage, certificate, i == 0) &&
			is_named(record, certificate->pem))
			return true;
	}
	return false;
}
