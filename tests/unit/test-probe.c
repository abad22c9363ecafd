/* SPDX-License-Identifier: Apache-2.0 */
/*
 * witness/probe: random names, the clock of the steps, and one whole probe
 * against a small server: what it counts, and how it keeps to a rate.
 */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "test-net-peer.h"
#include "witness/probe/probe.h"

/* --- names ------------------------------------------------------------------------------------ */

static void
test_names(void)
{
	char name[PROBE_NAME_SIZE], secret[PROBE_SECRET_SIZE];
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (int i = 0; i < 1000; i++) {
		probe_random_name(name, NULL);
		probe_random_secret(secret);
		g_assert_true(g_regex_match_simple("^popseal-[0-9a-f]{10}$", name, 0, 0));
		g_assert_true(g_regex_match_simple("^[0-9a-f]{20}$", secret, 0, 0));
		g_assert_true(g_hash_table_add(seen, g_strdup(name)));
		g_assert_true(g_hash_table_add(seen, g_strdup(secret)));
	}
}

/* Processes that were forked after a name was made must not make the same ones. */
static void
test_names_of_children(void)
{
	char mine[PROBE_NAME_SIZE], theirs[PROBE_NAME_SIZE] = "";
	int ends[2];
	pid_t child;

	probe_random_name(mine, NULL);
	g_assert_cmpint(pipe(ends), ==, 0);
	child = fork();
	g_assert_cmpint(child, >=, 0);
	probe_random_name(mine, NULL);
	if (child == 0)
		_exit(write(ends[1], mine, sizeof(mine)) == (ssize_t)sizeof(mine) ? 0 : 1);
	g_assert_cmpint(read(ends[0], theirs, sizeof(theirs)), ==, sizeof(theirs));
	g_assert_cmpint(waitpid(child, NULL, 0), ==, child);
	g_assert_cmpstr(mine, !=, theirs);
	close(ends[0]);
	close(ends[1]);
}

static void
test_contact(void)
{
	static const char longest[] = "abuse+scan_1@example.o"; /* PROBE_CONTACT_MAX */
	static const char too_long[] = "abuse+scan_1@example.or";
	static const char *const wrong[] = { "", " ", "a b", "a\r\nQUIT", "a/b", "\xc3\xa4", "a%s",
		too_long };
	char name[PROBE_NAME_SIZE];

	g_assert_cmpuint(strlen(longest), ==, PROBE_CONTACT_MAX);
	g_assert_true(probe_contact_valid(longest));
	g_assert_true(probe_contact_valid("x"));
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
		g_assert_false(probe_contact_valid(wrong[i]));
	probe_random_name(name, "noc@example.org");
	g_assert_true(g_regex_match_simple("^popseal-[0-9a-f]{8}-noc@example\\.org$", name, 0, 0));
	probe_random_name(name, longest);
	g_assert_true(g_str_has_suffix(name, longest));
	g_assert_cmpuint(strlen(name), ==, 39);
}

/* --- the clock -------------------------------------------------------------------------------- */

static size_t
step_number(const char *name)
{
	for (size_t i = 0; i < PROBE_CLOCK_STEPS; i++) {
		if (g_strcmp0(probe_clock_name(i), name) == 0)
			return i;
	}
	g_error("there is no step %s", name);
}

static uint64_t
waits(const struct probe_clock *clock, const char *name)
{
	const struct probe_clock_step *step = &clock->steps[step_number(name)];
	uint64_t sum = 0;

	for (size_t bucket = 0; bucket < PROBE_CLOCK_BUCKETS; bucket++)
		sum += step->waits[bucket];
	return sum;
}

/* Each name stands for one number. */
static void
test_clock_names(void)
{
	static const char *const some[] = { "connect", "tls", "greeting", "capa", "auth-plain",
		"auth-login", "auth-scram-sha-256", "user", "pass", "sasl-response", "stls",
		"stls-handshake", "quit", "goodbye" };
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(some); i++)
		g_assert_cmpuint(step_number(some[i]), <, PROBE_CLOCK_STEPS);
	for (size_t i = 0; i < PROBE_CLOCK_STEPS; i++) {
		const char *name = probe_clock_name(i);

		g_assert_true(name == NULL || g_hash_table_add(seen, g_strdup(name)));
	}
	g_assert_null(probe_clock_name(PROBE_CLOCK_STEPS));
}

static void
test_clock_buckets(void)
{
	static const struct {
		int64_t duration;
		size_t bucket;
	} cases[] = {
		{ -1, 0 },
		{ 0, 0 },
		{ 1000, 0 },
		{ 1001, 1 },
		{ 2000, 1 },
		{ 2001, 2 },
		{ 32768000, PROBE_CLOCK_BUCKETS - 2 },
		{ 32768001, PROBE_CLOCK_BUCKETS - 1 },
		{ INT64_MAX, PROBE_CLOCK_BUCKETS - 1 },
	};

	g_assert_cmpuint(probe_clock_bound(0), ==, 1);
	g_assert_cmpuint(probe_clock_bound(PROBE_CLOCK_BUCKETS - 2), ==, 32768);
	g_assert_cmpuint(probe_clock_bound(PROBE_CLOCK_BUCKETS - 1), ==, UINT64_MAX);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct probe_clock clock = { 0 };

		probe_clock_wait(&clock, 3, cases[i].duration);
		g_assert_cmpuint(clock.steps[3].waits[cases[i].bucket], ==, 1);
		g_assert_cmpuint(clock.steps[3].total, ==, (uint64_t)MAX(cases[i].duration, 0));
	}
}

