/* SPDX-License-Identifier: Apache-2.0 */
#include "fix/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fix/durable.h"
#include "fix/manifest.h"

#define ENTRY "change.json"

enum {
	ID_TRIES = 100,
	LOCK_MODE = 0600,
};

static struct journal *
make(const char *state)
{
	struct journal *journal = g_new0(struct journal, 1);

	journal->state = g_canonicalize_filename(state, NULL);
	journal->changes = g_build_filename(journal->state, "changes", NULL);
	journal->lock = -1;
	return journal;
}

static bool
take_lock(struct journal *journal, GError **error)
{
	g_autofree char *path = g_build_filename(journal->state, "lock", NULL);

	journal->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, LOCK_MODE);
	if (journal->lock >= 0 && flock(journal->lock, LOCK_EX | LOCK_NB) == 0)
		return true;
	if (errno == EWOULDBLOCK)
		g_set_error(error, MANIFEST_ERROR, 0,
			"%s: another popseal fix is at work with this journal", journal->state);
	else
		g_set_error(error, MANIFEST_ERROR, 0, "%s: %s", path, g_strerror(errno));
	return false;
}

/* What others may write says nothing of what we have done; and we would do what it says. */
static bool
is_ours(const char *path, GError **error)
{
	struct stat status;

	if (stat(path, &status) != 0) {
		g_set_error(error, MANIFEST_ERROR, 0, "%s: %s", path, g_strerror(errno));
		return false;
	}
	if ((status.st_uid == geteuid() || status.st_uid == 0) &&
		(status.st_mode & (S_IWGRP | S_IWOTH)) == 0)
		return true;
	g_set_error(error, MANIFEST_ERROR, 0,
		"%s: others than you and root may write here: this is no journal to act by", path);
	return false;
}

/* Whether the folder can be looked into; without *error where there is none. */
static bool
is_readable(const char *path, GError **error)
{
	GDir *folder;

	if (access(path, F_OK) != 0 && errno == ENOENT)
		return false;
	folder = g_dir_open(path, 0, error);
	if (folder == NULL)
		return false;
	g_dir_close(folder);
	return true;
}

struct journal *
journal_open(const char *state, bool read_only, GError **error)
{
	struct journal *journal = make(state != NULL ? state : JOURNAL_DEFAULT);

	if (read_only && is_readable(journal->changes, error))
		return journal;
	if (!read_only && durable_folder(journal->changes, error) &&
		is_ours(journal->state, error) && is_ours(journal->changes, error) &&
		take_lock(journal, error))
		return journal;
	journal_close(journal);
	return NULL;
}

void
journal_close(struct journal *journal)
{
	if (journal == NULL)
		return;
	if (journal->lock >= 0)
		close(journal->lock);
	g_free(journal->state);
	g_free(journal->changes);
	g_free(journal);
}

/* --- entries ---------------------------------------------------------------------------------- */

static char *
path_of(const struct journal *journal, const char *id, const char *name)
{
	return g_build_filename(journal->changes, id, name, NULL);
}

static char *
numbered(const struct journal *journal, const struct change *change, guint i, const char *what)
{
	g_autofree char *name = g_strdup_printf("%u.%s", i, what);

	return path_of(journal, change->id, name);
}

char *
journal_staged(const struct journal *journal, const struct change *change, guint i)
{
	return numbered(journal, change, i, "after");
}

/* By the time, so that the names sort as the changes came. */
static bool
make_id(struct journal *journal, struct change *change, GError **error)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *time = g_date_time_format(now, "%Y%m%d-%H%M%S");

	for (unsigned i = 1; i < ID_TRIES; i++) {
		g_autofree char *id = g_strdup_printf("%s-%02u", time, i);
		g_autofree char *folder = path_of(journal, id, NULL);

		if (g_file_test(folder, G_FILE_TEST_EXISTS))
			continue;
		g_free(change->id);
		change->id = g_steal_pointer(&id);
		return durable_folder(folder, error);
	}
	g_set_error(error, MANIFEST_ERROR, 0, "%s: too many changes in one second",
		journal->changes);
	return false;
}

bool
journal_begin(struct journal *journal, struct change *change, GError **error)
{
	if (!make_id(journal, change, error))
		return false;
	for (guint i = 0; i < change->files->len; i++) {
		const struct change_file *file = g_ptr_array_index(change->files, i);
		g_autofree char *before = numbered(journal, change, i, "before");
		g_autofree char *after = numbered(journal, change, i, "after");

		if (!durable_write(before, file->before, error) ||
			!durable_write(after, file->after, error))
			return false;
	}
	return journal_save(journal, change, error);
}

bool
journal_save(struct journal *journal, struct change *change, GError **error)
{
	g_autofree char *path = path_of(journal, change->id, ENTRY);
	g_autoptr(GBytes) bytes = NULL;

	change->changed = g_get_real_time();
	if (change_has_ended(change) && change->ended == 0)
		change->ended = change->changed;
	bytes = manifest_write(change);
	return durable_write(path, bytes, error);
}

/* --- reading ---------------------------------------------------------------------------------- */

/* An id is a name in the folder: nothing that leads out of it. */
bool
journal_is_id(const char *id)
{
	return g_regex_match_simple("^[0-9]{8}-[0-9]{6}-[0-9]{2}\\z", id, 0, 0);
}

struct change *
journal_find(const struct journal *journal, const char *id, GError **error)
{
	g_autofree char *path = path_of(journal, id, ENTRY);
	g_autoptr(GBytes) bytes = NULL;

	if (!journal_is_id(id) || !g_file_test(path, G_FILE_TEST_EXISTS)) {
		g_set_error(error, MANIFEST_ERROR, 0, "%s: no such change in %s", id,
			journal->state);
		return NULL;
	}
	bytes = durable_read(path, MANIFEST_MAX, error);
	return bytes != NULL ? manifest_read(bytes, path, error) : NULL;
}

static gint
by_name(gconstpointer a, gconstpointer b)
{
	return g_strcmp0(*(const char *const *)a, *(const char *const *)b);
}

static GPtrArray *
ids_of(const struct journal *journal)
{
	GPtrArray *ids = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GDir) folder = g_dir_open(journal->changes, 0, NULL);
	const char *name;

	while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
		g_autofree char *entry = path_of(journal, name, ENTRY);

		/* A folder without an entry is of a change that never began. */
		if (journal_is_id(name) && g_file_test(entry, G_FILE_TEST_EXISTS))
			g_ptr_array_add(ids, g_strdup(name));
	}
	g_ptr_array_sort(ids, by_name);
	return ids;
}

GPtrArray *
journal_all(const struct journal *journal, GPtrArray *damaged)
{
	GPtrArray *all = g_ptr_array_new_with_free_func((GDestroyNotify)change_free);
	g_autoptr(GPtrArray) ids = ids_of(journal);

	for (guint i = 0; i < ids->len; i++) {
		GError *error = NULL;
		struct change *change = journal_find(journal, g_ptr_array_index(ids, i), &error);

		if (change != NULL)
			g_ptr_array_add(all, change);
		else
			g_ptr_array_add(damaged, error);
	}
	return all;
}
