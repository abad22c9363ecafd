/* SPDX-License-Identifier: Apache-2.0 */
#include "fix/stage.h"

#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "net/command.h"

enum {
	CODE_NO_NAMESPACE = 119, /* of no checker */
};

/* What the child puts where; made before it is forked. */
struct stage {
	char **from, **to; /* NULL-terminated */
};

/* In the child. Mounts over files go away with the namespace. */
static void
enter(void *user)
{
	const struct stage *stage = user;

	if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		_exit(CODE_NO_NAMESPACE);
	for (size_t i = 0; stage->from[i] != NULL; i++)
		if (mount(stage->from[i], stage->to[i], NULL, MS_BIND, NULL) != 0)
			_exit(CODE_NO_NAMESPACE);
}

/* Runs the line; `stage` NULL: on what is in place. */
static bool
run(const char *line, struct stage *stage, struct command_result *result, char **why)
{
	const char *const words[] = { "sh", "-c", line, NULL };
	const struct command command = {
		.words = words,
		.seconds = COMMAND_SECONDS,
		.output_max = COMMAND_OUTPUT_MAX,
		.prepare = stage != NULL ? enter : NULL,
		.user = stage,
	};
	GError *error = NULL;

	if (!command_run(&command, result, &error)) {
		*why = g_strdup(error->message);
		g_error_free(error);
		return false;
	}
	if (!result->in_time)
		*why = g_strdup_printf("%s: did not end within %d s", line, COMMAND_SECONDS);
	else if (result->code != 0)
		*why = g_strdup_printf("%s: exit %d\n%s", line, result->code,
			g_strchomp(result->output));
	return *why == NULL;
}

static bool
conclude(struct change *change, const char *name, const char *line, const char *why)
{
	change_add_check(change, name, why == NULL ? CHANGE_CHECK_PASSED : CHANGE_CHECK_FAILED,
		why == NULL ? line : why);
	return why == NULL;
}

bool
stage_run(struct change *change, const char *name, const char *line)
{
	struct command_result result = { 0 };
	g_autofree char *why = NULL;

	run(line, NULL, &result, &why);
	command_result_clear(&result);
	return conclude(change, name, line, why);
}

bool
stage_check_live(struct change *change, const char *name)
{
	return change->check_command == NULL || stage_run(change, name, change->check_command);
}

enum stage_outcome
stage_check(const struct journal *journal, struct change *change)
{
	struct stage stage = {
		.from = g_new0(char *, change->files->len + 1),
		.to = g_new0(char *, change->files->len + 1),
	};
	struct command_result result = { 0 };
	g_autofree char *why = NULL;
	enum stage_outcome outcome = STAGE_PASSED;

	for (guint i = 0; i < change->files->len; i++) {
		const struct change_file *file = g_ptr_array_index(change->files, i);

		stage.from[i] = journal_staged(journal, change, i);
		stage.to[i] = g_strdup(file->path);
	}
	if (!run(change->check_command, &stage, &result, &why))
		outcome = result.in_time && result.code == CODE_NO_NAMESPACE ? STAGE_IMPOSSIBLE :
									       STAGE_FAILED;
	if (outcome != STAGE_IMPOSSIBLE)
		conclude(change, "check", change->check_command, why);
	command_result_clear(&result);
	g_strfreev(stage.from);
	g_strfreev(stage.to);
	return outcome;
}
