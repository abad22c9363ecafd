/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan: what is asked, in which order. First the words of the command
 * line, in a seeded random order, then the lines of a source, as they come and
 * each range within itself in such an order.
 *
 * Every item (an address, a name, a line that is wrong) has a sequence number,
 * the same in every run over the same targets: shards divide the numbers among
 * themselves, and a checkpoint says which of them are done.
 */
#ifndef POPSEAL_SCAN_PLAN_H
#define POPSEAL_SCAN_PLAN_H

#include "scan/exclusion.h"
#include "scan/source.h"
#include "scan/walk.h"

enum {
	PLAN_SHARDS_MAX = 65536
};

/* Where an earlier run of the same plan stood. */
struct plan_position {
	uint64_t next;     /* all smaller numbers had been handed out */
	uint64_t *pending; /* but these of them were not done; in order; owned */
	size_t pending_count;
	uint64_t lines; /* that had been taken from the source */
	uint64_t digest;
};

struct plan_options {
	uint64_t seed;
	unsigned shard; /* from 0 */
	unsigned shards;
	const struct exclusion *excluded;   /* borrowed, or NULL */
	const struct plan_position *resume; /* borrowed, or NULL */
};

enum plan_state {
	PLAN_ITEM,
	PLAN_BAD_LINE,
	PLAN_WAIT,   /* nothing can be read now: watch plan_fd */
	PLAN_BROKEN, /* the source is not the one that the run to be resumed had read */
	PLAN_END,
};

/* To be emptied by plan_item_clear, whatever it is. */
struct plan_item {
	uint64_t sequence;
	struct walk_item what;     /* of PLAN_ITEM; valid until the next call */
	const struct claim *claim; /* of PLAN_ITEM, or NULL; valid until the next call */
	bool piped;                /* it came from the source */
	char *where;               /* of PLAN_BAD_LINE */
	char *message;             /* of PLAN_BAD_LINE */
	bool usage;                /* of PLAN_BAD_LINE: the user wrote it wrong */
};

void plan_item_clear(struct plan_item *item);

/* What was read in this run; without what a run that is resumed had counted. */
struct plan_counts {
	uint64_t targets; /* all that were read so far, items and the others */
	uint64_t skipped; /* of networks that are never asked */
	uint64_t excluded;
	uint64_t doubles;
};

struct plan;

/*
 * Takes over words (a GPtrArray of struct target) and source, which may be NULL.
 */
struct plan *plan_new(GPtrArray *words, struct source *source, const struct plan_options *options);
void plan_free(struct plan *plan); /* NULL is a no-op */

enum plan_state plan_next(struct plan *plan, struct plan_item *item);

/* The descriptor to watch after PLAN_WAIT; -1 = none. */
int plan_fd(const struct plan *plan);

const struct plan_counts *plan_counts(const struct plan *plan);

/* Whether all targets have been read: plan_counts()->targets will not grow. */
bool plan_is_read(const struct plan *plan);

/*
 * Fills in next, lines and digest as of now, and appends to `pending` (of uint64_t, in order) what
 * of a resumed run's pending numbers has not been handed out yet.
 */
void plan_tell(const struct plan *plan, struct plan_position *position, GArray *pending);

#endif
