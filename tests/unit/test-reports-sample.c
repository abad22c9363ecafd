/* SPDX-License-Identifier: Apache-2.0 */
#include "test-reports.h"

#include <string.h>

static const char *const references[] = { "CWE-319", "RFC 8314 section 4.1", NULL };

static struct assessment *
sample(const char *host, const char *address, uint16_t port, enum mode mode)
{
	struct facts *facts = facts_new();

	facts_reserve(facts);
	facts->endpoint.host = host;
	facts->endpoint.address = address;
	facts->endpoint.port = port;
	facts->endpoint.mode = mode;
	facts->probe.started = SAMPLE_TIME;
	facts->probe.duration = 1234567;
	facts->probe.depth = DEPTH_STANDARD;
	return assessment_new(facts);
}

static void
add_attempt(struct facts *facts, const char *name, enum answer answer)
{
	facts_add_attempt(facts, name)->answer = answer;
}

static struct finding *
add_finding(GPtrArray *findings, const char *rule, const char *title, enum severity severity)
{
	struct finding *finding = g_new0(struct finding, 1);

	finding->rule = rule;
	finding->title = title;
	finding->severity = severity;
	finding->references = references;
	g_ptr_array_add(findings, finding);
	return finding;
}

static void
add_seen(struct facts *facts)
{
	static const char *const lines[] = { "TOP", "user", "SASL PLAIN login PLAIN" };
	struct probe_facts *probe = &facts->probe;
	struct certificate_facts *certificate = arena_take(&facts->arena, sizeof(*certificate));
	const char **names = arena_take(&facts->arena, 2 * sizeof(*names));

	probe->product = "dovecot";
	probe->product_title = "Dovecot";
	probe->product_version = "2.3.16";
	probe->greeting = "+OK Dovecot ready. <1.2@mail>";
	probe->apop = "<1.2@mail>";
	probe->clear.state = LIST_ANSWERED;
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
		capabilities_add(facts, &probe->clear, lines[i], strlen(lines[i]));
	capabilities_add(facts, &probe->auth_list, "CRAM-MD5", strlen("CRAM-MD5"));
	probe->stls.state = STLS_OPTIONAL;
	names[0] = "mail.example";
	names[1] = "192.0.2.1";
	probe->tls = (struct tls_facts){ .handshake = HANDSHAKE_UP,
		.version = "TLSv1.3",
		.cipher = "TLS_AES_256_GCM_SHA384",
		.certificate = certificate };
	*certificate = (struct certificate_facts){ .subject = "CN=mail.example",
		.issuer = "CN=Test\\, Inc.",
		.not_before = "2026-01-01T00:00:00Z",
		.not_after = "2027-01-01T00:00:00Z",
		.sha256 = "00ff",
		.key = "EC",
		.key_bits = 256,
		.names = names,
		.name_count = 2 };
	g_string_append(probe->transcript, "S: +OK Dovecot ready.\nC: CAPA\n");
}

struct assessment *
sample_permits(void)
{
	struct assessment *assessment = sample("mail.example", "192.0.2.1", 110, MODE_POP3);
	struct facts *facts = assessment->facts;
	struct finding *finding = add_finding(assessment->findings, "cleartext-login",
		"POP3 cleartext login permitted", SEVERITY_HIGH);

	add_seen(facts);
	add_attempt(facts, "PLAIN", ANSWER_ACCEPTED);
	add_attempt(facts, "LOGIN", ANSWER_REFUSED);
	add_attempt(facts, "USER", ANSWER_CLOSED);
	add_attempt(facts, "NTLM", ANSWER_TIMEOUT);
	facts->verdict = (struct verdict){ .value = VERDICT_PERMITS,
		.confidence = CONFIDENCE_PROVEN,
		.reason = REASON_CREDENTIALS_CHECKED,
		.explanation = "It checked a random name and password before TLS." };
	finding->confidence = CONFIDENCE_PROVEN;
	finding_say(finding,
		"Dovecot checked a random name and password before TLS, so every "
		"mailbox is open to whoever can see the wire.");
	finding_cite(finding, "C: AUTH PLAIN\nS: -ERR [AUTH] Authentication failed.");
	finding_cite(finding, "S: second");
	finding->remedy = g_strdup("Require TLS before any login.");
	finding_reproduce(finding,
		"telnet 192.0.2.1 110, then: AUTH PLAIN (a line that is long "
		"enough to be wrapped, if commands were wrapped)");
	finding = add_finding(assessment->unknowns, "stls-injection", "STLS injection",
		SEVERITY_HIGH);
	finding_say(finding, "STLS was not asked.");
	finding_settle(finding, "popseal scan --depth deep 192.0.2.1");
	return assessment;
}

