/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared by the rules about TLS: who is concerned, and how a certificate is
 * named and cited. What stands in a certificate is the server's word, so it is
 * escaped and cut wherever it is repeated.
 */
#include "rules/tls_service.h"

#include <string.h>

#include "model/escape.h"

bool
tls_examined(const struct facts *facts)
{
	return facts->probe.depth == DEPTH_DEEP && facts->verdict.value != VERDICT_NO_SERVICE;
}

static enum outcome
no_session(const struct facts *facts, struct finding *finding)
{
	g_autofree char *error = escape_string(facts->probe.tls.error);

	return unknown_question(facts, finding, "no TLS session came up%s%s",
		error != NULL ? ": " : "", error != NULL ? error : "");
}

static enum outcome
session_by_stls(const struct facts *facts, struct finding *finding)
{
	if (facts->probe.tls_first)
		return no_session(facts, finding);
	if (!service_answers(facts))
		return unknown_dialogue(facts, finding);
	switch (facts->probe.stls.state) {
	case STLS_NONE:
	case STLS_BROKEN:
		return NOT_APPLICABLE;
	case STLS_OPTIONAL:
	case STLS_REQUIRED:
		return unknown_question(facts, finding,
			"STLS is listed, but was not tried or not answered");
	case STLS_UNTRIED:
		return unknown_question(facts, finding, "STLS was not tried");
	}
	g_return_val_if_reached(UNKNOWN);
}

enum outcome
tls_session(const struct facts *facts, struct finding *finding)
{
	if (!tls_examined(facts))
		return NOT_APPLICABLE;
	if (facts->probe.tls.handshake == HANDSHAKE_UP)
		return PASS;
	if (facts->endpoint.mode == MODE_POP3)
		return session_by_stls(facts, finding);
	if (facts->probe.tls.handshake == HANDSHAKE_NOT_TLS)
		return NOT_APPLICABLE;
	return no_session(facts, finding);
}

enum outcome
tls_chain(const struct facts *facts, struct finding *finding, const struct tls_details **details)
{
	enum outcome outcome = tls_session(facts, finding);

	*details = facts->probe.tls.details;
	if (outcome != PASS)
		return outcome;
	if (*details == NULL)
		return unknown_question(facts, finding,
			"the certificate that the server sent was not examined");
	if ((*details)->chain_count == 0)
		return unknown_question(facts, finding,
			"the session came up without a certificate, so that the one for other "
			"clients was not seen");
	return PASS;
}

bool
tls_takes(const struct facts *facts, enum tls_version version)
{
	const struct tls_facts *tls = &facts->probe.tls;
	enum tls_version spoken;

	if (tls->survey != NULL && tls->survey->versions[version] == TRIAL_TAKEN)
		return true;
	return tls->handshake == HANDSHAKE_UP && tls->version != NULL &&
		tls_version_parse(tls->version, &spoken) && spoken == version;
}

const char *
tls_version_title(enum tls_version version)
{
	static const char *const titles[TLS_VERSIONS] = { "SSLv3", "TLS 1.0", "TLS 1.1", "TLS 1.2",
		"TLS 1.3" };

	g_return_val_if_fail((size_t)version < G_N_ELEMENTS(titles), "");
	return titles[version];
}

void
append_short(GString *out, const char *text)
{
	g_autofree char *escaped = escape_string(text != NULL ? text : "");
	const char *end = escaped;

	while (*end != '\0' && g_utf8_next_char(end) <= escaped + TLS_SUBJECT_MAX)
		end = g_utf8_next_char(end);
	g_string_append_len(out, escaped, end - escaped);
	if (*end != '\0')
		g_string_append(out, "...");
}

char *
certificate_title(const struct tls_details *details, size_t number)
{
	g_autoptr(GString) title = g_string_new(NULL);

	if (number == 0)
		g_string_append(title, "The certificate \"");
	else
		g_string_append_printf(title, "Certificate %zu of the chain (\"", number + 1);
	append_short(title, details->chain[number].subject);
	g_string_append(title, number == 0 ? "\"" : "\")");
	return g_string_free(g_steal_pointer(&title), FALSE);
}

static const char *
or_unknown(const char *text)
{
	return text != NULL ? text : "?";
}

static void
cite(struct finding *finding, const struct certificate_facts *certificate, const char *which)
{
	g_autoptr(GString) line = g_string_new(which);

	append_short(line, or_unknown(certificate->subject));
	g_string_append(line, "; issuer ");
	append_short(line, or_unknown(certificate->issuer));
	g_string_append_printf(line, "; %s to %s; ", or_unknown(certificate->not_before),
		or_unknown(certificate->not_after));
	append_short(line, or_unknown(certificate->key));
	g_string_append_printf(line, " %d; ", certificate->key_bits);
	append_short(line, or_unknown(certificate->signature));
	if (certificate->sha256 != NULL)
		g_string_append_printf(line, "; SHA-256 %s", certificate->sha256);
	finding_cite(finding, line->str);
}

