/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Spans of addresses, sorted by what they are and where they begin; an item is
 * found by a binary search in the sums of their lengths.
 */
#include "scan/walk.h"

#include <string.h>

/* Addresses in a row, or one name. */
struct span {
	const struct target *target;
	struct address_range range; /* FAMILY_NONE for a name */
	uint64_t count;
	uint64_t before; /* items in the spans before this one */
};

struct walk {
	GPtrArray *targets;
	GArray *spans;
	struct order order;
};

struct walk *
walk_new(void)
{
	struct walk *walk = g_new0(struct walk, 1);

	walk->targets = g_ptr_array_new_with_free_func((GDestroyNotify)target_free);
	walk->spans = g_array_new(FALSE, FALSE, sizeof(struct span));
	return walk;
}

void
walk_free(struct walk *walk)
{
	if (walk == NULL)
		return;
	g_array_unref(walk->spans);
	g_ptr_array_unref(walk->targets);
	g_free(walk);
}

static struct span *
span_at(const struct walk *walk, guint i)
{
	return &g_array_index(walk->spans, struct span, i);
}

static uint64_t
range_count(const struct address_range *range)
{
	bool backwards;

	return address_distance(&range->first, &range->last, &backwards) + 1;
}

static void
add_span(struct walk *walk, const struct target *target, const struct address_range *range)
{
	struct span span = { .target = target, .range = *range, .count = 1 };

	if (range->first.family != FAMILY_NONE)
		span.count = range_count(range);
	g_array_append_val(walk->spans, span);
}

/* Replaces parts by those of them that are not in the set; returns how many addresses went. */
static uint64_t
leave_out(GArray **parts, const struct address_set *set)
{
	GArray *kept;
	uint64_t before = 0;
	uint64_t after = 0;

	if (set == NULL)
		return 0;
	kept = g_array_new(FALSE, FALSE, sizeof(struct address_range));
	for (guint i = 0; i < (*parts)->len; i++) {
		const struct address_range *part = &g_array_index(*parts, struct address_range, i);

		before += range_count(part);
		address_set_subtract(set, part, kept);
	}
	for (guint i = 0; i < kept->len; i++)
		after += range_count(&g_array_index(kept, struct address_range, i));
	g_array_unref(*parts);
	*parts = kept;
	return before - after;
}

void
walk_add(struct walk *walk, struct target *target, const struct address_set *never,
	const struct address_set *excluded, uint64_t *skipped, uint64_t *left_out)
{
	struct address_range whole = { target->first, target->last };
	GArray *parts;

	g_ptr_array_add(walk->targets, target);
	if (target->first.family == FAMILY_NONE) {
		add_span(walk, target, &whole);
		return;
	}
	parts = g_array_new(FALSE, FALSE, sizeof(struct address_range));
	g_array_append_val(parts, whole);
	*skipped += leave_out(&parts, never);
	*left_out += leave_out(&parts, excluded);
	for (guint i = 0; i < parts->len; i++)
		add_span(walk, target, &g_array_index(parts, struct address_range, i));
	g_array_unref(parts);
}

/* Spans that may have items in common stand in a row: those of one kind (0), by their beginning. */
static int
compare_kinds(const struct target *a, const struct target *b)
{
	int ports_a = a->port_given || a->scheme_given ? a->port * 2 + (int)a->mode : -1;
	int ports_b = b->port_given || b->scheme_given ? b->port * 2 + (int)b->mode : -1;

	return ports_a != ports_b ? ports_a - ports_b : strcmp(a->zone, b->zone);
}

static int
compare_spans(const void *a, const void *b)
{
	const struct span *x = a;
	const struct span *y = b;
	int order = compare_kinds(x->target, y->target);

	if (order == 0)
		order = address_compare(&x->range.first, &y->range.first);
	if (order == 0 && x->range.first.family == FAMILY_NONE)
		order = g_ascii_strcasecmp(x->target->host, y->target->host);
	return order;
}

/* Cuts off the beginning of a span what `last`, which begins no later, has already. */
static void
cut(struct span *span, const struct span *last)
{
	if (span->range.first.family == FAMILY_NONE) {
		span->count = compare_spans(span, last) == 0 ? 0 : 1;
		return;
	}
	if (address_compare(&span->range.first, &last->range.last) > 0)
		return;
	if (address_compare(&span->range.last, &last->range.last) <= 0) {
		span->count = 0;
		return;
	}
	span->range.first = address_add(&last->range.last, 1);
	span->count = range_count(&span->range);
}

uint64_t
walk_seal(struct walk *walk, uint64_t seed)
{
	uint64_t doubles = 0;
	uint64_t total = 0;
	guint kept = 0;

	g_array_sort(walk->spans, compare_spans);
	for (guint i = 0; i < walk->spans->len; i++) {
		struct span span = *span_at(walk, i);
		const struct span *last = kept > 0 ? span_at(walk, kept - 1) : NULL;

		if (last != NULL && compare_kinds(span.target, last->target) == 0 &&
			span.range.first.family == last->range.first.family)
			cut(&span, last);
		doubles += span_at(walk, i)->count - span.count;
		if (span.count == 0)
			continue;
		span.before = total;
		total += span.count;
		*span_at(walk, kept++) = span;
	}
	g_array_set_size(walk->spans, kept);
	order_init(&walk->order, total, seed);
	return doubles;
}

uint64_t
walk_count(const struct walk *walk)
{
	return walk->order.count;
}

struct walk_item
walk_at(const struct walk *walk, uint64_t place)
{
	uint64_t number = order_at(&walk->order, place);
	const struct span *span;
	guint low = 0;
	guint high = walk->spans->len;

	while (high - low > 1) {
		guint middle = low + (high - low) / 2;

		if (span_at(walk, middle)->before <= number)
			low = middle;
		else
			high = middle;
	}
	span = span_at(walk, low);
	return (struct walk_item){
		.target = span->target,
		.address = address_add(&span->range.first, number - span->before),
	};
}

const char *
walk_item_text(const struct walk_item *item, char text[ENDPOINT_HOST_MAX + 1])
{
	const struct target *target = item->target;

	if (item->address.family == FAMILY_NONE) {
		g_strlcpy(text, target->host, ENDPOINT_HOST_MAX + 1);
		return text;
	}
	address_format(&item->address, text);
	if (target->zone[0] != '\0') {
		g_strlcat(text, "%", ENDPOINT_HOST_MAX + 1);
		g_strlcat(text, target->zone, ENDPOINT_HOST_MAX + 1);
	}
	return text;
}
