/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/job.h"

#include <string.h>

struct job *
job_new(struct item *item, const struct message_host *host, const GByteArray *packed)
{
	struct job *job = g_malloc0(sizeof(*job) + packed->len);

	job->id = host->id;
	job->item = item;
	job->endpoints = (uint16_t)host->ports.count;
	job->length = packed->len;
	memcpy(job->message, packed->data, packed->len);
	return job;
}

void
job_free(struct job *job)
{
	g_clear_pointer(&job->failures, g_ptr_array_unref);
	g_free(job);
}

guint
job_failures(const struct job *job)
{
	return job->failures == NULL ? 0 : job->failures->len;
}

static bool
verdicts_fit(const struct message_result *result)
{
	uint64_t left = result->endpoints;

	for (size_t i = 0; i < G_N_ELEMENTS(result->verdicts); i++) {
		if (result->verdicts[i] > left)
			return false;
		left -= result->verdicts[i];
	}
	return left == 0;
}

static bool
findings_fit(const struct message_result *result)
{
	for (size_t i = 0; i < G_N_ELEMENTS(result->findings); i++) {
		if (result->findings[i] > result->endpoints * JOB_FINDINGS_MAX)
			return false;
	}
	return true;
}

static bool
text_fits(const struct message_result *result)
{
	if (result->length == 0)
		return true; /* a report may have nothing to say */
	return result->endpoints > 0 && result->text[result->length - 1] == '\n';
}

bool
job_fits(const struct job *job, const struct message_result *result)
{
	return result->endpoints <= job->endpoints &&
		result->endpoints + job_failures(job) == job->endpoints && verdicts_fit(result) &&
		findings_fit(result) && text_fits(result);
}

guint
job_hash(const void *job)
{
	const struct job *of = job;

	return (guint)(of->id ^ of->id >> 32);
}

gboolean
job_equal(const void *a, const void *b)
{
	const struct job *x = a;
	const struct job *y = b;

	return x->id == y->id;
}
