/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One walk at a time: that of the words, then that of each line. Numbers that
 * are not this shard's, or were done before, are jumped over, not counted through.
 */
#include "scan/plan.h"

struct plan {
	struct plan_options options;
	struct source *source;
	struct address_set *never;
	struct claim *claim; /* of the walk's target, or NULL */
	struct walk *walk;   /* NULL: the next line is to be read */
	uint64_t base;       /* number of the walk's first item */
	uint64_t next;       /* the smallest number that may still be handed out */
	size_t pending;      /* index into resume->pending of the first that is >= next */
	bool piped;          /* the walk comes from the source */
	bool ended;
	struct plan_counts counts;
};

/* --- numbers ---------------------------------------------------------------------------------- */

/* Returns the smallest number >= from that this run has to hand out. */
static uint64_t
wanted_from(struct plan *plan, uint64_t from)
{
	const struct plan_position *resume = plan->options.resume;
	uint64_t shards = plan->options.shards;

	if (resume != NULL && from < resume->next) {
		while (plan->pending < resume->pending_count &&
			resume->pending[plan->pending] < from)
			plan->pending++;
		if (plan->pending < resume->pending_count)
			return resume->pending[plan->pending];
		from = resume->next;
	}
	return from + (plan->options.shard + shards - from % shards) % shards;
}

/* Returns how many of `count` numbers from `base` on are this shard's. */
static uint64_t
share(const struct plan *plan, uint64_t base, uint64_t count)
{
	uint64_t shards = plan->options.shards;
	uint64_t first = (plan->options.shard + shards - base % shards) % shards;

	return count <= first ? 0 : (count - first - 1) / shards + 1;
}

/* Whether what is being read now was counted by the run that is resumed. */
static bool
was_counted(const struct plan *plan)
{
	const struct plan_position *resume = plan->options.resume;

	return resume != NULL && (!plan->piped || source_lines(plan->source) <= resume->lines);
}

/*
 * What no number stands for is divided among the shards as well: so that their
 * counts add up to the whole.
 */
static uint64_t
share_of_rest(const struct plan *plan, uint64_t count)
{
	return share(plan, 0, count);
}

static void
count_walk(struct plan *plan, uint64_t skipped, uint64_t excluded, uint64_t doubles)
{
	if (was_counted(plan))
		return;
	skipped = share_of_rest(plan, skipped);
	excluded = share_of_rest(plan, excluded);
	doubles = share_of_rest(plan, doubles);
	plan->counts.skipped += skipped;
	plan->counts.excluded += excluded;
	plan->counts.doubles += doubles;
	plan->counts.targets +=
		share(plan, plan->base, walk_count(plan->walk)) + skipped + excluded + doubles;
}

void
plan_item_clear(struct plan_item *item)
{
	g_clear_pointer(&item->where, g_free);
	g_clear_pointer(&item->message, g_free);
}

/* --- walks ------------------------------------------------------------------------------------ */

/* What the user names is always asked; what wide ranges and the source bring, not everywhere. */
static void
add_target(struct plan *plan, struct target *target, uint64_t *skipped, uint64_t *excluded)
{
	bool anywhere = !plan->piped && !target_is_wide(target);

	if (exclusion_has_name(plan->options.excluded, target)) {
		(*excluded)++;
		target_free(target);
		return;
	}
	walk_add(plan->walk, target, anywhere ? NULL : plan->never,
		exclusion_addresses(plan->options.excluded), skipped, excluded);
}

static void
begin_words(struct plan *plan, GPtrArray *words)
{
	uint64_t skipped = 0;
	uint64_t excluded = 0;

	plan->walk = walk_new();
	for (guint i = 0; i < words->len; i++)
		add_target(plan, g_steal_pointer(&g_ptr_array_index(words, i)), &skipped,
			&excluded);
	g_ptr_array_unref(words);
	count_walk(plan, skipped, excluded, walk_seal(plan->walk, plan->options.seed));
}

static void
begin_line(struct plan *plan, struct target *target)
{
	uint64_t skipped = 0;
	uint64_t excluded = 0;

	plan->walk = walk_new();
	plan->piped = true;
	add_target(plan, target, &skipped, &excluded);
	walk_seal(plan->walk, order_mix(plan->options.seed ^ plan->base));
	count_walk(plan, skipped, excluded, 0);
}

static void
end_walk(struct plan *plan)
{
	plan->base += walk_count(plan->walk);
	plan->next = MAX(plan->next, plan->base);
	g_clear_pointer(&plan->walk, walk_free);
}

