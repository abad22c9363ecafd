/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenSSL's hashing (see crypto.h). OpenSSL wipes what it keeps on the way (HMAC's keyed
 * states, PBKDF2's blocks) when it frees it; what is left half done here is wiped, too.
 */
#include "net/crypto.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

G_STATIC_ASSERT((int)SASL_DIGEST_MAX >= EVP_MAX_MD_SIZE);

static const EVP_MD *
hash_method(enum sasl_hash hash)
{
	switch (hash) {
	case SASL_MD5:
		return EVP_md5();
	case SASL_SHA1:
		return EVP_sha1();
	case SASL_SHA256:
		return EVP_sha256();
	}
	g_return_val_if_reached(NULL);
}

/* A hash that a policy of the system forbids (FIPS) fails here: as if there were none. */
static size_t
tell(bool done, size_t length, uint8_t *out)
{
	if (done)
		return length;
	OPENSSL_cleanse(out, SASL_DIGEST_MAX);
	ERR_clear_error();
	return 0;
}

static size_t
digest(enum sasl_hash hash, const void *bytes, size_t length, uint8_t *out)
{
	unsigned size = 0;
	bool done = EVP_Digest(bytes, length, out, &size, hash_method(hash), NULL) == 1;

	return tell(done, size, out);
}

static size_t
hmac(enum sasl_hash hash, const void *key, size_t key_length, const void *bytes, size_t length,
	uint8_t *out)
{
	unsigned size = 0;
	bool done;

	g_return_val_if_fail(key_length <= INT_MAX, 0);
	done = HMAC(hash_method(hash), key, (int)key_length, bytes, length, out, &size) != NULL;
	return tell(done, size, out);
}

static size_t
pbkdf2(enum sasl_hash hash, const char *password, size_t password_length, const void *salt,
	size_t salt_length, unsigned iterations, uint8_t *out)
{
	const EVP_MD *method = hash_method(hash);
	int size = EVP_MD_get_size(method);

	g_return_val_if_fail(password_length <= INT_MAX && salt_length <= INT_MAX &&
			iterations <= INT_MAX,
		0);
	return tell(PKCS5_PBKDF2_HMAC(password, (int)password_length, salt, (int)salt_length,
			    (int)iterations, method, size, out) == 1,
		(size_t)size, out);
}

static void
random_bytes(void *out, size_t length)
{
	if (length > INT_MAX || RAND_bytes(out, (int)length) != 1)
		g_error("OpenSSL has no random numbers");
}

const struct sasl_crypto net_crypto = {
	.digest = digest,
	.hmac = hmac,
	.pbkdf2 = pbkdf2,
	.random = random_bytes,
};
