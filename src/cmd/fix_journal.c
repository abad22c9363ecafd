/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal's side of popseal fix: who comes first after a crash finishes the roll-back; and
 * confirm, rollback, history, show.
 */
#include <string.h>
#include <unistd.h>

#include "cmd/fix.h"
#include "fix/durable.h"
#include "fix/manifest.h"
#include "fix/proof.h"

enum {
	WAIT_USEC = 300 * 1000, /* between two looks of the timer */
};

/* --- hooks ------------------------------------------------------------------------------------ */

static struct proof_options
proof_of(struct fix_run *run, const struct change *change)
{
	const struct product *product = product_find(change->product);

	return (struct proof_options){
		.program = run->program,
		.netrc = run->given->netrc,
		.authority = run->authority,
		.tls_name = run->given->tls_name,
		.exempts_same_address = product != NULL && product->exempts_same_address,
	};
}

/* What is on the disk now, by the same reading that made the plan. */
static bool
audit(struct change *change)
{
	const struct config_request request = {
		.product =
			change->place.product != NULL ? product_find(change->place.product) : NULL,
		.path = change->place.path,
		.root = change->place.root,
		.version = change->place.version,
	};
	g_autoptr(GPtrArray) gaps = g_ptr_array_new_with_free_func((GDestroyNotify)config_gap_free);
	g_autoptr(GPtrArray) instances = config_instances_find(&request, gaps, NULL);
	const char *verdict = "nothing was found";
	bool fits;

	for (guint i = 0; instances != NULL && i < instances->len; i++) {
		struct facts *facts = config_instance_read(g_ptr_array_index(instances, i),
			g_get_real_time(), NULL);

		if (g_strcmp0(facts->config->root, change->root) == 0)
			verdict = verdict_word(facts->verdict.value);
		facts_free(facts);
	}
	fits = g_strcmp0(verdict, change->after) == 0;
	change_add_check(change, "audit", fits ? CHANGE_CHECK_PASSED : CHANGE_CHECK_FAILED,
		verdict);
	return fits;
}

static bool
before(void *user, struct change *change)
{
	struct fix_run *run = user;
	const struct proof_options options = proof_of(run, change);

	return proof_before(&options, change);
}

static bool
prove(void *user, struct change *change)
{
	struct fix_run *run = user;
	const struct proof_options options = proof_of(run, change);

	return audit(change) && (change->offline || proof_take(&options, change));
}

static bool
look(void *user, struct change *change)
{
	struct fix_run *run = user;
	const struct proof_options options = proof_of(run, change);

	return proof_look(&options, change);
}

struct transaction
fix_transaction(struct fix_run *run, struct journal *journal)
{
	return (struct transaction){
		.journal = journal,
		.before = before,
		.prove = prove,
		.look = look,
		.watch = fix_watch,
		.user = run,
		.confirm_within = run->confirm_within,
	};
}

/* --- after a crash ---------------------------------------------------------------------------- */

/* A roll-back that nobody has asked for, or that somebody has. */
static bool
take_back(struct fix_run *run, struct journal *journal, struct change *change)
{
	const struct transaction transaction = fix_transaction(run, journal);
	GError *error = NULL;
	bool done = transaction_roll_back(&transaction, change, &error) == TRANSACTION_ROLLED_BACK;

	if (!done) {
		fix_fail(run, change->id, error, false);
		g_error_free(error);
	}
	fix_tell(run, change);
	return done;
}

/* It is told, and fails nothing that has to do with others; its copies lie beside it. */
static void
note_damaged(const struct journal *journal, const GError *error)
{
	g_autofree char *message =
		g_strdup_printf("%s (N.before beside it holds what was there before)",
			error->message);
	const struct failure failure = {
		.time = g_get_real_time(),
		.subject = journal->state,
		.message = message,
	};

	options_print_failure("fix", &failure);
}

/* What was made on another host is not to be undone on this one. */
static bool
is_of_this_host(const struct change *change)
{
	return change->host == NULL || g_str_equal(change->host, g_get_host_name());
}

unsigned
fix_recover(struct fix_run *run, struct journal *journal)
{
	g_autoptr(GPtrArray) damaged = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
	g_autoptr(GPtrArray) all = journal_all(journal, damaged);
	unsigned recovered = 0;

	for (guint i = 0; i < damaged->len; i++)
		note_damaged(journal, g_ptr_array_index(damaged, i));
	/* The newest first: each puts back what it has found. */
	for (guint i = all->len; i > 0; i--) {
		struct change *change = g_ptr_array_index(all, i - 1);

		if (!is_of_this_host(change) ||
			!transaction_is_abandoned(change, g_get_real_time()))
			continue;
		change_add_check(change, "abandoned", CHANGE_CHECK_FAILED,
			change->confirm_by > 0 && change->confirm_by <= g_get_real_time() ?
				"nobody has confirmed it in time" :
				"whoever made it did not come to an end");
		take_back(run, journal, change);
		recovered++;
	}
	return recovered;
}

