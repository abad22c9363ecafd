/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan/order.c and scan/walk.c: every number once, every address once, and
 * the whole of IPv4 without a list of it.
 */
#include <string.h>

#include "scan/walk.h"

/* --- order ------------------------------------------------------------------------------------ */

static void
assert_bijection(uint64_t count, uint64_t seed)
{
	g_autofree uint8_t *seen = g_malloc0(count + 1);
	struct order order;

	order_init(&order, count, seed);
	for (uint64_t place = 0; place < count; place++) {
		uint64_t number = order_at(&order, place);

		g_assert_cmpuint(number, <, count);
		g_assert_cmpint(seen[number]++, ==, 0);
	}
}

static void
test_bijection(void)
{
	const uint64_t counts[] = { 0, 1, 2, 3, 4, 5, 16, 17, 1000, 65536, 65537 };

	for (size_t i = 0; i < G_N_ELEMENTS(counts); i++) {
		for (uint64_t seed = 0; seed < 4; seed++)
			assert_bijection(counts[i], seed * UINT64_C(0x123456789abcdef1));
	}
}

static void
test_seeds(void)
{
	struct order one, other, again;
	unsigned same = 0, in_place = 0;

	order_init(&one, 1000, 1);
	order_init(&other, 1000, 2);
	order_init(&again, 1000, 1);
	for (uint64_t place = 0; place < 1000; place++) {
		g_assert_cmpuint(order_at(&one, place), ==, order_at(&again, place));
		same += order_at(&one, place) == order_at(&other, place);
		in_place += order_at(&one, place) == place;
	}
	/* Each is 1 on average for a random order. */
	g_assert_cmpuint(same, <, 10);
	g_assert_cmpuint(in_place, <, 10);
}

/* The largest count: as an order of less, each number stays below it and comes back. */
static void
test_largest(void)
{
	struct order order;
	uint64_t first;

	order_init(&order, UINT64_C(1) << 62, 7);
	first = order_at(&order, 0);
	g_assert_cmpuint(first, <, UINT64_C(1) << 62);
	g_assert_cmpuint(order_at(&order, (UINT64_C(1) << 62) - 1), !=, first);
}

/* --- walks ------------------------------------------------------------------------------------ */

struct counts {
	uint64_t skipped;
	uint64_t excluded;
	uint64_t doubles;
};

static void
add_word(struct walk *walk, const char *word, const struct address_set *never,
	const struct address_set *excluded, struct counts *counts)
{
	g_autoptr(GError) error = NULL;
	struct target *target = target_parse(word, &error);

	g_assert_no_error(error);
	walk_add(walk, target, never, excluded, &counts->skipped, &counts->excluded);
}

/* Makes a walk of words that are separated by a space. */
static struct walk *
walk_of(const char *words, const struct address_set *never, const struct address_set *excluded,
	struct counts *counts)
{
	g_auto(GStrv) each = g_strsplit(words, " ", 0);
	struct walk *walk = walk_new();

	*counts = (struct counts){ 0 };
	for (size_t i = 0; each[i] != NULL; i++)
		add_word(walk, each[i], never, excluded, counts);
	counts->doubles = walk_seal(walk, 3);
	return walk;
}

static struct address_set *
set_of(const char *words)
{
	g_auto(GStrv) each = g_strsplit(words, " ", 0);
	struct address_set *set = address_set_new();

	for (size_t i = 0; each[i] != NULL; i++) {
		struct target *target = target_parse(each[i], NULL);
		struct address_range range = { target->first, target->last };

		address_set_add(set, &range);
		target_free(target);
	}
	address_set_seal(set);
	return set;
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Returns all items' texts, sorted and joined by a space; each must be there once. */
static char *
items_of(const struct walk *walk)
{
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);

	for (uint64_t place = 0; place < walk_count(walk); place++) {
		struct walk_item item = walk_at(walk, place);
		char text[ENDPOINT_HOST_MAX + 1];

		walk_item_text(&item, text);
		if (item.target->port_given)
			g_ptr_array_add(texts, g_strdup_printf("%s:%u", text, item.target->port));
		else
			g_ptr_array_add(texts, g_strdup(text));
	}
	g_ptr_array_sort(texts, compare_texts);
	g_ptr_array_add(texts, NULL);
	return g_strjoinv(" ", (char **)texts->pdata);
}

