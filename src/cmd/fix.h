/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the actions of popseal fix share: one file cmd/fix_NAME.c for each.
 */
#ifndef POPSEAL_CMD_FIX_H
#define POPSEAL_CMD_FIX_H

#include "cmd/command.h"
#include "cmd/output.h"
#include "fix/plan.h"
#include "fix/transaction.h"

/* What the command line said. */
struct fix_given {
	char *product, *version, *root, *strategy;
	char *certificate, *key, *ca, *certificate_as, *key_as;
	char *plan_output;
	gchar **logs;
	gboolean smtp, offline, wait;
	char *state, *netrc, *user, *tls_name, *verify_from, *confirm_within;
	gchar **verify;
	char *reload_command, *check_command;
	char *not_before, *not_after, *ticket, *approved_by;
	char *id, *to;
};

/* The same, read. */
struct fix_run {
	const struct fix_given *given;
	struct common_options common;
	struct output output;
	struct report_options report;
	struct summary summary;
	GString *text;
	char *program;                       /* popseal itself, owned */
	GPtrArray *verify;                   /* of char *: the endpoints of --verify */
	char *certificate, *key, *authority; /* of the plan's options, owned */
	const struct product *product;
	struct plan_options plan;
	int64_t not_before, not_after; /* µs since the epoch; 0: none */
	int64_t confirm_within;        /* µs; 0: no confirmation is awaited */
	bool failed;                   /* something could not be done: exit 4 */
	bool rolled_back;              /* a change failed: exit 5 */
	bool open;                     /* something is to be fixed: exit 1 */
	bool undetermined;             /* exit 2, if strict */
};

/* An action: its word, and what it does with the words behind it. */
struct fix_action {
	const char *name;
	int (*run)(struct fix_run *run, char **words);
};

extern const struct option_set fix_option_set;

/* Reads what was given; NULL and *error (usage). The run's words are g_strfreev's. */
char **fix_options_parse(struct fix_run *run, int argc, char **argv, GError **error);

/*
 * Each takes the words behind its name. They return EXIT_USAGE, which they have told, or
 * EXIT_CLEAN; what became of it is in the run.
 */
int fix_run_plan(struct fix_run *run, char **words);
int fix_run_export(struct fix_run *run, char **words);
int fix_run_apply(struct fix_run *run, char **words);
int fix_run_confirm(struct fix_run *run, char **words);
int fix_run_rollback(struct fix_run *run, char **words);
int fix_run_history(struct fix_run *run, char **words);
int fix_run_show(struct fix_run *run, char **words);
int fix_run_expire(struct fix_run *run, char **words); /* of the timer: in no help */

/* How a change is proven, looked at and watched; the journal is borrowed. */
struct transaction fix_transaction(struct fix_run *run, struct journal *journal);

/* Rolls back what was abandoned, and tells it; returns how many changes that were. */
unsigned fix_recover(struct fix_run *run, struct journal *journal);

/* Starts the timer that takes the change back where nobody confirms it; `user` is the run. */
bool fix_watch(void *user, const struct change *change, GError **error);

/*
 * Writes a report or plan for this user alone: what it tells of a configuration may be secret.
 * False and *error.
 */
bool fix_write(const char *path, GString *text, GError **error);

/* Puts a change, or a failure, into the report. */
void fix_tell(struct fix_run *run, const struct change *change);
void fix_fail(struct fix_run *run, const char *subject, const GError *error, bool usage);

/*
 * The plans of what was named by `path` (NULL: this host), one for each configuration; failures are
 * told. A new array of struct change.
 */
GPtrArray *fix_plans_of(struct fix_run *run, const char *path);

#endif
