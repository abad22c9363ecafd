/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A change as a transaction: journal, check, replace, reload, proof; and everything back where one
 * of them fails, or where nobody confirms it in time.
 *
 * Each step is in the journal before it is made, so that whoever comes after a crash knows what to
 * undo. What somebody else has written in between is never overwritten.
 */
#ifndef POPSEAL_FIX_TRANSACTION_H
#define POPSEAL_FIX_TRANSACTION_H

#include "fix/journal.h"

enum transaction_end {
	TRANSACTION_DONE,        /* applied (offline), confirmed, or verified and to be confirmed */
	TRANSACTION_ROLLED_BACK, /* all is as before */
	TRANSACTION_REFUSED,     /* nothing was begun: *error */
	TRANSACTION_STUCK, /* it could neither be made nor undone whole: *error, the journal */
};

struct transaction {
	struct journal *journal;
	/*
	 * Asks whether a proof can be had, proves the change, and looks whether all is as before;
	 * each adds checks to it.
	 */
	bool (*before)(void *user, struct change *change);
	bool (*prove)(void *user, struct change *change);
	bool (*look)(void *user, struct change *change);
	/* Sees to it that the change is rolled back at change->confirm_by; false and *error. */
	bool (*watch)(void *user, const struct change *change, GError **error);
	void *user;
	int64_t confirm_within; /* µs; 0: none is awaited */
};

/*
 * Makes the change, whose files and commands are those of the plan. What failed is in its checks.
 * SIGINT, SIGTERM and SIGHUP end it by rolling back.
 */
enum transaction_end transaction_apply(const struct transaction *transaction, struct change *change,
	GError **error);

/* Why the plan must not be applied now: a new string, or NULL. */
char *transaction_objection(const struct change *plan, int64_t now);

/*
 * Puts back what the change has changed, tells the server and looks. A file that is neither what it
 * was before nor what it became stops it before anything is written: the change is a conflict then,
 * and *error shows what each side has made of the file.
 */
enum transaction_end transaction_roll_back(const struct transaction *transaction,
	struct change *change, GError **error);

/* Whether it can be rolled back: its files may be other than before. */
bool transaction_is_undoable(const struct change *change);

/* Whether whoever made it did not come to an end, or nobody has confirmed it in time. */
bool transaction_is_abandoned(const struct change *change, int64_t now);

#endif
