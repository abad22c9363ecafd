/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A script for the Exchange Management Shell: Set-PopSettings, the restart of both services, the
 * question whether it holds, and the way back.
 */
#include <string.h>

#include "fix/export.h"
#include "fix/template.h"

/* Between single quotes; PowerShell takes four further marks for such a quote. */
static char *
quote(const char *text)
{
	GString *out = g_string_new("'");

	for (; *text != '\0'; text = g_utf8_next_char(text)) {
		gunichar c = g_utf8_get_char(text);

		if (c == '\'' || (c >= 0x2018 && c <= 0x201b))
			g_string_append_unichar(out, c);
		g_string_append_unichar(out, c);
	}
	g_string_append_c(out, '\'');
	return g_string_free(out, FALSE);
}

static char *
list_settings(const struct change *change)
{
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < change->settings->len; i++) {
		const struct change_setting *setting = g_ptr_array_index(change->settings, i);
		g_autofree char *server = quote(setting->server != NULL ? setting->server : "");
		g_autofree char *before = setting->before != NULL ? quote(setting->before) : NULL;
		g_autofree char *after = quote(setting->after);

		g_string_append_printf(out,
			"%s    @{ Server = %s; Setting = '%s'; Before = %s; After = %s }",
			i > 0 ? "\n" : "", server, setting->name, before != NULL ? before : "$null",
			after);
	}
	return g_string_free(out, FALSE);
}

static char *
list_ports(const struct change *change)
{
	g_autoptr(GPtrArray) endpoints = export_endpoints(change);
	g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < endpoints->len; i++) {
		const struct export_endpoint *endpoint = g_ptr_array_index(endpoints, i);

		if (!g_str_equal(endpoint->mode, "pop3") ||
			!g_hash_table_add(seen, GUINT_TO_POINTER(endpoint->port)))
			continue;
		g_string_append_printf(out, "%s%u", out->len > 0 ? ", " : "", endpoint->port);
	}
	return g_string_free(out, FALSE);
}

static bool
write_script(const struct export_request *request, GPtrArray *files, GError **error)
{
	const struct change *change = request->change;
	g_autofree char *summary = export_summary(change);
	g_autofree char *plan = list_settings(change);
	g_autofree char *ports = list_ports(change);
	const struct template_mark marks[] = { { "SUMMARY", summary }, { "PLAN", plan },
		{ "PORTS", ports }, { NULL, NULL } };
	GString *script;

	if (!g_str_equal(request->product->name, "exchange")) {
		g_set_error(error, EXPORT_ERROR, EXPORT_ERROR_KIND,
			"--to powershell is for Exchange, and this is %s", change->title);
		return false;
	}
	script = template_fill("powershell/popseal-fix.ps1", marks);
	if (!g_str_is_ascii(script->str)) /* or Windows takes it for its own code page */
		g_string_prepend(script, "\xef\xbb\xbf");
	export_add(files, "popseal-fix.ps1", script, false);
	return true;
}

const struct exporter exporter_powershell = {
	.name = "powershell",
	.settings = true,
	.write = write_script,
};
