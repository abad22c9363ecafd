/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The evidence bundle: HTML as an HTML parser sees it, held to what a file that
 * is opened from a ticket may do (nothing), and JSON as a JSON parser sees it.
 */
#include <jansson.h>
#include <libxml/HTMLparser.h>
#include <libxml/xpath.h>
#include <string.h>

#include "reports/evidence.h"
#include "test-reports-verified.h"

static const struct evidence_head *
head_of(const char *command)
{
	static const struct failure failures[] = {
		{ .time = SAMPLE_TIME, .subject = "no.example<b>", .message = "no address\x1b" }
	};
	static struct summary summary;
	static struct evidence_head head;

	summary = (struct summary){ .started = SAMPLE_TIME,
		.duration = 2 * G_USEC_PER_SEC,
		.expectations = { 2, 1, 1 } };
	head = (struct evidence_head){ .command = command,
		.started = SAMPLE_TIME,
		.summary = &summary,
		.failures = failures,
		.failure_count = 1 };
	return &head;
}

static char *
html_of(struct sample_verification *const *samples, size_t count)
{
	const struct verification *list[4];
	GString *out = g_string_new(NULL);

	for (size_t i = 0; i < count; i++)
		list[i] = &samples[i]->verification;
	evidence_html(list, count, head_of("popseal verify --netrc f <x> mail.example"), out);
	return g_string_free(out, FALSE);
}

static htmlDocPtr
reread(const char *text)
{
	/* libxml2 knows HTML 4: it complains of main and section, and reads them all the same. */
	htmlDocPtr document = htmlReadMemory(text, (int)strlen(text), NULL, "UTF-8",
		HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET);

	g_assert_nonnull(document);
	return document;
}

/* Returns how many nodes the path finds. */
static int
count_of(htmlDocPtr document, const char *path)
{
	xmlXPathContextPtr context = xmlXPathNewContext(document);
	xmlXPathObjectPtr found = xmlXPathEvalExpression((const xmlChar *)path, context);
	int count;

	g_assert_nonnull(found);
	count = found->nodesetval != NULL ? found->nodesetval->nodeNr : 0;
	xmlXPathFreeObject(found);
	xmlXPathFreeContext(context);
	return count;
}

/* Returns the text of the path's first node. */
static char *
text_of(htmlDocPtr document, const char *path)
{
	xmlXPathContextPtr context = xmlXPathNewContext(document);
	g_autofree char *expression = g_strdup_printf("string(%s)", path);
	xmlXPathObjectPtr found = xmlXPathEvalExpression((const xmlChar *)expression, context);
	char *text = g_strdup((const char *)found->stringval);

	xmlXPathFreeObject(found);
	xmlXPathFreeContext(context);
	return text;
}

static void
assert_text(htmlDocPtr document, const char *path, const char *expected)
{
	g_autofree char *text = text_of(document, path);

	g_test_message("%s", path);
	g_assert_cmpstr(text, ==, expected);
}

/* --- what it may not have --------------------------------------------------------------------- */

static void
assert_inert(htmlDocPtr document)
{
	/* Every element that there may be; a hostile one would be another. */
	static const char elements[] =
		"//*[not(contains(' html head meta title style body header main section footer h1 "
		"h2 h3 h4 p a span table caption thead tbody tr th td pre code ', "
		"concat(' ', name(), ' ')))]";
	static const char attributes[] =
		"//@*[not(contains(' lang dir charset http-equiv content name id href class scope "
		"tabindex role aria-label aria-labelledby ', concat(' ', name(), ' ')))]";

	g_assert_cmpint(count_of(document, elements), ==, 0);
	g_assert_cmpint(count_of(document, attributes), ==, 0);
	g_assert_cmpint(count_of(document, "//@href[not(starts-with(., '#endpoint-'))]"), ==, 0);
	g_assert_cmpint(count_of(document, "//style"), ==, 1);
	g_assert_cmpint(count_of(document, "//comment()"), ==, 0);
	g_assert_cmpint(count_of(document,
				"//meta[@http-equiv][@http-equiv!='Content-Security-Policy']"),
		==, 0);
}

