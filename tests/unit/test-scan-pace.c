/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pace rises while hosts are slow, stays while they are fast, and keeps to its bounds.
 */
#include "scan/pace.h"

#include <glib.h>

enum {
	MOST = 4096,
	MS_MAX = 8192, /* that a network is simulated */
};

/* Hosts, of one worker whose processor does so much and no more. */
struct network {
	unsigned latency;      /* ms that each takes to answer all of the questions */
	unsigned capacity;     /* hosts a ms */
	unsigned silent_every; /* one in so many never answers; 0: all do */
	unsigned answered;     /* so far */
};

static unsigned
begin_one(struct pace *pace, struct network *network, unsigned number)
{
	pace_begin(pace, 1);
	return network->silent_every == 0 || number % network->silent_every != 0;
}

/* Runs for so many ms, filling what room there is. */
static void
run(struct pace *pace, struct network *network, unsigned ms)
{
	static struct {
		uint32_t round;
		unsigned waiting;
	} begun[MS_MAX]; /* in each ms */
	unsigned number = 0, first = 0;

	g_assert_cmpuint(ms, <=, MS_MAX);
	for (unsigned now = 0; now < ms; now++) {
		begun[now].round = pace->round;
		begun[now].waiting = 0;
		while (pace_has_room(pace))
			begun[now].waiting += begin_one(pace, network, ++number);
		for (unsigned left = network->capacity;
			left > 0 && first + network->latency <= now;) {
			unsigned done = MIN(left, begun[first].waiting);

			pace_done(pace, begun[first].round, done);
			begun[first].waiting -= done;
			left -= done;
			network->answered += done;
			first += begun[first].waiting == 0;
		}
		if (now % PACE_EVERY == PACE_EVERY - 1)
			pace_look(pace);
	}
}

static void
test_begin(void)
{
	g_assert_cmpuint(pace_new(MOST, 1).now, ==, PACE_BEGIN);
	g_assert_cmpuint(pace_new(MOST, 3).now, ==, 3 * PACE_BEGIN);
	g_assert_cmpuint(pace_new(MOST, MOST).now, ==, MOST);
	g_assert_cmpuint(pace_new(10, 1).now, ==, 10);
}

/* No host answers: as many as may be are begun, within two seconds, and no more. */
static void
test_slow(void)
{
	struct pace pace = pace_new(MOST, 1);
	struct network network = { .latency = MS_MAX, .capacity = 6 };

	run(&pace, &network, 2000);
	g_assert_cmpuint(pace_under_way(&pace), ==, MOST);
	run(&pace, &network, 2000);
	g_assert_cmpuint(pace_under_way(&pace), ==, MOST);
}

/* 6,000 hosts a second are all that one worker can do. */
static void
test_fast(void)
{
	struct pace pace = pace_new(MOST, 1);
	struct network network = { .latency = 1, .capacity = 6 };

	run(&pace, &network, 8000);
	g_assert_cmpuint(pace.now, ==, PACE_BEGIN);
	g_assert_cmpuint(network.answered, >, 47000);
}

/* Each host takes a fifth of a second: more are begun as long as more are done for it. */
static void
test_gain(void)
{
	struct pace pace = pace_new(MOST, 1);
	struct network network = { .latency = 200, .capacity = 6 };

	run(&pace, &network, 8000);
	g_assert_cmpuint(pace.now, >=, 6 * 200 / 2);
	g_assert_cmpuint(network.answered, >, 6 * 8000 / 2);
}

/* The processor is somebody else's: 1,000 hosts a second, and none more for a longer queue. */
static void
test_held_up(void)
{
	struct pace pace = pace_new(MOST, 1);
	struct network network = { .latency = 1, .capacity = 1 };

	run(&pace, &network, 8000);
	g_assert_cmpuint(pace.now, <=, 2 * PACE_BEGIN);
}

/* One host in five hundred says nothing for longer than the test: the others are as fast. */
static void
test_silent(void)
{
	struct pace pace = pace_new(MOST, 1);
	struct network network = { .latency = 1, .capacity = 6, .silent_every = 500 };

	run(&pace, &network, 8000);
	g_assert_cmpuint(pace.now, ==, PACE_BEGIN);
	g_assert_cmpuint(pace.old, >, PACE_BEGIN);
	g_assert_cmpuint(network.answered, >, 47000);
}

/* They take room from what may be under way at most. */
static void
test_silent_most(void)
{
	struct pace pace = pace_new(100, 1);
	struct network network = { .latency = 1, .capacity = 6, .silent_every = 2 };

	run(&pace, &network, 2000);
	g_assert_cmpuint(pace_under_way(&pace), ==, 100);
	g_assert_false(pace_has_room(&pace));
}

/* Where the targets come slowly, there is nothing that more room would help. */
static void
test_idle(void)
{
	struct pace pace = pace_new(MOST, 1);

	for (unsigned looks = 0; looks < 100; looks++) {
		uint32_t round = pace_begin(&pace, 3);

		g_assert_true(pace_look(&pace));
		pace_done(&pace, round, 3);
	}
	g_assert_cmpuint(pace.now, ==, PACE_BEGIN);
	g_assert_cmpuint(pace_under_way(&pace), ==, 0);
}

static void
test_halve(void)
{
	struct pace pace = pace_new(PACE_BEGIN, 1);

	pace_halve(&pace, 2);
	g_assert_cmpuint(pace.now, ==, PACE_BEGIN / 2);
	pace_begin(&pace, PACE_BEGIN);
	g_assert_false(pace_look(&pace));
	g_assert_cmpuint(pace.now, ==, PACE_BEGIN / 2);
	for (unsigned i = 0; i < 10; i++)
		pace_halve(&pace, 2);
	g_assert_cmpuint(pace.now, ==, 2);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/scan/pace/begin", test_begin);
	g_test_add_func("/scan/pace/slow", test_slow);
	g_test_add_func("/scan/pace/fast", test_fast);
	g_test_add_func("/scan/pace/gain", test_gain);
	g_test_add_func("/scan/pace/held-up", test_held_up);
	g_test_add_func("/scan/pace/silent", test_silent);
	g_test_add_func("/scan/pace/silent-most", test_silent_most);
	g_test_add_func("/scan/pace/idle", test_idle);
	g_test_add_func("/scan/pace/halve", test_halve);
	return g_test_run();
}
