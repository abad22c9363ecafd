/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the two halves of the SARIF report share: sarif.c (results) and
 * sarif_run.c (the run around them).
 */
#ifndef POPSEAL_REPORTS_SARIF_H
#define POPSEAL_REPORTS_SARIF_H

#include "reports/json.h"
#include "reports/report.h"

struct suppression;

/* Begins the document up to the first result; ends it behind the last. */
void sarif_begin(const struct report_options *options, GString *out);
void sarif_end(const struct summary *summary, GString *out);

/* A failure, and what is to be told of a suppression: they stand before all results. */
void sarif_failure(const struct report_options *options, const struct failure *failure,
	GString *out);
void sarif_notice(const struct report_options *options, const struct suppression *suppression,
	GString *out);

/* `locations`: a file (bytes; a path as configuration_file gives it), and where in it. */
void sarif_locations(const char *file, const struct location *location, GString *out);

/* The level of a severity. */
const char *sarif_level(enum severity severity);

/* Which of the rules it is, from 0; negative: none. */
int sarif_rule_index(const struct report_options *options, const char *id);

#endif