/* --- the actions ------------------------------------------------------------------------------ */

/* Opens the journal for writing, and finishes what was left; NULL where it was told why not. */
static struct journal *
open_journal(struct fix_run *run, unsigned *recovered)
{
	GError *error = NULL;
	struct journal *journal = journal_open(run->given->state, false, &error);

	*recovered = 0;
	if (journal == NULL) {
		fix_fail(run, "journal", error, false);
		g_error_free(error);
		return NULL;
	}
	*recovered = fix_recover(run, journal);
	return journal;
}

static struct change *
find(struct fix_run *run, const struct journal *journal, const char *id)
{
	GError *error = NULL;
	struct change *change = journal_find(journal, id, &error);

	if (change == NULL) {
		fix_fail(run, id, error, true);
		g_error_free(error);
	}
	return change;
}

static int
usage(const char *text)
{
	return options_fail("fix", g_error_new_literal(POPSEAL_USAGE_ERROR, 0, text), EXIT_USAGE);
}

static bool
is_waiting(const struct change *change)
{
	return change->confirm_by > 0 &&
		(change->state == CHANGE_VERIFIED || change->state == CHANGE_APPLIED);
}

int
fix_run_confirm(struct fix_run *run, char **words)
{
	const char *id = words[0] != NULL ? words[0] : run->given->id;
	g_autoptr(GError) error = NULL;
	struct journal *journal;
	struct change *change;
	unsigned recovered;

	if (id == NULL || (words[0] != NULL && words[1] != NULL))
		return usage("confirm wants one ID: popseal fix history lists them");
	journal = open_journal(run, &recovered);
	change = journal != NULL ? find(run, journal, id) : NULL;
	if (change != NULL && is_waiting(change)) {
		change->state = CHANGE_CONFIRMED;
		change->confirm_by = 0;
		if (!journal_save(journal, change, &error))
			fix_fail(run, id, error, false);
		fix_tell(run, change);
	} else if (change != NULL && change->state != CHANGE_CONFIRMED) {
		error = g_error_new(MANIFEST_ERROR, 0, "%s: there is nothing to confirm",
			change_state_word(change->state));
		fix_fail(run, id, error, false);
	} else if (change != NULL) {
		fix_tell(run, change);
	}
	change_free(change);
	journal_close(journal);
	return EXIT_CLEAN;
}

/* Whether the change is of the product and place that were named. */
static bool
is_meant(const struct fix_run *run, const struct change *change, const char *path)
{
	g_autofree char *whole = path != NULL ? g_canonicalize_filename(path, NULL) : NULL;
	bool found = whole == NULL || g_strcmp0(whole, change->place.path) == 0 ||
		g_strcmp0(path, change->place.path) == 0 || g_strcmp0(whole, change->root) == 0;

	for (guint i = 0; i < change->files->len && !found; i++) {
		const struct change_file *file = g_ptr_array_index(change->files, i);
		g_autofree char *folder = g_strconcat(whole, "/", NULL);

		found = g_str_equal(file->path, whole) || g_str_equal(file->named, whole) ||
			g_str_has_prefix(file->path, folder);
	}
	return found && (run->product == NULL || g_str_equal(run->product->name, change->product));
}

/* The newest change that can be taken back; the caller's, or NULL. */
static struct change *
newest(struct fix_run *run, const struct journal *journal, const char *path)
{
	g_autoptr(GPtrArray) damaged = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
	g_autoptr(GPtrArray) all = journal_all(journal, damaged);

	for (guint i = all->len; i > 0; i--) {
		const struct change *change = g_ptr_array_index(all, i - 1);

		if (transaction_is_undoable(change) && is_meant(run, change, path))
			return g_ptr_array_steal_index(all, i - 1);
	}
	return NULL;
}

static void
roll_back_one(struct fix_run *run, struct journal *journal, const char *id, const char *path)
{
	struct change *change = id != NULL ? find(run, journal, id) : newest(run, journal, path);
	g_autoptr(GError) error = NULL;

	if (change == NULL && id == NULL) {
		error = g_error_new(MANIFEST_ERROR, 0, "there is nothing to roll back");
		fix_fail(run, journal->state, error, false);
	} else if (change != NULL && change->state == CHANGE_ROLLED_BACK) {
		fix_tell(run, change);
	} else if (change != NULL && !transaction_is_undoable(change)) {
		error = g_error_new(MANIFEST_ERROR, 0, "%s: it has changed nothing",
			change_state_word(change->state));
		fix_fail(run, change->id, error, false);
	} else if (change != NULL) {
		take_back(run, journal, change);
	}
	change_free(change);
}

