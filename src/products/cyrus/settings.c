/* SPDX-License-Identifier: Apache-2.0 */
#include "products/cyrus/settings.h"

#include <string.h>

#include "dialect/tree.h"
#include "products/cyrus/known.h"

extern const struct dialect dialect_imapd;

/* --- finding ---------------------------------------------------------------------------------- */

const struct cyrus_setting *
cyrus_settings_find_general(const struct cyrus_settings *settings, const char *option)
{
	return g_hash_table_lookup(settings->by_key, option);
}

const struct cyrus_setting *
cyrus_settings_find(const struct cyrus_settings *settings, const char *service, const char *option)
{
	g_autofree char *prefix = service != NULL ? g_ascii_strdown(service, -1) : NULL;
	g_autofree char *key = g_strdup_printf("%s_%s", prefix != NULL ? prefix : "", option);
	const struct cyrus_setting *own =
		service != NULL ? g_hash_table_lookup(settings->by_key, key) : NULL;

	return own != NULL ? own : cyrus_settings_find_general(settings, option);
}

const struct cyrus_setting *
cyrus_settings_find_bad(const struct cyrus_settings *settings, const char *service,
	const char *version)
{
	const char *option;

	for (size_t i = 0; (option = cyrus_known_option(i)) != NULL; i++) {
		const struct cyrus_setting *setting =
			cyrus_settings_find(settings, service, option);

		if (setting != NULL && cyrus_is_refused(option, setting->value, version))
			return setting;
	}
	return NULL;
}

/* --- reading ---------------------------------------------------------------------------------- */

struct reader {
	struct config_reading *reading;
	struct cyrus_settings *settings;
	bool is_masters;
	unsigned depth;
	struct location last; /* in the file being read, ... */
	size_t last_at;       /* ... and its offset */
};

/* A location at or after the last one: a file of many settings is walked through once. */
static struct location
locate(struct reader *reader, const struct config_text *text, size_t offset)
{
	const char *at = text->bytes + reader->last_at;
	size_t left = offset - reader->last_at;
	const char *newline;

	while ((newline = memchr(at, '\n', left)) != NULL) {
		left -= (size_t)(newline + 1 - at);
		at = newline + 1;
		reader->last.line++;
		reader->last.column = 1;
	}
	reader->last.column += (unsigned)left;
	reader->last_at = offset;
	return reader->last;
}

/* What makes Cyrus refuse the file. */
static void
refuse(struct reader *reader, enum reason reason, struct location location, const char *line,
	const char *message)
{
	struct facts *facts = reader->reading->facts;
	struct config_doubt *doubt;
	struct config_note *note;

	reader->settings->is_broken = true;
	if (facts->config->doubts->len >= CONFIG_DOUBTS_MAX)
		return;
	doubt = config_add_doubt(facts, reason);
	note = config_add_note(facts, CONFIG_NOTE_INVALID);
	doubt->fatal = reader->is_masters;
	doubt->location = note->location = location;
	doubt->line = note->line = line;
	doubt->message = note->message = message;
	doubt->settle = "cyr_info conf-lint; the log of Cyrus' master";
}

static void
take_setting(struct reader *reader, const struct config_text *text, const struct node *node)
{
	struct config_reading *reading = reader->reading;
	struct cyrus_setting *setting = g_new0(struct cyrus_setting, 1);
	const struct cyrus_setting *before =
		g_hash_table_lookup(reader->settings->by_key, node->key);

	setting->key = facts_keep(reading->facts, node->key, strlen(node->key));
	setting->value = facts_keep(reading->facts, node->value, strlen(node->value));
	setting->location = locate(reader, text, node->key_at.start);
	setting->line = config_line(reading, text, node->key_at.start);
	if (before != NULL) {
		g_autofree char *first = location_text(&before->location);

		refuse(reader, REASON_INVALID, setting->location, setting->line,
			facts_printf(reading->facts,
				"%s is given twice (first in %s): Cyrus does not start.",
				setting->key, first));
		g_free(setting);
		return;
	}
	if (cyrus_is_refused(setting->key, setting->value, reading->version))
		refuse(reader, REASON_INVALID, setting->location, setting->line,
			facts_printf(reading->facts,
				"Cyrus does not start: it cannot read this value of %s.",
				setting->key));
	g_hash_table_insert(reader->settings->by_key, g_strdup(setting->key), setting);
}

static void read_file(struct reader *reader, const struct config_text *text);

