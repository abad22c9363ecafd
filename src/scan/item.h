/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An item of the plan while it is under way. What is known of a name is kept
 * until all its addresses are done: records, failures and totals of a target are handed on
 * together, so that no checkpoint speaks of half of one.
 */
#ifndef POPSEAL_SCAN_ITEM_H
#define POPSEAL_SCAN_ITEM_H

#include "model/assessment.h"
#include "scan/plan.h"

/* What is known of a name so far. */
struct item_part {
	struct target *target; /* owned */
	struct claim *claim;   /* owned, or NULL */
	GString *text;         /* records; owned */
	GPtrArray *failures;   /* of struct failure; owned */
	struct summary counts;
};

struct item {
	GList link; /* in the engine's queue of items */
	uint64_t sequence;
	unsigned pending; /* jobs */
	bool piped;
	bool recorded; /* it has records */
	bool failed;
	bool excluded;          /* an address of it is */
	bool skipped;           /* an address of it is never asked */
	struct item_part *part; /* of a name; NULL for an address */
};

/* Makes one without jobs. */
struct item *item_new(const struct plan_item *planned);
void item_free(struct item *item); /* NULL is a no-op */

/* Adds the item to the totals, as what became of it; for a name all that its part has counted. */
void item_count(const struct item *item, struct summary *summary);

/* Adds a copy to *failures, which is made where it is NULL. */
void item_keep_failure(GPtrArray **failures, const struct failure *failure);

#endif
