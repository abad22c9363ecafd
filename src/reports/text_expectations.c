/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expectations in the text report: a line each behind the endpoint's block.
 */
#include <string.h>

#include "reports/text_layout.h"

enum {
	MARGIN_INNER = 4, /* of what belongs to an expectation or a login */
};

static const struct {
	const char *word; /* at most TEXT_INDENT - TEXT_MARGIN - 1 columns */
	enum color color;
} states[] = {
	[EXPECTATION_MET] = { "met", COLOR_GOOD },
	[EXPECTATION_UNMET] = { "unmet", COLOR_BAD },
	[EXPECTATION_UNDETERMINED] = { "unknown", COLOR_WARNING },
};

static void
append_expectation(const struct report_options *options, const struct expectation *expectation,
	GString *out)
{
	const char *word = states[expectation->state].word;
	g_autofree char *text = g_strdup_printf("%s  %s [%s]", expectation->name,
		expectation->message, expectation->reason);

	if (options->quiet && expectation->state == EXPECTATION_MET)
		return;
	g_string_append_printf(out, "%*s", TEXT_MARGIN, "");
	text_paint(options, states[expectation->state].color, word, out);
	g_string_append_printf(out, "%*s", TEXT_INDENT - TEXT_MARGIN - (int)strlen(word), "");
	text_wrap(text, TEXT_INDENT, TEXT_INDENT, out);
	for (size_t i = 0; options->verbose && i < expectation->evidence_count; i++)
		text_lines(expectation->evidence[i], TEXT_INDENT, SIZE_MAX, out);
	text_field(options, MARGIN_INNER, "settle", expectation->settle, out);
}

static void
append_logins(const struct report_options *options, const struct verification *verification,
	GString *out)
{
	if (!options->verbose && !options->transcript)
		return;
	for (size_t i = 0; i < verification->login_count; i++) {
		const char *transcript = verification->logins[i].transcript;

		if (transcript == NULL)
			continue;
		text_field(options, TEXT_MARGIN, "login", "what was said:", out);
		text_lines(transcript, MARGIN_INNER, SIZE_MAX, out);
	}
}

void
text_expectations(const struct report_options *options, const struct verification *verification,
	GString *out)
{
	const struct assessment *assessment = verification->assessment;
	const struct tls_facts *tls = &assessment->facts->probe.tls;
	const struct tls_survey *survey = tls->survey;
	unsigned met = verification_states(verification, EXPECTATION_MET);

	if (options->quiet && met == verification->expectations->len)
		return;
	/* They belong to the block before: no blank line between them. */
	if (g_str_has_suffix(out->str, "\n\n"))
		g_string_truncate(out, out->len - 1);
	if (options->quiet && text_is_calm(assessment)) {
		text_headline(options, assessment->facts, out);
		g_string_append_c(out, '\n');
	}
	for (guint i = 0; i < verification->expectations->len; i++)
		append_expectation(options, g_ptr_array_index(verification->expectations, i), out);
	/* What TLS costs is told to whoever asks for it; --verbose has told it already. */
	if (tls->details != NULL && !options->quiet && !options->verbose)
		text_session(options, tls, out);
	if (survey != NULL && survey->client_count > 0 && !options->quiet)
		text_clients(options, survey, out);
	append_logins(options, verification, out);
	g_string_append_c(out, '\n');
}
