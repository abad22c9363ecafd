/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the text report tells of configurations besides their findings: what is
 * known or suppressed, suppressions that do nothing, and what a baseline lists in
 * vain.
 */
#include "model/baseline.h"
#include "model/escape.h"
#include "model/suppression.h"
#include "reports/configuration.h"
#include "reports/text_layout.h"

enum {
	MARGIN_REASON = 4,
};

char *
text_standing(const struct finding *finding)
{
	if (finding->suppressed != SUPPRESSED_NOT && finding->until != NULL)
		return g_strdup_printf("suppressed until %s", finding->until);
	if (finding->suppressed != SUPPRESSED_NOT)
		return g_strdup("suppressed");
	return finding->known ? g_strdup("known") : NULL;
}

void
text_excuse(const struct report_options *options, const struct finding *finding, GString *out)
{
	g_autofree char *reason = escape_string(finding->reason);

	text_field(options, MARGIN_REASON, "kept", reason, out);
}

void
text_notices(const struct report_options *options, const GPtrArray *suppressions, GString *out)
{
	for (guint i = 0; suppressions != NULL && i < suppressions->len; i++) {
		const struct suppression *suppression = g_ptr_array_index(suppressions, i);
		g_autofree char *notice = configuration_notice(suppression);
		g_autofree char *file = escape_string(suppression->file);
		g_autofree char *text =
			g_strdup_printf("%s:%u: %s", file, suppression->line, notice);

		if (notice != NULL)
			text_field(options, TEXT_MARGIN, "notice", text, out);
	}
}

bool
text_has_notices(const GPtrArray *suppressions)
{
	for (guint i = 0; suppressions != NULL && i < suppressions->len; i++) {
		const struct suppression *suppression = g_ptr_array_index(suppressions, i);

		if (suppression->state != SUPPRESSION_USED)
			return true;
	}
	return false;
}

void
text_gone(const struct report_options *options, const GPtrArray *gone, GString *out)
{
	for (guint i = 0; gone != NULL && i < gone->len && !options->quiet; i++) {
		const struct baseline_entry *entry = g_ptr_array_index(gone, i);
		g_autofree char *text = g_strdup_printf(
			"%s: %s: %s It is in the baseline, and was not found again.", entry->file,
			entry->rule, entry->message);

		text_field(options, 0, "gone", text, out);
	}
}
