/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan/quota.c and scan/recent.c: never more at once than allowed, nobody is
 * left behind, and what is remembered has a bound.
 */
#include "scan/quota.h"
#include "scan/recent.h"

enum {
	TICKETS = 400,
	HOSTS = 40,
	NETWORKS = 4,
};

static struct address
host(unsigned network, unsigned last)
{
	return (struct address){ FAMILY_IPV4, { 10, 0, (uint8_t)network, (uint8_t)last } };
}

struct use {
	unsigned per_host, per_network;
	unsigned hosts[NETWORKS][HOSTS];
	unsigned networks[NETWORKS];
	GPtrArray *running;
};

static void
begin(struct use *use, struct quota_ticket *ticket)
{
	unsigned network = ticket->address.bytes[2];
	unsigned last = ticket->address.bytes[3];
	bool alone = use->hosts[network][last] == 0;
	bool network_alone = use->networks[network] == 0;

	use->hosts[network][last] += ticket->weight;
	use->networks[network] += ticket->weight;
	g_assert_true(use->per_host == 0 || alone || use->hosts[network][last] <= use->per_host);
	g_assert_true(use->per_network == 0 || network_alone ||
		use->networks[network] <= use->per_network);
	g_ptr_array_add(use->running, ticket);
}

/* Ends one of those that run, and begins those that may go then. */
static void
end_one(struct use *use, struct quota *quota)
{
	g_autoptr(GPtrArray) ready = g_ptr_array_new();
	guint which = (guint)g_test_rand_int_range(0, (int)use->running->len);
	struct quota_ticket *ticket = g_ptr_array_steal_index_fast(use->running, which);

	use->hosts[ticket->address.bytes[2]][ticket->address.bytes[3]] -= ticket->weight;
	use->networks[ticket->address.bytes[2]] -= ticket->weight;
	quota_give(quota, ticket, ready);
	for (guint i = 0; i < ready->len; i++)
		begin(use, g_ptr_array_index(ready, i));
}

static void
run_limits(unsigned per_host, unsigned per_network)
{
	g_autofree struct quota_ticket *tickets = g_new0(struct quota_ticket, TICKETS);
	struct use use = { .per_host = per_host, .per_network = per_network };
	struct quota *quota = quota_new(per_host, per_network);
	unsigned done = 0;

	use.running = g_ptr_array_new();
	for (unsigned i = 0; i < TICKETS; i++) {
		tickets[i].address = host((unsigned)g_test_rand_int_range(0, NETWORKS),
			(unsigned)g_test_rand_int_range(0, HOSTS));
		tickets[i].weight = (unsigned)g_test_rand_int_range(1, 4);
		if (quota_take(quota, &tickets[i]))
			begin(&use, &tickets[i]);
		for (; use.running->len > 0 && g_test_rand_bit(); done++)
			end_one(&use, quota);
	}
	for (; use.running->len > 0; done++)
		end_one(&use, quota);
	g_assert_cmpuint(quota_waiting(quota), ==, 0);
	g_assert_cmpuint(done, ==, TICKETS);
	g_ptr_array_unref(use.running);
	quota_free(quota);
}

static void
test_limits(void)
{
	for (unsigned round = 0; round < 20; round++) {
		run_limits(1, 0);
		run_limits(0, 1);
		run_limits(2, 5);
		run_limits(3, 3);
		run_limits(7, 2);
		run_limits(0, 0);
	}
}

/* A heavy one is not overtaken for ever by light ones that come later. */
static void
test_order(void)
{
	struct quota *quota = quota_new(0, 2);
	g_autoptr(GPtrArray) ready = g_ptr_array_new();
	struct quota_ticket tickets[] = {
		{ .address = host(0, 1), .weight = 1 },
		{ .address = host(0, 2), .weight = 2 },
		{ .address = host(0, 3), .weight = 1 },
		{ .address = host(0, 4), .weight = 1 },
	};

	g_assert_true(quota_take(quota, &tickets[0]));
	for (size_t i = 1; i < G_N_ELEMENTS(tickets); i++)
		g_assert_false(quota_take(quota, &tickets[i]));
	quota_give(quota, &tickets[0], ready);
	g_assert_cmpuint(ready->len, ==, 1);
	g_assert_true(g_ptr_array_index(ready, 0) == &tickets[1]);
	quota_give(quota, &tickets[1], ready);
	g_assert_cmpuint(ready->len, ==, 3);
	g_assert_true(g_ptr_array_index(ready, 1) == &tickets[2]);
	quota_give(quota, &tickets[2], ready);
	quota_give(quota, &tickets[3], ready);
	quota_give(quota, &tickets[3], ready); /* held no more: nothing happens */
	g_assert_cmpuint(ready->len, ==, 3);
	quota_free(quota);
}

static void
assert_unlimited(const char *text)
{
	struct quota *quota = quota_new(1, 1);
	struct quota_ticket tickets[2] = { { .weight = 1 }, { .weight = 1 } };

	g_assert_true(address_parse(text, &tickets[0].address));
	tickets[1].address = tickets[0].address;
	g_assert_true(quota_take(quota, &tickets[0]));
	g_assert_true(quota_take(quota, &tickets[1]));
	quota_free(quota);
}

