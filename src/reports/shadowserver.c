/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shadowserver: the columns of the reports "Accessible POP3" and "Vulnerable
 * POP3" of Shadowserver, so that what reads those reads this. A line for each
 * endpoint where POP3 or TLS answered; what popseal does not know (networks,
 * places, branches) is empty. docs/records.md has the mapping.
 */
#include <string.h>

#include "model/timestamp.h"
#include "reports/csv_cell.h"
#include "reports/report.h"

enum {
	SECONDS_TEXT = 19, /* of "2026-11-23T10:00:00" */
};

struct column {
	const char *name;
	void (*cell)(const struct facts *facts, GString *out); /* NULL: always empty */
};

static void
timestamp_cell(const struct facts *facts, GString *out)
{
	char text[TIMESTAMP_MAX];

	timestamp_format(facts->probe.started, text);
	text[SECONDS_TEXT] = '\0';
	text[strcspn(text, "T")] = ' ';
	csv_cell(out, text);
}

/* As Shadowserver rates the two reports. */
static void
severity_cell(const struct facts *facts, GString *out)
{
	csv_cell(out, facts->verdict.value == VERDICT_PERMITS ? "medium" : "low");
}

static void
ip_cell(const struct facts *facts, GString *out)
{
	csv_cell(out, facts->endpoint.address);
}

static void
protocol_cell(const struct facts *facts G_GNUC_UNUSED, GString *out)
{
	csv_cell(out, "tcp");
}

static void
port_cell(const struct facts *facts, GString *out)
{
	csv_number(out, facts->endpoint.port);
}

static bool
has_name(const struct facts *facts)
{
	return strcmp(facts->endpoint.host, facts->endpoint.address) != 0;
}

static void
hostname_cell(const struct facts *facts, GString *out)
{
	csv_cell(out, has_name(facts) ? facts->endpoint.host : NULL);
}

static void
hostname_source_cell(const struct facts *facts, GString *out)
{
	csv_cell(out, has_name(facts) ? "input" : NULL);
}

static void
tag_cell(const struct facts *facts, GString *out)
{
	g_autofree char *tags = g_strdup_printf("%s;%s", mode_word(facts->endpoint.mode),
		verdict_word(facts->verdict.value));

	csv_cell(out, tags);
}

static void
banner_cell(const struct facts *facts, GString *out)
{
	csv_cell(out, facts->probe.greeting);
}

static const struct certificate_facts *
certificate(const struct facts *facts)
{
	static const struct certificate_facts none;

	return facts->probe.tls.certificate != NULL ? facts->probe.tls.certificate : &none;
}

static void
not_after_cell(const struct facts *facts, GString *out)
{
	csv_cell(out, certificate(facts)->not_after);
}

static void
not_before_cell(const struct facts *facts, GString *out)
{
	csv_cell(out, certificate(facts)->not_before);
}

/* Times of RFC 3339 in UTC sort as texts. */
static void
expired_cell(const struct facts *facts, GString *out)
{
	const char *not_after = certificate(facts)->not_after;
	char now[TIMESTAMP_MAX];

	if (not_after == NULL)
		csv_cell(out, NULL);
	else
		csv_cell(out,
			strncmp(not_after, timestamp_format(facts->probe.started, now),
				SECONDS_TEXT) < 0 ?
				"Y" :
				"N");
}

static void
length_cell(const struct facts *facts, GString *out)
{
	if (certificate(facts)->key_bits > 0)
		csv_number(out, certificate(facts)->key_bits);
	else
		csv_cell(out, NULL);
}

static void
key_cell(const struct facts *facts, GString *out)
{
	csv_cell(out, certificate(facts)->key);
}

static void
sha256_cell(const struct facts *facts, GString *out)
{
	csv_cell(out, certificate(facts)->sha256);
}

static void
self_signed_cell(const struct facts *facts, GString *out)
{
	const struct certificate_facts *facts_of = certificate(facts);

	if (facts_of->subject == NULL || facts_of->issuer == NULL)
		csv_cell(out, NULL);
	else
		csv_cell(out, strcmp(facts_of->subject, facts_of->issuer) == 0 ? "Y" : "N");
}

static void
cipher_cell(const struct facts *facts, GString *out)
{
	csv_cell(out, facts->probe.tls.cipher);
}

static void
version_cell(const struct facts *facts, GString *out)
{
	csv_cell(out, facts->probe.tls.version);
}

/* --- names in their RFC 2253 form ------------------------------------------------------------- */

/* Returns the value of that type in the name, its escapes kept, or NULL; the caller frees it. */
static char *
part_of(const char *name, const char *type)
{
	size_t length = strlen(type);

	while (name != NULL && *name != '\0') {
		size_t end = 0;

		while (name[end] != '\0' && name[end] != ',' && name[end] != '+')
			end += name[end] == '\\' && name[end + 1] != '\0' ? 2 : 1;
		if (strncmp(name, type, length) == 0 && name[length] == '=')
			return g_strndup(name + length + 1, end - length - 1);
		name += end + (name[end] != '\0' ? 1 : 0);
	}
	return NULL;
}

