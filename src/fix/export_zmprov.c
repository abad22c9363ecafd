/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands for Zimbra, and those that undo them.
 */
#include <string.h>

#include "fix/export.h"
#include "fix/template.h"

/* "zmprov ms 'mail.example.org' zimbra... 'FALSE'" */
static char *
command(const struct change_setting *setting, const char *value)
{
	g_autofree char *quoted = g_shell_quote(value);
	g_autofree char *server = setting->server != NULL ? g_shell_quote(setting->server) : NULL;

	if (server == NULL)
		return g_strdup_printf("zmprov mcf %s %s", setting->name, quoted);
	return g_strdup_printf("zmprov ms %s %s %s", server, setting->name, quoted);
}

static void
append_expectation(GString *out, const struct change_setting *setting)
{
	g_autofree char *before = g_shell_quote(setting->before);
	g_autofree char *after = g_shell_quote(setting->after);
	g_autofree char *server = setting->server != NULL ? g_shell_quote(setting->server) : NULL;

	g_string_append_printf(out, "%sexpect \"$(value zmprov %s%s %s)\" %s %s %s",
		out->len > 0 ? "\n" : "", server != NULL ? "gs " : "gcf",
		server != NULL ? server : "", setting->name, before, after, setting->name);
}

static const char *
first_host(const struct change *change)
{
	for (guint i = 0; i < change->settings->len; i++) {
		const struct change_setting *setting = g_ptr_array_index(change->settings, i);

		if (setting->server != NULL)
			return setting->server;
	}
	return "HOST";
}

static bool
write_commands(const struct export_request *request, GPtrArray *files, GError **error)
{
	const struct change *change = request->change;
	g_autoptr(GString) set = g_string_new(NULL), undo = g_string_new(NULL),
			   expect = g_string_new(NULL);
	g_autofree char *summary = export_summary(change);
	g_autofree char *warnings = export_warnings(change, "# - ");
	g_autofree char *host = g_shell_quote(first_host(change));
	const struct template_mark none = { NULL, NULL };

	if (!g_str_equal(request->product->name, "zimbra")) {
		g_set_error(error, EXPORT_ERROR, EXPORT_ERROR_KIND,
			"--to zmprov is for Zimbra, and this is %s", change->title);
		return false;
	}
	for (guint i = 0; i < change->settings->len; i++) {
		const struct change_setting *setting = g_ptr_array_index(change->settings, i);
		g_autofree char *forth = command(setting, setting->after);
		g_autofree char *back = command(setting, setting->before);

		g_string_append_printf(set, "%s%s &&", i > 0 ? "\n\t" : "", forth);
		g_string_append_printf(undo, "%s%s || failed=1", i > 0 ? "\n" : "", back);
		append_expectation(expect, setting);
	}
	export_add(files, "popseal-fix.sh",
		template_fill("zmprov/popseal-fix.sh",
			(const struct template_mark[]){ { "SUMMARY", summary },
				{ "WARNINGS", warnings }, { "EXPECT", expect->str },
				{ "SET", set->str }, { "HOST", host }, none }),
		true);
	export_add(files, "popseal-undo.sh",
		template_fill("zmprov/popseal-undo.sh",
			(const struct template_mark[]){ { "UNDO", undo->str }, none }),
		true);
	return true;
}

const struct exporter exporter_zmprov = {
	.name = "zmprov",
	.settings = true,
	.write = write_commands,
};
