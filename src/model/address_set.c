/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ranges in order and apart from each other once sealed, so that every
 * question is a binary search.
 */
#include "model/address_set.h"

#include <string.h>

struct address_set {
	GArray *ranges; /* of struct address_range */
};

struct address_set *
address_set_new(void)
{
	struct address_set *set = g_new0(struct address_set, 1);

	set->ranges = g_array_new(FALSE, FALSE, sizeof(struct address_range));
	return set;
}

void
address_set_free(struct address_set *set)
{
	if (set == NULL)
		return;
	g_array_unref(set->ranges);
	g_free(set);
}

static struct address_range *
range_at(const struct address_set *set, guint i)
{
	return &g_array_index(set->ranges, struct address_range, i);
}

int
address_compare(const struct address *a, const struct address *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

static int
compare_ranges(const void *a, const void *b)
{
	const struct address_range *x = a;
	const struct address_range *y = b;
	int order = address_compare(&x->first, &y->first);

	return order != 0 ? order : address_compare(&x->last, &y->last);
}

void
address_set_add(struct address_set *set, const struct address_range *range)
{
	g_array_append_val(set->ranges, *range);
}

void
address_set_seal(struct address_set *set)
{
	guint kept = 0;

	g_array_sort(set->ranges, compare_ranges);
	for (guint i = 1; i < set->ranges->len; i++) {
		struct address_range *last = range_at(set, kept);
		const struct address_range *range = range_at(set, i);

		if (address_compare(&range->first, &last->last) > 0)
			*range_at(set, ++kept) = *range;
		else if (address_compare(&range->last, &last->last) > 0)
			last->last = range->last;
	}
	if (set->ranges->len > 0)
		g_array_set_size(set->ranges, kept + 1);
}

/* Returns the index of the first range that ends at or behind the address. */
static guint
first_from(const struct address_set *set, const struct address *address)
{
	guint low = 0;
	guint high = set->ranges->len;

	while (low < high) {
		guint middle = low + (high - low) / 2;

		if (address_compare(&range_at(set, middle)->last, address) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool
address_set_has(const struct address_set *set, const struct address *address)
{
	guint i = set == NULL ? 0 : first_from(set, address);

	return set != NULL && i < set->ranges->len &&
		address_compare(&range_at(set, i)->first, address) <= 0;
}

/* Returns the address right before `address`, which lies behind `start`. */
static struct address
address_before(const struct address *start, const struct address *address)
{
	bool backwards;

	return address_add(start, address_distance(start, address, &backwards) - 1);
}

void
address_set_subtract(const struct address_set *set, const struct address_range *range,
	GArray *parts)
{
	struct address_range rest = *range;

	for (guint i = set == NULL ? 0 : first_from(set, &rest.first);
		set != NULL && i < set->ranges->len; i++) {
		const struct address_range *out = range_at(set, i);

		if (address_compare(&out->first, &rest.last) > 0)
			break;
		if (address_compare(&out->first, &rest.first) > 0) {
			struct address_range part = { rest.first,
				address_before(&rest.first, &out->first) };

			g_array_append_val(parts, part);
		}
		if (address_compare(&out->last, &rest.last) >= 0)
			return;
		rest.first = address_add(&out->last, 1);
	}
	g_array_append_val(parts, rest);
}
