/* SPDX-License-Identifier: Apache-2.0 */
/*
 * popseal fix apply: a plan of others, or one that is made now.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/fix.h"
#include "fix/durable.h"
#include "fix/manifest.h"

enum {
	WAIT_USEC = 200 * 1000,
	WAIT_GRACE_USEC = 5 * 1000 * 1000, /* past the time, for the timer to begin */
};

/* --- the timer -------------------------------------------------------------------------------- */

/* By systemd, whose timers outlive this session. */
static bool
watch_by_systemd(const struct fix_run *run, const struct change *change, const char *state,
	GError **error)
{
	g_autofree char *after = g_strdup_printf("--on-active=%" G_GINT64_FORMAT "s",
		(gint64)(run->confirm_within / G_USEC_PER_SEC));
	g_autofree char *unit = g_strconcat("--unit=popseal-fix-", change->id, NULL);
	const char *words[] = { "systemd-run", after, unit, "--collect",
		"--timer-property=AccuracySec=1s", run->program, "fix", "expire", change->id,
		"--state", state, NULL };
	int status = 0;

	return g_spawn_sync(NULL, (char **)(uintptr_t)words, NULL,
		       G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, NULL,
		       &status, error) &&
		g_spawn_check_wait_status(status, error);
}

/* In the child: nothing of this session is left to it. */
static void
leave_session(void *user)
{
	(void)user;
	setsid();
}

/* By a process of its own, which is nobody's child once we have ended. */
static bool
watch_by_process(const struct fix_run *run, const struct change *change, const char *state,
	GError **error)
{
	g_autofree char *within = g_strdup_printf("--confirm-within=%" G_GINT64_FORMAT,
		(gint64)(run->confirm_within / G_USEC_PER_SEC));
	const char *words[] = { run->program, "fix", "expire", change->id, "--state", state, within,
		NULL };

	return g_spawn_async("/", (char **)(uintptr_t)words, NULL,
		G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, leave_session, NULL, NULL,
		error);
}

bool
fix_watch(void *user, const struct change *change, GError **error)
{
	const struct fix_run *run = user;
	g_autofree char *state =
		g_canonicalize_filename(run->given->state != NULL ? run->given->state :
								    JOURNAL_DEFAULT,
			NULL);

	if (g_file_test("/run/systemd/system", G_FILE_TEST_IS_DIR))
		return watch_by_systemd(run, change, state, error);
	return watch_by_process(run, change, state, error);
}

/* --- what is to be applied -------------------------------------------------------------------- */

/* A plan's file begins as JSON does; no configuration that popseal edits does. */
static bool
is_plan(const char *path)
{
	char first = '\0';
	int fd = path != NULL ? open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) : -1;
	bool is = fd >= 0 && read(fd, &first, 1) == 1 && first == '{';

	if (fd >= 0)
		close(fd);
	return is;
}

static void
set_text(char **place, const char *text)
{
	if (text == NULL)
		return;
	g_free(*place);
	*place = g_strdup(text);
}

/* What the command line says beside the plan. */
static void
add_given(const struct fix_run *run, struct change *plan)
{
	set_text(&plan->ticket, run->given->ticket);
	set_text(&plan->approved_by, run->given->approved_by);
	set_text(&plan->check_command, run->given->check_command);
	set_text(&plan->reload_command, run->given->reload_command);
	plan->not_before = MAX(plan->not_before, run->not_before);
	if (run->not_after > 0)
		plan->not_after =
			plan->not_after > 0 ? MIN(plan->not_after, run->not_after) : run->not_after;
	plan->offline |= run->given->offline;
	set_text(&plan->from, run->given->verify_from);
	if (run->verify->len == 0)
		return;
	/* What the user names is asked, and nothing else. */
	g_ptr_array_set_size(plan->targets, 0);
	g_ptr_array_set_size(plan->closed, 0);
	for (guint i = 0; i < run->verify->len; i++)
		g_ptr_array_add(plan->targets, g_strdup(g_ptr_array_index(run->verify, i)));
}

/* A plan that others may write is nobody's word: it says what root writes and runs. */
static bool
is_trusted(const char *path, GError **error)
{
	struct stat status;

	if (stat(path, &status) == 0 && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0 &&
		(status.st_uid == 0 || status.st_uid == geteuid()))
		return true;
	g_set_error(error, MANIFEST_ERROR, 0,
		"%s: others than you and root may write this plan: who has approved it?", path);
	return false;
}

static bool
same_files(const struct change *plan, const struct change *again)
{
	bool same = plan->files->len == again->files->len;

	for (guint i = 0; same && i < plan->files->len; i++) {
		const struct change_file *one = g_ptr_array_index(plan->files, i);
		const struct change_file *other = g_ptr_array_index(again->files, i);

		same = g_str_equal(one->path, other->path) &&
			g_bytes_equal(one->before, other->before) &&
			g_bytes_equal(one->after, other->after);
	}
	return same;
}