/* Hands out the walk's next item; false when it has none left. */
static bool
next_of_walk(struct plan *plan, struct plan_item *item)
{
	uint64_t number = wanted_from(plan, MAX(plan->next, plan->base));

	if (number - plan->base >= walk_count(plan->walk))
		return false;
	item->sequence = number;
	item->what = walk_at(plan->walk, number - plan->base);
	item->piped = plan->piped;
	item->claim = plan->claim;
	plan->next = number + 1;
	return true;
}

/* --- the source ------------------------------------------------------------------------------- */

/* A line that is wrong has a number too. Returns false if that number is not asked for. */
static bool
number_bad_line(struct plan *plan, struct source_item *line, struct plan_item *item)
{
	uint64_t number = plan->base++;

	plan->piped = true;
	if (!was_counted(plan))
		plan->counts.targets += share(plan, number, 1);
	item->sequence = number;
	item->where = line->where;
	item->message = line->message;
	item->usage = line->usage;
	if (wanted_from(plan, number) == number) {
		plan->next = MAX(plan->next, plan->base);
		return true;
	}
	plan->next = MAX(plan->next, plan->base);
	plan_item_clear(item);
	return false;
}

/* Reads one line. PLAN_ITEM says: there is a walk now, or nothing; look again. */
static enum plan_state
read_line(struct plan *plan, struct plan_item *item)
{
	struct source_item line;
	enum source_state state = source_next(plan->source, &line);

	if (state == SOURCE_WAIT)
		return PLAN_WAIT;
	plan->ended = state == SOURCE_END;
	g_free(plan->claim);
	plan->claim = line.claim;
	if (state == SOURCE_TARGET)
		begin_line(plan, line.target);
	if (state == SOURCE_BAD_LINE && number_bad_line(plan, &line, item))
		return PLAN_BAD_LINE;
	return PLAN_ITEM;
}

/* --- what others see -------------------------------------------------------------------------- */

struct plan *
plan_new(GPtrArray *words, struct source *source, const struct plan_options *options)
{
	struct plan *plan = g_new0(struct plan, 1);

	plan->options = *options;
	plan->source = source;
	plan->never = address_set_new();
	address_set_add_never_asked(plan->never);
	address_set_seal(plan->never);
	if (source != NULL && options->resume != NULL)
		source_expect(source, options->resume->lines, options->resume->digest);
	begin_words(plan, words);
	return plan;
}

void
plan_free(struct plan *plan)
{
	if (plan == NULL)
		return;
	walk_free(plan->walk);
	address_set_free(plan->never);
	g_free(plan->claim);
	source_free(plan->source);
	g_free(plan);
}

static bool
plan_is_broken(const struct plan *plan)
{
	return plan->source != NULL && source_differs(plan->source);
}

enum plan_state
plan_next(struct plan *plan, struct plan_item *item)
{
	*item = (struct plan_item){ 0 };
	while (!plan_is_broken(plan) && !plan->ended) {
		enum plan_state state;

		if (plan->walk != NULL && next_of_walk(plan, item))
			return PLAN_ITEM;
		if (plan->walk != NULL)
			end_walk(plan);
		if (plan->source == NULL) {
			plan->ended = true;
			break;
		}
		state = read_line(plan, item);
		if (state == PLAN_WAIT || (state == PLAN_BAD_LINE && !plan_is_broken(plan)))
			return state;
	}
	plan_item_clear(item);
	return plan_is_broken(plan) ? PLAN_BROKEN : PLAN_END;
}

int
plan_fd(const struct plan *plan)
{
	return plan->source == NULL ? -1 : source_fd(plan->source);
}

const struct plan_counts *
plan_counts(const struct plan *plan)
{
	return &plan->counts;
}

bool
plan_is_read(const struct plan *plan)
{
	return plan->source == NULL || plan->ended;
}

void
plan_tell(const struct plan *plan, struct plan_position *position, GArray *pending)
{
	const struct plan_position *resume = plan->options.resume;

	*position = (struct plan_position){ .next = plan->next };
	if (plan->source != NULL) {
		position->lines = source_lines(plan->source);
		position->digest = source_digest(plan->source);
	}
	if (resume == NULL)
		return;
	for (size_t i = plan->pending; i < resume->pending_count; i++) {
		if (resume->pending[i] >= plan->next)
			g_array_append_val(pending, resume->pending[i]);
	}
	position->next = MAX(position->next, resume->next);
	if (position->lines < resume->lines) {
		position->lines = resume->lines;
		position->digest = resume->digest;
	}
}
