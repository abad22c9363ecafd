/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the halves of the fixtures' reader share: fixture.c (what a probe saw)
 * and fixture_config.c (configurations).
 */
#ifndef POPSEAL_TESTS_RULES_FIXTURE_SOURCE_H
#define POPSEAL_TESTS_RULES_FIXTURE_SOURCE_H

#include "model/facts.h"

/* The file under way, for messages. */
struct source {
	const char *path;
	GKeyFile *keys;
	struct facts *facts;
};

extern const char *const source_verdicts[];
extern const char *const source_modes[];

/* Takes the key out of the file; the caller frees its value. NULL: it is not there. */
char *source_take(struct source *source, const char *group, const char *key);
/* The same of a list with ";" between its parts. */
char **source_take_list(struct source *source, const char *group, const char *key);
/* The same, kept as long as the facts. */
const char *source_take_kept(struct source *source, const char *group, const char *key);
/* The number of the word in `words`; `otherwise` where the key is not there. */
unsigned source_take_word(struct source *source, const char *group, const char *key,
	const char *const *words, unsigned otherwise);

/* Keeps a value as long as the facts; NULL stays NULL. */
const char *source_keep(struct source *source, const char *value);
enum reason source_reason(struct source *source, const char *word);

/* Reads the group [config] and those that belong to it. */
void source_read_config(struct source *source);

#endif
