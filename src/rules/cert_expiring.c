/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cert-expiring: a certificate is valid, but not for long.
 *
 * Thirty days are what people need. Certificates that live 32 to 100 days are
 * renewed by programs, at a third of their life before the end as a rule: with
 * less than a quarter left, the program has failed several times. The first of
 * the path to end is the one that counts.
 */
#include "rules/tls_service.h"

#define DAYS(n) ((int64_t)(n)*G_TIME_SPAN_DAY)

enum {
	PATIENCE_DAYS = 30,
	AUTOMATIC_DAYS_MIN = 32,
	AUTOMATIC_DAYS_MAX = 100,
	AUTOMATIC_SHARE = 4, /* a quarter of its life */
};

/* How long before its end a certificate should have been renewed. */
static int64_t
patience(const struct certificate_facts *certificate)
{
	int64_t life = certificate->ends - certificate->begins;

	if (life >= DAYS(AUTOMATIC_DAYS_MIN) && life <= DAYS(AUTOMATIC_DAYS_MAX))
		return life / AUTOMATIC_SHARE;
	return DAYS(PATIENCE_DAYS);
}

static enum outcome
expiring(const struct facts *facts, struct finding *finding, const struct tls_details *details,
	size_t step)
{
	const struct certificate_facts *certificate = details->path[step];
	g_autofree char *title = path_title(details, step);
	g_autofree char *left = days_text(certificate->ends - facts->now);
	g_autofree char *life = days_text(certificate->ends - certificate->begins);

	finding_say(finding, "%s expires in %s; it lives %s in all.", title, left, life);
	finding->confidence = CONFIDENCE_PROVEN;
	cite_path(finding, details, step);
	reproduce_path(facts, finding, step, "-dates");
	return FAIL;
}

static bool
is_valid(const struct facts *facts, const struct certificate_facts *certificate)
{
	return facts->now >= certificate->begins && facts->now <= certificate->ends;
}

/* One that has expired already is no longer expiring. */
static bool
is_expiring(const struct facts *facts, const struct certificate_facts *certificate)
{
	return is_valid(facts, certificate) &&
		certificate->ends - facts->now < patience(certificate);
}

/* Returns which certificate is expiring and ends first; path_count: none. */
static size_t
first_expiring(const struct facts *facts, const struct tls_details *details)
{
	size_t first = details->path_count;

	for (size_t i = 0; i < details->path_count; i++)
		if (is_expiring(facts, details->path[i]) &&
			(first == details->path_count ||
				details->path[i]->ends < details->path[first]->ends))
			first = i;
	return first;
}

static enum outcome
check(const struct facts *facts, struct finding *finding)
{
	const struct tls_details *details;
	enum outcome outcome = tls_chain(facts, finding, &details);
	size_t first;

	if (outcome != PASS)
		return outcome;
	for (size_t i = 0; i < details->path_count; i++)
		if (details->path[i]->begins == 0 || details->path[i]->ends == 0)
			return unknown_question(facts, finding,
				"the dates of a certificate cannot be read");
	if (!is_valid(facts, details->path[0]))
		return NOT_APPLICABLE; /* cert-expired */
	first = first_expiring(facts, details);
	if (first < details->path_count)
		return expiring(facts, finding, details, first);
	return PASS;
}

const struct rule rule_cert_expiring = {
	.id = "cert-expiring",
	.title = "A certificate is about to expire",
	.severity = SEVERITY_LOW,
	.witnesses = WITNESS_PROBE,
	.references = REFERENCES("CWE-298", "RFC 5280 section 4.1.2.5", "RFC 8555", "RFC 9325"),
	.remedy = "Renew the certificate now, and see why the automatic renewal, if there is one, "
		  "did not.",
	.page_names_products = true,
	.check = check,
};
