/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates for the tests of net/, made by OpenSSL's API, and a TLS server
 * for test-net-peer.h that sends what it is told.
 */
#ifndef POPSEAL_TEST_NET_CERTIFICATE_H
#define POPSEAL_TEST_NET_CERTIFICATE_H

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "test-net-peer.h"

enum {
	CERTIFICATES_MAX = 104,
	DAY = 24 * 60 * 60, /* s */
};

/* A certificate and its key. */
struct entity {
	X509 *certificate;
	EVP_PKEY *key;
};

struct recipe {
	const char *name;            /* the common name */
	const struct entity *issuer; /* NULL: itself */
	EVP_PKEY *key;               /* taken over; NULL: an EC key is made */
	const char *alternatives;    /* as openssl.cnf has them, or NULL */
	const char *usage;           /* extended key usage, or NULL */
	const char *digest;          /* NULL: SHA-256; "": none (Ed25519) */
	bool authority;
	long begins, ends; /* s from now; 0: 10 days ago, in 80 days */
};

static inline void
extend(X509 *certificate, int nid, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	g_assert_nonnull(extension);
	g_assert_cmpint(X509_add_ext(certificate, extension, -1), ==, 1);
	X509_EXTENSION_free(extension);
}

static inline void
entity_sign(struct entity *entity, const struct recipe *recipe)
{
	const struct entity *issuer = recipe->issuer == NULL ? entity : recipe->issuer;
	const char *digest = recipe->digest == NULL ? "SHA256" : recipe->digest;

	g_assert_cmpint(X509_sign(entity->certificate, issuer->key,
				*digest == '\0' ? NULL : EVP_get_digestbyname(digest)),
		>, 0);
}

static inline struct entity
entity_make(const struct recipe *recipe)
{
	static int serial = 1;
	struct entity entity = { .certificate = X509_new(),
		.key = recipe->key != NULL ? recipe->key : EVP_EC_gen("P-256") };
	X509 *certificate = entity.certificate;
	X509_NAME *subject = X509_get_subject_name(certificate);

	X509_set_version(certificate, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
	X509_gmtime_adj(X509_getm_notBefore(certificate),
		recipe->begins != 0 ? recipe->begins : -10L * DAY);
	X509_gmtime_adj(X509_getm_notAfter(certificate),
		recipe->ends != 0 ? recipe->ends : 80L * DAY);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
		(const unsigned char *)recipe->name, -1, -1, 0);
	X509_set_issuer_name(certificate,
		recipe->issuer == NULL ? subject :
					 X509_get_subject_name(recipe->issuer->certificate));
	X509_set_pubkey(certificate, entity.key);
	if (recipe->authority)
		extend(certificate, NID_basic_constraints, "critical,CA:TRUE");
	if (recipe->usage != NULL)
		extend(certificate, NID_ext_key_usage, recipe->usage);
	if (recipe->alternatives != NULL)
		extend(certificate, NID_subject_alt_name, recipe->alternatives);
	entity_sign(&entity, recipe);
	return entity;
}

static inline void
entity_clear(struct entity *entity)
{
	X509_free(entity->certificate);
	EVP_PKEY_free(entity->key);
	*entity = (struct entity){ 0 };
}

/* Writes certificates to a file of that name in a folder of this process; returns its path. */
static inline char *
write_pem(const char *folder, const char *name, X509 *const *certificates, size_t count)
{
	char *path = g_build_filename(folder, name, NULL);
	BIO *file = BIO_new_file(path, "w");

	g_assert_nonnull(file);
	for (size_t i = 0; i < count; i++)
		g_assert_cmpint(PEM_write_bio_X509(file, certificates[i]), ==, 1);
	BIO_free(file);
	return path;
}

static inline struct net_trust *
trust_of(const char *folder, X509 *const *certificates, size_t count)
{
	g_autofree char *path = write_pem(folder, "anchors.pem", certificates, count);
	g_autoptr(GError) error = NULL;
	struct net_trust *trust = net_trust_new(path, &error);

	g_assert_no_error(error);
	unlink(path);
	return trust;
}

/* A server's part. */
struct tls_part {
	const struct entity *server;
	X509 *others[CERTIFICATES_MAX]; /* sent behind its own, NULL-terminated */
	int version;                    /* the only one, or 0 */
	const char *groups;             /* or NULL */
	const char *ciphers;            /* of TLS 1.2; or NULL */
	EVP_PKEY *dh;                   /* parameters, or NULL */
	unsigned char *staple;          /* owned */
	int staple_length;
	bool was_asked;                      /* for a staple */
	void (*speak)(SSL *tls, void *data); /* once it is up, or NULL */
	void *data;
};

static inline int
answer_status(SSL *tls, void *data)
{
	struct tls_part *part = data;

	part->was_asked = true;
	if (part->staple == NULL)
		return SSL_TLSEXT_ERR_NOACK;
	SSL_set_tlsext_status_ocsp_resp(tls,
		OPENSSL_memdup(part->staple, (size_t)part->staple_length), part->staple_length);
	return SSL_TLSEXT_ERR_OK;
}

static inline SSL_CTX *
part_context(struct tls_part *part)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());

	SSL_CTX_set_security_level(context, 0);
	SSL_CTX_set_min_proto_version(context, part->version);
	SSL_CTX_set_max_proto_version(context, part->version);
	if (part->ciphers != NULL)
		g_assert_cmpint(SSL_CTX_set_cipher_list(context, part->ciphers), ==, 1);
	if (part->groups != NULL)
		g_assert_cmpint(SSL_CTX_set1_groups_list(context, part->groups), ==, 1);
	if (part->dh != NULL) {
		EVP_PKEY_up_ref(part->dh);
		SSL_CTX_set0_tmp_dh_pkey(context, part->dh);
	}
	if (part->server != NULL) {
		SSL_CTX_use_certificate(context, part->server->certificate);
		g_assert_cmpint(SSL_CTX_use_PrivateKey(context, part->server->key), ==, 1);
	}
	for (size_t i = 0; part->others[i] != NULL; i++)
		SSL_CTX_add1_chain_cert(context, part->others[i]);
	SSL_CTX_set_tlsext_status_cb(context, answer_status);
	SSL_CTX_set_tlsext_status_arg(context, part);
	return context;
}

static inline void
play_part(int fd, void *data)
{
	struct tls_part *part = data;
	SSL_CTX *context = part_context(part);
	SSL *tls = SSL_new(context);

	SSL_set_fd(tls, fd);
	if (SSL_accept(tls) == 1) {
		if (part->speak != NULL)
			part->speak(tls, part->data);
		SSL_shutdown(tls);
	}
	shutdown(fd, SHUT_WR);
	peer_drain(fd);
	SSL_free(tls);
	SSL_CTX_free(context);
	ERR_clear_error();
}

/* Runs a client with those anchors against the part, and returns what it saw; never NULL. */
static inline struct facts *
examine(struct tls_part *part, struct net_trust *trust, const char *reference)
{
	struct facts *facts = facts_new();
	struct client client = { .secure_at = "",
		.facts = facts,
		.trust = trust,
		.reference = reference };

	facts->endpoint.mode = MODE_POP3S;
	client_expect(&client, play_part, part, "open up ended(closed)", "");
	g_assert_nonnull(facts->probe.tls.details);
	return facts;
}

#endif
