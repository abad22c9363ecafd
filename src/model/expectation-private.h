/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the two halves of the expectations share: expectation.c (words, and what
 * needs no TLS) and expectation_tls.c.
 */
#ifndef POPSEAL_MODEL_EXPECTATION_PRIVATE_H
#define POPSEAL_MODEL_EXPECTATION_PRIVATE_H

#include "model/expectation.h"

/* One endpoint under judgement, among all of its host. */
struct judgement {
	const struct expectations *wanted;
	const struct verified *subject;
	const struct verified *others;
	size_t count;
	const struct facts *facts; /* the subject's */
};

/* Writes its name, the version as people write it: "tls>=1.2". */
void name_expectation(struct expectation *expectation, const struct expectations *wanted);

/* Sets state and reason (static), and the message from a format. */
void conclude(struct expectation *expectation, enum expectation_state state, const char *reason,
	const char *format, ...) G_GNUC_PRINTF(4, 5);

/* Adds a line of evidence; past EXPECTATION_EVIDENCE_MAX it is dropped. */
void cite(struct expectation *expectation, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Says what would settle it; NULL is a no-op. */
void settle(struct expectation *expectation, const char *text);

/* Whether the endpoint answers for itself where TLS is wanted, or another one of its host does. */
bool tls_is_wanted_of(const struct judgement *judgement);

/* Whether no endpoint of the host has TLS, for sure; *why says it of this one (static). */
bool tls_is_nowhere(const struct judgement *judgement, const char **why);

void judge_tls(const struct judgement *judgement, struct expectation *expectation);
void judge_tls_version(const struct judgement *judgement, struct expectation *expectation);
void judge_cert(const struct judgement *judgement, struct expectation *expectation);
void judge_days(const struct judgement *judgement, struct expectation *expectation);
void judge_name(const struct judgement *judgement, struct expectation *expectation);

#endif
