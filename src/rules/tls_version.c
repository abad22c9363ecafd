/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls-version: the server takes SSLv3, TLS 1.0 or TLS 1.1, or nothing newer.
 *
 * RFC 8996 forbids all three. Each version was asked for by itself, so that
 * what counts is what the server chose, not what two libraries agreed on.
 */
#include "rules/tls_service.h"

static bool
is_old(enum tls_version version)
{
	return version <= TLS_V1_1;
}

static enum trial
trial(const struct facts *facts, enum tls_version version)
{
	if (tls_takes(facts, version))
		return TRIAL_TAKEN;
	return facts->probe.tls.survey != NULL ? facts->probe.tls.survey->versions[version] :
						 TRIAL_NOT_MADE;
}

/* The cipher that it chose with that version, or NULL. */
static const char *
chosen(const struct facts *facts, enum tls_version version)
{
	const struct tls_facts *tls = &facts->probe.tls;

	if (tls->survey != NULL && tls->survey->versions[version] == TRIAL_TAKEN)
		return tls->survey->chosen[version];
	return tls->cipher;
}

static bool
takes_any(const struct facts *facts, bool old)
{
	for (int i = TLS_SSLV3; i < TLS_VERSIONS; i++)
		if (is_old((enum tls_version)i) == old && tls_takes(facts, (enum tls_version)i))
			return true;
	return false;
}

/* openssl speaks TLS 1.0 and 1.1 at security level 0, and no SSLv3 any more. */
static void
reproduce_old(const struct facts *facts, struct finding *finding)
{
	if (tls_takes(facts, TLS_V1_0))
		reproduce_session(facts, finding, "-tls1 -cipher 'ALL:@SECLEVEL=0'", NULL);
	else if (tls_takes(facts, TLS_V1_1))
		reproduce_session(facts, finding, "-tls1_1 -cipher 'ALL:@SECLEVEL=0'", NULL);
	else
		reproduce_by_nmap(facts, finding);
}

/* Appends "TLS 1.0 (with CIPHER)" and cites it. */
static void
tell_version(const struct facts *facts, struct finding *finding, enum tls_version version,
	GString *text)
{
	const char *cipher = chosen(facts, version);
	g_autoptr(GString) line = g_string_new(tls_version_title(version));

	g_string_append(text, tls_version_title(version));
	if (cipher != NULL) {
		g_string_append(text, " (with ");
		append_short(text, cipher);
		g_string_append_c(text, ')');
		g_string_append(line, " taken with ");
		append_short(line, cipher);
	} else {
		g_string_append(line, " taken");
	}
	finding_cite(finding, line->str);
}

static enum outcome
old_taken(const struct facts *facts, struct finding *finding)
{
	bool modern = takes_any(facts, false);
	g_autofree char *name = service_name(facts);
	g_autoptr(GString) versions = g_string_new(NULL);

	for (int i = TLS_SSLV3; is_old((enum tls_version)i); i++) {
		if (!tls_takes(facts, (enum tls_version)i))
			continue;
		if (versions->len > 0)
			g_string_append(versions, ", ");
		tell_version(facts, finding, (enum tls_version)i, versions);
	}
	finding_say(finding, "%s takes %s%s.", name, versions->str,
		modern ? "" : ", and was not seen to take TLS 1.2 or 1.3");
	finding->confidence = CONFIDENCE_PROVEN;
	reproduce_old(facts, finding);
	return FAIL;
}

static enum outcome
nothing_modern(const struct facts *facts, struct finding *finding)
{
	g_autofree char *name = service_name(facts);

	finding_say(finding, "%s takes neither TLS 1.2 nor TLS 1.3, and no older version.", name);
	finding->confidence = CONFIDENCE_LIKELY;
	cite_bytes(finding, facts->probe.tls.error);
	reproduce_session(facts, finding, NULL, NULL);
	return FAIL;
}

/* Names the first version whose trial did not end. */
static enum outcome
unclear(const struct facts *facts, struct finding *finding, bool old)
{
	for (int i = TLS_SSLV3; i < TLS_VERSIONS; i++) {
		enum tls_version version = (enum tls_version)i;

		if (is_old(version) != old || trial(facts, version) == TRIAL_REFUSED)
			continue;
		return unknown_question(facts, finding, "whether the server takes %s was not %s",
			tls_version_title(version),
			trial(facts, version) == TRIAL_UNCLEAR ? "answered" : "asked");
	}
	return PASS;
}

static enum outcome
check(const struct facts *facts, struct finding *finding)
{
	enum outcome session;

	if (!tls_examined(facts))
		return NOT_APPLICABLE;
	if (takes_any(facts, true))
		return old_taken(facts, finding);
	if (takes_any(facts, false))
		return unclear(facts, finding, true);
	if (trial(facts, TLS_V1_2) == TRIAL_REFUSED && trial(facts, TLS_V1_3) == TRIAL_REFUSED)
		return nothing_modern(facts, finding);
	session = tls_session(facts, finding);
	return session == PASS ? unclear(facts, finding, false) : session;
}

const struct rule rule_tls_version = {
	.id = "tls-version",
	.title = "An outdated version of TLS is taken",
	.severity = SEVERITY_MEDIUM,
	.witnesses = WITNESS_PROBE,
	.references = REFERENCES("CWE-327", "CWE-757", "CVE-2014-3566", "RFC 7568", "RFC 8996",
		"RFC 8997", "RFC 9325 section 3.1"),
	.remedy = "Allow TLS 1.2 and 1.3 only in the server's TLS settings, once no client needs "
		  "more.",
	.page_names_products = true,
	.check = check,
};
