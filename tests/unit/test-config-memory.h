/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files in memory for tests of the rooms: a source that knows nothing else.
 */
#ifndef POPSEAL_TESTS_UNIT_TEST_CONFIG_MEMORY_H
#define POPSEAL_TESTS_UNIT_TEST_CONFIG_MEMORY_H

#include <string.h>

#include "products/config.h"

struct memory_file {
	const char *path; /* NULL ends a list */
	const char *text; /* NULL: not readable */
	unsigned mode;    /* 0: 0644 */
};

struct memory {
	struct config_source source; /* first */
	const struct memory_file *files;
	struct config_text texts[16];
};

static const struct memory_file *
memory_find(const struct memory *memory, const char *path)
{
	for (const struct memory_file *file = memory->files; file->path != NULL; file++)
		if (strcmp(file->path, path) == 0)
			return file;
	return NULL;
}

static const struct config_text *
memory_read(struct config_source *source, const char *path, enum source_outcome *outcome)
{
	struct memory *memory = (struct memory *)source;
	const struct memory_file *file = memory_find(memory, path);
	struct config_text *text;

	if (outcome != NULL)
		*outcome = file == NULL    ? SOURCE_ABSENT :
			file->text == NULL ? SOURCE_UNREADABLE :
					     SOURCE_FOUND;
	if (file == NULL || file->text == NULL)
		return NULL;
	text = &memory->texts[file - memory->files];
	*text = (struct config_text){ file->path, file->path, file->text, strlen(file->text) };
	return text;
}

static GPtrArray *
memory_match(struct config_source *source, const char *pattern, bool braces,
	enum source_outcome *outcome)
{
	(void)source;
	(void)pattern;
	(void)braces;
	if (outcome != NULL)
		*outcome = SOURCE_ABSENT;
	return g_ptr_array_new_with_free_func(g_free);
}

static void
memory_look(struct config_source *source, const char *path, struct source_look *look)
{
	const struct memory_file *file = memory_find((struct memory *)source, path);

	*look = (struct source_look){ .shown = path, .outcome = SOURCE_ABSENT };
	if (file == NULL)
		return;
	look->outcome = SOURCE_FOUND;
	look->mode = file->mode != 0 ? file->mode : 0644;
}

/* Reads the files as that product's, and decides; facts_free is the caller's. */
static inline struct facts *
memory_audit(const struct product_config *product, const char *name, const char *root,
	const char *version, const struct memory_file *files)
{
	struct facts *facts = facts_new();
	struct memory memory = { { memory_read, memory_match, memory_look }, files, { { 0 } } };
	struct config_reading reading = { facts, &memory.source, root, version };

	config_facts_new(facts, name, name);
	facts->config->root = root;
	product->read(&reading);
	config_verdict_decide(facts);
	return facts;
}

static inline const struct config_listener *
listener_of(const struct facts *facts, guint i)
{
	g_assert_cmpuint(i, <, facts->config->listeners->len);
	return &g_array_index(facts->config->listeners, struct config_listener, i);
}

/* The first note of that kind; NULL where there is none. */
static inline const struct config_note *
note_of(const struct facts *facts, enum config_note_kind kind)
{
	for (guint i = 0; i < facts->config->notes->len; i++) {
		const struct config_note *note =
			&g_array_index(facts->config->notes, struct config_note, i);

		if (note->kind == kind)
			return note;
	}
	return NULL;
}

/* The line of the step that decides; 0 for a default. */
static inline unsigned
deciding_line(const struct config_listener *listener)
{
	const struct config_step *step = config_chain_last(&listener->chain);

	return step != NULL ? step->location.line : 0;
}

#endif
