/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the records of jsonl share: their head, and how text gets into them.
 */
#ifndef POPSEAL_REPORTS_JSONL_H
#define POPSEAL_REPORTS_JSONL_H

#include "reports/json.h"
#include "reports/report.h"

enum {
	JSONL_SCHEMA = 1
}; /* raised when a field changes its meaning (docs/records.md) */

/* Begins a record, with its five leading fields; time in µs since the epoch. */
void jsonl_begin(GString *out, const char *type, int64_t time, const char *subject);

/* Ends it, and the line. */
void jsonl_end(GString *out);

/* --- pieces ---
 * Text that nothing escaped before; what was written in lines (the last may lack its end), each a
 * string of the array that is open; an array of texts; an array of the lines.
 */
void jsonl_raw(GString *out, const char *key, const char *text);
void jsonl_lines(GString *out, const char *text);
void jsonl_texts(GString *out, const char *key, const char *const *list, size_t count);
void jsonl_transcript(GString *out, const char *key, const char *transcript);

/* The fields of a verdict; `findings` and `unknowns`; `location`, of one that is somewhere. */
void jsonl_verdict(GString *out, const struct verdict *verdict);
void jsonl_findings(GString *out, const struct assessment *assessment);
void jsonl_location(GString *out, const struct location *location);

/* Of audit: what became of a finding; the suppressions of a file or policy; `gone`. */
void jsonl_standing(GString *out, const struct finding *finding);
void jsonl_suppressions(GString *out, const GPtrArray *suppressions);
void jsonl_gone(GString *out, const GPtrArray *gone);

/* Appends the `config` record. */
void jsonl_config(const struct assessment *assessment, GString *out);

/* Appends the `change` record. */
void jsonl_change(const struct report_options *options, const struct change *change, GString *out);

/* What stands beside `stls` at deep depth, and `tls`; the chain with its PEM or without. */
void jsonl_stls(GString *out, const struct facts *facts);
void jsonl_tls(GString *out, const struct tls_facts *tls, bool pem);

/* The fields of an `expectation` record behind its head, and an object for each login. */
void jsonl_expectation(GString *out, const struct expectation *expectation);
void jsonl_logins(GString *out, const struct verification *verification, bool transcript);

/* Appends the `expectation` records. */
void jsonl_expectations(const struct report_options *options,
	const struct verification *verification, GString *out);

/* Sets the fields of the `summary` record. */
void jsonl_totals(GString *out, const struct summary *summary);

/* Begins the `endpoint` record, which more fields may follow. */
void jsonl_endpoint_begin(GString *out, const struct assessment *assessment, bool transcript,
	bool pem);

/* Appends the `endpoint` record. */
void jsonl_endpoint(const struct report_options *options, const struct assessment *assessment,
	GString *out);

#endif