/* The same plan, made now: what it would write has to come of the configuration itself. */
static struct change *
plan_again(const struct change *plan)
{
	const struct config_request request = {
		.product = plan->place.product != NULL ? product_find(plan->place.product) : NULL,
		.path = plan->place.path,
		.root = plan->place.root,
		.version = plan->place.version,
	};
	const struct plan_options options = {
		.strategy = plan->strategy,
		.certificate = plan->certificate,
		.key = plan->key,
		.authority = plan->authority,
		.certificate_as = plan->certificate_as,
		.key_as = plan->key_as,
		.check_command = plan->check_command,
		.reload_command = plan->reload_command,
		.smtp = plan->smtp,
		.offline = plan->offline,
	};
	g_autoptr(GPtrArray) gaps = g_ptr_array_new_with_free_func((GDestroyNotify)config_gap_free);
	g_autoptr(GPtrArray) instances = config_instances_find(&request, gaps, NULL);

	for (guint i = 0; instances != NULL && i < instances->len; i++) {
		g_autoptr(change_auto) again =
			plan_make(g_ptr_array_index(instances, i), &request, &options);

		if (g_strcmp0(again->root, plan->root) == 0)
			return g_steal_pointer(&again);
	}
	return NULL;
}

/* Whether it can be applied as it stands; *error says what is other than it says. */
static bool
check_plan(const struct change *plan, const char *path, GError **error)
{
	g_autofree char *objection = transaction_objection(plan, g_get_real_time());
	g_autoptr(change_auto) again = NULL;

	/* What has changed since is named, rather than that something has. */
	if (objection != NULL) {
		g_set_error(error, MANIFEST_ERROR, 0, "%s", objection);
		return false;
	}
	again = plan_again(plan);
	if (again != NULL && again->obstacles->len > 0)
		g_set_error(error, MANIFEST_ERROR, 0, "%s",
			(const char *)g_ptr_array_index(again->obstacles, 0));
	else if (again == NULL || !same_files(plan, again))
		g_set_error(error, MANIFEST_ERROR, 0,
			"%s: planning again comes to another change than this one", path);
	else
		return true;
	return false;
}

/* The plan of the file, if it is one; NULL and *error. */
static struct change *
load_plan(const char *path, GError **error)
{
	g_autoptr(GBytes) bytes =
		is_trusted(path, error) ? durable_read(path, MANIFEST_MAX, error) : NULL;
	struct change *plan = bytes != NULL ? manifest_read(bytes, path, error) : NULL;

	if (plan == NULL || (plan->id == NULL && plan->state == CHANGE_PLANNED))
		return plan;
	g_set_error(error, MANIFEST_ERROR, 0,
		"%s: an entry of a journal, and not a plan (--plan-output)", path);
	change_free(plan);
	return NULL;
}

static struct change *
read_plan(struct fix_run *run, const char *path)
{
	g_autoptr(GError) error = NULL;
	struct change *plan = load_plan(path, &error);

	if (plan == NULL) {
		fix_fail(run, path, error, true);
		return NULL;
	}
	add_given(run, plan);
	if (check_plan(plan, path, &error))
		return plan;
	fix_fail(run, path, error, true);
	fix_tell(run, plan);
	change_free(plan);
	return NULL;
}

/* The one plan with something to do, of what was named; the caller's, or NULL. */
static struct change *
make_plan(struct fix_run *run, const char *path)
{
	g_autoptr(GPtrArray) plans = fix_plans_of(run, path);
	g_autoptr(GError) error = NULL;
	struct change *plan = NULL;
	guint found = 0;

	for (guint i = 0; i < plans->len; i++) {
		const struct change *one = g_ptr_array_index(plans, i);

		if (one->files->len > 0 || one->obstacles->len > 0)
			found++;
		else
			fix_tell(run, one);
	}
	if (found > 1) {
		error = g_error_new(MANIFEST_ERROR, 0,
			"%u configurations want a change: name one of them (popseal fix plan lists "
			"them)",
			found);
		fix_fail(run, path != NULL ? path : "this host", error, true);
		return NULL;
	}
	for (guint i = plans->len; i > 0 && plan == NULL; i--) {
		const struct change *one = g_ptr_array_index(plans, i - 1);

		if (one->files->len > 0 || one->obstacles->len > 0)
			plan = g_ptr_array_steal_index(plans, i - 1);
	}
	return plan;
}

/* --- applying --------------------------------------------------------------------------------- */

static void
note_end(struct fix_run *run, const struct change *change, enum transaction_end end,
	const GError *error)
{
	switch (end) {
	case TRANSACTION_DONE:
		break;
	case TRANSACTION_ROLLED_BACK:
		run->rolled_back = true;
		break;
	case TRANSACTION_REFUSED:
		fix_fail(run, change->root, error, false);
		break;
	case TRANSACTION_STUCK:
		fix_fail(run, change->id, error, false);
		break;
	}
}

