/* SPDX-License-Identifier: Apache-2.0 */
#include "fix/export.h"

#include <string.h>

#include "model/escape.h"
#include "products/fix.h"

enum {
	ID_LENGTH = 12,
};

#define EXPORTER(name) extern const struct exporter exporter_##name;
#include "fix/exporters.def"
#undef EXPORTER

#define EXPORTER(name) &exporter_##name,
const struct exporter *const exporters[] = {
#include "fix/exporters.def"
	NULL,
};
#undef EXPORTER

G_DEFINE_QUARK(popseal - export - error, export_error)

const struct exporter *
exporter_find(const char *name)
{
	for (size_t i = 0; exporters[i] != NULL; i++)
		if (g_str_equal(exporters[i]->name, name))
			return exporters[i];
	return NULL;
}

static void
file_free(void *data)
{
	struct export_file *file = data;

	g_free(file->name);
	g_string_free(file->text, TRUE);
	g_free(file);
}

void
export_add(GPtrArray *files, const char *name, GString *text, bool executable)
{
	struct export_file *file = g_new0(struct export_file, 1);

	file->name = g_strdup(name);
	file->text = text;
	file->executable = executable;
	g_ptr_array_add(files, file);
}

/* --- what can be written ---------------------------------------------------------------------- */

static bool
check_kind(const struct exporter *exporter, const struct change *change, GError **error)
{
	if (exporter->settings ? change->settings->len > 0 : change->files->len > 0)
		return true;
	g_set_error(error, EXPORT_ERROR, EXPORT_ERROR_KIND,
		"--to %s writes %s, and this plan of %s has none", exporter->name,
		exporter->settings ? "commands that set values" : "changes of files",
		change->title);
	return false;
}

/* A plan with obstacles is none, but that its server has no files is none for settings. */
static bool
check_obstacles(const struct exporter *exporter, const struct change *change, GError **error)
{
	if (exporter->settings || change->obstacles->len == 0)
		return true;
	g_set_error_literal(error, EXPORT_ERROR, EXPORT_ERROR_KIND,
		g_ptr_array_index(change->obstacles, 0));
	return false;
}

static bool
is_name(const char *text)
{
	if (!g_utf8_validate(text, -1, NULL))
		return false;
	for (; *text != '\0'; text++)
		if (g_ascii_iscntrl(*text))
			return false;
	return true;
}

static bool
check_texts(const struct change *change, GError **error)
{
	for (guint i = 0; i < change->files->len; i++) {
		const struct change_file *file = g_ptr_array_index(change->files, i);
		gsize length;
		const char *after = g_bytes_get_data(file->after, &length);
		g_autofree char *shown = escape_string(file->served);

		if (is_name(file->served) && memchr(after, '\0', length) == NULL)
			continue;
		g_set_error(error, EXPORT_ERROR, EXPORT_ERROR_TEXT,
			"%s: a name that is no plain text, or a NUL in the file, cannot be "
			"exported",
			shown);
		return false;
	}
	for (guint i = 0; i < change->settings->len; i++) {
		const struct change_setting *setting = g_ptr_array_index(change->settings, i);
		const char *const values[] = { setting->server, setting->before, setting->after };

		for (size_t j = 0; j < G_N_ELEMENTS(values); j++)
			if (values[j] != NULL && !is_name(values[j])) {
				g_set_error(error, EXPORT_ERROR, EXPORT_ERROR_TEXT,
					"%s: a value that is no plain text cannot be exported",
					setting->name);
				return false;
			}
	}
	return true;
}

GPtrArray *
export_write(const struct exporter *exporter, const struct export_request *request, GError **error)
{
	g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(file_free);

	if (!check_obstacles(exporter, request->change, error) ||
		!check_kind(exporter, request->change, error) ||
		!check_texts(request->change, error) || !exporter->write(request, files, error))
		return NULL;
	return g_steal_pointer(&files);
}

/* --- endpoints -------------------------------------------------------------------------------- */

static void
endpoint_free(void *data)
{
	struct export_endpoint *endpoint = data;

	g_free(endpoint->address);
	g_free(endpoint->mode);
	g_free(endpoint);
}

static bool
is_any(const char *address)
{
	static const char *const any[] = { "*", "0.0.0.0", "::", "", NULL };

	return g_strv_contains(any, address);
}

