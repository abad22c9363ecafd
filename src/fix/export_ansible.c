/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An Ansible role. What it writes are the files as a whole: octets are what was planned and proven,
 * and each is written only over those that the plan was made of.
 */
#include <string.h>

#include "fix/export.h"
#include "fix/template.h"
#include "model/escape.h"
#include "products/fix.h"

enum {
	FOLD_COLUMN = 90, /* of a long text: ansible-lint wants no line of more than 160 */
};

/* Whether Ansible would take something in it for a template. */
static bool
has_braces(const char *text)
{
	return strstr(text, "{{") != NULL || strstr(text, "{%") != NULL ||
		strstr(text, "{#") != NULL;
}

/* One octet between double quotes. */
static void
append_octet(GString *out, char c)
{
	if (c == '"' || c == '\\')
		g_string_append_printf(out, "\\%c", c);
	else if (g_ascii_iscntrl(c))
		g_string_append_printf(out, "\\x%02x", (unsigned)(guchar)c);
	else
		g_string_append_c(out, c);
}

/* Between double quotes, in lines: a '\\' at the end joins one with the next, less its blanks. */
static char *
quote(const char *text)
{
	GString *out = g_string_new("\"");
	size_t line = 0;

	for (; *text != '\0'; text++) {
		bool begins = *text != ' ' && ((guchar)*text & 0xc0) != 0x80;

		if (out->len - line > FOLD_COLUMN && begins) {
			g_string_append(out, "\\\n        ");
			line = out->len;
		}
		append_octet(out, *text);
	}
	g_string_append_c(out, '"');
	return g_string_free(out, FALSE);
}

/* A text that Ansible takes as it stands, however often it looks at it. */
static char *
yaml(const char *text)
{
	g_autofree char *quoted = quote(text);

	return g_strconcat(has_braces(text) ? "!unsafe " : "", quoted, NULL);
}

/* The name of a file's text in the role: "0-10-ssl.conf". */
static char *
source_name(const struct change *change, guint number)
{
	const struct change_file *file = g_ptr_array_index(change->files, number);
	g_autofree char *base = g_path_get_basename(file->served);

	g_strcanon(base, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "._-", '_');
	return g_strdup_printf("%u-%s", number, base);
}

/*
 * The checker for one file alone, where that is all that the server reads: what includes others
 * cannot be checked away from them, and is checked as a whole in its place.
 */
static const char *
validation(const struct export_request *request, const struct change_file *file)
{
	const char *check = request->product->fix->check;
	gsize length;
	const char *bytes = g_bytes_get_data(file->after, &length);
	g_autofree char *text = g_ascii_strdown(bytes, (gssize)length);

	if (request->check_command != NULL || check == NULL || strstr(check, "%s") == NULL ||
		g_str_has_prefix(check, "sh ") ||
		g_strcmp0(file->served, request->change->served_root) != 0 ||
		strstr(text, "include") != NULL)
		return NULL;
	return check;
}

static char *
list_files(const struct export_request *request)
{
	const struct change *change = request->change;
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < change->files->len; i++) {
		const struct change_file *file = g_ptr_array_index(change->files, i);
		g_autofree char *path = yaml(file->served);
		g_autofree char *source = source_name(change, i);
		g_autofree char *before = export_sum(file->before);
		g_autofree char *after = export_sum(file->after);
		const char *check = validation(request, file);

		g_string_append_printf(out,
			"%s  - path: %s\n    source: %s\n    before: %s\n    after: %s",
			i > 0 ? "\n" : "", path, source, before, after);
		if (check != NULL)
			g_string_append_printf(out, "\n    validate: \"%s\"", check);
	}
	return g_string_free(out, FALSE);
}

