/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net/loop.c, net/resolver.c, net/namespace.c and the addresses of this host.
 * None of it needs a network: without one, a name under .invalid fails too.
 */
#include <arpa/inet.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "net/connection.h"
#include "net/namespace.h"
#include "net/resolver.h"

struct ticks {
	struct net_loop *loop;
	struct net_timer *timer;
	struct net_signal *signal;
	int count;
};

static void
tick(void *user)
{
	struct ticks *ticks = user;

	if (++ticks->count == 3)
		g_clear_pointer(&ticks->timer, net_timer_close);
}

static void
test_timer(void)
{
	struct ticks ticks = { .loop = net_loop_new(NULL) };
	int64_t begin = 0;

	ticks.timer = net_timer_new(ticks.loop, tick, &ticks);
	begin = net_loop_now(ticks.loop);
	net_timer_start(ticks.timer, 10 * 1000, 5 * 1000);
	net_loop_run(ticks.loop);
	g_assert_cmpint(ticks.count, ==, 3);
	g_assert_cmpint(net_loop_now(ticks.loop) - begin, >=, 20 * 1000);
	net_timer_close(NULL);
	net_loop_free(ticks.loop);
}

/* A timer runs from its start, not from the loop's last look at the clock. */
static void
test_timer_after_work(void)
{
	struct ticks ticks = { .loop = net_loop_new(NULL) };
	int64_t begin = 0;

	ticks.timer = net_timer_new(ticks.loop, tick, &ticks);
	g_usleep(30 * 1000);
	begin = g_get_monotonic_time();
	net_timer_start(ticks.timer, 20 * 1000, 0);
	net_loop_run(ticks.loop);
	g_assert_cmpint(ticks.count, ==, 1);
	g_assert_cmpint(g_get_monotonic_time() - begin, >=, 19 * 1000);
	net_timer_close(ticks.timer);
	net_loop_free(ticks.loop);
}

static void
stop(void *user)
{
	struct ticks *ticks = user;

	net_loop_stop(ticks->loop);
}

static void
test_stop(void)
{
	struct ticks ticks = { .loop = net_loop_new(NULL) };
	struct net_timer *stopped = net_timer_new(ticks.loop, tick, &ticks);

	ticks.timer = net_timer_new(ticks.loop, stop, &ticks);
	net_timer_start(ticks.timer, 0, 1000);
	net_timer_start(stopped, 1, 0);
	net_timer_stop(stopped);
	net_loop_run(ticks.loop);
	g_assert_cmpint(ticks.count, ==, 0);
	net_timer_close(stopped);
	net_timer_close(ticks.timer);
	net_loop_free(ticks.loop);
}

static void
signalled(void *user)
{
	struct ticks *ticks = user;

	ticks->count++;
	g_clear_pointer(&ticks->signal, net_signal_close);
}

static void
test_signal(void)
{
	struct ticks ticks = { .loop = net_loop_new(NULL) };

	ticks.signal = net_signal_new(ticks.loop, SIGUSR1, signalled, &ticks);
	kill(getpid(), SIGUSR1);
	net_loop_run(ticks.loop);
	g_assert_cmpint(ticks.count, ==, 1);
	net_signal_close(NULL);
	net_loop_free(ticks.loop);
	net_loop_free(NULL);
}

struct lookup {
	struct net_loop *loop;
	struct resolver *resolver;
	GPtrArray *addresses;
	char *why;
	int calls;
	const char *then; /* a name to ask for from within `done` */
	bool free_within;
	struct net_timer *timer; /* stopped by `done`, or NULL */
};

static void
looked_up(void *user, const char *const *addresses, size_t count, const char *why)
{
	struct lookup *lookup = user;

	lookup->calls++;
	g_assert_true((count == 0) == (why != NULL));
	g_free(lookup->why);
	lookup->why = g_strdup(why);
	for (size_t i = 0; i < count; i++)
		g_ptr_array_add(lookup->addresses, g_strdup(addresses[i]));
	if (lookup->then != NULL)
		resolver_ask(lookup->resolver, g_steal_pointer(&lookup->then), looked_up, lookup);
	if (lookup->timer != NULL)
		net_timer_stop(lookup->timer);
	if (lookup->free_within)
		g_clear_pointer(&lookup->resolver, resolver_free);
}

static void
lookup_begin(struct lookup *lookup)
{
	g_autoptr(GError) error = NULL;

	lookup->loop = net_loop_new(NULL);
	lookup->addresses = g_ptr_array_new_with_free_func(g_free);
	lookup->resolver = resolver_new(lookup->loop, &error);
	g_assert_no_error(error);
}

static void
lookup_end(struct lookup *lookup)
{
	resolver_free(lookup->resolver);
	net_loop_free(lookup->loop);
	g_ptr_array_unref(lookup->addresses);
	g_free(lookup->why);
}

static void
lookup_ask(struct lookup *lookup, const char *name)
{
	lookup_begin(lookup);
	resolver_ask(lookup->resolver, name, looked_up, lookup);
	g_assert_cmpint(lookup->calls, ==, 0); /* never before resolver_ask has returned */
	net_loop_run(lookup->loop);
}

static bool
has_address(const struct lookup *lookup, const char *address)
{
	unsigned count = 0;

	for (unsigned i = 0; i < lookup->addresses->len; i++)
		count += strcmp(lookup->addresses->pdata[i], address) == 0 ? 1 : 0;
	g_assert_cmpuint(count, <=, 1);
	return count == 1;
}

