/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The evidence bundle of verify: all that was asked and answered, as one
 * file that an auditor attaches to a ticket. No secret stands in it.
 */
#ifndef POPSEAL_REPORTS_EVIDENCE_H
#define POPSEAL_REPORTS_EVIDENCE_H

#include "model/verification.h"

struct evidence_head {
	const char *command; /* the command line, without secrets; escaped here */
	int64_t started;     /* µs since the epoch */
	const struct summary *summary;
	/* Targets that failed: of these there is no verification. */
	const struct failure *failures;
	size_t failure_count;
};

/* Appends one HTML document, which loads nothing and runs nothing. */
void evidence_html(const struct verification *const *list, size_t count,
	const struct evidence_head *head, GString *out);

/* Appends one JSON document with the same facts (docs/records.md), and a line end. */
void evidence_json(const struct verification *const *list, size_t count,
	const struct evidence_head *head, GString *out);

#endif
