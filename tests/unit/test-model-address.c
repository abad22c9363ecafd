/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses as numbers, and the networks that are never asked, at their bounds.
 */
#include "model/address.h"

#include <glib.h>

#include "model/target.h"

static struct address
parsed(const char *text)
{
	struct address address;

	g_assert_true(address_parse(text, &address));
	return address;
}

static void
assert_address(const struct address *address, const char *expected)
{
	char text[ENDPOINT_ADDRESS_MAX + 1];

	g_assert_cmpstr(address_format(address, text), ==, expected);
}

static void
test_parse(void)
{
	static const char *const wrong[] = { "", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4",
		"1.2.3.4 ", ":::", "::g", "1::2::3", "fe80::1%eth0", "[::1]", "mail" };
	struct address address = parsed("2001:0DB8:0:0::1");

	assert_address(&address, "2001:db8::1");
	g_assert_cmpint(address.family, ==, FAMILY_IPV6);
	address = parsed("192.0.2.1");
	g_assert_cmpint(address.family, ==, FAMILY_IPV4);
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
		g_assert_false(address_parse(wrong[i], &address));
	assert_address(&address, "192.0.2.1");
}

static void
test_network(void)
{
	struct address inside = parsed("192.0.2.77");
	struct address edge = address_network(&inside, 24, false);

	assert_address(&edge, "192.0.2.0");
	edge = address_network(&inside, 24, true);
	assert_address(&edge, "192.0.2.255");
	edge = address_network(&inside, 0, true);
	assert_address(&edge, "255.255.255.255");
	edge = address_network(&inside, 32, false);
	assert_address(&edge, "192.0.2.77");
	edge = address_network(&inside, 29, false);
	assert_address(&edge, "192.0.2.72");
	inside = parsed("2001:db8:ffff::1");
	edge = address_network(&inside, 33, false);
	assert_address(&edge, "2001:db8:8000::");
	edge = address_network(&inside, 127, true);
	assert_address(&edge, "2001:db8:ffff::1");
}

static void
test_arithmetic(void)
{
	struct address low = parsed("2001:db8::ffff:ffff:ffff:fffe");
	struct address high = parsed("2001:db8:0:1::3");
	struct address sum = address_add(&low, 5);
	bool backwards = true;

	assert_address(&sum, "2001:db8:0:1::3");
	g_assert_cmpuint(address_distance(&low, &high, &backwards), ==, 5);
	g_assert_false(backwards);
	g_assert_cmpuint(address_distance(&high, &low, &backwards), ==, UINT64_MAX);
	g_assert_true(backwards);
	g_assert_cmpuint(address_distance(&low, &low, &backwards), ==, 0);
	g_assert_false(backwards);
	low = parsed("::");
	g_assert_cmpuint(address_distance(&low, &high, &backwards), ==, UINT64_MAX);
	g_assert_false(backwards);
	low = parsed("10.0.255.255");
	sum = address_add(&low, 1);
	assert_address(&sum, "10.1.0.0");
}

static void
test_never_asked(void)
{
	static const char *const never[] = { "0.0.0.0", "0.255.255.255", "169.254.0.0",
		"169.254.255.255", "192.0.2.0", "192.0.2.255", "198.51.100.0", "198.51.100.255",
		"203.0.113.0", "203.0.113.255", "224.0.0.0", "239.255.255.255", "240.0.0.0",
		"255.255.255.255", "fe80::", "febf:ffff::1", "fe80::1%eth0", "ff00::", "ff02::1",
		"ffff:ffff::", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
		"::", "::ffff:169.254.1.1", "::ffff:0.0.0.0" };
	static const char *const asked[] = { "1.0.0.0", "169.253.255.255", "169.255.0.0",
		"192.0.1.255", "192.0.3.0", "198.51.99.255", "198.51.101.0", "203.0.112.255",
		"203.0.114.0", "223.255.255.255", "127.0.0.1", "10.0.0.1", "172.16.0.1",
		"192.168.0.1", "100.64.0.1", "::1", "fc00::1", "fd00::1", "fe7f:ffff::", "fec0::",
		"feff::", "2001:db7:ffff::", "2001:db9::", "::ffff:127.0.0.1", "mail", "",
		"1.2.3" };

	for (size_t i = 0; i < G_N_ELEMENTS(never); i++) {
		g_test_message("%s", never[i]);
		g_assert_true(target_never_asked(never[i]));
	}
	for (size_t i = 0; i < G_N_ELEMENTS(asked); i++) {
		g_test_message("%s", asked[i]);
		g_assert_false(target_never_asked(asked[i]));
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/address/parse", test_parse);
	g_test_add_func("/address/network", test_network);
	g_test_add_func("/address/arithmetic", test_arithmetic);
	g_test_add_func("/address/never-asked", test_never_asked);
	return g_test_run();
}
