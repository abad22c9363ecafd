/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls-cipher: the server takes ciphers that do not protect, or a short
 * Diffie-Hellman prime.
 *
 * Weak are those without encryption or authentication, export grade, DES, RC2,
 * RC4, 3DES, IDEA, and MD5 as MAC (tls/cipher.h). CBC and static RSA, which
 * some tools call weak, are not: clients that know nothing else would be lost.
 */
#include "rules/tls_service.h"

#include <string.h>

enum {
	DH_BITS_MIN = 2048
};

static bool
prime_is_short(const struct tls_survey *survey)
{
	return survey->dh_bits > 0 && survey->dh_bits < DH_BITS_MIN;
}

/* Which ciphers openssl offers to show one; NULL where a current openssl has none of them. */
static const char *
openssl_ciphers(const char *why)
{
	static const struct {
		const char *why;
		const char *options;
	} table[] = {
		{ "no encryption", "-no_tls1_3 -cipher 'eNULL:@SECLEVEL=0'" },
		{ "no authentication", "-no_tls1_3 -cipher 'aNULL:@SECLEVEL=0'" },
		{ "DH of ", "-no_tls1_3 -cipher 'DHE:@SECLEVEL=0'" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
		if (g_str_has_prefix(why, table[i].why))
			return table[i].options;
	return NULL;
}

static void
reproduce_weak(const struct facts *facts, struct finding *finding)
{
	const struct tls_survey *survey = facts->probe.tls.survey;
	const char *options = prime_is_short(survey) ? openssl_ciphers("DH of ") : NULL;

	for (size_t i = 0; i < survey->weak_count && options == NULL; i++)
		if (survey->weak[i].version != TLS_SSLV3)
			options = openssl_ciphers(survey->weak[i].why);
	if (options != NULL)
		reproduce_session(facts, finding, options, NULL);
	else
		reproduce_by_nmap(facts, finding);
}

static bool
is_same(const struct tls_weakness *one, const struct tls_weakness *other)
{
	return strcmp(one->cipher, other->cipher) == 0 && strcmp(one->why, other->why) == 0;
}

/* Was this cipher there already, with an earlier version? */
static bool
is_repeated(const struct tls_survey *survey, size_t number)
{
	for (size_t i = 0; i < number; i++)
		if (is_same(&survey->weak[i], &survey->weak[number]))
			return true;
	return false;
}

/* Appends "CIPHER (why) with TLS 1.0, TLS 1.1". */
static void
tell_cipher(const struct tls_survey *survey, size_t number, GString *text)
{
	const struct tls_weakness *weakness = &survey->weak[number];
	const char *between = " with ";

	append_short(text, weakness->cipher);
	g_string_append(text, " (");
	append_short(text, weakness->why);
	g_string_append_c(text, ')');
	for (size_t i = number; i < survey->weak_count; i++) {
		if (!is_same(&survey->weak[i], weakness))
			continue;
		g_string_append_printf(text, "%s%s", between,
			tls_version_title(survey->weak[i].version));
		between = ", ";
	}
}

static size_t
cite_ciphers(const struct tls_survey *survey, struct finding *finding, GString *first)
{
	size_t count = 0;

	for (size_t i = 0; i < survey->weak_count; i++) {
		g_autoptr(GString) line = g_string_new(NULL);

		if (is_repeated(survey, i))
			continue;
		tell_cipher(survey, i, line);
		if (count == 0)
			g_string_append(first, line->str);
		if (count < FINDING_EVIDENCE_MAX - 1)
			finding_cite(finding, line->str);
		count++;
	}
	return count;
}

static void
tell_prime(const struct tls_survey *survey, struct finding *finding, GString *text)
{
	g_autofree char *line = g_strdup_printf("DH prime of %d bits", survey->dh_bits);

	g_string_append_printf(text, "%sa Diffie-Hellman prime of %d bits",
		text->len > 0 ? "; and " : "", survey->dh_bits);
	finding_cite(finding, line);
}

static enum outcome
weak(const struct facts *facts, struct finding *finding)
{
	const struct tls_survey *survey = facts->probe.tls.survey;
	g_autofree char *name = service_name(facts);
	g_autoptr(GString) what = g_string_new(NULL);
	size_t count = cite_ciphers(survey, finding, what);

	if (count > 1)
		g_string_append_printf(what, " and %zu more weak cipher%s", count - 1,
			count > 2 ? "s" : "");
	if (prime_is_short(survey))
		tell_prime(survey, finding, what);
	finding_say(finding, "%s takes %s.", name, what->str);
	finding->confidence = CONFIDENCE_PROVEN;
	reproduce_weak(facts, finding);
	return FAIL;
}

static bool
takes_nothing(const struct facts *facts)
{
	for (int i = TLS_SSLV3; i < TLS_VERSIONS; i++)
		if (tls_takes(facts, (enum tls_version)i))
			return false;
	return true;
}

static enum outcome
check(const struct facts *facts, struct finding *finding)
{
	const struct tls_survey *survey = facts->probe.tls.survey;

	if (!tls_examined(facts))
		return NOT_APPLICABLE;
	if (survey != NULL && (survey->weak_count > 0 || prime_is_short(survey)))
		return weak(facts, finding);
	if (takes_nothing(facts)) {
		enum outcome session = tls_session(facts, finding);

		if (session != PASS)
			return session;
	}
	if (survey == NULL || survey->weak_asked == TRIAL_NOT_MADE)
		return unknown_question(facts, finding,
			"which ciphers the server takes was not asked");
	if (survey->weak_asked == TRIAL_UNCLEAR)
		return unknown_question(facts, finding,
			"not every question for weak ciphers was answered");
	return PASS;
}

const struct rule rule_tls_cipher = {
	.id = "tls-cipher",
	.title = "Weak ciphers are taken",
	.severity = SEVERITY_MEDIUM,
	.witnesses = WITNESS_PROBE,
	.references = REFERENCES("CWE-326", "CWE-327", "CVE-2015-4000", "CVE-2016-2183", "RFC 7465",
		"RFC 9325 section 4.1", "RFC 9325 section 4.5"),
	.remedy = "Allow ciphers of high grade only (ECDHE with AES-GCM or ChaCha20), and use a "
		  "Diffie-Hellman group of 2048 bits or more.",
	.page_names_products = true,
	.check = check,
};