static void
test_clock_add(void)
{
	const size_t last = PROBE_CLOCK_STEPS - 1;
	struct probe_clock sum = { 0 }, clock = { 0 };

	probe_clock_wait(&clock, 0, 1500);
	probe_clock_wait(&clock, last, G_TIME_SPAN_HOUR);
	probe_clock_timeout(&clock, last);
	probe_clock_add(&sum, &clock);
	probe_clock_add(&sum, &clock);
	g_assert_cmpuint(sum.steps[0].waits[1], ==, 2);
	g_assert_cmpuint(sum.steps[0].total, ==, 3000);
	g_assert_cmpuint(sum.steps[last].waits[PROBE_CLOCK_BUCKETS - 1], ==, 2);
	g_assert_cmpuint(sum.steps[last].timeouts, ==, 2);
}

/* --- a whole probe ---------------------------------------------------------------------------- */

/*
 * A server that answers CAPA and refuses every login, and takes any number of clients one after
 * another.
 */
struct server {
	int listener;
	uint16_t port;
	GThread *thread;
	const char *mute_at; /* a command that it leaves unanswered, or NULL */
	bool pipelining;     /* it lists it */
	int clients;
};

static const char *
answer_to(const struct server *server, const char *command)
{
	if (g_str_has_prefix(command, "CAPA"))
		return server->pipelining ? "+OK\r\nPIPELINING\r\n.\r\n" : "+OK\r\nTOP\r\n.\r\n";
	return g_str_has_prefix(command, "QUIT") ? "+OK\r\n" : "-ERR TLS required\r\n";
}

static void
serve(struct server *server, FILE *client)
{
	char line[256];

	peer_say(fileno(client), "+OK\r\n");
	while (fgets(line, sizeof(line), client) != NULL) {
		if (server->mute_at != NULL && g_str_has_prefix(line, server->mute_at))
			continue;
		peer_say(fileno(client), answer_to(server, line));
		if (g_str_has_prefix(line, "QUIT"))
			break;
	}
}

static void *
server_run(void *data)
{
	struct server *server = data;
	int fd;

	while ((fd = accept(server->listener, NULL, NULL)) >= 0) {
		FILE *client = fdopen(fd, "r");

		server->clients++;
		serve(server, client);
		fclose(client);
	}
	return NULL;
}

static void
server_start(struct server *server)
{
	server->listener = peer_listen(&server->port);
	server->thread = g_thread_new("server", server_run, server);
}

static void
server_stop(struct server *server)
{
	shutdown(server->listener, SHUT_RDWR);
	g_thread_join(server->thread);
	close(server->listener);
}

struct run {
	struct net_loop *loop;
	struct facts *facts;
	struct probe *probe;
	struct net_rate *rate;
	struct net_rate_place place;
};

static void
on_done(void *user, struct facts *facts, const GError *error)
{
	struct run *run = user;

	g_assert_no_error(error);
	run->facts = facts;
}

static void
run_start(struct run *run, const struct server *server, struct probe_options *options)
{
	struct endpoint endpoint = { .host = "127.0.0.1",
		.address = "127.0.0.1",
		.port = server->port };

	if (options->step_timeout == 0)
		options->greeting_timeout = options->step_timeout = PROBE_SECONDS(5);
	run->probe = probe_start(run->loop, &endpoint, options, false, on_done, run);
}

static void
test_probe_clock(void)
{
	struct server server = { 0 };
	struct run run = { .loop = net_loop_new(NULL) };
	struct probe_clock clock = { 0 };
	struct probe_options options = { .depth = DEPTH_GENTLE, .clock = &clock };

	server_start(&server);
	run_start(&run, &server, &options);
	net_loop_run(run.loop);
	g_assert_cmpint(run.facts->verdict.value, ==, VERDICT_REFUSES);
	g_assert_cmpuint(waits(&clock, "connect"), ==, 1);
	g_assert_cmpuint(waits(&clock, "greeting"), ==, 1);
	g_assert_cmpuint(waits(&clock, "capa"), ==, 1);
	g_assert_cmpuint(waits(&clock, "auth-plain"), ==, 1);
	g_assert_cmpuint(waits(&clock, "auth-login"), ==, 1);
	g_assert_cmpuint(waits(&clock, "user"), ==, 1);
	g_assert_cmpuint(waits(&clock, "quit"), ==, 1);
	g_assert_cmpuint(waits(&clock, "pass"), ==, 0);
	for (size_t i = 0; i < PROBE_CLOCK_STEPS; i++)
		g_assert_true(
			clock.steps[i].timeouts == 0 || g_str_equal(probe_clock_name(i), "settle"));
	facts_free(run.facts);
	net_loop_free(run.loop);
	server_stop(&server);
}

