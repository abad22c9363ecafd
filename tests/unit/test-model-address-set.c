/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model/address_set.c: membership and subtraction, compared with a table of
 * bits over a small space.
 */
#include "model/address_set.h"

enum {
	SPACE = 64, /* addresses of 10.0.0.0/26 */
	ROUNDS = 500,
};

static struct address
address_of(const char *text)
{
	struct address address;

	g_assert_true(address_parse(text, &address));
	return address;
}

static struct address
number(unsigned n)
{
	struct address base = address_of("10.0.0.0");

	return address_add(&base, n);
}

static struct address_range
random_range(void)
{
	unsigned first = (unsigned)g_test_rand_int_range(0, SPACE);
	unsigned last = (unsigned)g_test_rand_int_range((int)first, SPACE);

	return (struct address_range){ number(first), number(last) };
}

static unsigned
index_of(const struct address *address)
{
	struct address base = address_of("10.0.0.0");
	bool backwards;

	return (unsigned)address_distance(&base, address, &backwards);
}

/* Adds a few ranges, and marks their addresses. */
static struct address_set *
random_set(bool in[SPACE])
{
	struct address_set *set = address_set_new();

	for (int n = g_test_rand_int_range(0, 5); n > 0; n--) {
		struct address_range range = random_range();

		address_set_add(set, &range);
		for (unsigned i = index_of(&range.first); i <= index_of(&range.last); i++)
			in[i] = true;
	}
	address_set_seal(set);
	return set;
}

/* The parts hold just what is in the range and not in the set, in order and joined. */
static void
assert_parts(const struct address_set *set, const bool in[SPACE], const struct address_range *range)
{
	g_autoptr(GArray) parts = g_array_new(FALSE, FALSE, sizeof(struct address_range));
	unsigned next = index_of(&range->first);

	address_set_subtract(set, range, parts);
	for (guint i = 0; i < parts->len; i++) {
		const struct address_range *part = &g_array_index(parts, struct address_range, i);

		for (; next < index_of(&part->first); next++)
			g_assert_true(in[next]);
		for (; next <= index_of(&part->last); next++)
			g_assert_false(in[next]);
	}
	for (; next <= index_of(&range->last); next++)
		g_assert_true(in[next]);
}

static void
test_against_bits(void)
{
	for (int round = 0; round < ROUNDS; round++) {
		bool in[SPACE] = { false };
		struct address_set *set = random_set(in);
		struct address_range range = random_range();

		for (unsigned i = 0; i < SPACE; i++) {
			struct address address = number(i);

			g_assert_cmpint(address_set_has(set, &address), ==, in[i]);
		}
		assert_parts(set, in, &range);
		address_set_free(set);
	}
}

/* The ends of both families: nothing wraps round. */
static void
test_ends(void)
{
	struct address_set *set = address_set_new();
	struct address_range low = { address_of("0.0.0.0"), address_of("0.0.0.0") };
	struct address_range high = { address_of("255.255.255.255"),
		address_of("255.255.255.255") };
	struct address_range all = { address_of("0.0.0.0"), address_of("255.255.255.255") };
	struct address_range six = { address_of("::"), address_of("::ffff") };
	g_autoptr(GArray) parts = g_array_new(FALSE, FALSE, sizeof(struct address_range));
	struct address_range *part;

	address_set_add(set, &high);
	address_set_add(set, &low);
	address_set_seal(set);
	address_set_subtract(set, &all, parts);
	g_assert_cmpuint(parts->len, ==, 1);
	part = &g_array_index(parts, struct address_range, 0);
	g_assert_cmpint(address_compare(&part->first,
				&(struct address){ FAMILY_IPV4, { 0, 0, 0, 1 } }),
		==, 0);
	g_assert_cmpint(address_compare(&part->last,
				&(struct address){ FAMILY_IPV4, { 255, 255, 255, 254 } }),
		==, 0);
	/* 0.0.0.0 and :: have the same octets, and nothing in common. */
	g_assert_false(address_set_has(set, &six.first));
	address_set_subtract(set, &six, parts);
	g_assert_cmpuint(parts->len, ==, 2);
	address_set_free(set);
}

static void
test_empty(void)
{
	struct address_set *set = address_set_new();
	struct address one = address_of("10.0.0.1");
	struct address_range range = { one, one };
	g_autoptr(GArray) parts = g_array_new(FALSE, FALSE, sizeof(struct address_range));

	address_set_seal(set);
	g_assert_false(address_set_has(set, &one));
	g_assert_false(address_set_has(NULL, &one));
	address_set_subtract(set, &range, parts);
	address_set_subtract(NULL, &range, parts);
	g_assert_cmpuint(parts->len, ==, 2);
	address_set_free(set);
	address_set_free(NULL);
}

/* The set is what address_never_asked says, address by address at the networks' edges. */
static void
test_never_asked(void)
{
	const char *const edges[] = { "0.255.255.255", "1.0.0.0", "169.253.255.255", "169.254.0.0",
		"169.254.255.255", "169.255.0.0", "192.0.1.255", "192.0.2.0", "192.0.2.255",
		"192.0.3.0", "198.51.99.255", "198.51.100.0", "198.51.101.0", "203.0.112.255",
		"203.0.113.0", "203.0.114.0", "223.255.255.255", "224.0.0.0", "239.255.255.255",
		"240.0.0.0", "255.255.255.255", "127.0.0.1", "10.0.0.1", "::", "::1", "fe80::1",
		"febf:ffff::", "fec0::", "ff00::", "ff02::1",
		"2001:db8::", "2001:db7:ffff::", "2001:db9::", "3fff::", "::ffff:224.0.0.1",
		"::ffff:10.0.0.1", "::ffff:169.254.1.1" };
	struct address_set *set = address_set_new();

	address_set_add_never_asked(set);
	address_set_seal(set);
	for (size_t i = 0; i < G_N_ELEMENTS(edges); i++) {
		struct address address = address_of(edges[i]);

		g_test_message("%s", edges[i]);
		g_assert_cmpint(address_set_has(set, &address), ==, address_never_asked(&address));
	}
	address_set_free(set);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/address-set/bits", test_against_bits);
	g_test_add_func("/address-set/ends", test_ends);
	g_test_add_func("/address-set/empty", test_empty);
	g_test_add_func("/address-set/never-asked", test_never_asked);
	return g_test_run();
}
