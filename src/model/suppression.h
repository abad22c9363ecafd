/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Suppressions: somebody has looked at a finding, and says why it may stay and
 * until when. A comment in the configuration itself,
 *
 *	# popseal: ignore config-permits until=2027-01-31 reason="moved by January"
 *
 * (also behind `;`, `//` and `<!--`), is about the setting on its line, or, where it has a line of
 * its own, about the next line that is no such comment. Those in the lines that begin a file are
 * also about what stands at no line: a default, a file's mode. A reason is required.
 */
#ifndef POPSEAL_MODEL_SUPPRESSION_H
#define POPSEAL_MODEL_SUPPRESSION_H

#include "model/assessment.h"

enum {
	SUPPRESSIONS_MAX = 1024,     /* of one configuration */
	SUPPRESSION_TEXT_MAX = 1024, /* octets behind "popseal:" */
	SUPPRESSION_RULES_MAX = 32,
	SUPPRESSION_DAY_MAX = 16, /* octets of "2027-01-31", and some */
};

enum suppression_state {
	SUPPRESSION_UNUSED, /* nothing to suppress was found */
	SUPPRESSION_USED,
	SUPPRESSION_EXPIRED, /* its last day is over: it suppresses nothing */
	SUPPRESSION_MALFORMED,
};

struct suppression {
	enum suppressed by;
	char *file;       /* owned: where it stands, as the user may open it */
	unsigned line;    /* where it stands */
	unsigned covers;  /* the line that it is about; 0: none (the file ends) */
	bool covers_file; /* also what stands at no line of the file */
	char **rules;     /* owned; ids; NULL for a malformed one */
	char *until;      /* owned; "2027-01-31", or NULL */
	char *reason;     /* owned; as it stands there; NULL for a malformed one */
	char *complaint;  /* owned; what is wrong with a malformed one */
	enum suppression_state state;
};

void suppression_free(struct suppression *suppression); /* NULL is a no-op */

/* "unused", "used", "expired", "malformed" */
const char *suppression_state_word(enum suppression_state state);

/* Whether there is a rule of that name. */
typedef bool (*suppression_is_rule)(const char *id);

/*
 * Reads `RULE[,RULE...] [until=DATE] reason="..."`; a new suppression, malformed where the text is.
 * Without `is_rule` (NULL) each word that can be a rule's is taken for one.
 */
struct suppression *suppression_parse(const char *text, suppression_is_rule is_rule);

/* How many octets of a line (without its end) stand before such a comment, and blanks before it. */
size_t suppression_before(const char *line);

/* Adds those that stand in a file's text to assessment->suppressions. */
void suppressions_scan(struct assessment *assessment, const char *file, const char *bytes,
	size_t length, suppression_is_rule is_rule);

/* Suppresses what they are about; `today` is "2027-01-31" in UTC. */
void suppressions_apply(struct assessment *assessment, const char *today);

/*
 * Suppresses the finding if the suppression names its rule, and has not expired; the caller has
 * looked whether it is about this place. Returns whether it does. Updates the state.
 */
bool suppression_excuse(struct suppression *suppression, struct finding *finding,
	const char *today);

/* Marks it as expired, if its last day is over. */
void suppression_expire(struct suppression *suppression, const char *today);

/* Writes the day of a time (µs since the epoch), and returns buffer. */
const char *suppression_day(int64_t time, char buffer[SUPPRESSION_DAY_MAX]);

#endif
