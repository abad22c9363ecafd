/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the services that show remarks at the lines of files have in common: each of their formats
 * writes annotations, and this makes them of what an audit came to.
 */
#ifndef POPSEAL_REPORTS_ANNOTATION_H
#define POPSEAL_REPORTS_ANNOTATION_H

#include "reports/report.h"

enum annotation_kind {
	ANNOTATION_FINDING,
	ANNOTATION_UNKNOWN, /* a rule that cannot be told */
	ANNOTATION_NOTICE,  /* of a suppression */
	ANNOTATION_EXPECTATION,
	ANNOTATION_FAILURE,
};

/* Valid during one call of a writer. Texts but for `file` are escaped as in every output. */
struct annotation {
	enum annotation_kind kind;
	enum severity severity;
	const char *passed_over;  /* why it does not count: "known", "suppressed"; or NULL */
	const char *file;         /* bytes, from the folder that paths are told from */
	struct location location; /* line 0: the file as a whole */
	const char *check;        /* rule id, "suppression", "policy" or "error" */
	const char *title;
	const char *message;     /* beside the title and the file */
	const char *sentence;    /* beside the file alone */
	const char *fingerprint; /* or NULL, for a notice */
};

typedef void (*annotation_writer)(const struct annotation *annotation, GString *out);

/* Those of an audit's findings, of what it cannot tell, and of its suppressions. */
void annotate_assessment(const struct report_options *options, const struct assessment *assessment,
	annotation_writer write, GString *out);

/* Those of expectations that are not met. */
void annotate_expectations(const struct report_options *options,
	const struct verification *verification, annotation_writer write, GString *out);

void annotate_failure(const struct report_options *options, const struct failure *failure,
	annotation_writer write, GString *out);

/* Those of a list of suppressions, or of NULL; none for one that does what it is there for. */
void annotate_suppressions(const struct report_options *options, const GPtrArray *suppressions,
	annotation_writer write, GString *out);

#endif
