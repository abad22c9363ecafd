/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A folder that stands for the server's own is a copy, whose owner and group are the copyist's.
 * So they count only on this host, or where root owns the file; what all may do counts everywhere.
 */
#include "products/config_access.h"

#include <string.h>

enum {
	GROUP_WRITES = 0020,
	ALL_READ = 0004,
	ALL_WRITE = 0002,
	STICKY = 01000,
};

struct config_note *
config_note_once(struct config_reading *reading, enum config_note_kind kind,
	struct location location, const char *message)
{
	const GArray *notes = reading->facts->config->notes;
	struct config_note *note;

	for (guint i = 0; i < notes->len; i++) {
		const struct config_note *each = &g_array_index(notes, struct config_note, i);

		if (each->kind == kind && each->location.line == location.line &&
			g_strcmp0(each->location.file, location.file) == 0 &&
			g_strcmp0(each->message, message) == 0)
			return NULL;
	}
	note = config_add_note(reading->facts, kind);
	note->location = location;
	note->message = message;
	return note;
}

/* Who may write it besides root, or NULL. */
static const char *
writer(struct config_reading *reading, const struct source_look *look)
{
	bool is_real = look->owner != NULL || look->uid == 0;

	if ((look->mode & ALL_WRITE) != 0)
		return "everybody";
	if (is_real && (look->mode & GROUP_WRITES) != 0 && look->gid != 0)
		return look->group != NULL ?
			facts_printf(reading->facts, "the group %s", look->group) :
			facts_printf(reading->facts, "the group %u", look->gid);
	if (look->owner != NULL && look->uid != 0)
		return facts_printf(reading->facts, "its owner %s", look->owner);
	return NULL;
}

static void
note_writable(struct config_reading *reading, const char *path)
{
	struct source_look look;
	const char *who;

	reading->source->look(reading->source, path, &look);
	/* In a folder like /tmp nobody replaces the files of others. */
	if (look.outcome != SOURCE_FOUND ||
		(look.is_folder && (look.mode & (ALL_WRITE | STICKY)) != ALL_WRITE))
		return;
	who = writer(reading, &look);
	if (who == NULL)
		return;
	config_note_once(reading, CONFIG_NOTE_PERMISSIONS,
		(struct location){
			.file = facts_keep(reading->facts, look.shown, strlen(look.shown)),
		},
		facts_printf(reading->facts, "%s (mode %04o) can be written by %s%s.", look.shown,
			look.mode, who,
			look.is_folder ? ", who may put another file in its place" : ""));
}

void
config_note_writable(struct config_reading *reading, const GPtrArray *texts)
{
	g_autoptr(GHashTable) folders =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < texts->len; i++) {
		const struct config_text *text = g_ptr_array_index(texts, i);
		char *folder = g_path_get_dirname(text->path);

		note_writable(reading, text->path);
		if (!g_hash_table_contains(folders, folder))
			note_writable(reading, folder);
		g_hash_table_add(folders, folder);
	}
}

void
config_note_key(struct config_reading *reading, const char *path, struct location location,
	const char *line)
{
	struct source_look look;
	struct config_note *note = NULL;

	reading->source->look(reading->source, path, &look);
	if (look.outcome == SOURCE_FOUND && !look.is_folder &&
		(look.mode & (ALL_READ | ALL_WRITE)) != 0)
		note = config_note_once(reading, CONFIG_NOTE_KEY_PERMISSIONS, location,
			facts_printf(reading->facts,
				"Everybody may %s the private key in %s (mode %04o).",
				(look.mode & ALL_READ) != 0 ? "read" : "write", look.shown,
				look.mode));
	if (note != NULL)
		note->line = line;
}

void
config_keep_pair(struct config_reading *reading, bool is_key, const char *path)
{
	struct config_facts *config = reading->facts->config;
	const char **kept = is_key ? &config->key : &config->certificate;

	*kept = facts_keep(reading->facts, path, strlen(path));
}
