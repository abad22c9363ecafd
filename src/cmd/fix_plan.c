/* SPDX-License-Identifier: Apache-2.0 */
/*
 * popseal fix plan: what would be changed.
 */
#include "cmd/fix.h"
#include "fix/manifest.h"

GPtrArray *
fix_plans_of(struct fix_run *run, const char *path)
{
	const struct config_request request = {
		.product = run->product,
		.path = path,
		.root = run->given->root,
		.version = run->given->version,
	};
	GPtrArray *plans = g_ptr_array_new_with_free_func((GDestroyNotify)change_free);
	g_autoptr(GPtrArray) gaps = g_ptr_array_new_with_free_func((GDestroyNotify)config_gap_free);
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) instances = config_instances_find(&request, gaps, &error);

	for (guint i = 0; i < gaps->len; i++) {
		const struct config_gap *gap = g_ptr_array_index(gaps, i);
		g_autoptr(GError) why = g_error_new_literal(CONFIG_ERROR, 0, gap->why);

		fix_fail(run, gap->path, why, false);
	}
	if (instances == NULL) {
		fix_fail(run,
			path != NULL                 ? path :
				request.root != NULL ? request.root :
						       "this host",
			error, false);
		return plans;
	}
	for (guint i = 0; i < instances->len; i++)
		g_ptr_array_add(plans,
			plan_make(g_ptr_array_index(instances, i), &request, &run->plan));
	return plans;
}

static void
judge(struct fix_run *run, const struct change *plan)
{
	bool unclear = g_strcmp0(plan->before, "undetermined") == 0;

	if (plan->files->len > 0 || (plan->obstacles->len > 0 && !unclear))
		run->open = true;
	if (unclear)
		run->undetermined = true;
}

/* The one plan, with what whoever approves it has said. */
static void
write_plan(struct fix_run *run, const GPtrArray *plans)
{
	const char *path = run->given->plan_output;
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) bytes = NULL;
	GString *text;
	struct change *plan = NULL;
	guint found = 0;

	for (guint i = 0; i < plans->len; i++) {
		struct change *one = g_ptr_array_index(plans, i);

		if (one->files->len == 0)
			continue;
		plan = one;
		found++;
	}
	if (found != 1) {
		error = g_error_new(MANIFEST_ERROR, 0,
			found == 0 ?
				"there is nothing to plan" :
				"more than one configuration wants a change: name one of them");
		fix_fail(run, path, error, false);
		return;
	}
	plan->ticket = g_strdup(run->given->ticket);
	plan->approved_by = g_strdup(run->given->approved_by);
	plan->not_before = run->not_before;
	plan->not_after = run->not_after;
	bytes = manifest_write(plan);
	text = g_string_new_len(g_bytes_get_data(bytes, NULL), (gssize)g_bytes_get_size(bytes));
	if (!fix_write(path, text, &error))
		fix_fail(run, path, error, false);
	g_string_free(text, TRUE);
}

int
fix_run_plan(struct fix_run *run, char **words)
{
	g_autoptr(GPtrArray) plans = NULL;

	if (words[0] != NULL && words[1] != NULL)
		return options_fail("fix",
			g_error_new(POPSEAL_USAGE_ERROR, 0, "%s: one PATH at a time", words[1]),
			EXIT_USAGE);
	plans = fix_plans_of(run, words[0]);
	for (guint i = 0; run->given->logs != NULL && i < plans->len; i++)
		change_warn(g_ptr_array_index(plans, i),
			"Who would break is not known: this version of popseal reads no logs.");
	if (run->given->plan_output != NULL)
		write_plan(run, plans);
	for (guint i = 0; i < plans->len; i++) {
		judge(run, g_ptr_array_index(plans, i));
		fix_tell(run, g_ptr_array_index(plans, i));
	}
	return EXIT_CLEAN;
}
