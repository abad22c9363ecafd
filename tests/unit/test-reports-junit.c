/* SPDX-License-Identifier: Apache-2.0 */
/*
 * junit, read again by an XML parser and held against a grammar (junit.rng).
 */
#include <libxml/parser.h>
#include <libxml/relaxng.h>
#include <string.h>

#include "test-reports-verified.h"

static const struct report_options plain = { .color = false };

static xmlDocPtr
reread(const char *text)
{
	xmlDocPtr document = xmlReadMemory(text, (int)strlen(text), NULL, NULL,
		XML_PARSE_NONET | XML_PARSE_NOBLANKS);
	g_autofree char *grammar =
		g_build_filename(g_getenv("POPSEAL_SOURCE"), "tests", "unit", "junit.rng", NULL);
	xmlRelaxNGParserCtxtPtr parser = xmlRelaxNGNewParserCtxt(grammar);
	xmlRelaxNGPtr schema = xmlRelaxNGParse(parser);
	xmlRelaxNGValidCtxtPtr validity;

	g_assert_nonnull(document);
	g_assert_nonnull(schema);
	validity = xmlRelaxNGNewValidCtxt(schema);
	g_assert_cmpint(xmlRelaxNGValidateDoc(validity, document), ==, 0);
	xmlRelaxNGFreeValidCtxt(validity);
	xmlRelaxNGFree(schema);
	xmlRelaxNGFreeParserCtxt(parser);
	return document;
}

static xmlNodePtr
child(xmlNodePtr node, const char *name, unsigned index)
{
	for (node = node->children; node != NULL; node = node->next)
		if (g_str_equal(node->name, name) && index-- == 0)
			return node;
	return NULL;
}

static void
assert_attribute(xmlNodePtr node, const char *name, const char *expected)
{
	xmlChar *value = xmlGetProp(node, (const xmlChar *)name);

	g_assert_cmpstr((const char *)value, ==, expected);
	xmlFree(value);
}

static void
assert_content(xmlNodePtr node, const char *expected)
{
	xmlChar *content = xmlNodeGetContent(node);

	g_assert_cmpstr((const char *)content, ==, expected);
	xmlFree(content);
}

static void
test_whole(void)
{
	struct sample_verification *samples[] = { sample_verified(), sample_verified_calm() };
	g_autofree char *text = sample_verified_report("junit", &plain, samples, 2, NULL);
	xmlDocPtr document = reread(text);
	xmlNodePtr root = xmlDocGetRootElement(document);
	xmlNodePtr suite = child(root, "testsuite", 0);
	xmlNodePtr unmet = child(suite, "testcase", 0);
	xmlNodePtr open = child(suite, "testcase", 1);
	xmlNodePtr met = child(suite, "testcase", 2);

	assert_harmless(text);
	assert_attribute(suite, "id", "0");
	assert_attribute(suite, "name", "pop3://192.0.2.1:110");
	assert_attribute(suite, "hostname", "mail.example");
	assert_attribute(suite, "timestamp", "2026-11-23T10:00:00");
	assert_attribute(suite, "tests", "3");
	assert_attribute(suite, "failures", "1");
	assert_attribute(suite, "errors", "1");
	assert_attribute(suite, "time", "1.235");
	assert_attribute(unmet, "name", "refuses");
	assert_attribute(unmet, "classname", "pop3://192.0.2.1:110");
	assert_attribute(child(unmet, "failure", 0), "type", "permits");
	assert_attribute(child(unmet, "failure", 0), "message", "It is plain.");
	assert_content(child(unmet, "failure", 0), "It is plain.\nC: STLS\nS: plain\n-- second\n");
	assert_attribute(child(open, "error", 0), "type", "unclear");
	assert_content(child(open, "error", 0),
		"It is plain.\nC: STLS\nS: plain\n-- second\n"
		"What would settle it: Ask plain again.\n");
	assert_attribute(met, "name", "login");
	g_assert_null(met->children);
	assert_content(child(suite, "system-out", 0), "S: +OK Dovecot ready.\nC: CAPA\n");
	assert_attribute(child(root, "testsuite", 1), "id", "1");
	assert_attribute(child(root, "testsuite", 1), "failures", "0");
	g_assert_null(child(root, "testsuite", 2));
	xmlFreeDoc(document);
	sample_verification_free(samples[0]);
	sample_verification_free(samples[1]);
}

