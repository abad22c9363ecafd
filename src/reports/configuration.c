/* SPDX-License-Identifier: Apache-2.0 */
#include "reports/configuration.h"

#include "model/escape.h"
#include "model/place.h"
#include "model/suppression.h"

char *
configuration_file(const struct report_options *options, const struct config_facts *config,
	const struct finding *finding)
{
	const char *file = finding->location.file != NULL ? finding->location.file : config->root;

	return place_relative(options->base, file);
}

char *
configuration_message(const struct finding *finding)
{
	g_autofree char *message = escape_again(finding->message);
	const char *more = finding->outcome == UNKNOWN ? finding->settle : finding->remedy;
	g_autofree char *escaped = escape_again(more != NULL ? more : "");

	if (escaped[0] == '\0')
		return g_steal_pointer(&message);
	return g_strdup_printf("%s %s: %s", message,
		finding->outcome == UNKNOWN ? "What would settle it" : "Fix", escaped);
}

char *
configuration_notice(const struct suppression *suppression)
{
	g_autofree char *rules =
		suppression->rules != NULL ? g_strjoinv(", ", suppression->rules) : NULL;
	g_autofree char *escaped = escape_string(rules);

	switch (suppression->state) {
	case SUPPRESSION_USED:
		return NULL;
	case SUPPRESSION_MALFORMED:
		return g_strdup_printf("This suppression is not valid, and suppresses nothing: %s.",
			suppression->complaint);
	case SUPPRESSION_EXPIRED:
		return g_strdup_printf("The suppression of %s has expired: its last day was %s.",
			escaped, suppression->until);
	case SUPPRESSION_UNUSED:
		return g_strdup_printf(
			"The suppression of %s is not used: nothing that it names is found here.",
			escaped);
	}
	g_return_val_if_reached(NULL);
}