static void
take_include(struct reader *reader, const struct config_text *text, const struct node *node)
{
	struct config_reading *reading = reader->reading;
	struct location location = locate(reader, text, node->key_at.start);
	const char *line = config_line(reading, text, node->key_at.start);
	const struct config_text *included = NULL;
	enum source_outcome outcome = SOURCE_TOO_LARGE;
	struct config_doubt *doubt;

	if (g_hash_table_contains(reader->settings->files, node->value)) {
		refuse(reader, REASON_INVALID, location, line,
			facts_printf(reading->facts, "%s is included twice: Cyrus does not start.",
				node->value));
		return;
	}
	if (node->value[0] == '/' && reader->depth < SOURCE_DEPTH_MAX)
		included = reading->source->read(reading->source, node->value, &outcome);
	if (included != NULL) {
		read_file(reader, included);
		return;
	}
	reader->settings->is_whole = false;
	if (outcome == SOURCE_ABSENT) {
		refuse(reader, REASON_INCLUDE_MISSING, location, line,
			facts_printf(reading->facts,
				"%s is included and not there: Cyrus does not start.",
				node->value));
		return;
	}
	doubt = config_add_doubt(reading->facts, REASON_UNREADABLE);
	doubt->location = location;
	doubt->line = line;
	doubt->message = facts_printf(reading->facts, "%s is included: %s.", node->value,
		node->value[0] == '/' ? source_outcome_words(outcome) :
					"a name without a folder, relative to where Cyrus runs");
	doubt->settle = "cyr_info conf-all";
}

static void
take_wrong(struct reader *reader, const struct config_text *text, const struct node *node)
{
	struct config_reading *reading = reader->reading;

	refuse(reader, REASON_INVALID, locate(reader, text, node->all.start),
		config_line(reading, text, node->all.start),
		facts_printf(reading->facts, "Cyrus does not start: %s.", node->problem));
}

static void
read_file(struct reader *reader, const struct config_text *text)
{
	struct tree *tree = dialect_imapd.parse(text->bytes, text->length);
	struct location outer = reader->last;
	size_t outer_at = reader->last_at;

	g_ptr_array_add(reader->settings->trees, tree);
	g_hash_table_add(reader->settings->files, g_strdup(text->path));
	reader->last = config_location(reader->reading, text, 0);
	reader->last_at = 0;
	reader->depth++;
	for (const struct node *node = tree->root.first; node != NULL; node = node->next) {
		struct config_note *note;

		if (node->kind == NODE_SETTING) {
			take_setting(reader, text, node);
		} else if (node->kind == NODE_INCLUDE) {
			take_include(reader, text, node);
		} else if (node->kind == NODE_WRONG) {
			take_wrong(reader, text, node);
		} else if (node->problem != NULL) {
			note = config_add_note(reader->reading->facts, CONFIG_NOTE_INVALID);
			note->location = locate(reader, text, node->all.start);
			note->line = config_line(reader->reading, text, node->all.start);
			note->message =
				facts_printf(reader->reading->facts, "Cyrus: %s.", node->problem);
		}
	}
	reader->last = outer;
	reader->last_at = outer_at;
	reader->depth--;
}

/* Cyrus has no default for it. */
static void
check_directory(struct reader *reader)
{
	const struct cyrus_settings *settings = reader->settings;

	if (settings->is_whole && !settings->is_broken &&
		!g_hash_table_contains(settings->by_key, "configdirectory"))
		refuse(reader, REASON_INVALID, (struct location){ .file = settings->shown }, NULL,
			"Cyrus does not start: configdirectory is not set.");
}

struct cyrus_settings *
cyrus_settings_read(struct config_reading *reading, const char *path, bool is_masters)
{
	struct cyrus_settings *settings = g_new0(struct cyrus_settings, 1);
	struct reader reader = {
		.reading = reading,
		.settings = settings,
		.is_masters = is_masters,
	};
	const struct config_text *text = config_read(reading, path);
	struct source_look look;

	reading->source->look(reading->source, path, &look);
	settings->path = facts_keep(reading->facts, path, strlen(path));
	settings->shown = facts_keep(reading->facts, look.shown, strlen(look.shown));
	settings->by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	settings->files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	settings->trees = g_ptr_array_new_with_free_func((GDestroyNotify)tree_free);
	settings->is_whole = text != NULL;
	if (text != NULL)
		read_file(&reader, text);
	check_directory(&reader);
	return settings;
}

void
cyrus_settings_free(struct cyrus_settings *settings)
{
	if (settings == NULL)
		return;
	g_hash_table_unref(settings->by_key);
	g_hash_table_unref(settings->files);
	g_ptr_array_unref(settings->trees);
	g_free(settings);
}

/* --- files ------------------------------------------------------------------------------------ */

void
cyrus_files_init(struct cyrus_files *files, struct config_reading *reading)
{
	files->reading = reading;
	files->main_path = source_resolve(reading->root, "imapd.conf");
	files->settings = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
		(GDestroyNotify)cyrus_settings_free);
}

void
cyrus_files_clear(struct cyrus_files *files)
{
	g_hash_table_unref(files->settings);
	g_free(files->main_path);
}

/* A relative `-C` is relative to where Cyrus runs: taken as beside the master's. */
const struct cyrus_settings *
cyrus_files_settings(struct cyrus_files *files, const char *config)
{
	g_autofree char *path = config != NULL ? source_resolve(files->main_path, config) :
						 g_strdup(files->main_path);
	struct cyrus_settings *settings = g_hash_table_lookup(files->settings, path);

	if (settings == NULL) {
		settings = cyrus_settings_read(files->reading, path,
			g_str_equal(path, files->main_path));
		g_hash_table_insert(files->settings, g_strdup(settings->path), settings);
	}
	return settings;
}
