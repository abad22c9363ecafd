/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The evidence bundle as JSON: the records of jsonl, put together in one
 * document, with the transcripts and the certificates themselves.
 */
#include "config.h"
#include "model/timestamp.h"
#include "reports/evidence.h"
#include "reports/jsonl.h"

static void
append_endpoint(GString *out, const struct verification *verification)
{
	const struct probe_facts *probe = &verification->assessment->facts->probe;

	jsonl_endpoint_begin(out, verification->assessment, true, true);
	json_text(out, "source", probe->source);
	json_open(out, "expectations", '[');
	for (guint i = 0; i < verification->expectations->len; i++) {
		json_open(out, NULL, '{');
		jsonl_expectation(out, g_ptr_array_index(verification->expectations, i));
		json_close(out, '}');
	}
	json_close(out, ']');
	jsonl_logins(out, verification, true);
	json_close(out, '}');
}

static void
append_failure(GString *out, const struct failure *failure)
{
	jsonl_begin(out, "error", failure->time, failure->subject);
	json_text(out, "message", failure->message);
	json_close(out, '}');
}

void
evidence_json(const struct verification *const *list, size_t count,
	const struct evidence_head *head, GString *out)
{
	jsonl_begin(out, "evidence", head->started, "run");
	json_text(out, "popseal", POPSEAL_VERSION);
	jsonl_raw(out, "command", head->command);
	json_open(out, "endpoints", '[');
	for (size_t i = 0; i < count; i++)
		append_endpoint(out, list[i]);
	json_close(out, ']');
	json_open(out, "errors", '[');
	for (size_t i = 0; i < head->failure_count; i++)
		append_failure(out, &head->failures[i]);
	json_close(out, ']');
	json_open(out, "summary", '{');
	jsonl_totals(out, head->summary);
	json_close(out, '}');
	jsonl_end(out);
}
