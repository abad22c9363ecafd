/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nagios: the output of a plugin for Nagios, Icinga and their like: one line with
 * the state and performance data, then the details (Monitoring Plugins
 * Development Guidelines, sections 2 and 2.6).
 *
 * The first line needs what is known at the end only, so it is put before the
 * details then. Its word is what Nagios makes of the exit code.
 */
#include <string.h>

#include "model/escape.h"
#include "reports/report.h"

enum {
	LINE_MAX_TEXT = 400, /* octets of the first line before the performance data */
};

static void
begin(const struct report_options *options, GString *out)
{
	(void)options;
	(void)out;
}

static void
assessment(const struct report_options *options, const struct assessment *assessment, GString *out)
{
	(void)options;
	(void)assessment;
	(void)out;
}

/* A pipe would begin performance data: it stands as "\x7c", as control bytes do. */
static void
append_text(GString *out, const char *text)
{
	g_autofree char *escaped = escape_again(text != NULL ? text : "");
	const char *rest = escaped;

	while (*rest != '\0') {
		size_t length = strcspn(rest, "|");

		g_string_append_len(out, rest, (gssize)length);
		rest += length;
		if (*rest == '|') {
			g_string_append(out, "\\x7c");
			rest++;
		}
	}
}

/* --- details ---------------------------------------------------------------------------------- */

static const char failed_word[] = "failed";

/* "unmet pop3://192.0.2.1:110 refuses: ..." */
static void
append_line(GString *out, const char *word, const char *subject, const char *name,
	const char *message)
{
	g_string_append_printf(out, "%s ", word);
	append_text(out, subject);
	g_string_append_printf(out, "%s%s: ", name != NULL ? " " : "", name != NULL ? name : "");
	append_text(out, message);
	g_string_append_c(out, '\n');
}

static void
append_expectations(const struct report_options *options, const struct verification *verification,
	GString *out)
{
	char url[ENDPOINT_URL_MAX];

	(void)options;
	endpoint_url(&verification->assessment->facts->endpoint, url);
	for (guint i = 0; i < verification->expectations->len; i++) {
		const struct expectation *expectation =
			g_ptr_array_index(verification->expectations, i);

		append_line(out, expectation_state_word(expectation->state), url, expectation->name,
			expectation->message);
	}
}

static void
append_failure(const struct report_options *options, const struct failure *failure, GString *out)
{
	(void)options;
	append_line(out, failed_word, failure->subject, NULL, failure->message);
}

/* --- the first line --------------------------------------------------------------------------- */

/* What Nagios makes of the exit code: of 4, that it is none of a plugin's. */
static const char *
state_of(const struct report_options *options, const struct summary *summary)
{
	if (summary->errors > 0 || summary->interrupted)
		return "UNKNOWN";
	if (summary->expectations[EXPECTATION_UNMET] > 0)
		return options->nagios_codes ? "CRITICAL" : "WARNING";
	if (summary->expectations[EXPECTATION_UNDETERMINED] > 0 && !options->lenient)
		return options->nagios_codes ? "UNKNOWN" : "CRITICAL";
	return "OK";
}

/* Appends the first of the details that begins with the word; returns whether there is one. */
static bool
append_first(const GString *details, const char *word, GString *line)
{
	g_autofree char *begin = g_strdup_printf("\n%s ", word);
	const char *found = g_str_has_prefix(details->str, begin + 1) ? details->str :
									strstr(details->str, begin);

	if (found == NULL)
		return false;
	found += *found == '\n';
	g_string_append(line, ": ");
	g_string_append_len(line, found, (gssize)strcspn(found, "\n"));
	return true;
}

/* Cuts at the bound, but not within a character. */
static void
shorten(GString *line)
{
	size_t length = LINE_MAX_TEXT;

	if (line->len <= LINE_MAX_TEXT)
		return;
	while (((unsigned char)line->str[length] & 0xc0) == 0x80)
		length--;
	g_string_truncate(line, length);
	g_string_append(line, "...");
}

static void
append_seconds(GString *line, const char *label, int64_t duration)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];
	double seconds = (double)MAX(duration, 0) / G_USEC_PER_SEC;

	g_string_append_printf(line, " '%s'=%ss;;;0", label,
		g_ascii_formatd(text, sizeof(text), "%.6f", seconds));
}

static void
append_count(GString *line, const char *label, uint64_t count)
{
	g_string_append_printf(line, " '%s'=%" G_GUINT64_FORMAT ";;;0", label, (guint64)count);
}

static void
append_performance(const struct summary *summary, GString *line)
{
	g_string_append(line, " |");
	if (summary->days_known)
		append_count(line, "days", (uint64_t)MAX(summary->days_left, 0));
	append_seconds(line, "time", summary->duration);
	if (summary->handshake > 0)
		append_seconds(line, "handshake", summary->handshake);
	append_count(line, "unmet", summary->expectations[EXPECTATION_UNMET]);
	append_count(line, "undetermined", summary->expectations[EXPECTATION_UNDETERMINED]);
}

static void
append_counts(const struct summary *summary, GString *line)
{
	const uint64_t *counts = summary->expectations;

	g_string_append_printf(line,
		"%" G_GUINT64_FORMAT " met, %" G_GUINT64_FORMAT " unmet, %" G_GUINT64_FORMAT
		" undetermined",
		(guint64)counts[EXPECTATION_MET], (guint64)counts[EXPECTATION_UNMET],
		(guint64)counts[EXPECTATION_UNDETERMINED]);
	if (summary->errors > 0)
		g_string_append_printf(line, ", %" G_GUINT64_FORMAT " failed",
			(guint64)summary->errors);
	if (summary->interrupted)
		g_string_append(line, ", interrupted");
}

static void
end(const struct report_options *options, const struct summary *summary, GString *out)
{
	g_autoptr(GString) line = g_string_new("POP3 ");

	g_string_append_printf(line, "%s - ", state_of(options, summary));
	append_counts(summary, line);
	if (!append_first(out, failed_word, line) &&
		!append_first(out, expectation_state_word(EXPECTATION_UNMET), line))
		append_first(out, expectation_state_word(EXPECTATION_UNDETERMINED), line);
	shorten(line);
	append_performance(summary, line);
	g_string_append_c(line, '\n');
	g_string_prepend_len(out, line->str, (gssize)line->len);
}

const struct report report_nagios = {
	.name = "nagios",
	.description = "a plugin's output, with performance data, for Nagios and Icinga",
	.document = true,
	.begin = begin,
	.assessment = assessment,
	.expectations = append_expectations,
	.failure = append_failure,
	.end = end,
};
