/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A finding: a rule that failed on a subject (or that could not be answered),
 * with the evidence that it rests on.
 */
#ifndef POPSEAL_MODEL_FINDING_H
#define POPSEAL_MODEL_FINDING_H

#include <glib.h>
#include <stdbool.h>

#include "model/config_facts.h"
#include "model/verdict.h"

/* In rising order, so that two of them compare with <. */
enum severity {
	SEVERITY_INFO,
	SEVERITY_LOW,
	SEVERITY_MEDIUM,
	SEVERITY_HIGH,
	SEVERITY_NONE, /* of --fail-on only: higher than every finding */
};

enum outcome {
	PASS,
	FAIL,
	UNKNOWN,
	NOT_APPLICABLE,
};

enum {
	FINDING_EVIDENCE_MAX = 8
};

/* Who has said that a finding does not count. */
enum suppressed {
	SUPPRESSED_NOT,
	SUPPRESSED_IN_SOURCE, /* a comment in the configuration (model/suppression.h) */
	SUPPRESSED_EXTERNAL,  /* a policy */
};

struct finding {
	const char *rule;     /* id, static */
	const char *title;    /* static */
	enum outcome outcome; /* FAIL or UNKNOWN */
	enum severity severity;
	enum confidence confidence;
	struct location location;             /* in a configuration; its strings are the facts' */
	const char *line;                     /* what stands there; the facts', or NULL */
	const char *reach;                    /* whom it lets in, and where; the facts', or NULL */
	char *message;                        /* owned; one sentence */
	char *evidence[FINDING_EVIDENCE_MAX]; /* owned; escaped, secrets removed */
	size_t evidence_count;
	char *remedy;                  /* owned; one line */
	char *reproduce;               /* owned; the command that shows it by hand; may be NULL */
	char *settle;                  /* owned; for UNKNOWN: what would settle it */
	const char *const *references; /* static, NULL-terminated */
	char *fingerprint;             /* owned; of configurations (model/fingerprint.h); or NULL */
	bool known;                    /* a baseline has it */
	enum suppressed suppressed;
	char *reason; /* owned; why it is suppressed */
	char *until;  /* owned; the last day on which it is; NULL: for good */
};

/* Whether it is to be acted on: neither known nor suppressed. Others change no exit code. */
bool finding_counts(const struct finding *finding);

/* Says that it is suppressed; reason and until (or NULL) are copied. What was said first stays. */
void finding_suppress(struct finding *finding, enum suppressed by, const char *reason,
	const char *until);

/* Returns "info", "low", "medium", "high" or "none". */
const char *severity_word(enum severity severity);

/* Sets *severity and returns true if word is one of the words above. */
bool severity_parse(const char *word, enum severity *severity);

/* Replaces the message. */
void finding_say(struct finding *finding, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Adds a piece of evidence (copied); past FINDING_EVIDENCE_MAX it is dropped. NULL is a no-op. */
void finding_cite(struct finding *finding, const char *evidence);

/* Replaces the line that reproduces it (copied); %-formatted. */
void finding_reproduce(struct finding *finding, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Says what would settle an UNKNOWN (copied). */
void finding_settle(struct finding *finding, const char *settle);

/* Frees what a finding owns, but not the finding. */
void finding_clear(struct finding *finding);

/* Frees a finding made by g_new0; NULL is a no-op. */
void finding_free(struct finding *finding);

#endif
