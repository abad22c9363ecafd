/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report: one output format. It is given assessments and appends text; it
 * does no I/O. To add one: reports/NAME.c with its const struct report_NAME
 * and one line in reports/reports.def.
 */
#ifndef POPSEAL_REPORTS_REPORT_H
#define POPSEAL_REPORTS_REPORT_H

#include <glib.h>

#include "model/change.h"
#include "model/verification.h"

/* What a report tells of the rules themselves: reports know no rules. */
struct report_rule {
	const char *id;
	const char *title;
	enum severity severity;
	const char *remedy;
	const char *const *references; /* NULL-terminated */
	const char *page;              /* its documentation, in Markdown */
};

struct report_options {
	bool color;
	bool quiet;        /* text: findings only */
	bool verbose;      /* text: passed endpoints in full, unknown rules, transcript */
	bool transcript;   /* text, jsonl: the transcript with every endpoint */
	bool lenient;      /* nagios: what is undetermined does not count (--no-strict) */
	bool nagios_codes; /* nagios: unmet is CRITICAL, and undetermined UNKNOWN */
	bool brief;        /* text: a change is one line */
	/* Of audit: */
	enum severity fail_on; /* junit: findings below it, and info, let their rule pass */
	bool baseline;         /* sarif: findings are held against a baseline */
	const char *base;      /* the folder from which paths are told (model/place.h), or NULL */
	const struct report_rule *rules; /* those of configurations; its last has no id */
};

struct report {
	const char *name; /* the word of --format */
	const char *description;
	/*
	 * One document, written atomically when it is whole; else line by line. In every call,
	 * from begin to end, `out` holds all of it so far.
	 */
	bool document;
	void (*begin)(const struct report_options *options, GString *out);
	void (*assessment)(const struct report_options *options,
		const struct assessment *assessment, GString *out);
	/* The expectations of one endpoint, after its assessment; NULL: it has no place for them */
	void (*expectations)(const struct report_options *options,
		const struct verification *verification, GString *out);
	/* A change, planned or made; NULL: the format has no place for it */
	void (*change)(const struct report_options *options, const struct change *change,
		GString *out);
	void (*failure)(const struct report_options *options, const struct failure *failure,
		GString *out);
	void (*end)(const struct report_options *options, const struct summary *summary,
		GString *out);
};

/* All reports in the order of reports.def, NULL-terminated. */
extern const struct report *const reports[];

/* Returns the report of that name, or NULL. */
const struct report *report_find(const char *name);

#endif
