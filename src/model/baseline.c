/* SPDX-License-Identifier: Apache-2.0 */
#include "model/baseline.h"

#include <jansson.h>
#include <string.h>

#include "model/escape.h"
#include "model/place.h"

enum {
	FINGERPRINT_LENGTH = 64,
};

struct baseline {
	GHashTable *entries; /* fingerprint (the entry's) to struct baseline_entry, owned */
};

G_DEFINE_QUARK(popseal - baseline - error - quark, baseline_error)

static void
entry_free(void *data)
{
	struct baseline_entry *entry = data;

	g_free(entry->rule);
	g_free(entry->fingerprint);
	g_free(entry->subject);
	g_free(entry->file);
	g_free(entry->message);
	g_free(entry);
}

struct baseline *
baseline_new(void)
{
	struct baseline *baseline = g_new0(struct baseline, 1);

	baseline->entries = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, entry_free);
	return baseline;
}

void
baseline_free(struct baseline *baseline)
{
	if (baseline == NULL)
		return;
	g_hash_table_unref(baseline->entries);
	g_free(baseline);
}

/* The first one of a fingerprint stays. */
static void
take(struct baseline *baseline, struct baseline_entry *entry)
{
	if (g_hash_table_contains(baseline->entries, entry->fingerprint))
		entry_free(entry);
	else
		g_hash_table_insert(baseline->entries, entry->fingerprint, entry);
}

/* --- reading ---------------------------------------------------------------------------------- */

static bool
fail(unsigned line, const char *complaint, GError **error)
{
	if (line == 0)
		g_set_error(error, POPSEAL_BASELINE_ERROR, 0, "the baseline %s", complaint);
	else
		g_set_error(error, POPSEAL_BASELINE_ERROR, 0, "line %u: %s", line, complaint);
	return false;
}

/* The text of that key, escaped as it would have been written: a file may have been edited. */
static char *
text_of(const json_t *record, const char *key)
{
	const char *text = json_string_value(json_object_get(record, key));

	return escape_again(text != NULL ? text : "");
}

static bool
is_fingerprint(const char *text)
{
	return text != NULL && strlen(text) == FINGERPRINT_LENGTH &&
		strspn(text, "0123456789abcdef") == FINGERPRINT_LENGTH;
}

static bool
read_record(struct baseline *baseline, const json_t *record, unsigned line, GError **error)
{
	const char *type = json_string_value(json_object_get(record, "type"));
	const char *fingerprint = json_string_value(json_object_get(record, "fingerprint"));
	const char *wanted = line == 1 ? "baseline" : "known";
	struct baseline_entry *entry;

	if (json_integer_value(json_object_get(record, "schema")) != BASELINE_SCHEMA)
		return fail(line, "its schema is not 1: another popseal has written it", error);
	if (g_strcmp0(type, wanted) != 0)
		return fail(line,
			line == 1 ? "this is no baseline: audit --write-baseline writes one" :
				    "its type is not \"known\"",
			error);
	if (line == 1)
		return true;
	if (!is_fingerprint(fingerprint))
		return fail(line, "it has no fingerprint", error);
	if (g_hash_table_size(baseline->entries) == BASELINE_ENTRIES_MAX)
		return fail(line, "these are more than 100000 findings", error);
	entry = g_new0(struct baseline_entry, 1);
	entry->rule = text_of(record, "rule");
	entry->fingerprint = g_strdup(fingerprint);
	entry->subject = text_of(record, "subject");
	entry->file = text_of(record, "file");
	entry->message = text_of(record, "message");
	take(baseline, entry);
	return true;
}

static bool
read_line(struct baseline *baseline, const char *text, size_t length, unsigned line, GError **error)
{
	json_error_t problem;
	json_t *record = json_loadb(text, length, JSON_REJECT_DUPLICATES, &problem);
	bool read;

	if (!json_is_object(record)) {
		json_decref(record);
		return fail(line, "is no JSON object", error);
	}
	read = read_record(baseline, record, line, error);
	json_decref(record);
	return read;
}

