/* SPDX-License-Identifier: Apache-2.0 */
#include "fix/manifest.h"

#include <jansson.h>
#include <string.h>

#include "fix/diff.h"

#define KIND "popseal-change"

GQuark
manifest_error_quark(void)
{
	return g_quark_from_static_string("popseal-manifest-error");
}

/* --- tables ----------------------------------------------------------------------------------- */

/* The texts of a change, and their keys. Paths may be no UTF-8: they go in base64 then. */
static const struct text_field {
	const char *key;
	size_t offset;
} text_fields[] = {
	{ "id", G_STRUCT_OFFSET(struct change, id) },
	{ "product", G_STRUCT_OFFSET(struct change, product) },
	{ "title", G_STRUCT_OFFSET(struct change, title) },
	{ "root", G_STRUCT_OFFSET(struct change, root) },
	{ "place_product", G_STRUCT_OFFSET(struct change, place.product) },
	{ "place_path", G_STRUCT_OFFSET(struct change, place.path) },
	{ "place_root", G_STRUCT_OFFSET(struct change, place.root) },
	{ "place_version", G_STRUCT_OFFSET(struct change, place.version) },
	{ "before", G_STRUCT_OFFSET(struct change, before) },
	{ "after", G_STRUCT_OFFSET(struct change, after) },
	{ "explanation", G_STRUCT_OFFSET(struct change, explanation) },
	{ "check_command", G_STRUCT_OFFSET(struct change, check_command) },
	{ "reload_command", G_STRUCT_OFFSET(struct change, reload_command) },
	{ "restart_command", G_STRUCT_OFFSET(struct change, restart_command) },
	{ "certificate", G_STRUCT_OFFSET(struct change, certificate) },
	{ "key", G_STRUCT_OFFSET(struct change, key) },
	{ "seen", G_STRUCT_OFFSET(struct change, seen) },
	{ "from", G_STRUCT_OFFSET(struct change, from) },
	{ "host", G_STRUCT_OFFSET(struct change, host) },
	{ "certificate_as", G_STRUCT_OFFSET(struct change, certificate_as) },
	{ "key_as", G_STRUCT_OFFSET(struct change, key_as) },
	{ "authority", G_STRUCT_OFFSET(struct change, authority) },
	{ "ticket", G_STRUCT_OFFSET(struct change, ticket) },
	{ "approved_by", G_STRUCT_OFFSET(struct change, approved_by) },
};

static const struct time_field {
	const char *key;
	size_t offset;
} time_fields[] = {
	{ "planned", G_STRUCT_OFFSET(struct change, planned) },
	{ "changed", G_STRUCT_OFFSET(struct change, changed) },
	{ "ended", G_STRUCT_OFFSET(struct change, ended) },
	{ "not_before", G_STRUCT_OFFSET(struct change, not_before) },
	{ "not_after", G_STRUCT_OFFSET(struct change, not_after) },
	{ "confirm_by", G_STRUCT_OFFSET(struct change, confirm_by) },
};

static const struct list_field {
	const char *key;
	size_t offset;
} list_fields[] = {
	{ "warnings", G_STRUCT_OFFSET(struct change, warnings) },
	{ "obstacles", G_STRUCT_OFFSET(struct change, obstacles) },
	{ "targets", G_STRUCT_OFFSET(struct change, targets) },
	{ "closed", G_STRUCT_OFFSET(struct change, closed) },
	{ "opened", G_STRUCT_OFFSET(struct change, opened) },
};

#define MEMBER(type, change, field) G_STRUCT_MEMBER(type, change, (field).offset)

/* --- writing ---------------------------------------------------------------------------------- */

static json_t *
data_value(const void *data, size_t length)
{
	g_autofree char *text = g_base64_encode(data, length);

	return json_pack("{s:s}", "base64", text);
}

static json_t *
text_value(const char *text)
{
	if (text == NULL)
		return json_null();
	return g_utf8_validate(text, -1, NULL) ? json_string(text) : data_value(text, strlen(text));
}

static json_t *
contents(GBytes *bytes)
{
	gsize length;
	const void *data;

	if (bytes == NULL)
		return json_null();
	data = g_bytes_get_data(bytes, &length);
	return data_value(data, length);
}

static json_t *
digest(GBytes *bytes)
{
	g_autofree char *text =
		bytes != NULL ? g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes) : NULL;

	return text_value(text);
}

static json_t *
files_value(const struct change *change)
{
	json_t *files = json_array();

	for (guint i = 0; i < change->files->len; i++) {
		const struct change_file *file = g_ptr_array_index(change->files, i);

		json_array_append_new(files,
			json_pack("{s:o,s:o,s:o,s:o,s:o,s:o}", "path", text_value(file->path),
				"named", text_value(file->named), "sha256_before",
				digest(file->before), "sha256_after", digest(file->after), "before",
				contents(file->before), "after", contents(file->after)));
	}
	return files;
}

static json_t *
checks_value(const struct change *change)
{
	json_t *checks = json_array();

	for (guint i = 0; i < change->checks->len; i++) {
		const struct change_check *check = g_ptr_array_index(change->checks, i);

		json_array_append_new(checks,
			json_pack("{s:o,s:s,s:o}", "name", text_value(check->name), "state",
				change_check_word(check->state), "evidence",
				text_value(check->evidence)));
	}
	return checks;
}

static json_t *
list_value(const GPtrArray *texts)
{
	json_t *list = json_array();

	for (guint i = 0; i < texts->len; i++)
		json_array_append_new(list, text_value(g_ptr_array_index(texts, i)));
	return list;
}