struct assessment *
sample_refuses(void)
{
	struct assessment *assessment = sample("2001:db8::1", "2001:db8::1", 995, MODE_POP3S);

	assessment->facts->verdict = (struct verdict){ .value = VERDICT_REFUSES,
		.confidence = CONFIDENCE_PROVEN,
		.reason = REASON_TLS_ONLY,
		.explanation = "It speaks TLS from the first byte." };
	return assessment;
}

struct assessment *
sample_no_service(void)
{
	struct assessment *assessment = sample("192.0.2.9", "192.0.2.9", 110, MODE_POP3);

	assessment->facts->verdict = (struct verdict){ .value = VERDICT_NO_SERVICE,
		.reason = REASON_CONNECTION_REFUSED,
		.explanation = "The connection was refused." };
	return assessment;
}

struct assessment *
sample_undetermined(void)
{
	struct assessment *assessment = sample("192.0.2.8", "192.0.2.8", 110, MODE_POP3);

	assessment->facts->verdict = (struct verdict){ .value = VERDICT_UNDETERMINED,
		.reason = REASON_TIMEOUT,
		.step = "capa",
		.explanation = "It stopped answering.",
		.settle = "Ask again with --timeout 60." };
	return assessment;
}

/* Every text that a server can reach, with what it must not reach. */
struct assessment *
sample_hostile(void)
{
	struct assessment *assessment = sample_permits();
	struct facts *facts = assessment->facts;
	struct finding *finding = g_ptr_array_index(assessment->findings, 0);
	const char *hostile = facts_keep(facts, HOSTILE "\0", sizeof(HOSTILE));

	facts->probe.greeting = hostile;
	facts->probe.product_version = "=1+1,\x1b";
	facts->probe.clear.lines[2] = facts_printf(facts, "SASL %s", hostile);
	facts->probe.auth_list.lines[0] = hostile;
	facts->probe.tls.certificate->subject = hostile;
	facts->probe.tls.certificate->issuer = hostile;
	facts->probe.tls.certificate->names[0] = hostile;
	facts->probe.tls.cipher = "@SUM(1,2)";
	facts->verdict.explanation = facts_printf(facts, "-%s", hostile);
	facts->verdict.settle = hostile;
	facts->endpoint.host = "=cmd|' /C calc'!A0\x1b";
	g_string_append(facts->probe.transcript, "S: \x1b\xff\n");
	finding_say(finding, "%s", hostile);
	finding_cite(finding, hostile);
	finding_reproduce(finding, "%s", hostile);
	g_free(finding->remedy);
	finding->remedy = g_strdup(hostile);
	return assessment;
}

char *
sample_report(const char *name, const struct report_options *options, struct assessment *assessment)
{
	const struct report *report = report_find(name);
	GString *out = g_string_new(NULL);

	report->begin(options, out);
	report->assessment(options, assessment, out);
	assessment_free(assessment);
	return g_string_free(out, FALSE);
}

char *
sample_summary(const char *name, const struct report_options *options,
	const struct summary *summary)
{
	GString *out = g_string_new(NULL);

	report_find(name)->end(options, summary, out);
	return g_string_free(out, FALSE);
}

void
assert_harmless(const char *text)
{
	g_assert_true(g_utf8_validate(text, -1, NULL));
	g_assert_null(strpbrk(text, "\x1b\r\t\x7f"));
	g_assert_null(strstr(text, "\xe2\x80\xae"));
}
