/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal: a folder for each change, with what was before and what it became. It lies outside
 * of every configuration, so that no server reads a copy. An entry is on the disk before what it
 * tells of is done.
 */
#ifndef POPSEAL_FIX_JOURNAL_H
#define POPSEAL_FIX_JOURNAL_H

#include <glib.h>

#include "model/change.h"

#define JOURNAL_DEFAULT "/var/lib/popseal"

struct journal {
	char *state; /* the folder that the user named */
	char *changes;
	int lock; /* held while it is open */
};

/*
 * Opens the journal and waits for nobody: NULL and *error where another process has it, or it
 * cannot be made. With `read_only` nothing is made or locked; *error is unset where there is none.
 */
struct journal *journal_open(const char *state, bool read_only, GError **error);
void journal_close(struct journal *journal); /* NULL is a no-op */

/* Gives the change an id that no other has, and its folder with the files' contents. */
bool journal_begin(struct journal *journal, struct change *change, GError **error);

/* Writes the change's state; on the disk when it returns. */
bool journal_save(struct journal *journal, struct change *change, GError **error);

/* All changes, oldest first; a new array of struct change. Entries that are damaged are told. */
GPtrArray *journal_all(const struct journal *journal, GPtrArray *damaged);

/* Whether the word has the form of an id. */
bool journal_is_id(const char *word);

/* The change of that id; NULL and *error. */
struct change *journal_find(const struct journal *journal, const char *id, GError **error);

/* The file that holds what the change's file number `i` becomes; a new string. */
char *journal_staged(const struct journal *journal, const struct change *change, guint i);

#endif
