/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The `expectation` records of verify.
 */
#include "reports/jsonl.h"

void
jsonl_expectation(GString *out, const struct expectation *expectation)
{
	json_text(out, "name", expectation->name);
	json_text(out, "state", expectation_state_word(expectation->state));
	json_text(out, "reason", expectation->reason);
	json_text(out, "message", expectation->message);
	json_open(out, "evidence", '[');
	for (size_t i = 0; i < expectation->evidence_count; i++)
		jsonl_lines(out, expectation->evidence[i]);
	json_close(out, ']');
	json_text(out, "settle", expectation->settle);
}

static void
set_known_number(GString *out, const char *key, int64_t number)
{
	if (number >= 0)
		json_number(out, key, number);
	else
		json_none(out, key);
}

static void
append_login(GString *out, const struct login_result *login, bool transcript)
{
	bool counted = login->outcome == LOGIN_OK;

	json_open(out, NULL, '{');
	json_text(out, "outcome", login_outcome_word(login->outcome));
	json_text(out, "mechanism", login->mechanism);
	json_text(out, "binding", login->binding);
	json_text(out, "why", login->why);
	json_text(out, "step", login->step);
	jsonl_raw(out, "reply", login->reply);
	set_known_number(out, "messages", counted ? login->messages : -1);
	set_known_number(out, "octets", counted ? login->octets : -1);
	json_flag(out, "overridden", login->overridden);
	json_number(out, "duration_ms", login->duration / 1000);
	if (transcript && login->transcript != NULL)
		jsonl_transcript(out, "transcript", login->transcript);
	json_close(out, '}');
}

void
jsonl_logins(GString *out, const struct verification *verification, bool transcript)
{
	json_open(out, "logins", '[');
	for (size_t i = 0; i < verification->login_count; i++)
		append_login(out, &verification->logins[i], transcript);
	json_close(out, ']');
}

void
jsonl_expectations(const struct report_options *options, const struct verification *verification,
	GString *out)
{
	const struct facts *facts = verification->assessment->facts;
	char url[ENDPOINT_URL_MAX];
	const char *subject =
		facts->config != NULL ? facts->config->root : endpoint_url(&facts->endpoint, url);

	for (guint i = 0; i < verification->expectations->len; i++) {
		const struct expectation *expectation =
			g_ptr_array_index(verification->expectations, i);

		jsonl_begin(out, "expectation", facts->now, subject);
		jsonl_expectation(out, expectation);
		if (facts->config == NULL)
			json_text(out, "host", facts->endpoint.host);
		if (expectation->kind == EXPECT_LOGIN && verification->login_count > 0)
			jsonl_logins(out, verification, options->transcript);
		jsonl_end(out);
	}
}