void
cite_certificate(struct finding *finding, const struct tls_details *details, size_t number)
{
	g_autofree char *which =
		g_strdup_printf("certificate %zu of %zu: ", number + 1, details->chain_count);

	cite(finding, &details->chain[number], which);
}

/* Returns which certificate of the chain it is; chain_count: it was not sent, or not kept. */
static size_t
place_in_chain(const struct tls_details *details, const struct certificate_facts *certificate)
{
	size_t number = 0;

	while (number < details->chain_count && &details->chain[number] != certificate)
		number++;
	return number;
}

char *
path_title(const struct tls_details *details, size_t step)
{
	size_t number = place_in_chain(details, details->path[step]);
	g_autoptr(GString) title = g_string_new(NULL);

	if (number < details->chain_count)
		return certificate_title(details, number);
	g_string_append_printf(title, "Certificate %zu of the path to the anchor (\"", step + 1);
	append_short(title, or_unknown(details->path[step]->subject));
	g_string_append(title, "\")");
	return g_string_free(g_steal_pointer(&title), FALSE);
}

void
cite_path(struct finding *finding, const struct tls_details *details, size_t step)
{
	size_t number = place_in_chain(details, details->path[step]);
	g_autofree char *which = g_strdup_printf("certificate %zu of %zu of the path: ", step + 1,
		details->path_count);

	if (number < details->chain_count)
		cite_certificate(finding, details, number);
	else
		cite(finding, details->path[step], which);
}

char *
days_text(int64_t span)
{
	int64_t days = span / G_TIME_SPAN_DAY;

	if (days == 0)
		return g_strdup("less than a day");
	return g_strdup_printf("%" G_GINT64_FORMAT " day%s", days, days == 1 ? "" : "s");
}

/* Returns whether the host is a name that TLS can ask for (RFC 6066 section 3). */
static bool
has_name(const struct facts *facts)
{
	const char *host = facts->endpoint.host;

	if (host == NULL || g_hostname_is_ip_address(host))
		return false;
	for (const char *c = host; *c != '\0'; c++)
		if (!g_ascii_isalnum(*c) && strchr("-._", *c) == NULL)
			return false;
	return *host != '\0';
}

static bool
has_colon(const char *address)
{
	return strchr(address, ':') != NULL;
}

void
reproduce_session(const struct facts *facts, struct finding *finding, const char *options,
	const char *reader)
{
	const struct endpoint *endpoint = &facts->endpoint;
	bool stls = endpoint->mode == MODE_POP3 && !facts->probe.tls_first;
	bool ipv6 = has_colon(endpoint->address);
	bool named = has_name(facts);

	finding_reproduce(finding, "openssl s_client %s-connect %s%s%s:%u%s%s%s%s%s%s",
		stls ? "-starttls pop3 " : "", ipv6 ? "[" : "", endpoint->address, ipv6 ? "]" : "",
		(unsigned)endpoint->port, named ? " -servername " : "", named ? endpoint->host : "",
		options != NULL ? " " : "", options != NULL ? options : "",
		reader != NULL ? " </dev/null | " : "", reader != NULL ? reader : "");
}

void
reproduce_by_nmap(const struct facts *facts, struct finding *finding)
{
	const char *address = facts->endpoint.address;

	finding_reproduce(finding, "nmap %s-Pn -sV --script ssl-enum-ciphers -p %u %s",
		has_colon(address) ? "-6 " : "", (unsigned)facts->endpoint.port, address);
}

void
reproduce_certificate(const struct facts *facts, struct finding *finding, size_t number,
	const char *show)
{
	g_autofree char *reader = g_strdup_printf("openssl x509 -noout -subject %s", show);

	if (number == 0)
		reproduce_session(facts, finding, NULL, reader);
	else
		reproduce_session(facts, finding, "-showcerts",
			"openssl storeutl -noout -text -certs /dev/stdin");
}

void
reproduce_path(const struct facts *facts, struct finding *finding, size_t step, const char *show)
{
	const struct tls_details *details = facts->probe.tls.details;
	size_t number = place_in_chain(details, details->path[step]);

	if (number < details->chain_count)
		reproduce_certificate(facts, finding, number, show);
	else
		reproduce_session(facts, finding, "-showcerts", NULL);
}