int
fix_run_rollback(struct fix_run *run, char **words)
{
	/* As with confirm and show, an ID may stand by itself. */
	const char *id = run->given->id != NULL             ? run->given->id :
		words[0] != NULL && journal_is_id(words[0]) ? words[0] :
							      NULL;
	struct journal *journal;
	unsigned recovered;

	if (words[0] != NULL && words[1] != NULL)
		return usage("rollback takes one PATH, or --id ID");
	journal = open_journal(run, &recovered);
	/* What was left half made was the newest change. */
	if (journal != NULL && (recovered == 0 || id != NULL))
		roll_back_one(run, journal, id, id == words[0] ? NULL : words[0]);
	journal_close(journal);
	return EXIT_CLEAN;
}

/* To look at it needs no lock; where it can be had, what was left is finished first. */
static struct journal *
open_to_look(struct fix_run *run)
{
	g_autoptr(GError) error = NULL;
	struct journal *journal = journal_open(run->given->state, true, &error);
	struct journal *mine;

	if (error != NULL)
		fix_fail(run, "journal", error, false);
	if (journal == NULL || access(journal->changes, W_OK) != 0)
		return journal;
	mine = journal_open(run->given->state, false, NULL);
	if (mine != NULL)
		fix_recover(run, mine);
	journal_close(mine);
	return journal;
}

int
fix_run_history(struct fix_run *run, char **words)
{
	g_autoptr(GPtrArray) damaged = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
	struct journal *journal;
	g_autoptr(GPtrArray) all = NULL;

	if (words[0] != NULL && words[1] != NULL)
		return usage("history takes one PATH");
	run->report.brief = !run->report.verbose;
	journal = open_to_look(run);
	if (journal == NULL)
		return EXIT_CLEAN;
	/* What fix_recover has told is in it again, in its place. */
	g_string_truncate(run->text, 0);
	run->summary.changes = 0;
	all = journal_all(journal, damaged);
	for (guint i = 0; i < all->len; i++)
		if (is_meant(run, g_ptr_array_index(all, i), words[0]))
			fix_tell(run, g_ptr_array_index(all, i));
	for (guint i = 0; i < damaged->len; i++)
		fix_fail(run, journal->state, g_ptr_array_index(damaged, i), false);
	journal_close(journal);
	return EXIT_CLEAN;
}

/* A plan that was written for approval, if the file is one; its failure is told. */
static bool
show_plan(struct fix_run *run, const char *path)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) bytes = NULL;
	g_autoptr(change_auto) plan = NULL;

	if (!g_file_test(path, G_FILE_TEST_EXISTS))
		return false;
	bytes = durable_read(path, MANIFEST_MAX, &error);
	plan = bytes != NULL ? manifest_read(bytes, path, &error) : NULL;
	if (plan != NULL)
		fix_tell(run, plan);
	else
		fix_fail(run, path, error, true);
	return true;
}

int
fix_run_show(struct fix_run *run, char **words)
{
	const char *id = words[0] != NULL ? words[0] : run->given->id;
	struct journal *journal;
	struct change *change;

	if (id == NULL || (words[0] != NULL && words[1] != NULL))
		return usage("show wants one ID, or a plan: popseal fix history lists them");
	if (!journal_is_id(id) && show_plan(run, id))
		return EXIT_CLEAN;
	journal = open_to_look(run);
	if (journal == NULL) {
		g_autoptr(GError) error = g_error_new(MANIFEST_ERROR, 0, "there is no journal");

		fix_fail(run, run->given->state != NULL ? run->given->state : JOURNAL_DEFAULT,
			error, false);
		return EXIT_CLEAN;
	}
	g_string_truncate(run->text, 0);
	run->summary.changes = 0;
	change = find(run, journal, id);
	if (change != NULL)
		fix_tell(run, change);
	change_free(change);
	journal_close(journal);
	return EXIT_CLEAN;
}

/* --- the timer -------------------------------------------------------------------------------- */

/* Whether the change is there and has not ended; *until is when it is to be confirmed. */
static bool
still_waits(struct fix_run *run, const char *id, int64_t *until)
{
	struct journal *journal = journal_open(run->given->state, true, NULL);
	struct change *change = journal != NULL ? journal_find(journal, id, NULL) : NULL;
	/* The timer is set before the first step: a change that is planned is to come yet. */
	bool waits = change == NULL || change->state == CHANGE_PLANNED || !change_has_ended(change);

	if (change != NULL && change->confirm_by > 0)
		*until = change->confirm_by;
	change_free(change);
	journal_close(journal);
	return waits;
}

/*
 * Sleeps until the change is to be confirmed, and takes it back if it was not; who else is at work
 * with the journal is waited for.
 */
int
fix_run_expire(struct fix_run *run, char **words)
{
	int64_t until = g_get_real_time() + run->confirm_within;
	struct journal *journal = NULL;

	if (words[0] == NULL)
		return usage("expire wants one ID");
	while (journal == NULL && still_waits(run, words[0], &until)) {
		if (g_get_real_time() >= until)
			journal = journal_open(run->given->state, false, NULL);
		if (journal == NULL)
			g_usleep(WAIT_USEC);
	}
	if (journal != NULL)
		fix_recover(run, journal);
	journal_close(journal);
	return EXIT_CLEAN;
}
