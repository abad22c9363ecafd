/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A baseline: the findings that are known. What is in it changes no exit code;
 * what was in it and is not found again is told, so that it can be taken out.
 *
 * As text it has one JSON object a line, sorted, so that a change of it can be
 * read in review: a head, then a line for each finding. It does no I/O.
 */
#ifndef POPSEAL_MODEL_BASELINE_H
#define POPSEAL_MODEL_BASELINE_H

#include "model/assessment.h"

enum {
	BASELINE_MAX = 16 * 1024 * 1024, /* octets */
	BASELINE_ENTRIES_MAX = 100 * 1000,
	BASELINE_SCHEMA = 1,
};

#define POPSEAL_BASELINE_ERROR (baseline_error_quark())
GQuark baseline_error_quark(void);

/* All texts are escaped (model/escape.h), and owned. */
struct baseline_entry {
	char *rule;
	char *fingerprint;
	char *subject; /* the configuration's root */
	char *file;    /* from the folder in which it was written (model/place.h) */
	char *message;
	bool found; /* again, in this run */
};

struct baseline;

struct baseline *baseline_new(void);
void baseline_free(struct baseline *baseline); /* NULL is a no-op */

/* Reads what baseline_text has made; NULL and *error (with the line, escaped) for anything else. */
struct baseline *baseline_parse(const char *text, size_t length, GError **error);

/* Marks the findings that it has as known; they must have fingerprints. */
void baseline_apply(struct baseline *baseline, struct assessment *assessment);

/* Takes the assessment's findings in, but those that are suppressed. */
void baseline_add(struct baseline *baseline, const struct assessment *assessment, const char *base);

/* Its entries that were not found again: a new array (g_ptr_array_unref) of entries of its own. */
GPtrArray *baseline_gone(const struct baseline *baseline);

/* As text: a new string. */
char *baseline_text(const struct baseline *baseline);

#endif
