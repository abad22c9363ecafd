/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An assessment: facts, verdict and findings about one subject. All that is
 * downstream (reports, exit codes, the store, fixes) knows assessments only.
 */
#ifndef POPSEAL_MODEL_ASSESSMENT_H
#define POPSEAL_MODEL_ASSESSMENT_H

#include <glib.h>

#include "model/facts.h"
#include "model/finding.h"

struct assessment {
	struct facts *facts; /* owned */
	GPtrArray *findings; /* of struct finding, owned; outcome FAIL, gravest first */
	GPtrArray *unknowns; /* of struct finding, owned; outcome UNKNOWN */
	/* of struct suppression (model/suppression.h), owned: in the files; NULL: not looked for */
	GPtrArray *suppressions;
};

/* A target, file or line that failed. */
struct failure {
	int64_t time;        /* µs since the epoch */
	const char *subject; /* the target, file or file:line, as the user wrote it */
	const char *message;
	bool usage; /* the user wrote it wrong (exit 3); else an operational error (exit 4) */
};

/* What became of a run's targets: an address of a range, a name, a line of input. */
struct target_counts {
	uint64_t read;     /* all that were named or read; the sum of the others */
	uint64_t asked;    /* to the end, with at least one record */
	uint64_t skipped;  /* addresses of networks that are never asked */
	uint64_t excluded; /* by --exclude */
	uint64_t doubles;  /* asked already, as another target */
	uint64_t failed;   /* lines that are wrong, names without address, ... */
	uint64_t not_done; /* the run ended before */
};

/* The totals of one run: the last record. */
struct summary {
	int64_t started;      /* µs since the epoch */
	int64_t duration;     /* µs */
	uint64_t hosts;       /* asked to the end */
	uint64_t hosts_total; /* known to be asked; 0 = not known */
	uint64_t endpoints;
	uint64_t configs;
	uint64_t verdicts[4];  /* by enum verdict_value */
	uint64_t findings[4];  /* by enum severity; those that count */
	uint64_t known;        /* findings that a baseline has */
	uint64_t suppressed;   /* findings that a comment or a policy has excused */
	uint64_t errors;       /* all failures */
	uint64_t usage_errors; /* those of them that the user wrote wrong */
	struct target_counts targets;
	int64_t hosts_more; /* than targets: a name's addresses, less what is no host */
	uint64_t seed;
	unsigned shard; /* from 1; 0 = the whole */
	unsigned shards;
	bool interrupted;
	/* Of verify (model/verification.h): */
	uint64_t expectations[3]; /* by enum expectation_state */
	bool days_known;
	int64_t days_left; /* of the certificate that ends first; below zero: past */
	int64_t handshake; /* µs of the slowest; 0 = none was measured */
	/* Of fix: */
	bool is_of_changes; /* and has no hosts or endpoints */
	uint64_t changes;
	/* Of audit, NULL without baseline or policy; not owned: */
	const GPtrArray *gone;         /* of struct baseline_entry: known, and not found again */
	const GPtrArray *suppressions; /* of struct suppression: the policy's */
};

/* Takes over facts; the lists are empty. Free with assessment_free (NULL is a no-op). */
struct assessment *assessment_new(struct facts *facts);
void assessment_free(struct assessment *assessment);

/* g_autoptr wants a name of one word: g_autoptr(assessment_auto) x = assessment_new(...). */
typedef struct assessment assessment_auto;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(assessment_auto, assessment_free)

/* Adds the assessment, or the failure, to the totals. */
void summary_count(struct summary *summary, const struct assessment *assessment);
void summary_fail(struct summary *summary, const struct failure *failure);

/* What that rule could not tell: the first of the unknowns that are its, or NULL. */
const struct finding *assessment_unknown(const struct assessment *assessment, const char *rule);

#endif
