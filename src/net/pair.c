/* SPDX-License-Identifier: Apache-2.0 */
#include "net/pair.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <sys/stat.h>

enum {
	CHAIN_MAX = 32,          /* certificates of a file that are read */
	PAIR_FILE_MAX = 1 << 20, /* octets of it */
};

GQuark
pair_error_quark(void)
{
	return g_quark_from_static_string("popseal-pair-error");
}

/* A pass phrase is never asked for. */
static int
no_phrase(char *buffer, int size, int writing, void *user)
{
	(void)buffer;
	(void)size;
	(void)writing;
	(void)user;
	return 0;
}

/* Opens a file of a size that can be one; NULL and *error. */
static BIO *
open_file(const char *path, GError **error)
{
	struct stat status;
	BIO *file = NULL;

	errno = 0;
	if (stat(path, &status) != 0 || (file = BIO_new_file(path, "r")) == NULL)
		g_set_error(error, PAIR_ERROR, PAIR_UNREADABLE, "%s: %s", path,
			g_strerror(errno != 0 ? errno : EIO));
	else if (!S_ISREG(status.st_mode) || status.st_size > PAIR_FILE_MAX)
		g_set_error(error, PAIR_ERROR, PAIR_UNREADABLE,
			"%s: not a file, or too large for a certificate or key", path);
	else
		return file;
	ERR_clear_error();
	BIO_free(file);
	return NULL;
}

/* All certificates of the file, the leaf first; NULL and *error where there are none. */
static STACK_OF(X509) * read_chain(const char *path, GError **error)
{
	BIO *file = open_file(path, error);
	STACK_OF(X509) *chain = file != NULL ? sk_X509_new_null() : NULL;
	X509 *certificate;

	while (chain != NULL && sk_X509_num(chain) < CHAIN_MAX &&
		(certificate = PEM_read_bio_X509(file, NULL, no_phrase, NULL)) != NULL)
		if (sk_X509_push(chain, certificate) == 0)
			X509_free(certificate);
	if (chain != NULL && sk_X509_num(chain) == 0) {
		g_set_error(error, PAIR_ERROR, PAIR_UNREADABLE, "%s: holds no certificate", path);
		sk_X509_free(chain);
		chain = NULL;
	}
	ERR_clear_error();
	BIO_free(file);
	return chain;
}

static void
free_chain(STACK_OF(X509) * chain)
{
	sk_X509_pop_free(chain, X509_free);
}

/* --- the parts of the question ---------------------------------------------------------------- */

static bool
check_key(X509 *leaf, const char *certificate, const char *path, GError **error)
{
	BIO *file = open_file(path, error);
	EVP_PKEY *key = file != NULL ? PEM_read_bio_PrivateKey(file, NULL, no_phrase, NULL) : NULL;
	bool matches = key != NULL && X509_check_private_key(leaf, key) == 1;

	if (file != NULL && key == NULL)
		g_set_error(error, PAIR_ERROR, PAIR_UNREADABLE,
			"%s: holds no private key without a pass phrase", path);
	else if (file != NULL && !matches)
		g_set_error(error, PAIR_ERROR, PAIR_MISMATCH,
			"%s: is not the private key of the certificate in %s", path, certificate);
	ERR_clear_error();
	EVP_PKEY_free(key);
	BIO_free(file);
	return matches;
}

static bool
check_dates(const X509 *leaf, const char *path, int64_t now, GError **error)
{
	time_t seconds = (time_t)(now / G_USEC_PER_SEC);

	if (X509_cmp_time(X509_get0_notBefore(leaf), &seconds) > 0)
		g_set_error(error, PAIR_ERROR, PAIR_NOT_VALID, "%s: is not valid yet", path);
	else if (X509_cmp_time(X509_get0_notAfter(leaf), &seconds) < 0)
		g_set_error(error, PAIR_ERROR, PAIR_NOT_VALID, "%s: has expired", path);
	else
		return true;
	return false;
}

static bool
check_mode(const char *path, GError **error)
{
	struct stat status;

	if (stat(path, &status) != 0 || (status.st_mode & 0006) == 0)
		return true;
	g_set_error(error, PAIR_ERROR, PAIR_OPEN_TO_ALL,
		"%s (mode %04o): everybody may open the private key", path,
		(unsigned)status.st_mode & 07777);
	return false;
}

/* Whether the chain leads to the authority (NULL: the system's store). */
static bool
leads_to(STACK_OF(X509) * chain, const char *authority)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	bool leads = false;

	if (store != NULL && context != NULL &&
		(authority != NULL ? X509_STORE_load_file(store, authority) :
				     X509_STORE_set_default_paths(store)) == 1 &&
		X509_STORE_CTX_init(context, store, sk_X509_value(chain, 0), chain) == 1) {
		X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(context),
			X509_V_FLAG_PARTIAL_CHAIN);
		leads = X509_verify_cert(context) == 1;
	}
	ERR_clear_error();
	X509_STORE_CTX_free(context);
	X509_STORE_free(store);
	return leads;
}

/* --- what is asked ---------------------------------------------------------------------------- */

bool
pair_check(const char *certificate, const char *key, const char *authority, int64_t now,
	GError **error)
{
	STACK_OF(X509) *chain = read_chain(certificate, error);
	bool fine = chain != NULL && check_key(sk_X509_value(chain, 0), certificate, key, error) &&
		check_dates(sk_X509_value(chain, 0), certificate, now, error);

	if (fine && authority != NULL && !leads_to(chain, authority)) {
		g_set_error(error, PAIR_ERROR, PAIR_UNANCHORED,
			"%s: its chain leads to no certificate of %s", certificate, authority);
		fine = false;
	}
	free_chain(chain);
	return fine && check_mode(key, error);
}

char *
pair_digest(const char *certificate)
{
	STACK_OF(X509) *chain = read_chain(certificate, NULL);
	unsigned char *der = NULL;
	int length = chain != NULL ? i2d_X509(sk_X509_value(chain, 0), &der) : 0;
	char *digest = length > 0 ?
		g_compute_checksum_for_data(G_CHECKSUM_SHA256, der, (gsize)length) :
		NULL;

	OPENSSL_free(der);
	free_chain(chain);
	return digest;
}

bool
pair_is_publicly_trusted(const char *certificate)
{
	STACK_OF(X509) *chain = read_chain(certificate, NULL);
	bool trusted = chain != NULL && leads_to(chain, NULL);

	free_chain(chain);
	return trusted;
}

bool
pair_days_left(const char *certificate, int64_t now, int64_t *days)
{
	STACK_OF(X509) *chain = read_chain(certificate, NULL);
	ASN1_TIME *at = ASN1_TIME_set(NULL, (time_t)(now / G_USEC_PER_SEC));
	int whole = 0, seconds = 0;
	bool known = chain != NULL && at != NULL &&
		ASN1_TIME_diff(&whole, &seconds, at, X509_get0_notAfter(sk_X509_value(chain, 0))) ==
			1;

	*days = whole;
	ASN1_TIME_free(at);
	free_chain(chain);
	return known;
}
