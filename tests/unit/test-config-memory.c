/* SPDX-License-Identifier: Apache-2.0 */
#include "test-config-source.h"

#include <fnmatch.h>
#include <string.h>

#include "products/config.h"

static bool
is_outside(const struct memory_source *memory, const char *path)
{
	return memory->outside != NULL && g_str_has_prefix(path, memory->outside);
}

static const struct config_text *
read_path(struct config_source *source, const char *path, enum source_outcome *outcome)
{
	struct memory_source *memory = (struct memory_source *)source;

	for (size_t i = 0; memory->files[i].path != NULL; i++) {
		if (!g_str_equal(memory->files[i].path, path))
			continue;
		memory->texts[i] = (struct config_text){ path, path, memory->files[i].text,
			strlen(memory->files[i].text) };
		memory->texts[i].path = memory->texts[i].shown = memory->files[i].path;
		if (outcome != NULL)
			*outcome = SOURCE_FOUND;
		return &memory->texts[i];
	}
	if (outcome != NULL)
		*outcome = is_outside(memory, path) ? SOURCE_OUTSIDE : SOURCE_ABSENT;
	return NULL;
}

static gint
by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static GPtrArray *
match(struct config_source *source, const char *pattern, bool braces, enum source_outcome *outcome)
{
	struct memory_source *memory = (struct memory_source *)source;
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);

	(void)braces;
	for (size_t i = 0; memory->files[i].path != NULL; i++)
		if (fnmatch(pattern, memory->files[i].path, FNM_PATHNAME | FNM_PERIOD) == 0)
			g_ptr_array_add(paths, g_strdup(memory->files[i].path));
	g_ptr_array_sort(paths, by_name);
	if (outcome != NULL)
		*outcome = paths->len > 0 ? SOURCE_FOUND : SOURCE_ABSENT;
	return paths;
}

static void
look_at(struct config_source *source, const char *path, struct source_look *look)
{
	struct memory_source *memory = (struct memory_source *)source;
	g_autofree char *below = g_strconcat(path, "/", NULL);

	*look = (struct source_look){ .outcome = SOURCE_ABSENT, .shown = path };
	if (is_outside(memory, path))
		look->outcome = SOURCE_OUTSIDE;
	for (size_t i = 0; memory->files[i].path != NULL; i++) {
		bool is_folder = g_str_has_prefix(memory->files[i].path, below);

		if (is_folder || g_str_equal(memory->files[i].path, path)) {
			look->outcome = SOURCE_FOUND;
			look->is_folder = is_folder;
		}
	}
}

void
memory_source_init(struct memory_source *memory, const struct memory_file *files)
{
	*memory = (struct memory_source){ .source = { read_path, match, look_at } };
	for (size_t i = 0; files[i].path != NULL; i++) {
		g_assert(i + 1 < MEMORY_FILES_MAX);
		memory->files[i] = files[i];
	}
}

struct facts *
memory_assess(struct memory_source *memory, const char *product, const char *root,
	const char *version)
{
	const struct product *room = product_find(product);
	struct facts *facts = facts_new();
	struct config_facts *config = config_facts_new(facts, room->name, room->title);
	struct config_reading reading = {
		.facts = facts,
		.source = &memory->source,
		.root = root,
		.version = version,
	};

	config->root = root;
	config->remedy = room->remedy;
	room->config->read(&reading);
	config_verdict_decide(facts);
	return facts;
}
