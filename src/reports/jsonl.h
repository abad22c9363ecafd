/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the records of jsonl share: their head, and how text gets into them.
 */
#ifndef POPSEAL_REPORTS_JSONL_H
#define POPSEAL_REPORTS_JSONL_H

#include <jansson.h>

#include "reports/report.h"

enum {
	JSONL_SCHEMA = 1
}; /* raised when a field changes its meaning (docs/records.md) */

/* Returns a new record with its five leading fields; time in µs since the epoch. */
json_t *jsonl_record(const char *type, int64_t time, const char *subject);

/* Returns new text, escaped where it was not yet, or null for NULL. */
json_t *jsonl_text(const char *text);

/* Appends the record as one line, and frees it. */
void jsonl_write(json_t *record, GString *out);

/* Appends the `endpoint` record. */
void jsonl_endpoint(const struct report_options *options, const struct assessment *assessment,
	GString *out);

#endif
