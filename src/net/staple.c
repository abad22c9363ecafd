/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The OCSP response that a server sends along (RFC 6066 section 8, RFC 6960).
 *
 * It is held against the issuer of the certificate, not against the anchors: a
 * chain that does not hold is told of elsewhere, and who may answer for an issuer
 * is the issuer itself or whom it has appointed.
 */
#include <openssl/err.h>
#include <openssl/ocsp.h>

#include "net/examine-private.h"

enum {
	STAPLE_SKEW = 300, /* s that clocks may differ */
};

/* One whose only anchor is the issuer. */
static X509_STORE *
store_of(X509 *issuer)
{
	X509_STORE *store = X509_STORE_new();

	if (store == NULL)
		g_error("OpenSSL is out of memory");
	X509_STORE_add_cert(store, issuer);
	X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
	return store;
}

static bool
is_signed(OCSP_BASICRESP *basic, X509 *issuer, STACK_OF(X509) * sent)
{
	X509_STORE *store = store_of(issuer);
	bool is_right = OCSP_basic_verify(basic, sent, store, 0) == 1;

	X509_STORE_free(store);
	return is_right;
}

/* The digest is the responder's choice. A copy is taken, as OpenSSL reads none that is const. */
static bool
is_about(const OCSP_SINGLERESP *single, X509 *leaf, X509 *issuer)
{
	OCSP_CERTID *told = OCSP_CERTID_dup(OCSP_SINGLERESP_get0_id(single));
	const EVP_MD *digest = NULL;
	ASN1_OBJECT *object = NULL;
	OCSP_CERTID *id = NULL;
	bool same = false;

	if (told != NULL && OCSP_id_get0_info(NULL, &object, NULL, NULL, told) == 1)
		digest = EVP_get_digestbyobj(object);
	if (digest != NULL)
		id = OCSP_cert_to_id(digest, leaf, issuer);
	same = id != NULL && OCSP_id_cmp(id, told) == 0;
	OCSP_CERTID_free(id);
	OCSP_CERTID_free(told);
	return same;
}

static OCSP_SINGLERESP *
find(OCSP_BASICRESP *basic, X509 *leaf, X509 *issuer)
{
	for (int i = 0; i < OCSP_resp_count(basic); i++) {
		OCSP_SINGLERESP *single = OCSP_resp_get0(basic, i);

		if (is_about(single, leaf, issuer))
			return single;
	}
	return NULL;
}

static enum staple
invalid(const char **error, const char *why)
{
	*error = why;
	return STAPLE_INVALID;
}

static enum staple
check_single(OCSP_SINGLERESP *single, const char **error)
{
	ASN1_GENERALIZEDTIME *from = NULL, *until = NULL;
	int status = OCSP_single_get0_status(single, NULL, NULL, &from, &until);

	if (OCSP_check_validity(from, until, STAPLE_SKEW, -1) != 1)
		return invalid(error, "it is out of date");
	switch (status) {
	case V_OCSP_CERTSTATUS_GOOD:
		return STAPLE_GOOD;
	case V_OCSP_CERTSTATUS_REVOKED:
		return STAPLE_REVOKED;
	case V_OCSP_CERTSTATUS_UNKNOWN:
		return STAPLE_UNKNOWN;
	default:
		return invalid(error, "it tells no status that is known");
	}
}

static enum staple
check_basic(OCSP_BASICRESP *basic, X509 *leaf, X509 *issuer, STACK_OF(X509) * sent,
	const char **error)
{
	OCSP_SINGLERESP *single = NULL;

	if (issuer == NULL)
		return invalid(error,
			"the issuer of the certificate, who answers for it, was not sent");
	single = find(basic, leaf, issuer);
	if (single == NULL)
		return invalid(error, "it is about another certificate");
	if (!is_signed(basic, issuer, sent))
		return invalid(error,
			"its signature is not of the issuer, or of whom it appointed");
	return check_single(single, error);
}

enum staple
staple_check(const unsigned char *bytes, long length, X509 *leaf, X509 *issuer,
	STACK_OF(X509) * sent, const char **error)
{
	OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &bytes, length);
	OCSP_BASICRESP *basic = NULL;
	enum staple staple;

	if (response == NULL)
		return invalid(error, "it cannot be read");
	if (OCSP_response_status(response) == OCSP_RESPONSE_STATUS_SUCCESSFUL)
		basic = OCSP_response_get1_basic(response);
	if (basic != NULL)
		staple = check_basic(basic, leaf, issuer, sent, error);
	else
		staple = invalid(error, "the responder gave no answer");
	OCSP_BASICRESP_free(basic);
	OCSP_RESPONSE_free(response);
	ERR_clear_error();
	return staple;
}
