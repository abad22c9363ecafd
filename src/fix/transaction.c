/* SPDX-License-Identifier: Apache-2.0 */
#include "fix/transaction.h"

#include <signal.h>
#include <string.h>

#include "fix/diff.h"
#include "fix/durable.h"
#include "fix/manifest.h"
#include "fix/proof.h"
#include "fix/stage.h"
#include "model/timestamp.h"

/* --- interruption ----------------------------------------------------------------------------- */

static volatile sig_atomic_t interrupted;

static const int signals[] = { SIGINT, SIGTERM, SIGHUP };

static void
on_signal(int number)
{
	interrupted = number;
}

/* A change that is under way is taken back, not left. */
static void
hold_signals(struct sigaction *before)
{
	struct sigaction action = { .sa_handler = on_signal };

	interrupted = 0;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < G_N_ELEMENTS(signals); i++)
		sigaction(signals[i], &action, &before[i]);
}

static void
release_signals(const struct sigaction *before)
{
	for (size_t i = 0; i < G_N_ELEMENTS(signals); i++)
		sigaction(signals[i], &before[i], NULL);
}

/* --- rolling back ----------------------------------------------------------------------------- */

bool
transaction_is_undoable(const struct change *change)
{
	static const bool can[CHANGE_STATES] = {
		[CHANGE_APPLYING] = true,
		[CHANGE_APPLIED] = true,
		[CHANGE_RELOADED] = true,
		[CHANGE_VERIFIED] = true,
		[CHANGE_CONFIRMED] = true,
		[CHANGE_ROLLING_BACK] = true,
		[CHANGE_CONFLICT] = true,
	};

	return can[change->state];
}

bool
transaction_is_abandoned(const struct change *change, int64_t now)
{
	bool waits = change->confirm_by > now &&
		(change->state == CHANGE_VERIFIED ||
			(change->state == CHANGE_APPLIED && change->offline));

	return !change_has_ended(change) && !waits;
}

/* What the file holds now; NULL and *error. */
static GBytes *
current(const struct change_file *file, GError **error)
{
	size_t most = MAX(g_bytes_get_size(file->before), g_bytes_get_size(file->after));

	return durable_read(file->path, most + (1 << 20), error);
}

/* Both sides as seen from what was there before. */
static void
show_conflict(const struct change_file *file, GBytes *now, GString *text)
{
	g_autofree char *ours = diff_unified("before", file->before, "popseal", file->after);
	g_autofree char *theirs = diff_unified("before", file->before, "now", now);

	g_string_append_printf(text,
		"%s has changed since: it is left as it is.\n"
		"What popseal had made of it:\n%s"
		"What it is now:\n%s",
		file->path, ours, theirs);
}

/* Whether every file is either as before or as the change left it. */
static bool
check_files(const struct change *change, GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < change->files->len; i++) {
		const struct change_file *file = g_ptr_array_index(change->files, i);
		g_autoptr(GError) problem = NULL;
		g_autoptr(GBytes) now = current(file, &problem);

		if (now == NULL)
			g_string_append_printf(text, "%s\n", problem->message);
		else if (!g_bytes_equal(now, file->before) && !g_bytes_equal(now, file->after))
			show_conflict(file, now, text);
	}
	if (text->len == 0)
		return true;
	g_set_error(error, DURABLE_ERROR, DURABLE_CHANGED, "%s", text->str);
	return false;
}

/* Puts the old octets back; what is already as before is left alone. */
static bool
restore_files(const struct change *change, GError **error)
{
	for (guint i = change->files->len; i > 0; i--) {
		const struct change_file *file = g_ptr_array_index(change->files, i - 1);
		g_autoptr(GBytes) now = NULL;

		durable_sweep(file->path, change->id);
		now = current(file, error);
		if (now == NULL)
			return false;
		if (!g_bytes_equal(now, file->before) &&
			!durable_replace(file->path, file->after, file->before, change->id, error))
			return false;
	}
	return true;
}

/*
 * Whether a server may run with what the change has written. A server that was never told goes on
 * as before.
 */
static bool
server_was_told(const struct change *change)
{
	for (guint i = 0; i < change->checks->len; i++) {
		const struct change_check *check = g_ptr_array_index(change->checks, i);

		if (g_str_equal(check->name, "reload"))
			return true;
	}
	return change->state != CHANGE_APPLYING && change->state != CHANGE_PLANNED;
}

