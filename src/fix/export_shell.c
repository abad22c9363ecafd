/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A script for any POSIX shell. A new file stands in it as a here-document, to be read by whoever
 * approves it; its length is told, since a here-document ends in a line end and a file need not.
 */
#include <string.h>

#include "fix/export.h"
#include "fix/template.h"
#include "products/fix.h"

/* A line that is none of the text's. */
static char *
end_word(const char *bytes, gsize length, guint number)
{
	g_autofree char *text = g_strndup(bytes, length);
	char *word = g_strdup_printf("POPSEAL_FILE_%u", number);

	while (strstr(text, word) != NULL) {
		char *longer = g_strconcat(word, "_", NULL);

		g_free(word);
		word = longer;
	}
	return word;
}

static void
append_content(GString *out, const struct change_file *file, guint number)
{
	gsize length;
	const char *bytes = g_bytes_get_data(file->after, &length);
	g_autofree char *word = end_word(bytes, length, number);

	g_string_append_printf(out, "%s\t%u) head -c %zu <<'%s' ;;\n", number > 0 ? "\n" : "",
		number, length, word);
	g_string_append_len(out, bytes, (gssize)length);
	if (length == 0 || bytes[length - 1] != '\n')
		g_string_append_c(out, '\n');
	g_string_append(out, word);
}

static char *
contents(const struct change *change)
{
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < change->files->len; i++)
		append_content(out, g_ptr_array_index(change->files, i), i);
	return g_string_free(out, FALSE);
}

static char *
calls(const struct change *change)
{
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < change->files->len; i++) {
		const struct change_file *file = g_ptr_array_index(change->files, i);
		g_autofree char *path = g_shell_quote(file->served);
		g_autofree char *before = export_sum(file->before);
		g_autofree char *after = export_sum(file->after);

		g_string_append_printf(out, "%s\t\"$1\" %u %s \\\n\t\t%s \\\n\t\t%s",
			i > 0 ? "\n" : "", i, path, before, after);
	}
	return g_string_free(out, FALSE);
}

static char *
questions(const struct change *change)
{
	g_autoptr(GPtrArray) endpoints = export_endpoints(change);
	GString *out = g_string_new(endpoints->len == 0 ? "\t:" : NULL);

	for (guint i = 0; i < endpoints->len; i++) {
		const struct export_endpoint *endpoint = g_ptr_array_index(endpoints, i);
		g_autofree char *address =
			g_shell_quote(endpoint->address != NULL ? endpoint->address : "");

		g_string_append_printf(out, "%s\task %s %u %s", i > 0 ? "\n" : "", address,
			endpoint->port, endpoint->mode);
	}
	return g_string_free(out, FALSE);
}

/* The shell's own word of the root is quoted where the command is run, with $ROOT set. */
static char *
check_command(const struct export_request *request)
{
	g_autofree char *quoted = g_shell_quote(request->change->served_root);
	g_autofree char *root = g_strconcat("\"$ROOT\"", quoted, NULL);
	g_autofree char *check = export_check(request, root);

	return g_shell_quote(check);
}

static char *
reload_command(const struct export_request *request)
{
	const struct product_fix *fix = request->product->fix;
	g_autofree char *command = g_strdup(request->reload_command);

	if (command == NULL && fix->units != NULL && fix->units[0] != NULL)
		command = g_strdup_printf("systemctl %s %s",
			request->change->restart ? "restart" : "reload", fix->units[0]);
	return g_shell_quote(command != NULL ? command : "");
}

static bool
write_script(const struct export_request *request, GPtrArray *files, GError **error)
{
	const struct change *change = request->change;
	g_autofree char *summary = export_summary(change);
	g_autofree char *id = export_id(change);
	g_autofree char *warnings = export_warnings(change, "# - ");
	g_autofree char *diff = export_diffs(change, "# ");
	g_autofree char *check = check_command(request);
	g_autofree char *reload = reload_command(request);
	g_autofree char *each = calls(change);
	g_autofree char *content = contents(change);
	g_autofree char *ask = questions(change);
	const struct template_mark marks[] = { { "SUMMARY", summary }, { "ID", id },
		{ "WARNINGS", warnings }, { "DIFF", diff }, { "CHECK", check },
		{ "RELOAD", reload },
		{ "TRUSTS", request->product->exempts_same_address ? "yes" : "no" },
		{ "EACH", each }, { "CONTENT", content }, { "ASK", ask },
		{ "PROBE", template_text("probe.py") }, { NULL, NULL } };

	(void)error;
	export_add(files, "popseal-fix.sh", template_fill("shell/popseal-fix.sh", marks), true);
	return true;
}

const struct exporter exporter_shell = {
	.name = "shell",
	.write = write_script,
};