GBytes *
manifest_write(const struct change *change)
{
	json_t *root = json_pack("{s:s,s:i,s:s,s:s,s:b,s:b,s:o,s:o}", "kind", KIND, "version",
		(int)MANIFEST_VERSION, "state", change_state_word(change->state), "strategy",
		change_strategy_word(change->strategy), "offline", (int)change->offline, "smtp",
		(int)change->smtp, "files", files_value(change), "checks", checks_value(change));
	char *text;
	GBytes *bytes;

	for (size_t i = 0; i < G_N_ELEMENTS(text_fields); i++)
		json_object_set_new(root, text_fields[i].key,
			text_value(MEMBER(char *, change, text_fields[i])));
	for (size_t i = 0; i < G_N_ELEMENTS(time_fields); i++)
		json_object_set_new(root, time_fields[i].key,
			json_integer(MEMBER(int64_t, change, time_fields[i])));
	for (size_t i = 0; i < G_N_ELEMENTS(list_fields); i++)
		json_object_set_new(root, list_fields[i].key,
			list_value(MEMBER(GPtrArray *, change, list_fields[i])));
	text = json_dumps(root, JSON_INDENT(1));
	bytes = g_bytes_new(text, strlen(text));
	free(text);
	json_decref(root);
	return bytes;
}

/* --- reading ---------------------------------------------------------------------------------- */

/* The octets of {"base64": ...}; NULL where it is none. */
static GBytes *
read_contents(const json_t *value)
{
	const char *text = json_string_value(json_object_get(value, "base64"));
	gsize length;
	guchar *data = text != NULL ? g_base64_decode(text, &length) : NULL;

	return data != NULL ? g_bytes_new_take(data, length) : NULL;
}

/* A new string, or NULL where there is none. A NUL in it ends it. */
static char *
read_text(const json_t *value)
{
	g_autoptr(GBytes) bytes = read_contents(value);

	if (bytes == NULL)
		return g_strdup(json_string_value(value));
	return g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
}

static bool
has_digest(GBytes *bytes, const json_t *value)
{
	g_autofree char *text = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes);

	return g_strcmp0(text, json_string_value(value)) == 0;
}

static bool
read_file(struct change *change, const json_t *value)
{
	struct change_file *file = change_add_file(change);

	file->path = read_text(json_object_get(value, "path"));
	file->named = read_text(json_object_get(value, "named"));
	file->before = read_contents(json_object_get(value, "before"));
	file->after = read_contents(json_object_get(value, "after"));
	if (file->named != NULL && file->before != NULL && file->after != NULL)
		file->diff = diff_unified(file->named, file->before, file->named, file->after);
	return file->path != NULL && file->path[0] == '/' && file->named != NULL &&
		file->before != NULL && file->after != NULL &&
		has_digest(file->before, json_object_get(value, "sha256_before")) &&
		has_digest(file->after, json_object_get(value, "sha256_after"));
}

static bool
read_check(struct change *change, const json_t *value)
{
	enum change_check_state state;
	const char *name = json_string_value(json_object_get(value, "name"));
	g_autofree char *evidence = read_text(json_object_get(value, "evidence"));

	if (name == NULL ||
		!change_check_parse(json_string_value(json_object_get(value, "state")), &state))
		return false;
	change_add_check(change, name, state, evidence);
	return true;
}

static bool
read_lists(struct change *change, const json_t *root)
{
	const json_t *value;
	size_t i;

	json_array_foreach(json_object_get(root, "files"), i, value)
	{
		if (!read_file(change, value))
			return false;
	}
	json_array_foreach(json_object_get(root, "checks"), i, value)
	{
		if (!read_check(change, value))
			return false;
	}
	for (size_t list = 0; list < G_N_ELEMENTS(list_fields); list++)
		json_array_foreach(json_object_get(root, list_fields[list].key), i, value)
		{
			char *text = read_text(value);

			if (text == NULL)
				return false;
			g_ptr_array_add(MEMBER(GPtrArray *, change, list_fields[list]), text);
		}
	return true;
}

static bool
read_all(struct change *change, const json_t *root)
{
	for (size_t i = 0; i < G_N_ELEMENTS(text_fields); i++)
		MEMBER(char *, change, text_fields[i]) =
			read_text(json_object_get(root, text_fields[i].key));
	for (size_t i = 0; i < G_N_ELEMENTS(time_fields); i++)
		MEMBER(int64_t, change, time_fields[i]) =
			json_integer_value(json_object_get(root, time_fields[i].key));
	change->offline = json_is_true(json_object_get(root, "offline"));
	change->smtp = json_is_true(json_object_get(root, "smtp"));
	return change_state_parse(json_string_value(json_object_get(root, "state")),
		       &change->state) &&
		change_strategy_parse(json_string_value(json_object_get(root, "strategy")),
			&change->strategy) &&
		change->product != NULL && change->root != NULL && read_lists(change, root);
}

struct change *
manifest_read(GBytes *bytes, const char *name, GError **error)
{
	json_error_t problem;
	json_t *root =
		json_loadb(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), 0, &problem);
	const char *kind = json_string_value(json_object_get(root, "kind"));
	struct change *change = NULL;

	if (root == NULL)
		g_set_error(error, MANIFEST_ERROR, 0, "%s:%d: no JSON: %s", name, problem.line,
			problem.text);
	else if (g_strcmp0(kind, KIND) != 0)
		g_set_error(error, MANIFEST_ERROR, 0, "%s: not a plan of popseal fix", name);
	else if (json_integer_value(json_object_get(root, "version")) != MANIFEST_VERSION)
		g_set_error(error, MANIFEST_ERROR, 0,
			"%s: of another version of popseal than this one", name);
	else
		change = change_new();
	if (change != NULL && !read_all(change, root)) {
		g_set_error(error, MANIFEST_ERROR, 0, "%s: damaged", name);
		change_free(change);
		change = NULL;
	}
	json_decref(root);
	return change;
}
