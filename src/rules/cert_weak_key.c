/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cert-weak-key: a key or a signature of the chain can be forged.
 *
 * A root's signature on itself protects nothing, so it is not judged; its key
 * is.
 */
#include "rules/tls_service.h"

#include <string.h>

enum {
	MODULAR_BITS_MIN = 2048, /* RSA, DSA, DH */
	CURVE_BITS_MIN = 224,
};

/* How many bits that kind of key must have; 0: kinds that have but one strength (Ed25519). */
static int
bits_needed(const char *key)
{
	static const char *const modular[] = { "RSA", "RSA-PSS", "DSA", "DH", "DHX", NULL };

	if (g_strv_contains(modular, key))
		return MODULAR_BITS_MIN;
	return g_str_equal(key, "EC") ? CURVE_BITS_MIN : 0;
}

static bool
key_is_weak(const struct certificate_facts *certificate)
{
	return certificate->key != NULL && certificate->key_bits > 0 &&
		certificate->key_bits < bits_needed(certificate->key);
}

static bool
key_is_unknown(const struct certificate_facts *certificate)
{
	return certificate->key == NULL || certificate->key_bits <= 0;
}

/*
 * Returns the weak hash of a signature, or NULL. OpenSSL names the digest "SHA1", and the
 * signature "sha1WithRSAEncryption", "ecdsa-with-SHA1", "dsa_with_SHA1", "RSA-SHA1-2".
 */
static const char *
weak_hash(const char *name)
{
	static const struct {
		const char *part;
		const char *title;
	} table[] = { { "SHA1", "SHA-1" }, { "SHA-1", "SHA-1" }, { "MD2", "MD2" }, { "MD4", "MD4" },
		{ "MD5", "MD5" } };
	g_autofree char *upper = name != NULL ? g_ascii_strup(name, -1) : NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(table) && upper != NULL; i++) {
		const char *found = strstr(upper, table[i].part);

		/* Not the beginning of a longer number. */
		if (found != NULL && !g_ascii_isdigit(found[strlen(table[i].part)]))
			return table[i].title;
	}
	return NULL;
}

/* The digest decides; where there is none (Ed25519), or it is not known, the name. */
static const char *
weak_signature(const struct tls_details *details, size_t number)
{
	const struct certificate_facts *certificate = &details->chain[number];

	if (number > 0 && certificate->self_issued)
		return NULL;
	return weak_hash(
		certificate->digest != NULL ? certificate->digest : certificate->signature);
}

static enum outcome
weak(const struct facts *facts, struct finding *finding, const struct tls_details *details,
	size_t number)
{
	const struct certificate_facts *certificate = &details->chain[number];
	const char *hash = weak_signature(details, number);
	g_autofree char *title = certificate_title(details, number);
	g_autofree char *key =
		g_strdup_printf("%s key of %d bits", certificate->key, certificate->key_bits);

	if (key_is_weak(certificate) && hash != NULL)
		finding_say(finding, "%s has an %s, and a signature by %s.", title, key, hash);
	else if (hash != NULL)
		finding_say(finding, "%s has a signature by %s.", title, hash);
	else
		finding_say(finding, "%s has an %s.", title, key);
	finding->confidence = CONFIDENCE_PROVEN;
	cite_certificate(finding, details, number);
	reproduce_certificate(facts, finding, number, "-text");
	return FAIL;
}

static enum outcome
check(const struct facts *facts, struct finding *finding)
{
	const struct tls_details *details;
	enum outcome outcome = tls_chain(facts, finding, &details);

	if (outcome != PASS)
		return outcome;
	for (size_t i = 0; i < details->chain_count; i++) {
		const struct certificate_facts *certificate = &details->chain[i];

		if (key_is_weak(certificate) || weak_signature(details, i) != NULL)
			return weak(facts, finding, details, i);
		if (key_is_unknown(certificate) || certificate->signature == NULL)
			outcome = UNKNOWN;
	}
	if (outcome == UNKNOWN)
		return unknown_question(facts, finding,
			"the key or the signature of a certificate cannot be read");
	return PASS;
}

const struct rule rule_cert_weak_key = {
	.id = "cert-weak-key",
	.title = "A certificate has a weak key or signature",
	.severity = SEVERITY_MEDIUM,
	.witnesses = WITNESS_PROBE,
	.references = REFERENCES("CWE-326", "CWE-327", "CWE-328", "RFC 6151", "RFC 6194",
		"RFC 9325 section 4.5"),
	.remedy = "Make a new key (EC P-256, or RSA of 2048 bits or more) and get a certificate "
		  "for it that is signed with SHA-256.",
	.page_names_products = true,
	.check = check,
};
