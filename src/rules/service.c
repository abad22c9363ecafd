/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared by the rules about the dialogue before TLS: who is concerned, and
 * how a rule says that it cannot tell.
 */
#include "rules/service.h"

#include <string.h>

#include "model/escape.h"
#include "model/format.h"

bool
service_in_clear(const struct facts *facts)
{
	return facts->endpoint.mode == MODE_POP3 && !facts->probe.tls_first &&
		facts->verdict.value != VERDICT_NO_SERVICE;
}

bool
service_answers(const struct facts *facts)
{
	return facts->probe.greeting_kind == GREETING_OK && !facts->probe.out_of_step;
}

bool
service_exempts_us(const struct facts *facts)
{
	return facts->verdict.reason == REASON_SAME_HOST ||
		(facts->probe.same_address && facts->probe.exempts_same_address);
}

char *
service_name(const struct facts *facts)
{
	const struct probe_facts *probe = &facts->probe;
	g_autofree char *version = escape_string(probe->product_version);

	if (probe->product_title == NULL)
		return g_strdup("The server");
	if (version == NULL)
		return g_strdup(probe->product_title);
	return g_strdup_printf("%s %s", probe->product_title, version);
}

void
cite_bytes(struct finding *finding, const char *bytes)
{
	g_autofree char *escaped = escape_string(bytes);

	finding_cite(finding, escaped);
}

void
cite_exchange(struct finding *finding, const char *command, const char *answer)
{
	g_autofree char *escaped = escape_string(answer);
	g_autofree char *exchange = g_strdup_printf("C: %s\n%s%s", command,
		escaped != NULL ? "S: " : "-- no answer", escaped != NULL ? escaped : "");

	finding_cite(finding, exchange);
}

static void
reproduce_tls(const struct facts *facts, struct finding *finding, const char *how, unsigned port)
{
	const char *address = facts->endpoint.address;
	bool ipv6 = strchr(address, ':') != NULL;

	finding_reproduce(finding, "openssl s_client %s-connect %s%s%s:%u", how, ipv6 ? "[" : "",
		address, ipv6 ? "]" : "", port);
}

void
reproduce_stls(const struct facts *facts, struct finding *finding)
{
	reproduce_tls(facts, finding, "-starttls pop3 ", facts->endpoint.port);
}

void
reproduce_implicit_tls(const struct facts *facts, struct finding *finding, unsigned port)
{
	reproduce_tls(facts, finding, "", port);
}

static void
settle_by_asking(const struct facts *facts, struct finding *finding)
{
	static const char *const how[] = { "--depth standard", "--transcript",
		"--depth deep --transcript" };
	char url[ENDPOINT_URL_MAX];
	g_autofree char *settle = g_strconcat("popseal scan ", how[facts->probe.depth], " ",
		endpoint_url(&facts->endpoint, url), NULL);

	finding_settle(finding, settle);
}

enum outcome
unknown_dialogue(const struct facts *facts, struct finding *finding)
{
	const struct verdict *verdict = &facts->verdict;

	finding_say(finding, "Cannot tell: %s",
		verdict->explanation != NULL ? verdict->explanation : "no dialogue came about.");
	finding_cite(finding, verdict->transcript);
	if (verdict->settle != NULL)
		finding_settle(finding, verdict->settle);
	else
		settle_by_asking(facts, finding);
	return UNKNOWN;
}

enum outcome
unknown_question(const struct facts *facts, struct finding *finding, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	g_autofree char *question = format_text(format, arguments);
	va_end(arguments);
	finding_say(finding, "Cannot tell: %s.", question);
	settle_by_asking(facts, finding);
	return UNKNOWN;
}

enum outcome
unknown_vantage(const struct facts *facts, struct finding *finding)
{
	char url[ENDPOINT_URL_MAX];
	g_autofree char *name = service_name(facts);
	g_autofree char *settle = g_strdup_printf("From another host: popseal scan %s",
		endpoint_url(&facts->endpoint, url));

	finding_say(finding,
		"Cannot tell: %s takes a client from its own address as secure, and it was "
		"asked from there.",
		facts->probe.product_title != NULL ? name : "the server");
	finding_settle(finding, settle);
	return UNKNOWN;
}
