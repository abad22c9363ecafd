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

/* Sets the fields of the `summary` record. */
void jsonl_totals(GString *out, const struct summary *summary);

/* Appends the `endpoint` record. */
void jsonl_endpoint(const struct report_options *options, const struct assessment *assessment,
	GString *out);

#endif