/* The policy lets in the style that stands there, by its hash, and nothing else. */
static void
assert_policy(htmlDocPtr document, const char *html)
{
	const char *begin = strstr(html, "<style>") + strlen("<style>");
	g_autofree char *style = g_strndup(begin, (size_t)(strstr(begin, "</style>") - begin));
	g_autoptr(GChecksum) checksum = g_checksum_new(G_CHECKSUM_SHA256);
	guint8 digest[32];
	gsize length = sizeof(digest);
	g_autofree char *hash = NULL;
	g_autofree char *policy = NULL;

	g_checksum_update(checksum, (const guchar *)style, -1);
	g_checksum_get_digest(checksum, digest, &length);
	hash = g_base64_encode(digest, length);
	policy = g_strdup_printf("default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; "
				 "form-action 'none'",
		hash);
	assert_text(document, "//meta[@http-equiv='Content-Security-Policy']/@content", policy);
	g_assert_null(strstr(style, "url("));
	g_assert_null(strstr(style, "@import"));
	g_assert_null(strchr(style, '<'));
}

/* --- what it has ------------------------------------------------------------------------------ */

static void
test_whole(void)
{
	struct sample_verification *samples[] = { sample_verified(), sample_verified_calm() };
	g_autofree char *html = html_of(samples, 2);
	htmlDocPtr document = reread(html);

	assert_harmless(html);
	assert_inert(document);
	assert_policy(document, html);
	g_assert_true(g_str_has_prefix(html, "<!DOCTYPE html>\n<html lang=\"en\""));
	g_assert_cmpint(count_of(document, "//h1"), ==, 1);
	g_assert_cmpint(count_of(document, "//h2"), ==, 3);
	assert_text(document, "//header/p",
		"Not all that was expected holds. 2 met, 1 unmet, 1 undetermined.");
	assert_text(document, "//th[.='Command']/../td",
		"popseal verify --netrc f <x> mail.example");
	assert_text(document, "//th[.='Begun']/../td", "2026-11-23T10:00:00.123Z");
	assert_text(document, "//th[.='Ended']/../td", "2026-11-23T10:00:02.123Z");
	assert_text(document, "//th[.='no.example<b>']/../td", "no address\\x1b");
	assert_text(document, "//a[@href='#endpoint-1']", "pop3://192.0.2.1:110");
	assert_text(document, "//h2[@id='endpoint-2']", "pop3s://[2001:db8::1]:995");
	assert_text(document, "//th[.='Asked from']/../td", "198.51.100.7 (remote)");
	assert_text(document, "//th[.='Greeting']/../td", "+OK Dovecot ready. <1.2@mail>");
	assert_text(document, "//th[.='refuses']/../td[1]", "unmet");
	assert_text(document, "//th[.='refuses']/../td//pre", "C: STLS\nS: plain\n-- second\n");
	assert_text(document, "//th[.='tls>=1.2']/../td[1]", "undetermined");
	assert_text(document, "//th[.='cleartext-login']/../td[1]", "high");
	assert_text(document, "//th[.='Mechanism']/../td", "PLAIN");
	assert_text(document, "//pre[@aria-label='Transcript of the login']",
		"C: AUTH PLAIN <secret>\nS: plain\n");
	assert_text(document, "//pre[@aria-label='Transcript']",
		"S: +OK Dovecot ready.\nC: CAPA\n");
	sample_verification_free(samples[0]);
	sample_verification_free(samples[1]);
	xmlFreeDoc(document);
}

