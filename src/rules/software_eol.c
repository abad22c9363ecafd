/* SPDX-License-Identifier: Apache-2.0 */
/*
 * software-eol: the server is of a release that nobody maintains any more.
 *
 * Only what the server tells about itself counts, and a greeting can say
 * anything, so that a finding is likely at best. A release that a distribution
 * has built may be maintained there for years: that is unknown.
 */
#include "rules/tls_service.h"

#include <string.h>

#include "rules/eol.h"

static bool
is_release(const char *version, const char *release)
{
	size_t length = strlen(release);

	return strncmp(version, release, length) == 0 && !g_ascii_isdigit(version[length]);
}

/* Returns the row of that release, or NULL; *listed says whether there is one of the product. */
static const struct eol_row *
find_row(const struct probe_facts *probe, bool *listed)
{
	*listed = false;
	for (const struct eol_row *row = eol_rows; row->product != NULL; row++) {
		if (!g_str_equal(row->product, probe->product))
			continue;
		*listed = true;
		if (is_release(probe->product_version, row->release))
			return row;
	}
	return NULL;
}

static bool
is_maintained(const struct facts *facts, const struct eol_row *row)
{
	return row->last_day != NULL ? facts->now <= row->ends : row->supported;
}

/* "3.6.1-Debian-3.6.1-4+deb12u5", "2.4.17-Fedora-RPM-2.4.17-8.4.el7_6" */
static bool
is_distribution(const char *version)
{
	static const char *const signs[] = { "debian", "ubuntu", "+deb", "rpm", "fedora", "suse",
		".el", "gentoo", "freebsd" };
	g_autofree char *lower = g_ascii_strdown(version, -1);

	for (size_t i = 0; i < G_N_ELEMENTS(signs); i++)
		if (strstr(lower, signs[i]) != NULL)
			return true;
	return false;
}

static void
reproduce(const struct facts *facts, struct finding *finding)
{
	if (facts->endpoint.mode == MODE_POP3S || facts->probe.tls_first)
		reproduce_session(facts, finding, NULL, NULL);
	else
		finding_reproduce(finding,
			"telnet %s %u, then: CAPA (the greeting, or IMPLEMENTATION, has the "
			"release)",
			facts->endpoint.address, (unsigned)facts->endpoint.port);
}

static enum outcome
ended(const struct facts *facts, struct finding *finding, const struct eol_row *row)
{
	g_autofree char *name = service_name(facts);

	finding_say(finding, "%s calls itself a release that its makers do not maintain%s%s.", name,
		row->last_day != NULL ? " since " : " any more",
		row->last_day != NULL ? row->last_day : "");
	finding->confidence = CONFIDENCE_LIKELY;
	cite_bytes(finding, facts->probe.greeting);
	cite_bytes(finding, facts->probe.product_version);
	finding_cite(finding, row->source);
	reproduce(facts, finding);
	return FAIL;
}

static enum outcome
unknown_release(const struct facts *facts, struct finding *finding)
{
	g_autofree char *name = service_name(facts);

	finding_say(finding, "Cannot tell: the table of %s does not know the release of %s.",
		eol_dated, name);
	finding_settle(finding, "Look it up at the product's makers.");
	return UNKNOWN;
}

static enum outcome
unknown_maintainer(const struct facts *facts, struct finding *finding)
{
	g_autofree char *name = service_name(facts);

	finding_say(finding,
		"Cannot tell: %s is of a release that its makers do not maintain any more, built "
		"by a distribution, which may.",
		name);
	finding_settle(finding,
		"Look up until when that distribution is maintained, and whether "
		"its updates are installed.");
	return UNKNOWN;
}

static enum outcome
check(const struct facts *facts, struct finding *finding)
{
	const struct probe_facts *probe = &facts->probe;
	const struct eol_row *row;
	bool listed;

	if (!tls_examined(facts) || probe->product == NULL || probe->product_version == NULL)
		return NOT_APPLICABLE;
	row = find_row(probe, &listed);
	if (!listed)
		return NOT_APPLICABLE;
	if (row == NULL)
		return unknown_release(facts, finding);
	if (is_maintained(facts, row))
		return PASS;
	return is_distribution(probe->product_version) ? unknown_maintainer(facts, finding) :
							 ended(facts, finding, row);
}

const struct rule rule_software_eol = {
	.id = "software-eol",
	.title = "The server's release is not maintained any more",
	.severity = SEVERITY_LOW,
	.witnesses = WITNESS_PROBE,
	.references = REFERENCES("CWE-1104", "RFC 2449 section 6.9"),
	.remedy = "Move to a release that is maintained, or to another server.",
	.page_names_products = true,
	.check = check,
};
