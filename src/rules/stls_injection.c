/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stls-injection: a command that was sent in clear is answered inside TLS.
 *
 * Whoever can write into the connection puts a command of his own behind the
 * client's STLS. A server that keeps what it has read beyond STLS carries it
 * out after the handshake, in the client's session: the first defect of this
 * kind was CVE-2011-0411. An answer in clear reaches nobody's session.
 */
#include "rules/tls_service.h"

#include "model/escape.h"

/* openssl s_client sends STLS by itself, and nothing behind it. */
static void
reproduce_by_hand(const struct facts *facts, struct finding *finding)
{
	finding_reproduce(finding,
		"python3 -c \"import socket, ssl; "
		"s = socket.create_connection(('%s', %u), 9); s.recv(512); "
		"s.sendall(b'STLS\\r\\nCAPA\\r\\n'); s.recv(512); "
		"print(ssl._create_unverified_context().wrap_socket(s).recv(512))\"",
		facts->endpoint.address, (unsigned)facts->endpoint.port);
}

static enum outcome
injected(const struct facts *facts, struct finding *finding)
{
	g_autofree char *name = service_name(facts);

	finding_say(finding,
		"%s answers within TLS a command that was sent in clear behind STLS, so whoever "
		"can write into the connection puts commands into the session.",
		name);
	finding->confidence = CONFIDENCE_PROVEN;
	finding_cite(finding, facts->probe.stls.injection_exchange);
	reproduce_by_hand(facts, finding);
	return FAIL;
}

static enum outcome
unclear(const struct facts *facts, struct finding *finding)
{
	g_autofree char *error = escape_again(facts->probe.stls.injection_error);

	return unknown_question(facts, finding,
		"the trial with a command behind STLS came to no end%s%s",
		error != NULL ? ": " : "", error != NULL ? error : "");
}

/* Nothing was tried, or nothing came of it: is there an STLS that could have been tried? */
static enum outcome
untried(const struct facts *facts, struct finding *finding)
{
	if (!service_answers(facts))
		return unknown_dialogue(facts, finding);
	switch (facts->probe.stls.state) {
	case STLS_NONE:
	case STLS_BROKEN:
		return NOT_APPLICABLE;
	case STLS_OPTIONAL:
	case STLS_REQUIRED:
		if (facts->probe.stls.injection == INJECTION_UNCLEAR)
			return unclear(facts, finding);
		return unknown_question(facts, finding, "no command was sent behind STLS");
	case STLS_UNTRIED:
		return unknown_question(facts, finding, "STLS was not tried");
	}
	g_return_val_if_reached(UNKNOWN);
}

static enum outcome
check(const struct facts *facts, struct finding *finding)
{
	if (!tls_examined(facts) || !service_in_clear(facts))
		return NOT_APPLICABLE;
	switch (facts->probe.stls.injection) {
	case INJECTION_ANSWERED:
		return injected(facts, finding);
	case INJECTION_NONE:
	case INJECTION_IN_CLEAR:
		return PASS;
	case INJECTION_UNCLEAR:
	case INJECTION_NOT_ASKED:
		return untried(facts, finding);
	}
	g_return_val_if_reached(UNKNOWN);
}

const struct rule rule_stls_injection = {
	.id = "stls-injection",
	.title = "A command sent before TLS is answered inside it",
	.severity = SEVERITY_HIGH,
	.witnesses = WITNESS_PROBE,
	.references = REFERENCES("CVE-2011-0411", "CVE-2011-1926", "CVE-2021-38084", "CWE-74",
		"CWE-319", "RFC 2595 section 4", "RFC 8314 section 3"),
	.remedy = "Update the server to a release that drops what it read beyond STLS; until "
		  "then serve implicit TLS on port 995 only.",
	.page_names_products = true,
	.check = check,
};
