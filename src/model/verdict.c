/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of verdicts. They are an interface (docs/records.md), so they are
 * spelled out, one a line, and never derived from the names of the constants.
 */
#include "model/verdict.h"

#include <glib.h>

const char *
verdict_word(enum verdict_value value)
{
	switch (value) {
	case VERDICT_UNDETERMINED:
		return "undetermined";
	case VERDICT_PERMITS:
		return "permits";
	case VERDICT_REFUSES:
		return "refuses";
	case VERDICT_NO_SERVICE:
		return "no-service";
	}
	g_return_val_if_reached("undetermined");
}

const char *
confidence_word(enum confidence confidence)
{
	switch (confidence) {
	case CONFIDENCE_NONE:
		return "none";
	case CONFIDENCE_LIKELY:
		return "likely";
	case CONFIDENCE_PROVEN:
		return "proven";
	}
	g_return_val_if_reached("none");
}

int
verdict_gravity(enum verdict_value value)
{
	switch (value) {
	case VERDICT_NO_SERVICE:
		return 0;
	case VERDICT_REFUSES:
		return 1;
	case VERDICT_UNDETERMINED:
		return 2;
	case VERDICT_PERMITS:
		return 3;
	}
	g_return_val_if_reached(2);
}

static const char *const reason_words[] = {
	[REASON_NOT_ASKED] = "not-asked",
	[REASON_CREDENTIALS_CHECKED] = "credentials-checked",
	[REASON_CONTINUATION] = "continuation",
	[REASON_REFUSED] = "refused",
	[REASON_REFUSED_LATE] = "refused-late",
	[REASON_PASS_NOT_TRIED] = "pass-not-tried",
	[REASON_UNKNOWN_REFUSAL] = "unknown-refusal",
	[REASON_TEMPORARY] = "temporary",
	[REASON_TLS_ONLY] = "tls-only",
	[REASON_CONNECTION_REFUSED] = "connection-refused",
	[REASON_CLOSED_EARLY] = "closed-early",
	[REASON_NOT_POP3] = "not-pop3",
	[REASON_TIMEOUT] = "timeout",
	[REASON_GREETING_REFUSED] = "greeting-refused",
	[REASON_SAME_HOST] = "same-host",
	[REASON_TRUSTED_NETWORK] = "trusted-network",
	[REASON_INCONSISTENT] = "inconsistent",
	[REASON_SETTING] = "setting",
	[REASON_DEFAULT] = "default",
	[REASON_NOT_SERVED] = "not-served",
	[REASON_INVALID] = "invalid",
	[REASON_INCLUDE_MISSING] = "include-missing",
	[REASON_UNREADABLE] = "unreadable",
	[REASON_VERSION_UNKNOWN] = "version-unknown",
	[REASON_NOT_UNDERSTOOD] = "not-understood",
	[REASON_ELSEWHERE] = "decided-elsewhere",
};

const char *
reason_word(enum reason reason)
{
	g_return_val_if_fail((size_t)reason < G_N_ELEMENTS(reason_words), "not-asked");
	return reason_words[reason];
}

const char *
vantage_word(enum vantage vantage)
{
	switch (vantage) {
	case VANTAGE_REMOTE:
		return "remote";
	case VANTAGE_SAME_HOST:
		return "same-host";
	case VANTAGE_TRUSTED:
		return "trusted";
	}
	g_return_val_if_reached("remote");
}