/* Returns whether the server does what it did before. */
static bool
tell_server(const struct transaction *transaction, struct change *change)
{
	if (change->offline || change->reload_command == NULL)
		return true;
	stage_check_live(change, "check-before");
	if (!stage_run(change, "reload-before", change->reload_command) &&
		change->restart_command != NULL)
		stage_run(change, "restart-before", change->restart_command);
	/* A command that fails may have done it all the same, or had nothing to do. */
	return transaction->look(transaction->user, change);
}

enum transaction_end
transaction_roll_back(const struct transaction *transaction, struct change *change, GError **error)
{
	bool told = server_was_told(change);
	g_autoptr(GError) conflict = NULL;

	if (!check_files(change, &conflict)) {
		change_add_check(change, "conflict", CHANGE_CHECK_FAILED, conflict->message);
		g_set_error(error, MANIFEST_ERROR, 0,
			"a file has changed since, and is left as it is: what each side has made "
			"of it is in the change (popseal fix show %s)",
			change->id);
		change->state = CHANGE_CONFLICT;
		journal_save(transaction->journal, change, NULL);
		return TRANSACTION_STUCK;
	}
	/* On a full disk this may fail: what stands there leads to a roll-back, too. */
	change->state = CHANGE_ROLLING_BACK;
	journal_save(transaction->journal, change, NULL);
	if (!restore_files(change, error))
		return TRANSACTION_STUCK;
	change_add_check(change, "files-before", CHANGE_CHECK_PASSED, "every file is as it was");
	if (told && !tell_server(transaction, change)) {
		journal_save(transaction->journal, change, NULL);
		g_set_error(error, MANIFEST_ERROR, 0,
			"the files are as before, but the server does not do what it did: tell it, "
			"and roll back once more");
		return TRANSACTION_STUCK;
	}
	change->state = CHANGE_ROLLED_BACK;
	change->confirm_by = 0;
	if (!journal_save(transaction->journal, change, error))
		return TRANSACTION_STUCK;
	return TRANSACTION_ROLLED_BACK;
}

/* --- applying --------------------------------------------------------------------------------- */

char *
transaction_objection(const struct change *plan, int64_t now)
{
	char time[TIMESTAMP_MAX];

	if (plan->obstacles->len > 0)
		return g_strdup(g_ptr_array_index(plan->obstacles, 0));
	if (plan->not_before > now)
		return g_strdup_printf("The change window opens at %s.",
			timestamp_format(plan->not_before, time));
	if (plan->not_after > 0 && plan->not_after < now)
		return g_strdup_printf("The change window has closed at %s.",
			timestamp_format(plan->not_after, time));
	if (!plan->offline && plan->reload_command == NULL)
		return g_strdup("It is not known how the server is told here: give "
				"--reload-command, or --offline.");
	for (guint i = 0; i < plan->files->len; i++) {
		const struct change_file *file = g_ptr_array_index(plan->files, i);
		GError *error = NULL;
		g_autoptr(GBytes) bytes = current(file, &error);
		char *text;

		if (bytes != NULL && g_bytes_equal(bytes, file->before))
			continue;
		text = bytes != NULL ?
			g_strdup_printf("%s has changed since the plan was made: plan again.",
				file->path) :
			g_strdup(error->message);
		g_clear_error(&error);
		return text;
	}
	return NULL;
}

/* Goes to the next state, if the step was made and nobody has interrupted. */
static bool
reach(const struct transaction *transaction, struct change *change, enum change_state state)
{
	GError *error = NULL;

	if (interrupted != 0) {
		g_autofree char *why =
			g_strdup_printf("interrupted (%s)", g_strsignal(interrupted));

		change_add_check(change, "interrupted", CHANGE_CHECK_FAILED, why);
		return false;
	}
	change->state = state;
	if (journal_save(transaction->journal, change, &error))
		return true;
	change_add_check(change, "journal", CHANGE_CHECK_FAILED, error->message);
	g_error_free(error);
	return false;
}

static bool
replace_files(struct change *change)
{
	for (guint i = 0; i < change->files->len; i++) {
		const struct change_file *file = g_ptr_array_index(change->files, i);
		GError *error = NULL;

		if (durable_replace(file->path, file->before, file->after, change->id, &error))
			continue;
		change_add_check(change, "write", CHANGE_CHECK_FAILED, error->message);
		g_error_free(error);
		return false;
	}
	return true;
}