static char *
list_endpoints(const struct change *change)
{
	g_autoptr(GPtrArray) endpoints = export_endpoints(change);
	GString *out = g_string_new(endpoints->len == 0 ? " []" : NULL);

	for (guint i = 0; i < endpoints->len; i++) {
		const struct export_endpoint *endpoint = g_ptr_array_index(endpoints, i);
		g_autofree char *address =
			endpoint->address != NULL ? yaml(endpoint->address) : NULL;

		g_string_append_printf(out,
			"\n  - address: %s\n    port: %u\n    mode: %s\n    inside: %s",
			address != NULL ? address :
					  "\"{{ ansible_host | default(inventory_hostname) }}\"",
			endpoint->port, endpoint->mode, endpoint->is_inside ? "true" : "false");
	}
	return g_string_free(out, FALSE);
}

/* The checker as YAML; the prefix stands before the path that it is given. */
static char *
check_command(const struct export_request *request)
{
	static const char root[] = "{{ (popseal_fix_prefix ~ popseal_fix_root) | quote }}";
	g_autofree char *check = export_check(request, root);

	return request->check_command != NULL ? yaml(check) : quote(check);
}

/* "dovecot" of "dovecot.service" */
static char *
service_name(const struct product_fix *fix)
{
	const char *unit = fix->units != NULL && fix->units[0] != NULL ? fix->units[0] : "";
	g_autofree char *name = g_str_has_suffix(unit, ".service") ?
		g_strndup(unit, strlen(unit) - strlen(".service")) :
		g_strdup(unit);

	return yaml(name);
}

static GString *
defaults(const struct export_request *request)
{
	const struct change *change = request->change;
	g_autofree char *files = list_files(request);
	g_autofree char *id = export_id(change);
	g_autofree char *root = yaml(change->served_root);
	g_autofree char *check = check_command(request);
	g_autofree char *reload =
		yaml(request->reload_command != NULL ? request->reload_command : "");
	g_autofree char *service = service_name(request->product->fix);
	g_autofree char *endpoints = list_endpoints(change);
	const struct template_mark marks[] = { { "FILES", files }, { "ID", id }, { "ROOT", root },
		{ "CHECK", check }, { "RELOAD", reload }, { "SERVICE", service },
		{ "STATE", change->restart ? "restarted" : "reloaded" }, { "ENDPOINTS", endpoints },
		{ NULL, NULL } };

	return template_fill("ansible/defaults/main.yml", marks);
}

static GString *
readme(const struct change *change)
{
	g_autofree char *summary = export_summary(change);
	g_autofree char *warnings = export_warnings(change, "* ");
	g_autofree char *diff = export_diffs(change, "");
	g_autofree char *readable = g_utf8_make_valid(diff, -1);
	g_autoptr(GString) changes = g_string_new(NULL);

	for (guint i = 0; i < change->files->len; i++) {
		const struct change_file *file = g_ptr_array_index(change->files, i);

		g_string_append_printf(changes, "* `%s`\n", file->served);
	}
	return template_fill("ansible/README.md",
		(const struct template_mark[]){ { "SUMMARY", summary }, { "CHANGES", changes->str },
			{ "WARNINGS", warnings }, { "DIFF", readable }, { NULL, NULL } });
}

static bool
write_role(const struct export_request *request, GPtrArray *files, GError **error)
{
	static const char *const plain[] = { "tasks/main.yml", "handlers/main.yml", "vars/main.yml",
		"meta/main.yml" };
	const struct change *change = request->change;

	(void)error;
	export_add(files, "README.md", readme(change), false);
	export_add(files, "defaults/main.yml", defaults(request), false);
	for (size_t i = 0; i < G_N_ELEMENTS(plain); i++) {
		g_autofree char *name = g_strconcat("ansible/", plain[i], NULL);

		export_add(files, plain[i], g_string_new(template_text(name)), false);
	}
	export_add(files, "files/popseal_probe.py", g_string_new(template_text("probe.py")), true);
	for (guint i = 0; i < change->files->len; i++) {
		const struct change_file *file = g_ptr_array_index(change->files, i);
		g_autofree char *source = source_name(change, i);
		g_autofree char *name = g_strconcat("files/", source, NULL);
		gsize length;
		const char *bytes = g_bytes_get_data(file->after, &length);

		export_add(files, name, g_string_new_len(bytes, (gssize)length), false);
	}
	return true;
}

const struct exporter exporter_ansible = {
	.name = "ansible",
	.write = write_role,
};