static void
test_tls(void)
{
	struct sample_verification *sample = sample_verified();
	g_autofree char *html = html_of(&sample, 1);
	htmlDocPtr document = reread(html);

	assert_text(document, "//th[.='Version']/../td", "TLSv1.3");
	assert_text(document, "//th[.='Handshake']/../td", "12.345 ms");
	assert_text(document, "//th[.='Chain']/../td", "broken");
	assert_text(document, "//th[.='Name']/../td", "differs");
	assert_text(document, "//th[.='Versions taken']/../td", "TLSv1 TLSv1.2");
	assert_text(document, "//th[.='Weak ciphers']/../td",
		"TLSv1 TLS_RSA_WITH_RC4_128_SHA (RC4)");
	assert_text(document, "//th[.='TLSA']/../td", "3 1 1 ab12 (matches)");
	g_assert_cmpint(count_of(document, "//h4"), ==, 2);
	assert_text(document, "//h4[1]", "Certificate 1: the server's own");
	assert_text(document, "//th[.='SHA-256']/../td", "00ff");
	assert_text(document, "//th[.='Names']/../td",
		"mail.example, 192.0.2.1, _pop3s.mail.example");
	assert_text(document, "//pre[@aria-label='Certificate, PEM']",
		"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
	assert_text(document, "//th[.='Thunderbird 128']/../td[1]", "connects");
	assert_text(document, "//th[.='Outlook 2010 (Windows 7)']/../td[1]", "cannot connect");
	assert_text(document, "//th[.='K-9 Mail']/../td[1]", "not known");
	sample_verification_free(sample);
	xmlFreeDoc(document);
}

/* Each table can be read without eyes: headings have a scope, lists a caption. */
static void
test_accessible(void)
{
	struct sample_verification *sample = sample_verified();
	g_autofree char *html = html_of(&sample, 1);
	htmlDocPtr document = reread(html);

	g_assert_cmpint(count_of(document, "//th"), >, 30);
	g_assert_cmpint(count_of(document, "//th[not(@scope)]"), ==, 0);
	g_assert_cmpint(count_of(document, "//table[@class='list'][not(caption)]"), ==, 0);
	g_assert_cmpint(count_of(document, "//table//table"), ==, 0);
	g_assert_cmpint(count_of(document, "//h4[not(preceding::h3)]"), ==, 0);
	g_assert_cmpint(count_of(document, "//h3[not(preceding::h2)]"), ==, 0);
	g_assert_cmpint(count_of(document, "//section[@aria-labelledby]"), ==, 1);
	g_assert_cmpint(count_of(document, "//html[@lang='en']"), ==, 1);
	sample_verification_free(sample);
	xmlFreeDoc(document);
}

/* --- what a server may try -------------------------------------------------------------------- */

static void
test_hostile(void)
{
	struct sample_verification *sample = sample_verified_hostile(HOSTILE_MARKUP);
	g_autofree char *html = html_of(&sample, 1);
	htmlDocPtr document = reread(html);
	static const char escaped[] = "<script>alert(1)</script>]]>&amp;\"'|a\\n\\x1b[2J"
				      "\\xe2\\x80\\xae\\xff\\xef\\xbf\\xbe\\x01=1;2\\\\";

	assert_harmless(html);
	assert_inert(document);
	assert_policy(document, html);
	assert_text(document, "//th[.='Greeting']/../td", escaped);
	sample_verification_free(sample);
	xmlFreeDoc(document);
}

/* A NUL is a '?' in the facts, and a mebibyte is told whole. */
static void
test_large(void)
{
	g_autofree char *large = g_strnfill(1024 * 1024, '<');
	struct sample_verification *sample = sample_verified();
	struct facts *facts = sample->assessment->facts;
	g_autofree char *html = NULL;
	g_autofree char *greeting = NULL;
	htmlDocPtr document;

	large[1024 * 1024 - 1] = '\0';
	facts->probe.greeting = facts_keep(facts, large, 1024 * 1024);
	html = html_of(&sample, 1);
	document = htmlReadMemory(html, (int)strlen(html), NULL, "UTF-8",
		HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET | XML_PARSE_HUGE);
	g_assert_nonnull(document);
	assert_inert(document);
	greeting = text_of(document, "//th[.='Greeting']/../td");
	g_assert_cmpuint(strlen(greeting), ==, 1024 * 1024);
	g_assert_true(g_str_has_suffix(greeting, "<<<?"));
	sample_verification_free(sample);
	xmlFreeDoc(document);
}

static void
test_nothing(void)
{
	struct summary summary = { .interrupted = true };
	struct evidence_head head = { .command = "popseal", .summary = &summary };
	g_autoptr(GString) out = g_string_new(NULL);
	htmlDocPtr document;

	evidence_html(NULL, 0, &head, out);
	document = reread(out->str);
	assert_text(document, "//header/p", "Nothing was judged.");
	assert_text(document, "//th[.='Interrupted']/../td", "yes: not all hosts are done");
	xmlFreeDoc(document);
}

/* --- JSON ------------------------------------------------------------------------------------- */

static json_t *
json_of(struct sample_verification *sample)
{
	const struct verification *list[] = { &sample->verification };
	g_autoptr(GString) out = g_string_new(NULL);
	json_t *document;

	evidence_json(list, 1, head_of("popseal verify \x1b\\"), out);
	assert_harmless(out->str);
	g_assert_true(g_str_has_suffix(out->str, "}\n"));
	document = json_loads(out->str, JSON_REJECT_DUPLICATES, NULL);
	g_assert_nonnull(document);
	sample_verification_free(sample);
	return document;
}

static void
assert_json(const json_t *object, const char *key, const char *expected)
{
	g_autofree char *text =
		json_dumps(json_object_get(object, key), JSON_COMPACT | JSON_ENCODE_ANY);

	g_assert_cmpstr(text, ==, expected);
}

static void
test_json(void)
{
	json_t *document = json_of(sample_verified());
	json_t *endpoint = json_array_get(json_object_get(document, "endpoints"), 0);
	json_t *chain = json_object_get(json_object_get(endpoint, "tls"), "chain");
	json_t *expectation = json_array_get(json_object_get(endpoint, "expectations"), 0);
	json_t *login = json_array_get(json_object_get(endpoint, "logins"), 0);

	assert_json(document, "schema", "1");
	assert_json(document, "type", "\"evidence\"");
	assert_json(document, "time", "\"2026-11-23T10:00:00.123Z\"");
	assert_json(document, "command", "\"popseal verify \\\\x1b\\\\\\\\\"");
	assert_json(endpoint, "type", "\"endpoint\"");
	assert_json(endpoint, "subject", "\"pop3://192.0.2.1:110\"");
	assert_json(endpoint, "source", "\"198.51.100.7\"");
	assert_json(endpoint, "transcript", "[\"S: +OK Dovecot ready.\",\"C: CAPA\"]");
	assert_json(json_array_get(chain, 1), "pem",
		"[\"-----BEGIN CERTIFICATE-----\",\"AAAA\",\"-----END CERTIFICATE-----\"]");
	assert_json(expectation, "name", "\"refuses\"");
	assert_json(expectation, "state", "\"unmet\"");
	assert_json(login, "transcript", "[\"C: AUTH PLAIN <secret>\",\"S: plain\"]");
	assert_json(json_array_get(json_object_get(document, "errors"), 0), "message",
		"\"no address\\\\x1b\"");
	assert_json(json_object_get(document, "summary"), "expectations",
		"{\"met\":2,\"unmet\":1,\"undetermined\":1}");
	json_decref(document);
}

static void
test_json_hostile(void)
{
	json_decref(json_of(sample_verified_hostile(HOSTILE_MARKUP)));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/reports/evidence/whole", test_whole);
	g_test_add_func("/reports/evidence/tls", test_tls);
	g_test_add_func("/reports/evidence/accessible", test_accessible);
	g_test_add_func("/reports/evidence/hostile", test_hostile);
	g_test_add_func("/reports/evidence/large", test_large);
	g_test_add_func("/reports/evidence/nothing", test_nothing);
	g_test_add_func("/reports/evidence/json", test_json);
	g_test_add_func("/reports/evidence/json-hostile", test_json_hostile);
	return g_test_run();
}
