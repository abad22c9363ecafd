/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Assessments for the tests of reports: one of each kind, and a hostile one.
 */
#ifndef POPSEAL_TESTS_REPORTS_H
#define POPSEAL_TESTS_REPORTS_H

#include "reports/report.h"

/* What a hostile server sends where it may send anything. */
#define HOSTILE "+OK \x1b[2J\"quoted\", 'x'\ny\r\xe2\x80\xae\xff\\end"

/* 2026-11-23T10:00:00.123Z */
#define SAMPLE_TIME INT64_C(1795428000123456)

struct assessment *sample_permits(void);
struct assessment *sample_refuses(void);
struct assessment *sample_no_service(void);
struct assessment *sample_undetermined(void);
struct assessment *sample_hostile(void);

/* Returns what the report of that name makes of the assessment; takes it over. */
char *sample_report(const char *name, const struct report_options *options,
	struct assessment *assessment);

/* Returns what it makes of the totals. */
char *sample_summary(const char *name, const struct report_options *options,
	const struct summary *summary);

/* Fails the test if the text has a byte that moves a cursor, or is no valid UTF-8. */
void assert_harmless(const char *text);

#endif