/*
 * The checker has its say before anything is written, where that can be; and afterwards, as one
 * that works elsewhere (in a container) sees only then what there is.
 */
static bool
check_staged(const struct transaction *transaction, struct change *change, bool *live)
{
	*live = false;
	if (change->offline || change->check_command == NULL)
		return true;
	switch (stage_check(transaction->journal, change)) {
	case STAGE_PASSED:
		return true;
	case STAGE_FAILED:
		return false;
	case STAGE_IMPOSSIBLE:
		break;
	}
	*live = true;
	return true;
}

/* What the server is to open must not be another program's. */
static bool
check_ports(struct change *change)
{
	for (guint i = 0; !change->offline && i < change->opened->len; i++) {
		const char *endpoint = g_ptr_array_index(change->opened, i);
		g_autofree char *taken = NULL;

		if (proof_port_is_free(endpoint))
			continue;
		taken = g_strdup_printf("%s: another program listens there", endpoint);
		change_add_check(change, "port", CHANGE_CHECK_FAILED, taken);
		return false;
	}
	return true;
}

/* The clock runs before a file is touched: who loses the connection here gets all back. */
static bool
set_watch(const struct transaction *transaction, struct change *change)
{
	GError *error = NULL;

	if (transaction->confirm_within == 0)
		return true;
	change->confirm_by = g_get_real_time() + transaction->confirm_within;
	if (transaction->watch(transaction->user, change, &error))
		return true;
	change_add_check(change, "watch", CHANGE_CHECK_FAILED, error->message);
	g_error_free(error);
	return false;
}

/* All steps up to the last; false where one failed, which its checks tell. */
static bool
make(const struct transaction *transaction, struct change *change)
{
	bool live;

	if (!check_ports(change) || !check_staged(transaction, change, &live) ||
		!set_watch(transaction, change) || !reach(transaction, change, CHANGE_APPLYING) ||
		!replace_files(change) ||
		(!change->offline &&
			!stage_check_live(change, live ? "check" : "check-in-place")) ||
		!reach(transaction, change, CHANGE_APPLIED))
		return false;
	if (change->offline)
		return transaction->prove(transaction->user, change) &&
			reach(transaction, change, CHANGE_APPLIED);
	return stage_run(change, "reload", change->reload_command) &&
		reach(transaction, change, CHANGE_RELOADED) &&
		transaction->prove(transaction->user, change) &&
		reach(transaction, change,
			change->confirm_by > 0 ? CHANGE_VERIFIED : CHANGE_CONFIRMED);
}

/* A change that has not begun to write is over at once. */
static enum transaction_end
give_up(const struct transaction *transaction, struct change *change, GError **error)
{
	if (change->state != CHANGE_PLANNED)
		return transaction_roll_back(transaction, change, error);
	change->state = CHANGE_ROLLED_BACK;
	change->confirm_by = 0;
	journal_save(transaction->journal, change, NULL);
	return TRANSACTION_ROLLED_BACK;
}

enum transaction_end
transaction_apply(const struct transaction *transaction, struct change *change, GError **error)
{
	struct sigaction before[G_N_ELEMENTS(signals)];
	g_autofree char *objection = transaction_objection(change, g_get_real_time());
	enum transaction_end end = TRANSACTION_DONE;
	GError *problem = NULL;

	if (objection != NULL) {
		g_set_error(error, MANIFEST_ERROR, 0, "%s", objection);
		return TRANSACTION_REFUSED;
	}
	if (!change->offline && !transaction->before(transaction->user, change)) {
		g_set_error(error, MANIFEST_ERROR, 0,
			"%s: seen from here that is so before the change, and would prove nothing "
			"after it: name a place that it lets in with --verify-from, or what to ask "
			"with --verify",
			change->strategy == CHANGE_REQUIRE_TLS ? "it takes no password in clear" :
								 "nothing answers");
		return TRANSACTION_REFUSED;
	}
	change->state = CHANGE_PLANNED;
	if (!journal_begin(transaction->journal, change, &problem)) {
		/* Nothing is changed, and nothing is known of it. */
		change_add_check(change, "journal", CHANGE_CHECK_FAILED, problem->message);
		g_error_free(problem);
		change->state = CHANGE_ROLLED_BACK;
		return TRANSACTION_ROLLED_BACK;
	}
	hold_signals(before);
	if (!make(transaction, change))
		end = give_up(transaction, change, error);
	release_signals(before);
	return end;
}
