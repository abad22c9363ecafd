/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of the examination of a TLS session; examine.c puts them together.
 */
#ifndef POPSEAL_NET_EXAMINE_PRIVATE_H
#define POPSEAL_NET_EXAMINE_PRIVATE_H

#include <openssl/x509v3.h>

#include "model/facts.h"
#include "net/trust-private.h"

/* --- certificate.c: what a certificate says --------------------------------------------------- */

/* Fills `kept`; `whole` is with what tls_details have beyond a scan at standard depth. */
void certificate_keep(struct facts *facts, X509 *certificate, bool whole,
	struct certificate_facts *kept);

const char *certificate_keep_name(struct facts *facts, const X509_NAME *name);

/* The NID of the digest in its signature; NID_undef where there is none (Ed25519), or unknown. */
int certificate_digest(X509 *certificate);

bool certificate_is_self_issued(const X509 *certificate);

/* The text of an otherName that is an SRV-ID (RFC 4985), or NULL. It may hold any bytes. */
const ASN1_IA5STRING *certificate_service(const OTHERNAME *name);

/* --- chain.c: does it lead to an anchor? ------------------------------------------------------ */

/*
 * Sets trust, trust_error and path of the details, whose chain is kept already, and returns the
 * issuer that was found of the leaf.
 */
X509 *chain_check(struct facts *facts, const struct net_trust *trust, X509 *leaf,
	STACK_OF(X509) * sent);

/* --- identity.c: is it of that name? ---------------------------------------------------------- */

/* RFC 7817, RFC 6125: never by the subject. `mode` says which service an SRV-ID has to name. */
enum name_check identity_check(X509 *leaf, const char *reference, enum mode mode);

/* --- staple.c: what does its issuer say of it now? -------------------------------------------- */

/* Judges an OCSP response; `issuer` may be NULL. *error, a static text, for STAPLE_INVALID. */
enum staple staple_check(const unsigned char *bytes, long length, X509 *leaf, X509 *issuer,
	STACK_OF(X509) * sent, const char **error);

#endif