/* What was sent ahead is in the transcript, and in no exchange: it is not what was answered. */
static void
test_probe_pipelining(void)
{
	struct server server = { .pipelining = true };
	struct run run = { .loop = net_loop_new(NULL) };
	struct probe_options options = { .depth = DEPTH_GENTLE };
	const char *exchange;

	server_start(&server);
	run_start(&run, &server, &options);
	net_loop_run(run.loop);
	g_assert_cmpint(run.facts->verdict.value, ==, VERDICT_REFUSES);
	exchange = run.facts->probe.attempts[ATTEMPT_USER].exchange;
	g_assert_true(g_regex_match_simple("^C: USER popseal-[0-9a-f]{10}\nS: -ERR TLS required$",
		exchange, 0, 0));
	g_assert_nonnull(strstr(run.facts->probe.transcript->str,
		"\nC: QUIT\nS: -ERR TLS required\nS: +OK\n"));
	facts_free(run.facts);
	net_loop_free(run.loop);
	server_stop(&server);
}

static void
test_probe_timeout(void)
{
	struct server server = { .mute_at = "CAPA" };
	struct run run = { .loop = net_loop_new(NULL) };
	struct probe_clock clock = { 0 };
	struct probe_options options = { .depth = DEPTH_GENTLE,
		.clock = &clock,
		.step_timeout = PATIENCE / 50 };

	server_start(&server);
	run_start(&run, &server, &options);
	net_loop_run(run.loop);
	g_assert_cmpuint(clock.steps[step_number("capa")].timeouts, ==, 1);
	g_assert_cmpuint(waits(&clock, "capa"), ==, 0);
	facts_free(run.facts);
	net_loop_free(run.loop);
	server_stop(&server);
}

static void
granted(void *user)
{
	(void)user;
}

/* The bucket is emptied first, so that the only connection of a gentle probe has to wait. */
static void
run_with_rate(struct run *run, double per_second)
{
	run->loop = net_loop_new(NULL);
	run->rate = net_rate_new(run->loop, per_second);
	run->place.granted = granted;
	g_assert_true(net_rate_take(run->rate, &run->place, NET_RATE_NEW));
}

static void
test_probe_rate(void)
{
	struct server server = { 0 };
	struct run run = { 0 };
	struct probe_options options = { .depth = DEPTH_STANDARD };
	int64_t begin = g_get_monotonic_time();
	int64_t took;

	server_start(&server);
	run_with_rate(&run, 5);
	options.rate = run.rate;
	run_start(&run, &server, &options);
	net_loop_run(run.loop);
	took = g_get_monotonic_time() - begin;
	g_assert_cmpint(server.clients, >=, 2);
	g_assert_cmpint(took, >=, server.clients * 195 * 1000);
	g_assert_cmpint(run.facts->probe.duration, <=, took - server.clients * 150 * 1000);
	facts_free(run.facts);
	net_rate_free(run.rate);
	net_loop_free(run.loop);
	server_stop(&server);
}

static void
cancel(void *user)
{
	struct run *run = user;

	g_clear_pointer(&run->probe, probe_cancel);
}

static void
test_probe_cancelled_in_line(void)
{
	struct server server = { 0 };
	struct run run = { 0 };
	struct net_timer *timer;
	struct probe_options options = { .depth = DEPTH_GENTLE };

	server_start(&server);
	run_with_rate(&run, 0.01);
	options.rate = run.rate;
	run_start(&run, &server, &options);
	timer = net_timer_new(run.loop, cancel, &run);
	net_timer_start(timer, 30 * 1000, 0);
	net_loop_run(run.loop);
	net_timer_close(timer);
	g_assert_null(run.probe);
	g_assert_null(run.facts);
	g_assert_cmpint(server.clients, ==, 0);
	net_rate_free(run.rate);
	net_loop_free(run.loop);
	server_stop(&server);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/probe/names", test_names);
	g_test_add_func("/probe/names-of-children", test_names_of_children);
	g_test_add_func("/probe/contact", test_contact);
	g_test_add_func("/probe/clock/names", test_clock_names);
	g_test_add_func("/probe/clock/buckets", test_clock_buckets);
	g_test_add_func("/probe/clock/add", test_clock_add);
	g_test_add_func("/probe/run/clock", test_probe_clock);
	g_test_add_func("/probe/run/pipelining", test_probe_pipelining);
	g_test_add_func("/probe/run/timeout", test_probe_timeout);
	g_test_add_func("/probe/run/rate", test_probe_rate);
	g_test_add_func("/probe/run/cancelled-in-line", test_probe_cancelled_in_line);
	return g_test_run();
}
