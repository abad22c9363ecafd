/* SPDX-License-Identifier: Apache-2.0 */
/*
 * popseal fix export: a plan as something that another tool runs, in a folder of its own.
 */
#include <errno.h>
#include <glib/gstdio.h>

#include "cmd/fix.h"
#include "fix/export.h"
#include "reports/text_layout.h"

static GError *
wrong_exporter(const char *name)
{
	g_autoptr(GString) names = g_string_new(NULL);

	for (size_t i = 0; exporters[i] != NULL; i++)
		g_string_append_printf(names, "%s%s", i > 0 ? "|" : "", exporters[i]->name);
	if (name == NULL)
		return g_error_new(POPSEAL_USAGE_ERROR, 0, "fix export needs --to %s", names->str);
	return g_error_new(POPSEAL_USAGE_ERROR, 0, "--to %s: not %s", name, names->str);
}

/* --- the folder ------------------------------------------------------------------------------- */

static bool
fail_by_errno(const char *path, GError **error)
{
	int code = errno;

	g_set_error(error, G_FILE_ERROR, (gint)g_file_error_from_errno(code), "%s: %s", path,
		g_strerror(code));
	return false;
}

/* Nothing that somebody keeps is overwritten, and nothing of another export left among it. */
static bool
check_folder(const char *folder, GError **error)
{
	g_autoptr(GDir) dir = NULL;

	if (!g_file_test(folder, G_FILE_TEST_EXISTS))
		return true;
	dir = g_dir_open(folder, 0, error);
	if (dir == NULL)
		return false;
	if (g_dir_read_name(dir) == NULL)
		return true;
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_EXIST,
		"%s: there is something in it; name a new folder, or an empty one", folder);
	return false;
}

/* Only the owner may read it: configurations may hold secrets. */
static bool
write_file(const char *folder, const struct export_file *file, GError **error)
{
	g_autofree char *path = g_build_filename(folder, file->name, NULL);
	g_autofree char *parent = g_path_get_dirname(path);

	if (g_mkdir_with_parents(parent, 0700) != 0)
		return fail_by_errno(parent, error);
	return g_file_set_contents_full(path, file->text->str, (gssize)file->text->len,
		G_FILE_SET_CONTENTS_CONSISTENT, file->executable ? 0700 : 0600, error);
}

static bool
write_files(const char *folder, const GPtrArray *files, GError **error)
{
	for (guint i = 0; i < files->len; i++)
		if (!write_file(folder, g_ptr_array_index(files, i), error))
			return false;
	return true;
}

/* --- the plan --------------------------------------------------------------------------------- */

static bool
has_something(const struct change *plan)
{
	return plan->files->len > 0 || plan->settings->len > 0 || plan->obstacles->len > 0;
}

/* The one plan with something to do; NULL where there is none, or *error where several have. */
static const struct change *
choose(const GPtrArray *plans, GError **error)
{
	const struct change *chosen = NULL;

	for (guint i = 0; i < plans->len; i++) {
		const struct change *plan = g_ptr_array_index(plans, i);

		if (!has_something(plan))
			continue;
		if (chosen != NULL) {
			g_set_error(error, EXPORT_ERROR, EXPORT_ERROR_KIND,
				"%s and %s are both to be changed: name one of them", chosen->root,
				plan->root);
			return NULL;
		}
		chosen = plan;
	}
	return chosen;
}

static void
tell_written(struct fix_run *run, const char *folder, const GPtrArray *files)
{
	g_autofree char *written = g_strdup_printf("%s (%u files)", folder, files->len);

	if (g_str_equal(run->common.report->name, "text") && !run->report.quiet)
		text_field(&run->report, TEXT_MARGIN, "written", written, run->text);
}

static bool
export_plan(struct fix_run *run, const struct exporter *exporter, const struct change *plan,
	const char *folder, GError **error)
{
	const struct export_request request = {
		.change = plan,
		.product = product_find(plan->product),
		.check_command = run->plan.check_command,
		.reload_command = run->plan.reload_command,
	};
	g_autoptr(GPtrArray) files = export_write(exporter, &request, error);

	if (files == NULL || !write_files(folder, files, error))
		return false;
	tell_written(run, folder, files);
	return true;
}

static void
export_to(struct fix_run *run, const struct exporter *exporter, const char *path,
	const char *folder)
{
	g_autoptr(GPtrArray) plans = fix_plans_of(run, path);
	g_autoptr(GError) error = NULL;
	const struct change *plan = choose(plans, &error);

	if (plan != NULL)
		fix_tell(run, plan);
	if (error == NULL && plan != NULL)
		export_plan(run, exporter, plan, folder, &error);
	else if (error == NULL && !run->failed)
		g_set_error(&error, EXPORT_ERROR, EXPORT_ERROR_KIND,
			"there is nothing to fix, and nothing to export");
	if (error != NULL)
		fix_fail(run, plan != NULL ? plan->root : folder, error, false);
}

int
fix_run_export(struct fix_run *run, char **words)
{
	const char *name = run->given->to;
	const struct exporter *exporter = name != NULL ? exporter_find(name) : NULL;
	guint count = g_strv_length(words);
	GError *error = NULL;

	if (exporter == NULL)
		error = wrong_exporter(name);
	else if (count == 0)
		error = g_error_new(POPSEAL_USAGE_ERROR, 0,
			"fix export --to %s [PATH] DIR: DIR is missing", name);
	else if (count > 2)
		error = g_error_new(POPSEAL_USAGE_ERROR, 0, "%s: one PATH and one DIR", words[2]);
	if (error != NULL)
		return options_fail("fix", error, EXIT_USAGE);
	if (!check_folder(words[count - 1], &error))
		return options_fail("fix", error, EXIT_USAGE);
	export_to(run, exporter, count == 2 ? words[0] : NULL, words[count - 1]);
	return EXIT_CLEAN;
}
