/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a certificate says, as facts.
 *
 * Nothing is judged here, and nothing in a certificate is trusted: names have a
 * bound, and OpenSSL escapes their control characters.
 */
#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

#include "net/examine-private.h"

enum {
	NAME_MAX_BYTES = 512, /* of a subject or issuer */
	IPV4_BYTES = 4,
	IPV6_BYTES = 16,
	SIGNATURE_MAX = 80, /* of the name of a signature algorithm, or its number */
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

const char *
certificate_keep_name(struct facts *facts, const X509_NAME *name)
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
keep_key(struct facts *facts, const X509 *certificate, struct certificate_facts *kept)
{
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

/* An SRV-ID; it is a domain name, so it has the bound of one. */
static const char *
keep_service(struct facts *facts, const OTHERNAME *name)
{
	const ASN1_IA5STRING *text = certificate_service(name);

	return text == NULL ? NULL : keep_dns(facts, text);
}

static const char **
make_room(struct facts *facts, int count)
{
	return arena_take(&facts->arena,
		(size_t)MIN(count, (int)FACTS_NAMES_MAX) * sizeof(const char *));
}

static void
keep_alternative_names(struct facts *facts, const GENERAL_NAMES *names,
	struct certificate_facts *kept)
{
	int count = sk_GENERAL_NAME_num(names);

	if (count > 0)
		kept->names = make_room(facts, count);
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
}

static void
keep_services(struct facts *facts, const GENERAL_NAMES *names, struct certificate_facts *kept)
{
	int count = sk_GENERAL_NAME_num(names);

	for (int i = 0; i < count && kept->service_count < FACTS_NAMES_MAX; i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
		const char *text = NULL;

		if (name->type == GEN_OTHERNAME)
			text = keep_service(facts, name->d.otherName);
		if (text == NULL)
			continue;
		if (kept->services == NULL)
			kept->services = make_room(facts, count);
		kept->services[kept->service_count++] = text;
	}
}

static void
keep_names(struct facts *facts, const X509 *certificate, bool whole, struct certificate_facts *kept)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);

	if (names == NULL)
		return;
	keep_alternative_names(facts, names, kept);
	if (whole)
		keep_services(facts, names, kept);
	GENERAL_NAMES_free(names);
}

/* µs since the epoch; 0 for a time that is none. */
static int64_t
read_time(const ASN1_TIME *time)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(time, &tm) != 1)
		return 0;
	return (int64_t)timegm(&tm) * G_USEC_PER_SEC;
}

static const char *
keep_signature(struct facts *facts, const X509 *certificate)
{
	const X509_ALGOR *algorithm = NULL;
	const ASN1_OBJECT *object = NULL;
	char text[SIGNATURE_MAX] = "";

	X509_get0_signature(NULL, &algorithm, certificate);
	X509_ALGOR_get0(&object, NULL, NULL, algorithm);
	if (OBJ_obj2txt(text, sizeof text, object, 0) <= 0)
		return NULL;
	return facts_keep(facts, text, strlen(text));
}

int
certificate_digest(X509 *certificate)
{
	int digest = NID_undef;

	if (X509_get_signature_info(certificate, &digest, NULL, NULL, NULL) == 1)
		return digest;
	if (OBJ_find_sigid_algs(X509_get_signature_nid(certificate), &digest, NULL) == 1)
		return digest;
	return NID_undef;
}

static const char *
keep_pem(struct facts *facts, X509 *certificate)
{
	BIO *memory = BIO_new(BIO_s_mem());
	const char *kept = NULL;
	char *text = NULL;
	long length = 0;

	if (PEM_write_bio_X509(memory, certificate) == 1)
		length = BIO_get_mem_data(memory, &text);
	if (length > 0)
		kept = facts_keep(facts, text, (size_t)length);
	BIO_free(memory);
	return kept;
}

static void
keep_details(struct facts *facts, X509 *certificate, struct certificate_facts *kept)
{
	int digest = certificate_digest(certificate);

	kept->begins = read_time(X509_get0_notBefore(certificate));
	kept->ends = read_time(X509_get0_notAfter(certificate));
	kept->signature = keep_signature(facts, certificate);
	if (digest != NID_undef)
		kept->digest = facts_printf(facts, "%s", OBJ_nid2sn(digest));
	kept->self_issued = certificate_is_self_issued(certificate);
	kept->pem = keep_pem(facts, certificate);
}

bool
certificate_is_self_issued(const X509 *certificate)
{
	return X509_NAME_cmp(X509_get_subject_name(certificate),
		       X509_get_issuer_name(certificate)) == 0;
}

const ASN1_IA5STRING *
certificate_service(const OTHERNAME *name)
{
	if (OBJ_obj2nid(name->type_id) != NID_SRVName)
		return NULL;
	return name->value->type == V_ASN1_IA5STRING ? name->value->value.ia5string : NULL;
}

void
certificate_keep(struct facts *facts, X509 *certificate, bool whole, struct certificate_facts *kept)
{
	*kept = (struct certificate_facts){
		.subject = certificate_keep_name(facts, X509_get_subject_name(certificate)),
		.issuer = certificate_keep_name(facts, X509_get_issuer_name(certificate)),
		.not_before = keep_time(facts, X509_get0_notBefore(certificate)),
		.not_after = keep_time(facts, X509_get0_notAfter(certificate)),
		.sha256 = keep_sha256(facts, certificate),
	};
	keep_key(facts, certificate, kept);
	keep_names(facts, certificate, whole, kept);
	if (whole)
		keep_details(facts, certificate, kept);
}
