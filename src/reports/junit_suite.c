/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The elements of a JUnit document, so that both schemas in use take them.
 */
#include "reports/junit_suite.h"

#include <stdlib.h>
#include <string.h>

#include "model/timestamp.h"
#include "reports/markup.h"

#define SUITE_BEGIN "  <testsuite id=\""

static void
append_count(GString *out, const char *name, unsigned count)
{
	g_string_append_printf(out, " %s=\"%u\"", name, count);
}

static void
append_time(GString *out, int64_t duration)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];
	double seconds = (double)duration / G_USEC_PER_SEC;

	markup_attribute(out, "time", g_ascii_formatd(text, sizeof(text), "%.3f", seconds));
}

/* The schema's timestamp has neither fractions nor a zone. */
static void
append_timestamp(GString *out, int64_t time)
{
	char text[TIMESTAMP_MAX];

	timestamp_format(time, text);
	text[strlen("2026-11-23T10:00:00")] = '\0';
	markup_attribute(out, "timestamp", text);
}

/* The number of a suite: one more than the last that stands in the document. */
static unsigned
next_id(const GString *out)
{
	const char *last = g_strrstr_len(out->str, (gssize)out->len, SUITE_BEGIN);

	return last == NULL ? 0 : (unsigned)strtoul(last + strlen(SUITE_BEGIN), NULL, 10) + 1;
}

void
junit_begin_suite(const struct junit_suite *suite, GString *out)
{
	unsigned id = next_id(out);

	g_string_append_printf(out, SUITE_BEGIN "%u\"", id);
	markup_attribute(out, "name", suite->name);
	markup_attribute(out, "package", suite->package);
	markup_attribute(out, "hostname", suite->host[0] != '\0' ? suite->host : "?");
	append_timestamp(out, suite->started);
	append_count(out, "tests", suite->tests);
	append_count(out, "failures", suite->failures);
	append_count(out, "errors", suite->errors);
	append_count(out, "skipped", suite->skipped);
	append_time(out, suite->duration);
	g_string_append(out, ">\n");
}

void
junit_begin_case(const char *class, const char *name, GString *out)
{
	g_string_append(out, "    <testcase");
	markup_attribute(out, "classname", class);
	markup_attribute(out, "name", name);
	append_time(out, 0);
}

void
junit_property(GString *out, const char *name, const char *value)
{
	if (value == NULL)
		return;
	g_string_append(out, "      <property");
	markup_attribute(out, "name", name);
	markup_attribute(out, "value", value);
	g_string_append(out, "/>\n");
}

void
junit_end_suite(const char *output, GString *out)
{
	g_string_append(out, "    <system-out>");
	markup_lines(out, output);
	g_string_append(out, "</system-out>\n    <system-err/>\n  </testsuite>\n");
}
