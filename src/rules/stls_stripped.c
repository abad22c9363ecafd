/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stls-stripped: something on the way takes STLS out of the dialogue.
 *
 * A middlebox that must not change a packet's length overwrites the word:
 * "XXXX", "STLX". That is proof. Where STLS is only missing, it takes a server
 * that offers it wherever it has a certificate, and shows on the same host
 * that it has one. A rule of host scope: it speaks on the endpoint that starts
 * in clear.
 */
#include "rules/tls_service.h"

#include <string.h>

#include "model/escape.h"

static const char stls[] = "STLS";

enum {
	STLS_LENGTH = sizeof(stls) - 1,
};

/* "XXXX" and longer; Cisco's inspection leaves an A at the end ("XXXXXXXA" for STARTTLS). */
static bool
is_blotted(const char *word, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (word[i] != 'X' && (word[i] != 'A' || i + 1 < length))
			return false;
	return length >= STLS_LENGTH;
}

/* Words that are near STLS and mean something. */
static bool
is_other_word(const char *word, size_t length)
{
	return length == STLS_LENGTH &&
		(g_ascii_strncasecmp(word, "mTLS", STLS_LENGTH) == 0 ||
			g_ascii_strncasecmp(word, "DTLS", STLS_LENGTH) == 0);
}

/* One octet of STLS was replaced, or one was put in. "TLS" is a word of its own. */
static bool
is_near_stls(const char *word, size_t length)
{
	size_t head = 0;
	size_t tail = 0;

	if (length != STLS_LENGTH && length != STLS_LENGTH + 1)
		return false;
	while (head < STLS_LENGTH && g_ascii_toupper(word[head]) == stls[head])
		head++;
	while (tail < STLS_LENGTH - head &&
		g_ascii_toupper(word[length - 1 - tail]) == stls[STLS_LENGTH - 1 - tail])
		tail++;
	return length - head - tail == 1 && !is_other_word(word, length);
}

static bool
is_mangled(const char *word, size_t length)
{
	return is_blotted(word, length) || is_near_stls(word, length);
}

/* Returns the line of the CAPA list that was STLS once, or NULL. */
static const char *
mangled_capability(const struct facts *facts)
{
	const struct capabilities *clear = &facts->probe.clear;

	for (size_t i = 0; i < clear->count; i++)
		if (is_mangled(clear->lines[i], strcspn(clear->lines[i], " ")))
			return clear->lines[i];
	return NULL;
}

/* Returns whether a refusal repeats the command as it came to the server: mangled. */
static bool
echoes_mangled(const char *reply)
{
	const char *word = reply;

	while (word != NULL && *word != '\0') {
		size_t length = 0;

		while (g_ascii_isalnum(word[length]))
			length++;
		if (is_mangled(word, length))
			return true;
		word += MAX(length, 1);
	}
	return false;
}

static bool
was_refused(const struct facts *facts)
{
	return facts->probe.stls.answer == ANSWER_REFUSED;
}

static enum outcome
stripped(const struct facts *facts, struct finding *finding, enum confidence confidence)
{
	finding->confidence = confidence;
	if (facts->probe.stls.answer != ANSWER_NONE)
		cite_exchange(finding, stls, facts->probe.stls.reply);
	finding_reproduce(finding,
		"telnet %s %u, then: CAPA and STLS; the same host serves implicit TLS",
		facts->endpoint.address, (unsigned)facts->endpoint.port);
	return FAIL;
}

static enum outcome
mangled_list(const struct facts *facts, struct finding *finding, const char *line)
{
	g_autoptr(GString) word = g_string_new(NULL);

	append_short(word, line);
	finding_say(finding,
		"The CAPA list on port %u has \"%s\" where STLS should stand: something on the "
		"way overwrites it, so that clients go on in clear.",
		(unsigned)facts->endpoint.port, word->str);
	cite_bytes(finding, line);
	return stripped(facts, finding, CONFIDENCE_PROVEN);
}

static enum outcome
mangled_command(const struct facts *facts, struct finding *finding)
{
	finding_say(finding,
		"The refusal of STLS on port %u repeats another word: something on the way "
		"overwrites the command, so that clients go on in clear.",
		(unsigned)facts->endpoint.port);
	return stripped(facts, finding, CONFIDENCE_PROVEN);
}

