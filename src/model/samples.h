/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Samples: the same endpoint asked several times, because several servers may
 * stand behind one address. What is compared is what the server did; not ids,
 * times and names of hosts, and not what an answer is missing of.
 */
#ifndef POPSEAL_MODEL_SAMPLES_H
#define POPSEAL_MODEL_SAMPLES_H

#include "model/facts.h"

enum {
	SAMPLES_MAX = 16, /* of one endpoint */
	SAMPLES_WORD_MAX = FACTS_MECHANISM_MAX + 5,
	SAMPLES_DIFFERENCES_MAX = 16, /* that are kept */
};

struct difference {
	char what[SAMPLES_WORD_MAX + 1]; /* "greeting", "capa", "user", "auth-plain", ... */
	char *one;                       /* owned; lines as in a transcript, escaped */
	char *other;                     /* owned */
};

struct samples {
	unsigned asked;
	unsigned answered; /* those of them that brought an answer of any kind */
	size_t difference_count;
	struct difference differences[SAMPLES_DIFFERENCES_MAX];
};

enum likeness {
	LIKENESS_EQUAL,  /* the same answers to the same questions */
	LIKENESS_PARTLY, /* nothing differs, but one of them left questions unanswered */
	LIKENESS_NONE,   /* something differs */
};

/* Returns whether there was an answer of any kind: a refused connection is one, silence is none. */
bool sample_answers(const struct facts *facts);

/*
 * Compares two samples, and adds what differs to samples->differences, each `what` once. Nothing of
 * the facts is kept.
 */
enum likeness samples_compare(struct samples *samples, const struct facts *one,
	const struct facts *other);

/* Frees samples made by g_new0; NULL is a no-op. */
void samples_free(struct samples *samples);

#endif
