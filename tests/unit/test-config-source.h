/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A configuration source of texts in memory, and what a product's room makes of it.
 */
#ifndef TEST_CONFIG_SOURCE_H
#define TEST_CONFIG_SOURCE_H

#include "dialect/source.h"
#include "products/product.h"

enum {
	MEMORY_FILES_MAX = 16,
};

struct memory_file {
	const char *path; /* the server's name */
	const char *text;
};

struct memory_source {
	struct config_source source; /* first: it is found again by it */
	struct memory_file files[MEMORY_FILES_MAX];
	struct config_text texts[MEMORY_FILES_MAX];
	const char *outside; /* what lies below is not looked at; NULL: nothing */
};

/* Fills in the source over these files, which end with a NULL path. */
void memory_source_init(struct memory_source *memory, const struct memory_file *files);

/* Reads a configuration as the product's room does, and decides; free with facts_free. */
struct facts *memory_assess(struct memory_source *memory, const char *product, const char *root,
	const char *version);

#endif
