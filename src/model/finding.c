/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings own every text that a rule writes into them; what the rule itself
 * says for all of its findings (id, title, references) is static.
 */
#include "model/finding.h"

#include "model/format.h"

static const char *const severity_words[] = {
	[SEVERITY_INFO] = "info",
	[SEVERITY_LOW] = "low",
	[SEVERITY_MEDIUM] = "medium",
	[SEVERITY_HIGH] = "high",
	[SEVERITY_NONE] = "none",
};

const char *
severity_word(enum severity severity)
{
	g_return_val_if_fail((size_t)severity < G_N_ELEMENTS(severity_words), "none");
	return severity_words[severity];
}

bool
severity_parse(const char *word, enum severity *severity)
{
	for (size_t i = 0; i < G_N_ELEMENTS(severity_words); i++) {
		if (g_str_equal(word, severity_words[i])) {
			*severity = (enum severity)i;
			return true;
		}
	}
	return false;
}

void
finding_say(struct finding *finding, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	g_free(finding->message);
	finding->message = format_text(format, arguments);
	va_end(arguments);
}

void
finding_cite(struct finding *finding, const char *evidence)
{
	if (evidence == NULL || finding->evidence_count == FINDING_EVIDENCE_MAX)
		return;
	finding->evidence[finding->evidence_count++] = g_strdup(evidence);
}

void
finding_reproduce(struct finding *finding, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	g_free(finding->reproduce);
	finding->reproduce = format_text(format, arguments);
	va_end(arguments);
}

void
finding_settle(struct finding *finding, const char *settle)
{
	g_free(finding->settle);
	finding->settle = g_strdup(settle);
}

bool
finding_counts(const struct finding *finding)
{
	return !finding->known && finding->suppressed == SUPPRESSED_NOT;
}

void
finding_suppress(struct finding *finding, enum suppressed by, const char *reason, const char *until)
{
	if (finding->suppressed != SUPPRESSED_NOT)
		return;
	finding->suppressed = by;
	finding->reason = g_strdup(reason);
	finding->until = g_strdup(until);
}

void
finding_clear(struct finding *finding)
{
	for (size_t i = 0; i < finding->evidence_count; i++)
		g_free(finding->evidence[i]);
	g_free(finding->message);
	g_free(finding->remedy);
	g_free(finding->reproduce);
	g_free(finding->settle);
	g_free(finding->fingerprint);
	g_free(finding->reason);
	g_free(finding->until);
}

void
finding_free(struct finding *finding)
{
	if (finding == NULL)
		return;
	finding_clear(finding);
	g_free(finding);
}
