/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The elements of a JUnit document: suites, cases and what is in them.
 */
#ifndef POPSEAL_REPORTS_JUNIT_SUITE_H
#define POPSEAL_REPORTS_JUNIT_SUITE_H

#include "reports/report.h"

struct junit_suite {
	const char *name;
	const char *package; /* "popseal.verify" */
	const char *host;
	unsigned tests;
	unsigned failures;
	unsigned errors;
	unsigned skipped;
	int64_t started;
	int64_t duration;
};

/* Its number is one more than that of the last suite in the document. */
void junit_begin_suite(const struct junit_suite *suite, GString *out);
/* `output` is what the suite has to tell besides, in lines; or NULL. */
void junit_end_suite(const char *output, GString *out);

/* Begins a testcase, whose tag the caller ends. */
void junit_begin_case(const char *class, const char *name, GString *out);

/* NULL value is a no-op. */
void junit_property(GString *out, const char *name, const char *value);

/* A case for each expectation, and those that are not met as failure or error. */
void junit_expectations(const GPtrArray *expectations, const char *class, GString *out);

/* A suite for a configuration, and one for what a policy expects of it. */
void junit_config(const struct report_options *options, const struct assessment *assessment,
	GString *out);
void junit_config_expectations(const struct report_options *options,
	const struct verification *verification, GString *out);

#endif