struct baseline *
baseline_parse(const char *text, size_t length, GError **error)
{
	struct baseline *baseline;
	const char *end = text + length;
	unsigned line = 0;

	if (length > BASELINE_MAX || length == 0) {
		fail(0, length == 0 ? "is empty" : "is longer than 16 MiB", error);
		return NULL;
	}
	baseline = baseline_new();
	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline != NULL ? newline : end;

		if (!read_line(baseline, text, (size_t)(stop - text), ++line, error)) {
			baseline_free(baseline);
			return NULL;
		}
		text = newline != NULL ? newline + 1 : end;
	}
	return baseline;
}

/* --- findings --------------------------------------------------------------------------------- */

void
baseline_apply(struct baseline *baseline, struct assessment *assessment)
{
	for (guint i = 0; i < assessment->findings->len; i++) {
		struct finding *finding = g_ptr_array_index(assessment->findings, i);
		struct baseline_entry *entry =
			g_hash_table_lookup(baseline->entries, finding->fingerprint);

		if (entry == NULL)
			continue;
		finding->known = true;
		entry->found = true;
	}
}

static struct baseline_entry *
entry_new(const struct config_facts *config, const struct finding *finding, const char *base)
{
	struct baseline_entry *entry = g_new0(struct baseline_entry, 1);
	const char *file = finding->location.file != NULL ? finding->location.file : config->root;
	g_autofree char *root = place_relative(base, config->root);
	g_autofree char *path = place_relative(base, file);

	entry->rule = g_strdup(finding->rule);
	entry->fingerprint = g_strdup(finding->fingerprint);
	entry->subject = escape_string(root);
	entry->file = escape_string(path);
	entry->message = escape_again(finding->message);
	return entry;
}

void
baseline_add(struct baseline *baseline, const struct assessment *assessment, const char *base)
{
	for (guint i = 0; i < assessment->findings->len; i++) {
		const struct finding *finding = g_ptr_array_index(assessment->findings, i);

		if (finding->suppressed == SUPPRESSED_NOT)
			take(baseline, entry_new(assessment->facts->config, finding, base));
	}
}

static gint
by_place(gconstpointer a, gconstpointer b)
{
	const struct baseline_entry *first = *(const struct baseline_entry *const *)a;
	const struct baseline_entry *second = *(const struct baseline_entry *const *)b;
	int order = strcmp(first->file, second->file);

	if (order == 0)
		order = strcmp(first->rule, second->rule);
	return order != 0 ? order : strcmp(first->fingerprint, second->fingerprint);
}

/* All entries, or those that were not found, sorted. */
static GPtrArray *
sorted(const struct baseline *baseline, bool gone)
{
	GPtrArray *entries = g_ptr_array_new();
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, baseline->entries);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct baseline_entry *entry = value;

		if (!gone || !entry->found)
			g_ptr_array_add(entries, value);
	}
	g_ptr_array_sort(entries, by_place);
	return entries;
}

GPtrArray *
baseline_gone(const struct baseline *baseline)
{
	return sorted(baseline, true);
}

static void
append(GString *out, json_t *record)
{
	char *line = json_dumps(record, JSON_COMPACT | JSON_PRESERVE_ORDER);

	g_string_append_printf(out, "%s\n", line);
	free(line);
	json_decref(record);
}

char *
baseline_text(const struct baseline *baseline)
{
	g_autoptr(GPtrArray) entries = sorted(baseline, false);
	GString *out = g_string_new(NULL);

	append(out, json_pack("{s:i, s:s}", "schema", BASELINE_SCHEMA, "type", "baseline"));
	for (guint i = 0; i < entries->len; i++) {
		const struct baseline_entry *entry = g_ptr_array_index(entries, i);

		append(out,
			json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:s}", "schema", BASELINE_SCHEMA,
				"type", "known", "rule", entry->rule, "file", entry->file,
				"subject", entry->subject, "message", entry->message, "fingerprint",
				entry->fingerprint));
	}
	return g_string_free(out, FALSE);
}