/* Nothing that a server sends ends an element, an attribute or the document. */
static void
test_hostile(void)
{
	struct sample_verification *sample = sample_verified_hostile(HOSTILE_MARKUP);
	g_autofree char *text = sample_verified_report("junit", &plain, &sample, 1, NULL);
	xmlDocPtr document = reread(text);
	xmlNodePtr suite = child(xmlDocGetRootElement(document), "testsuite", 0);
	g_autofree char *message = g_strdup_printf("It is %s.",
		"<script>alert(1)</script>]]>&amp;\"'|a\\n\\x1b[2J\\xe2\\x80\\xae\\xff"
		"\\xef\\xbf\\xbe\\x01=1;2\\");

	assert_harmless(text);
	assert_attribute(child(child(suite, "testcase", 0), "failure", 0), "message", message);
	g_assert_null(child(suite, "script", 0));
	xmlFreeDoc(document);
	sample_verification_free(sample);
}

/* A text of any length is told whole, and every pair of bytes leaves the document well-formed. */
static void
test_bytes(void)
{
	g_autofree char *large = g_strnfill(1024 * 1024, '<');
	GString *bytes = g_string_new(NULL);

	for (int byte = 1; byte < 256; byte++) {
		g_string_append_c(bytes, (char)byte);
		g_string_append(bytes, "\xc3\xa4");
		g_string_append_c(bytes, (char)(256 - byte));
	}
	for (int i = 0; i < 2; i++) {
		struct sample_verification *sample =
			sample_verified_hostile(i == 0 ? large : bytes->str);
		g_autofree char *text = sample_verified_report("junit", &plain, &sample, 1, NULL);
		xmlDocPtr document = xmlReadMemory(text, (int)strlen(text), NULL, NULL,
			XML_PARSE_NONET | XML_PARSE_HUGE);

		g_assert_nonnull(document);
		xmlFreeDoc(document);
		sample_verification_free(sample);
	}
	g_string_free(bytes, TRUE);
}

static void
test_failure(void)
{
	const struct report *report = report_find("junit");
	struct failure failure = { .time = SAMPLE_TIME,
		.subject = "no.example<",
		.message = "no address\x1b" };
	struct failure nameless = { .subject = "", .message = "", .usage = true };
	struct summary summary = { .started = SAMPLE_TIME, .interrupted = true };
	g_autoptr(GString) out = g_string_new(NULL);
	xmlDocPtr document;
	xmlNodePtr suite;

	report->begin(&plain, out);
	report->failure(&plain, &failure, out);
	report->failure(&plain, &nameless, out);
	report->end(&plain, &summary, out);
	document = reread(out->str);
	suite = child(xmlDocGetRootElement(document), "testsuite", 0);
	assert_attribute(suite, "name", "no.example<");
	assert_attribute(suite, "errors", "1");
	assert_attribute(child(child(suite, "testcase", 0), "error", 0), "message",
		"no address\\x1b");
	assert_attribute(child(child(suite, "testcase", 0), "error", 0), "type", "operational");
	suite = child(xmlDocGetRootElement(document), "testsuite", 2);
	assert_attribute(suite, "id", "2");
	assert_attribute(suite, "name", "run");
	xmlFreeDoc(document);
}

static void
test_empty(void)
{
	g_autofree char *text = sample_verified_report("junit", &plain, NULL, 0, NULL);

	g_assert_true(report_find("junit")->document);
	xmlFreeDoc(reread(text));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/reports/junit/whole", test_whole);
	g_test_add_func("/reports/junit/hostile", test_hostile);
	g_test_add_func("/reports/junit/bytes", test_bytes);
	g_test_add_func("/reports/junit/failure", test_failure);
	g_test_add_func("/reports/junit/empty", test_empty);
	return g_test_run();
}