static void
assert_walk(const char *words, const char *excluded, const char *wanted, uint64_t left_out,
	uint64_t doubles)
{
	struct address_set *set = excluded == NULL ? NULL : set_of(excluded);
	struct counts counts;
	struct walk *walk = walk_of(words, NULL, set, &counts);
	g_autofree char *items = items_of(walk);

	g_assert_cmpstr(items, ==, wanted);
	g_assert_cmpuint(counts.excluded, ==, left_out);
	g_assert_cmpuint(counts.doubles, ==, doubles);
	walk_free(walk);
	address_set_free(set);
}

static void
test_walks(void)
{
	assert_walk("10.0.0.1", NULL, "10.0.0.1", 0, 0);
	assert_walk("10.0.0.0/30", NULL, "10.0.0.0 10.0.0.1 10.0.0.2 10.0.0.3", 0, 0);
	/* Excluded at the beginning, in the middle, at the end, around, and whole. */
	assert_walk("10.0.0.0/30", "10.0.0.0", "10.0.0.1 10.0.0.2 10.0.0.3", 1, 0);
	assert_walk("10.0.0.0/30", "10.0.0.1-2", "10.0.0.0 10.0.0.3", 2, 0);
	assert_walk("10.0.0.0/30", "10.0.0.3 10.0.0.4", "10.0.0.0 10.0.0.1 10.0.0.2", 1, 0);
	assert_walk("10.0.0.0/30", "9.0.0.0/8 10.0.0.0/8", "", 4, 0);
	assert_walk("0.0.0.0/30 255.255.255.252/30", "0.0.0.0 255.255.255.255",
		"0.0.0.1 0.0.0.2 0.0.0.3 255.255.255.252 255.255.255.253 255.255.255.254", 2, 0);
	assert_walk("mail.example", "10.0.0.0/8", "mail.example", 0, 0);
}

static void
test_overlaps(void)
{
	assert_walk("10.0.0.1 10.0.0.1 10.0.0.1", NULL, "10.0.0.1", 0, 2);
	assert_walk("10.0.0.1-3 10.0.0.2-4", NULL, "10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4", 0, 2);
	assert_walk("10.0.0.2 10.0.0.0/29 10.0.0.1-2", "10.0.0.3-7", "10.0.0.0 10.0.0.1 10.0.0.2",
		5, 3);
	/* One port or another is another target; the endpoints are told apart later. */
	assert_walk("10.0.0.1 10.0.0.1:110 10.0.0.1:110", NULL, "10.0.0.1 10.0.0.1:110", 0, 1);
	assert_walk("a.example A.EXAMPLE b.example", NULL, "a.example b.example", 0, 1);
	assert_walk("::1 ::1-::3 127.0.0.1", NULL, "127.0.0.1 ::1 ::2 ::3", 0, 1);
}

static void
test_zones(void)
{
	assert_walk("fe80::1%eth0 fe80::1%eth1 fe80::1%eth0", NULL, "fe80::1%eth0 fe80::1%eth1", 0,
		1);
	assert_walk("fe80::1%eth0 fe80::2%eth0", "fe80::1", "fe80::2%eth0", 1, 0);
}

static void
test_ipv6(void)
{
	assert_walk("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127", NULL,
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		0, 0);
	assert_walk("2001:db8::/126", "2001:db8::1", "2001:db8:: 2001:db8::2 2001:db8::3", 1, 0);
}

/* The whole of IPv4 is a few spans, and every place is found at once. */
static void
test_whole_space(void)
{
	struct address_set *never = address_set_new();
	int64_t began = g_get_monotonic_time();
	struct counts counts;
	struct walk *walk;

	address_set_add_never_asked(never);
	address_set_seal(never);
	walk = walk_of("0.0.0.0/0", never, NULL, &counts);
	g_assert_cmpuint(walk_count(walk) + counts.skipped, ==, UINT64_C(1) << 32);
	g_assert_cmpuint(counts.skipped, >, UINT64_C(1) << 29); /* multicast and 240/4 alone */
	for (uint64_t i = 0; i < 1000; i++) {
		struct walk_item item = walk_at(walk, i * (walk_count(walk) / 1000));

		g_assert_false(address_never_asked(&item.address));
	}
	g_assert_cmpint(g_get_monotonic_time() - began, <, G_USEC_PER_SEC);
	walk_free(walk);
	address_set_free(never);
	walk_free(NULL);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/order/bijection", test_bijection);
	g_test_add_func("/order/seeds", test_seeds);
	g_test_add_func("/order/largest", test_largest);
	g_test_add_func("/walk/parts", test_walks);
	g_test_add_func("/walk/overlaps", test_overlaps);
	g_test_add_func("/walk/zones", test_zones);
	g_test_add_func("/walk/ipv6", test_ipv6);
	g_test_add_func("/walk/whole-space", test_whole_space);
	return g_test_run();
}