static void
test_loopback(void)
{
	assert_unlimited("127.0.0.1");
	assert_unlimited("127.255.0.9");
	assert_unlimited("::1");
	assert_unlimited("::ffff:127.0.0.1");
}

static void
test_networks(void)
{
	static const struct {
		const char *one, *other;
		bool together;
	} pairs[] = {
		{ "10.0.0.0", "10.0.0.255", false },
		{ "10.0.0.255", "10.0.1.0", true },
		{ "2001:db8:1::", "2001:db8:1:ffff::1", false },
		{ "2001:db8:1::", "2001:db8:2::", true },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
		struct quota *quota = quota_new(0, 1);
		struct quota_ticket tickets[2] = { { .weight = 1 }, { .weight = 1 } };

		g_assert_true(address_parse(pairs[i].one, &tickets[0].address));
		g_assert_true(address_parse(pairs[i].other, &tickets[1].address));
		g_assert_true(quota_take(quota, &tickets[0]));
		g_assert_cmpint(quota_take(quota, &tickets[1]), ==, pairs[i].together);
		quota_free(quota);
	}
}

static void
test_drop(void)
{
	struct quota *quota = quota_new(1, 2);
	struct quota_ticket tickets[6] = { 0 };
	unsigned dropped = 0;

	for (unsigned i = 0; i < G_N_ELEMENTS(tickets); i++) {
		tickets[i].address = host(0, i / 2);
		tickets[i].weight = 1;
		quota_take(quota, &tickets[i]);
	}
	g_assert_cmpuint(quota_waiting(quota), ==, 4);
	while (quota_drop(quota) != NULL)
		dropped++;
	g_assert_cmpuint(dropped, ==, 4);
	g_assert_cmpuint(quota_waiting(quota), ==, 0);
	quota_free(quota);
	quota_free(NULL);
}

/* Many that wait in one network cost no more than their turn. */
static void
test_crowd(void)
{
	g_autofree struct quota_ticket *tickets = g_new0(struct quota_ticket, QUOTA_WAITING_MAX);
	struct quota *quota = quota_new(2, 127);
	g_autoptr(GPtrArray) running = g_ptr_array_new();
	int64_t began = g_get_monotonic_time();
	unsigned done = 0;

	for (unsigned i = 0; i < QUOTA_WAITING_MAX; i++) {
		tickets[i].address = (struct address){ FAMILY_IPV6, { 0x20, 1 } };
		tickets[i].address.bytes[14] = (uint8_t)(i >> 8);
		tickets[i].address.bytes[15] = (uint8_t)i;
		tickets[i].weight = 2;
		if (quota_take(quota, &tickets[i]))
			g_ptr_array_add(running, &tickets[i]);
	}
	for (; running->len > 0; done++)
		quota_give(quota, g_ptr_array_steal_index_fast(running, 0), running);
	g_assert_cmpuint(done, ==, QUOTA_WAITING_MAX);
	g_assert_cmpint(g_get_monotonic_time() - began, <, 5 * G_USEC_PER_SEC);
	quota_free(quota);
}

/* --- recent ----------------------------------------------------------------------------------- */

static bool
add(struct recent *recent, unsigned number)
{
	struct address address = { FAMILY_IPV4, { 10 } };
	struct asked_port port = { 110, MODE_POP3 };

	address = address_add(&address, number);
	return recent_add(recent, &address, &port);
}

static void
test_window(void)
{
	struct recent *recent = recent_new();

	for (unsigned i = 0; i < RECENT_MAX; i++)
		g_assert_true(add(recent, i));
	g_assert_false(add(recent, 0)); /* the oldest of just as many */
	g_assert_false(add(recent, RECENT_MAX - 1));
	g_assert_true(add(recent, RECENT_MAX)); /* one more: the oldest goes */
	g_assert_false(add(recent, 1));
	g_assert_true(add(recent, 0));
	g_assert_true(add(recent, 1)); /* which went for 0 */
	recent_free(recent);
	recent_free(NULL);
}

static void
test_filter(void)
{
	struct recent *recent = recent_new();
	struct address four = { FAMILY_IPV4, { 0 } };
	struct address six = { FAMILY_IPV6, { 0 } };
	struct port_list ports = { { { 110, MODE_POP3 }, { 995, MODE_POP3S } }, 2 };
	struct port_list other = { { { 110, MODE_POP3S }, { 995, MODE_POP3S }, { 111, MODE_POP3 } },
		3 };

	recent_filter(recent, &four, &ports);
	g_assert_cmpuint(ports.count, ==, 2);
	recent_filter(recent, &four, &other); /* the mode counts, too */
	g_assert_cmpuint(other.count, ==, 2);
	g_assert_cmpuint(other.items[1].port, ==, 111);
	recent_filter(recent, &six, &ports);
	g_assert_cmpuint(ports.count, ==, 2);
	recent_filter(recent, &six, &ports);
	g_assert_cmpuint(ports.count, ==, 0);
	recent_free(recent);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/quota/limits", test_limits);
	g_test_add_func("/quota/order", test_order);
	g_test_add_func("/quota/loopback", test_loopback);
	g_test_add_func("/quota/networks", test_networks);
	g_test_add_func("/quota/drop", test_drop);
	g_test_add_func("/quota/crowd", test_crowd);
	g_test_add_func("/recent/window", test_window);
	g_test_add_func("/recent/filter", test_filter);
	return g_test_run();
}