static void
test_localhost(void)
{
	g_autofree char *hosts = NULL;
	struct lookup lookup = { 0 };

	if (!g_file_get_contents("/etc/hosts", &hosts, NULL, NULL) ||
		strstr(hosts, "localhost") == NULL) {
		g_test_skip("this machine's hosts file has no localhost");
		return;
	}
	lookup_ask(&lookup, "localhost");
	g_assert_cmpint(lookup.calls, ==, 1);
	g_assert_true(has_address(&lookup, "127.0.0.1") || has_address(&lookup, "::1"));
	lookup_end(&lookup);
}

static void
test_numeric(void)
{
	struct lookup lookup = { .then = "2001:db8::1" };

	lookup_ask(&lookup, "192.0.2.1");
	g_assert_cmpint(lookup.calls, ==, 2);
	g_assert_cmpuint(lookup.addresses->len, ==, 2);
	g_assert_true(has_address(&lookup, "192.0.2.1"));
	g_assert_true(has_address(&lookup, "2001:db8::1"));
	lookup_end(&lookup);
}

static void
test_free_within(void)
{
	struct lookup lookup = { .free_within = true };

	lookup_begin(&lookup);
	resolver_ask(lookup.resolver, "192.0.2.1", looked_up, &lookup);
	resolver_ask(lookup.resolver, "192.0.2.2", looked_up, &lookup);
	net_loop_run(lookup.loop);
	g_assert_cmpint(lookup.calls, ==, 1);
	lookup_end(&lookup);
}

/* Frees the resolver with one answer that waits and one question that is under way. */
static void
test_cancelled(void)
{
	struct lookup lookup = { 0 };

	lookup_begin(&lookup);
	resolver_ask(lookup.resolver, "192.0.2.1", looked_up, &lookup);
	resolver_ask(lookup.resolver, "no-such-name.invalid", looked_up, &lookup);
	g_clear_pointer(&lookup.resolver, resolver_free);
	net_loop_run(lookup.loop);
	g_assert_cmpint(lookup.calls, ==, 0);
	lookup_end(&lookup);
}

static void
give_up(void *user)
{
	struct lookup *lookup = user;

	g_clear_pointer(&lookup->resolver, resolver_free);
}

/* Where the DNS server is silent, c-ares takes 15 s a server to say so: longer than a test may. */
static void
test_no_such_name(void)
{
	struct lookup lookup = { 0 };
	struct net_timer *timer = NULL;

	lookup_begin(&lookup);
	timer = net_timer_new(lookup.loop, give_up, &lookup);
	net_timer_start(timer, 3 * G_USEC_PER_SEC, 0);
	lookup.timer = timer;
	resolver_ask(lookup.resolver, "no-such-name.invalid", looked_up, &lookup);
	net_loop_run(lookup.loop);
	if (lookup.calls == 0)
		g_test_skip("the DNS server does not answer");
	g_assert_cmpint(lookup.calls, <=, 1);
	g_assert_cmpuint(lookup.addresses->len, ==, 0);
	net_timer_close(timer);
	lookup_end(&lookup);
}

static void
test_no_valid_name(void)
{
	g_autofree char *too_long = g_strnfill(300, 'x');
	const char *const names[] = { "a..b", too_long };

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		struct lookup lookup = { 0 };
		lookup_ask(&lookup, names[i]);
		g_assert_cmpint(lookup.calls, ==, 1);
		g_assert_cmpuint(lookup.addresses->len, ==, 0);
		g_assert_cmpstr(lookup.why, ==, "that is no valid name");
		lookup_end(&lookup);
	}
}

static void
test_is_local(void)
{
	static const char *const local[] = { "127.0.0.1", "127.255.255.254", "::1",
		"::ffff:127.0.0.1", "0.0.0.0", "::" };
	static const char *const remote[] = { "192.0.2.1", "128.0.0.1", "126.255.255.255",
		"2001:db8::1", "::2", "localhost", "" };

	for (size_t i = 0; i < G_N_ELEMENTS(local); i++)
		g_assert_true(net_address_is_local(local[i]));
	for (size_t i = 0; i < G_N_ELEMENTS(remote); i++)
		g_assert_false(net_address_is_local(remote[i]));
}

static void
test_namespace(void)
{
	static const char *const names[] = { "popseal-no-such-one", "/proc/self/popseal",
		"/dev/null", "", ".." };

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		GError *error = NULL;
		g_assert_false(net_namespace_enter(names[i], &error));
		g_assert_nonnull(error);
		g_assert_nonnull(strstr(error->message, names[i]));
		g_test_message("%s", error->message);
		g_error_free(error);
	}
}

/* Its own namespace can always be entered, by root. */
static void
test_namespace_entered(void)
{
	g_autoptr(GError) error = NULL;

	if (net_namespace_enter("/proc/self/ns/net", &error))
		return;
	g_assert_nonnull(strstr(error->message, "needs root"));
	g_test_skip(error->message);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/net/loop/timer", test_timer);
	g_test_add_func("/net/loop/timer-after-work", test_timer_after_work);
	g_test_add_func("/net/loop/stop", test_stop);
	g_test_add_func("/net/loop/signal", test_signal);
	g_test_add_func("/net/resolver/localhost", test_localhost);
	g_test_add_func("/net/resolver/numeric", test_numeric);
	g_test_add_func("/net/resolver/free-within", test_free_within);
	g_test_add_func("/net/resolver/cancelled", test_cancelled);
	g_test_add_func("/net/resolver/no-such-name", test_no_such_name);
	g_test_add_func("/net/resolver/no-valid-name", test_no_valid_name);
	g_test_add_func("/net/address/is-local", test_is_local);
	g_test_add_func("/net/namespace/missing", test_namespace);
	g_test_add_func("/net/namespace/entered", test_namespace_entered);
	return g_test_run();
}