/* "pop3://[::1]:110" */
static struct export_endpoint *
read_endpoint(const char *target)
{
	const char *address = strstr(target, "://");
	const char *colon = strrchr(target, ':');
	struct export_endpoint *endpoint;

	if (address == NULL || colon < address + 3)
		return NULL;
	endpoint = g_new0(struct export_endpoint, 1);
	endpoint->mode = g_strndup(target, (gsize)(address - target));
	endpoint->port = (uint16_t)g_ascii_strtoull(colon + 1, NULL, 10);
	address += 3;
	if (address[0] == '[' && colon[-1] == ']')
		endpoint->address = g_strndup(address + 1, (gsize)(colon - address - 2));
	else
		endpoint->address = g_strndup(address, (gsize)(colon - address));
	endpoint->is_inside = g_str_has_prefix(endpoint->address, "127.") ||
		g_str_equal(endpoint->address, "::1") ||
		g_str_equal(endpoint->address, "localhost");
	if (is_any(endpoint->address))
		g_clear_pointer(&endpoint->address, g_free);
	return endpoint;
}

static bool
is_known(const GPtrArray *endpoints, const struct export_endpoint *endpoint)
{
	for (guint i = 0; i < endpoints->len; i++) {
		const struct export_endpoint *other = g_ptr_array_index(endpoints, i);

		if (other->port == endpoint->port &&
			g_strcmp0(other->address, endpoint->address) == 0)
			return true;
	}
	return false;
}

/* `mode` is that of all of them; NULL: as each says. */
static void
add_endpoints(GPtrArray *endpoints, const GPtrArray *targets, const char *mode)
{
	for (guint i = 0; i < targets->len; i++) {
		struct export_endpoint *endpoint = read_endpoint(g_ptr_array_index(targets, i));

		if (endpoint == NULL)
			continue;
		if (mode != NULL) {
			g_free(endpoint->mode);
			endpoint->mode = g_strdup(mode);
		}
		if (is_known(endpoints, endpoint))
			endpoint_free(endpoint);
		else
			g_ptr_array_add(endpoints, endpoint);
	}
}

GPtrArray *
export_endpoints(const struct change *change)
{
	GPtrArray *endpoints = g_ptr_array_new_with_free_func(endpoint_free);

	add_endpoints(endpoints, change->targets, NULL);
	add_endpoints(endpoints, change->closed, "closed");
	return endpoints;
}

/* --- words ------------------------------------------------------------------------------------ */

char *
export_summary(const struct change *change)
{
	return g_strdup_printf("Closes cleartext POP3 logins of %s (%s), as planned by popseal.",
		change->title, change_strategy_word(change->strategy));
}

char *
export_sum(GBytes *bytes)
{
	return g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes);
}

char *
export_id(const struct change *change)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);

	for (guint i = 0; i < change->files->len; i++) {
		const struct change_file *file = g_ptr_array_index(change->files, i);
		g_autofree char *before = export_sum(file->before);
		g_autofree char *after = export_sum(file->after);
		g_autofree char *line = g_strdup_printf("%s %s %s\n", before, after, file->served);

		g_checksum_update(sum, (const guchar *)line, -1);
	}
	return g_strndup(g_checksum_get_string(sum), ID_LENGTH);
}

/*
 * Each line of the text with something in front of it, and without a carriage return then: shells
 * have none in their comments.
 */
static void
append_lines(GString *out, const char *text, const char *front)
{
	while (*text != '\0') {
		size_t length = strcspn(text, "\n");
		bool trims = front[0] != '\0' && length > 0 && text[length - 1] == '\r';

		g_string_append_printf(out, "%s%.*s\n", front, (int)(length - trims), text);
		text += length + (text[length] == '\n');
	}
}

char *
export_warnings(const struct change *change, const char *front)
{
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < change->warnings->len; i++) {
		g_autofree char *warning = escape_again(g_ptr_array_index(change->warnings, i));

		append_lines(out, warning, front);
	}
	if (change->certificate != NULL)
		append_lines(out,
			"The certificate and its key have to be on the server already, where the "
			"configuration names them.",
			front);
	if (out->len == 0)
		append_lines(out, "Nothing.", front);
	g_string_truncate(out, out->len - 1);
	return g_string_free(out, FALSE);
}

char *
export_diffs(const struct change *change, const char *front)
{
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < change->files->len; i++) {
		const struct change_file *file = g_ptr_array_index(change->files, i);

		append_lines(out, file->diff, front);
	}
	return g_string_free(out, FALSE);
}

char *
export_check(const struct export_request *request, const char *root)
{
	const char *check = request->product->fix->check;
	const char *mark = check != NULL ? strstr(check, "%s") : NULL;

	if (request->check_command != NULL)
		return g_strdup(request->check_command);
	if (mark == NULL)
		return g_strdup(check != NULL ? check : "");
	return g_strdup_printf("%.*s%s%s", (int)(mark - check), check, root, mark + 2);
}