static void
name_cell(const char *name, const char *type, GString *out)
{
	g_autofree char *part = part_of(name, type);

	csv_cell(out, part);
}

#define NAME_CELLS(field, type)                                              \
	static void subject_##field(const struct facts *facts, GString *out) \
	{                                                                    \
		name_cell(certificate(facts)->subject, type, out);           \
	}                                                                    \
	static void issuer_##field(const struct facts *facts, GString *out)  \
	{                                                                    \
		name_cell(certificate(facts)->issuer, type, out);            \
	}

NAME_CELLS(business_category, "businessCategory")
NAME_CELLS(common_name, "CN")
NAME_CELLS(country, "C")
NAME_CELLS(email_address, "emailAddress")
NAME_CELLS(given_name, "GN")
NAME_CELLS(locality_name, "L")
NAME_CELLS(organization_name, "O")
NAME_CELLS(organization_unit_name, "OU")
NAME_CELLS(postal_code, "postalCode")
NAME_CELLS(serial_number, "serialNumber")
NAME_CELLS(state_or_province_name, "ST")
NAME_CELLS(street_address, "street")
NAME_CELLS(surname, "SN")

/* --- the table -------------------------------------------------------------------------------- */

#define NAME_COLUMNS(who)                                                                       \
	{ #who "_business_category", who##_business_category },                                 \
		{ #who "_common_name", who##_common_name }, { #who "_country", who##_country }, \
		{ #who "_email_address", who##_email_address },                                 \
		{ #who "_given_name", who##_given_name },                                       \
		{ #who "_locality_name", who##_locality_name },                                 \
		{ #who "_organization_name", who##_organization_name },                         \
		{ #who "_organization_unit_name", who##_organization_unit_name },               \
		{ #who "_postal_code", who##_postal_code },                                     \
		{ #who "_serial_number", who##_serial_number },                                 \
		{ #who "_state_or_province_name", who##_state_or_province_name },               \
		{ #who "_street_address", who##_street_address },                               \
	{                                                                                       \
#who "_surname", who##_surname                                                  \
	}

static const struct column columns[] = {
	{ "timestamp", timestamp_cell },
	{ "severity", severity_cell },
	{ "ip", ip_cell },
	{ "protocol", protocol_cell },
	{ "port", port_cell },
	{ "hostname", hostname_cell },
	{ "tag", tag_cell },
	{ "asn", NULL },
	{ "geo", NULL },
	{ "region", NULL },
	{ "city", NULL },
	{ "naics", NULL },
	{ "hostname_source", hostname_source_cell },
	{ "sector", NULL },
	{ "banner", banner_cell },
	{ "cert_expiration_date", not_after_cell },
	{ "cert_expired", expired_cell },
	{ "cert_issue_date", not_before_cell },
	{ "cert_length", length_cell },
	{ "cert_serial_number", NULL },
	{ "cert_valid", NULL },
	{ "cipher_suite", cipher_cell },
	{ "handshake", version_cell },
	NAME_COLUMNS(issuer),
	{ "jarm", NULL },
	{ "key_algorithm", key_cell },
	{ "md5_fingerprint", NULL },
	{ "self_signed", self_signed_cell },
	{ "sha1_fingerprint", NULL },
	{ "sha256_fingerprint", sha256_cell },
	{ "sha512_fingerprint", NULL },
	{ "signature_algorithm", NULL },
	{ "ssl_version", NULL },
	{ "sslv3_supported", NULL },
	NAME_COLUMNS(subject),
	{ "validation_level", NULL },
};

static void
begin(const struct report_options *options, GString *out)
{
	(void)options;
	for (size_t i = 0; i < G_N_ELEMENTS(columns); i++)
		csv_cell(out, columns[i].name);
	csv_end_line(out);
}

static bool
answered(const struct facts *facts)
{
	const struct probe_facts *probe = &facts->probe;

	return probe->greeting_kind == GREETING_OK || probe->greeting_kind == GREETING_ERR ||
		probe->tls.handshake == HANDSHAKE_UP;
}

static void
line(const struct report_options *options, const struct assessment *assessment, GString *out)
{
	const struct facts *facts = assessment->facts;

	(void)options;
	if (!answered(facts))
		return;
	for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
		if (columns[i].cell != NULL)
			columns[i].cell(facts, out);
		else
			csv_cell(out, NULL);
	}
	csv_end_line(out);
}

static void
failure_line(const struct report_options *options, const struct failure *failure, GString *out)
{
	(void)options;
	(void)failure;
	(void)out;
}

static void
end(const struct report_options *options, const struct summary *summary, GString *out)
{
	(void)options;
	(void)summary;
	(void)out;
}

const struct report report_shadowserver = {
	.name = "shadowserver",
	.description = "csv with the columns of Shadowserver's reports on POP3",
	.begin = begin,
	.assessment = line,
	.failure = failure_line,
	.end = end,
};
