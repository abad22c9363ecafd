/* SPDX-License-Identifier: Apache-2.0 */
#include "fix/draft.h"

#include <string.h>

static void
text_free(void *data)
{
	struct draft_text *text = data;

	g_free(text->path);
	g_free(text->shown);
	g_bytes_unref(text->before);
	g_bytes_unref(text->after);
	g_free(text);
}

/* Reads the files anew, with the edited ones in place of theirs. */
static void
read_again(struct draft *draft, const struct config_files *files)
{
	struct config_files *again = config_files_again(files);
	GHashTableIter iter;
	struct draft_text *text;

	g_hash_table_iter_init(&iter, draft->edited);
	while (g_hash_table_iter_next(&iter, NULL, (void **)&text)) {
		gsize length;
		const char *bytes = g_bytes_get_data(text->after, &length);

		config_files_hold(again, text->path, text->shown, bytes, length);
	}
	facts_free(draft->facts);
	config_files_free(draft->instance.files);
	draft->instance.files = again;
	draft->facts = config_instance_read(&draft->instance, g_get_real_time(), &draft->reading);
}

struct draft *
draft_new(const struct config_instance *instance)
{
	struct draft *draft = g_new0(struct draft, 1);

	draft->instance = *instance;
	draft->instance.files = NULL;
	draft->edited = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, text_free);
	read_again(draft, instance->files);
	return draft;
}

void
draft_free(struct draft *draft)
{
	if (draft == NULL)
		return;
	facts_free(draft->facts);
	config_files_free(draft->instance.files);
	g_hash_table_unref(draft->edited);
	g_free(draft);
}

/* --- edits ------------------------------------------------------------------------------------ */

/* What is put at a place comes before what takes its place; else as they were proposed. */
static gint
by_place(gconstpointer a, gconstpointer b)
{
	const struct fix_edit *one = *(const struct fix_edit *const *)a;
	const struct fix_edit *other = *(const struct fix_edit *const *)b;

	if (one->at.start != other->at.start)
		return one->at.start < other->at.start ? -1 : 1;
	if (one->at.end != other->at.end)
		return one->at.end < other->at.end ? -1 : 1;
	return one < other ? -1 : one > other;
}

/* The edits of one text, in order; a new array. */
static GPtrArray *
edits_of(const GArray *edits, const struct config_text *text)
{
	GPtrArray *found = g_ptr_array_new();

	for (guint i = 0; i < edits->len; i++) {
		struct fix_edit *edit = &g_array_index(edits, struct fix_edit, i);

		if (edit->text == text)
			g_ptr_array_add(found, edit);
	}
	g_ptr_array_sort(found, by_place);
	return found;
}

static void
edit_text(struct draft *draft, const GArray *edits, const struct config_text *text)
{
	g_autoptr(GPtrArray) found = edits_of(edits, text);
	g_autoptr(GArray) splices = g_array_new(FALSE, FALSE, sizeof(struct edit));
	struct draft_text *edited = g_hash_table_lookup(draft->edited, text->path);
	GString *spliced;

	for (guint i = 0; i < found->len; i++) {
		const struct fix_edit *edit = g_ptr_array_index(found, i);
		const struct edit splice = { edit->at, edit->bytes };

		g_array_append_val(splices, splice);
	}
	if (found->len == 0)
		return;
	spliced = tree_splice(text->bytes, text->length, &g_array_index(splices, struct edit, 0),
		splices->len);
	if (spliced == NULL) /* never of a room whose spans are a tree's */
		return;
	if (edited == NULL) {
		edited = g_new0(struct draft_text, 1);
		edited->path = g_strdup(text->path);
		edited->shown = g_strdup(text->shown);
		edited->before = g_bytes_new(text->bytes, text->length);
		g_hash_table_insert(draft->edited, edited->path, edited);
	} else {
		g_bytes_unref(edited->after);
	}
	edited->after = g_string_free_to_bytes(spliced);
}

static void
clear_edit(void *data)
{
	struct fix_edit *edit = data;

	g_free(edit->bytes);
}

bool
draft_edit(struct draft *draft, const struct product_fix *fix, struct fixing *fixing)
{
	g_autoptr(GArray) edits = g_array_new(FALSE, TRUE, sizeof(struct fix_edit));
	const GPtrArray *texts = config_files_texts(draft->instance.files);
	bool some;

	g_array_set_clear_func(edits, clear_edit);
	fixing->reading = &draft->reading;
	fixing->texts = texts;
	fixing->edits = edits;
	fix->propose(fixing);
	draft->restart |= fixing->restart;
	some = edits->len > 0;
	for (guint i = 0; i < texts->len; i++)
		edit_text(draft, edits, g_ptr_array_index(texts, i));
	if (some)
		read_again(draft, draft->instance.files);
	return some;
}