/* The path with its links resolved, of which the end need not be there: a new string. */
static char *
resolved(const char *path)
{
	char *real = realpath(path, NULL);
	g_autofree char *above = NULL, *name = NULL, *folder = NULL;

	if (real != NULL || g_str_equal(path, "/")) {
		char *copy = g_strdup(real != NULL ? real : path);

		free(real);
		return copy;
	}
	folder = g_path_get_dirname(path);
	above = resolved(folder);
	name = g_path_get_basename(path);
	return g_build_filename(above, name, NULL);
}

/* No include pattern matches a name that begins with a dot. */
static bool
lies_in(const char *state, const char *file)
{
	g_autofree char *named = g_path_get_dirname(file);
	g_autofree char *folder = resolved(named);
	g_autofree char *inside = g_strconcat(folder, "/", NULL);

	if (g_str_equal(state, folder))
		return true;
	return g_str_has_prefix(state, inside) && state[strlen(inside)] != '.';
}

/* Where the journal lies among the configuration, a server might read what is in it. */
static bool
is_apart(const char *state, const struct change *change)
{
	g_autofree char *real = resolved(state);
	bool lies = lies_in(real, change->root);

	for (guint i = 0; i < change->files->len; i++)
		lies |= lies_in(real,
			((const struct change_file *)g_ptr_array_index(change->files, i))->path);
	return !lies;
}

/* The journal, opened; NULL where it was told why not. */
static struct journal *
open_journal(struct fix_run *run)
{
	GError *error = NULL;
	struct journal *journal = journal_open(run->given->state, false, &error);

	if (journal == NULL) {
		fix_fail(run, "journal", error, false);
		g_error_free(error);
	}
	return journal;
}

/* Until somebody has confirmed it, or it was taken back. */
static void
wait_for_end(struct fix_run *run, struct change **change)
{
	int64_t until = (*change)->confirm_by + WAIT_GRACE_USEC;
	bool ended = false;

	while (!ended) {
		struct journal *journal = journal_open(run->given->state, true, NULL);
		struct change *now =
			journal != NULL ? journal_find(journal, (*change)->id, NULL) : NULL;

		journal_close(journal);
		if (now != NULL) {
			change_free(*change);
			*change = now;
			ended = change_has_ended(now);
		}
		/* The timer's process may have been killed. */
		if (!ended && g_get_real_time() > until &&
			(journal = journal_open(run->given->state, false, NULL)) != NULL) {
			fix_recover(run, journal);
			journal_close(journal);
		}
		if (now == NULL && g_get_real_time() > until)
			return;
		if (!ended)
			g_usleep(WAIT_USEC);
	}
	run->rolled_back |= (*change)->state == CHANGE_ROLLED_BACK;
}

static bool
check_place(struct fix_run *run, const char *state, const struct change *plan)
{
	g_autoptr(GError) error = NULL;

	if (is_apart(state, plan))
		return true;
	error = g_error_new(MANIFEST_ERROR, 0,
		"the journal would lie among the configuration: choose another --state");
	fix_fail(run, state, error, true);
	return false;
}

static void
apply_plan(struct fix_run *run, const char *state, struct change **plan)
{
	g_autoptr(GError) error = NULL;
	struct transaction transaction;
	enum transaction_end end;

	if (((*plan)->files->len == 0 && (*plan)->obstacles->len == 0) ||
		!check_place(run, state, *plan)) {
		fix_tell(run, *plan);
		return;
	}
	transaction = fix_transaction(run, open_journal(run));
	if (transaction.journal == NULL)
		return;
	end = transaction_apply(&transaction, *plan, &error);
	note_end(run, *plan, end, error);
	journal_close(transaction.journal);
	if (end == TRANSACTION_DONE && run->given->wait && !change_has_ended(*plan))
		wait_for_end(run, plan);
	fix_tell(run, *plan);
}

/* What an earlier run has left is taken back first: the plan is to be of what is right. */
static bool
finish_earlier(struct fix_run *run, const char *state)
{
	struct journal *journal;

	if (!g_file_test(state, G_FILE_TEST_IS_DIR))
		return true;
	journal = open_journal(run);
	if (journal != NULL)
		fix_recover(run, journal);
	journal_close(journal);
	return journal != NULL;
}

int
fix_run_apply(struct fix_run *run, char **words)
{
	g_autofree char *state =
		g_canonicalize_filename(run->given->state != NULL ? run->given->state :
								    JOURNAL_DEFAULT,
			NULL);
	struct change *plan;

	if (words[0] != NULL && words[1] != NULL)
		return options_fail("fix",
			g_error_new(POPSEAL_USAGE_ERROR, 0, "%s: one PLAN or PATH at a time",
				words[1]),
			EXIT_USAGE);
	if (!finish_earlier(run, state))
		return EXIT_CLEAN;
	plan = run->product == NULL && is_plan(words[0]) ? read_plan(run, words[0]) :
							   make_plan(run, words[0]);
	if (plan != NULL && !(run->product == NULL && is_plan(words[0])))
		add_given(run, plan);
	if (plan != NULL)
		apply_plan(run, state, &plan);
	change_free(plan);
	return EXIT_CLEAN;
}