static bool
says_that_it_has_none(const struct facts *facts)
{
	g_autofree char *reply = NULL;

	if (!was_refused(facts) || facts->probe.stls.reply == NULL)
		return false;
	reply = g_ascii_strup(facts->probe.stls.reply, -1);
	return strstr(reply, "TLS") != NULL || strstr(reply, "SSL") != NULL;
}

/* The greeting up to the timestamp of APOP, which is never the same twice. */
static size_t
steady_length(const char *greeting)
{
	size_t length = strcspn(greeting, "<");

	while (length > 0 && greeting[length - 1] == ' ')
		length--;
	return length;
}

/* A greeting without words of its own tells nobody apart. */
static bool
same_greeting(const char *one, const char *other)
{
	size_t length = one != NULL ? steady_length(one) : 0;

	return other != NULL && length > strlen("+OK ") && length == steady_length(other) &&
		strncmp(one, other, length) == 0;
}

/* Does the server that answers in clear serve implicit TLS too, and always STLS beside it? */
static bool
should_offer(const struct facts *facts)
{
	const struct probe_facts *probe = &facts->probe;
	const struct host_facts *host = &facts->host;

	if (probe->product != NULL && host->implicit_tls_product != NULL)
		return probe->product_offers_stls &&
			g_str_equal(probe->product, host->implicit_tls_product);
	return same_greeting(probe->greeting, host->implicit_tls_greeting) &&
		(probe->product == NULL || probe->product_offers_stls);
}

static enum outcome
missing(const struct facts *facts, struct finding *finding)
{
	g_autofree char *name = service_name(facts);

	finding_say(finding,
		"%s on port %u has no STLS, though it %s: something on the way may take it out.",
		name, (unsigned)facts->endpoint.port,
		facts->probe.product_offers_stls ?
			"offers it wherever it has a certificate, and has one for implicit TLS" :
			"serves implicit TLS on the same host");
	cite_bytes(finding, facts->probe.greeting);
	return stripped(facts, finding, CONFIDENCE_LIKELY);
}

static enum outcome
unexplained(const struct facts *facts, struct finding *finding)
{
	char url[ENDPOINT_URL_MAX];
	g_autofree char *settle =
		g_strdup_printf("From the server's own network: popseal scan --depth deep %s",
			endpoint_url(&facts->endpoint, url));

	finding_say(finding,
		"Cannot tell: STLS is missing on port %u, while implicit TLS works; it may be "
		"switched off in the server, or taken out on the way.",
		(unsigned)facts->endpoint.port);
	finding_settle(finding, settle);
	return UNKNOWN;
}

static enum outcome
without_stls(const struct facts *facts, struct finding *finding)
{
	if (was_refused(facts) && echoes_mangled(facts->probe.stls.reply))
		return mangled_command(facts, finding);
	if (facts->probe.stls.state == STLS_BROKEN)
		return NOT_APPLICABLE;
	if (should_offer(facts) && !says_that_it_has_none(facts))
		return missing(facts, finding);
	return unexplained(facts, finding);
}

static enum outcome
check(const struct facts *facts, struct finding *finding)
{
	const char *line = mangled_capability(facts);

	if (!tls_examined(facts) || !service_in_clear(facts) || !facts->host.implicit_tls_found)
		return NOT_APPLICABLE;
	if (!service_answers(facts))
		return unknown_dialogue(facts, finding);
	if (line != NULL && !facts->probe.stls.advertised)
		return mangled_list(facts, finding, line);
	switch (facts->probe.stls.state) {
	case STLS_OPTIONAL:
	case STLS_REQUIRED:
		return PASS;
	case STLS_NONE:
	case STLS_BROKEN:
		return without_stls(facts, finding);
	case STLS_UNTRIED:
		return unknown_question(facts, finding, "STLS was not tried");
	}
	g_return_val_if_reached(UNKNOWN);
}

const struct rule rule_stls_stripped = {
	.id = "stls-stripped",
	.title = "STLS is taken out on the way",
	.severity = SEVERITY_MEDIUM,
	.witnesses = WITNESS_PROBE,
	.references = REFERENCES("CWE-319", "CWE-757", "RFC 2595 section 4", "RFC 3207 section 6",
		"RFC 8314 section 3", "RFC 8314 section 4.1"),
	.remedy = "Switch the mail inspection off in the firewall or proxy that overwrites STLS, "
		  "and move clients to implicit TLS on port 995.",
	.page_names_products = true,
	.check = check,
};
