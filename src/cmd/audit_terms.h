/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What audit holds its findings against: a policy, a baseline, and comments in
 * the configurations themselves.
 */
#ifndef POPSEAL_CMD_AUDIT_TERMS_H
#define POPSEAL_CMD_AUDIT_TERMS_H

#include "model/assessment.h"
#include "reports/report.h"

struct audit_terms_options {
	char *policy;   /* files, or NULL */
	char *baseline; /* to read */
	char *write;    /* a baseline to write */
};

struct audit_terms;

/* Reads the files. NULL, *error and the exit code where one cannot be read, or is not valid. */
struct audit_terms *audit_terms_new(const struct audit_terms_options *options, int *code,
	GError **error);
void audit_terms_free(struct audit_terms *terms); /* NULL is a no-op */

/* The current folder, from which paths are told. */
const char *audit_terms_base(const struct audit_terms *terms);

/* The rules of configurations, for reports. */
const struct report_rule *audit_terms_rules(const struct audit_terms *terms);

/*
 * Says of each finding whether it is known or suppressed; `texts` are the files that were read.
 * Returns what the policy expects, judged (g_ptr_array_unref); NULL: nothing of this one.
 */
GPtrArray *audit_terms_apply(struct audit_terms *terms, struct assessment *assessment,
	const GPtrArray *texts);

/* What the baseline lists in vain, after all (g_ptr_array_unref); NULL: there is no baseline. */
GPtrArray *audit_terms_gone(const struct audit_terms *terms);

/* The policy's suppressions; NULL: there is no policy. */
const GPtrArray *audit_terms_suppressions(const struct audit_terms *terms);

/* Says on standard error which groups of the policy in that file were about nothing. */
void audit_terms_tell_idle(const struct audit_terms *terms, const char *path);

/* Writes the new baseline, if one is wanted. */
bool audit_terms_finish(struct audit_terms *terms, GError **error);

#endif
