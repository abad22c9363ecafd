/* SPDX-License-Identifier: Apache-2.0 */
/*
 * popseal fix: closes what audit has found, proves it, or puts everything back. What is edited is
 * the products' rooms', how it is made sure of is fix/'s.
 */
#include "cmd/fix.h"

#include <sys/stat.h>

static const struct fix_action actions[] = {
	{ "plan", fix_run_plan },
	{ "apply", fix_run_apply },
	{ "confirm", fix_run_confirm },
	{ "rollback", fix_run_rollback },
	{ "history", fix_run_history },
	{ "show", fix_run_show },
	{ "expire", fix_run_expire },
	{ "export", fix_run_export },
};

void
fix_tell(struct fix_run *run, const struct change *change)
{
	run->summary.changes++;
	run->common.report->change(&run->report, change, run->text);
}

void
fix_fail(struct fix_run *run, const char *subject, const GError *error, bool usage)
{
	const struct failure failure = {
		.time = g_get_real_time(),
		.subject = subject,
		.message = error->message,
		.usage = usage,
	};

	run->failed = true;
	summary_fail(&run->summary, &failure);
	run->common.report->failure(&run->report, &failure, run->text);
	options_print_failure("fix", &failure);
}

bool
fix_write(const char *path, GString *text, GError **error)
{
	mode_t before = umask(S_IRWXG | S_IRWXO);
	bool written = output_replace(path, text, error);

	umask(before);
	return written;
}

static int
exit_code(const struct fix_run *run)
{
	if (run->rolled_back)
		return EXIT_ROLLED_BACK;
	if (run->failed)
		return EXIT_OPERATIONAL;
	if (run->open && run->common.fail_on != SEVERITY_NONE)
		return EXIT_FINDINGS;
	return run->undetermined && run->common.strict ? EXIT_UNDETERMINED : EXIT_CLEAN;
}

/* The action that the first word names; planning where it names none. */
static const struct fix_action *
find_action(const char *word)
{
	for (size_t i = 0; word != NULL && i < G_N_ELEMENTS(actions); i++)
		if (g_str_equal(word, actions[i].name))
			return &actions[i];
	return NULL;
}

static int
act(struct fix_run *run, char **words)
{
	const struct fix_action *action = find_action(words[0]);
	GError *error = NULL;
	int code;

	run->summary.started = g_get_real_time();
	run->common.report->begin(&run->report, run->text);
	code = action != NULL ? action->run(run, words + 1) : fix_run_plan(run, words);
	if (code == EXIT_USAGE)
		return code;
	run->summary.duration = g_get_real_time() - run->summary.started;
	run->common.report->end(&run->report, &run->summary, run->text);
	if (!fix_write(run->common.output, run->text, &error))
		return options_fail("fix", error, EXIT_OPERATIONAL);
	return exit_code(run);
}

static void
clear(struct fix_run *run)
{
	if (run->text != NULL)
		g_string_free(run->text, TRUE);
	g_free(run->program);
	g_free(run->certificate);
	g_free(run->key);
	g_free(run->authority);
	g_ptr_array_unref(run->verify);
	options_clear(&run->common);
}

static int
run_fix(int argc, char **argv)
{
	struct fix_run run = {
		.summary.is_of_changes = true,
		.verify = g_ptr_array_new_with_free_func(g_free),
	};
	GError *error = NULL;
	g_auto(GStrv) words = fix_options_parse(&run, argc, argv, &error);
	int code;

	run.report = (struct report_options){
		.color = options_color(&run.common),
		.quiet = run.common.quiet,
		.verbose = run.common.verbose,
	};
	run.text = g_string_new(NULL);
	run.program = g_file_read_link("/proc/self/exe", NULL);
	code = words != NULL ? act(&run, words) : options_fail("fix", error, EXIT_USAGE);
	clear(&run);
	return code;
}

const struct command command_fix = {
	.name = "fix",
	.summary = "close it, prove it, or put everything back",
	.options = &fix_option_set,
	.run = run_fix,
};
