/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A job: what one worker is asked to do, a host to ask or a name to resolve.
 */
#ifndef POPSEAL_SCAN_JOB_H
#define POPSEAL_SCAN_JOB_H

#include "scan/item.h"
#include "scan/message.h"
#include "scan/quota.h"

enum {
	JOB_FINDINGS_MAX = 64, /* of one severity, of one endpoint */
};

struct job {
	struct quota_ticket ticket; /* first: a ticket is found again as its job */
	struct item *item;
	uint64_t id;
	uint32_t begun; /* when it was sent last: the round of the pace */
	uint16_t worker;
	uint16_t endpoints;
	uint8_t deaths; /* of workers that had it */
	bool resolves;
	GPtrArray *failures; /* of its endpoints, until the result comes; NULL = none */
	guint length;        /* of message */
	guint8 message[];    /* for the worker */
};

/* Makes a job of the message, which has been packed already. */
struct job *job_new(struct item *item, const struct message_host *host, const GByteArray *packed);
void job_free(struct job *job);

/* For a set of jobs: by their ids. */
guint job_hash(const void *job);
gboolean job_equal(const void *a, const void *b);

/* How many failures are kept. */
guint job_failures(const struct job *job);

/*
 * Whether the result can be this job's: each of its endpoints has a verdict or has failed, and the
 * records are whole lines. What the records say is not looked at.
 */
bool job_fits(const struct job *job, const struct message_result *result);

#endif
