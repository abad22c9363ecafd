/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pace rises while hosts are slow, stays while they are fast, and keeps to its bounds.
 */
#include "scan/pace.h"

#include <glib.h>

static void
test_begin(void)
{
	g_assert_cmpuint(pace_new(4096, 1).now, ==, PACE_BEGIN);
	g_assert_cmpuint(pace_new(4096, 3).now, ==, 3 * PACE_BEGIN);
	g_assert_cmpuint(pace_new(4096, 4096).now, ==, 4096);
	g_assert_cmpuint(pace_new(10, 1).now, ==, 10);
}

/* Each host takes ten seconds: as many as may be are begun, within a second. */
static void
test_slow(void)
{
	struct pace pace = pace_new(4096, 1);
	unsigned looks = 0;

	for (uint64_t done = 0; pace.now < 4096; looks++) {
		done += pace.now * PACE_EVERY / 10000;
		pace_look(&pace, pace.now, done);
		g_assert_cmpuint(looks, <=, 5);
	}
	pace_look(&pace, pace.now, 0);
	g_assert_cmpuint(pace.now, ==, 4096);
}

static void
test_fast(void)
{
	struct pace pace = pace_new(4096, 1);
	uint64_t done = 0;

	for (unsigned looks = 0; looks < 100; looks++) {
		done += 6 * PACE_EVERY; /* 6,000 hosts a second, by one worker */
		pace_look(&pace, pace.now, done);
	}
	g_assert_cmpuint(pace.now, ==, PACE_BEGIN);
}

/* Each host takes a fifth of a second: more are begun as long as more are done for it. */
static void
test_gain(void)
{
	struct pace pace = pace_new(4096, 1);
	uint64_t done = 0;

	for (unsigned looks = 0; pace.now < 4096; looks++) {
		done += pace.now * PACE_EVERY / 200;
		pace_look(&pace, pace.now, done);
		g_assert_cmpuint(looks, <, 20);
	}
}

/* The processor is somebody else's: 1,200 hosts a second, and none more for a longer queue. */
static void
test_held_up(void)
{
	struct pace pace = pace_new(4096, 1);
	uint64_t done = 0;

	for (unsigned looks = 0; looks < 100; looks++) {
		done += 1200 * PACE_EVERY / 1000;
		pace_look(&pace, pace.now, done);
	}
	g_assert_cmpuint(pace.now, <=, 2 * PACE_BEGIN);
}

/* Where the targets come slowly, there is nothing that more room would help. */
static void
test_idle(void)
{
	struct pace pace = pace_new(4096, 1);

	for (unsigned looks = 0; looks < 100; looks++)
		pace_look(&pace, 3, looks);
	g_assert_cmpuint(pace.now, ==, PACE_BEGIN);
}

static void
test_halve(void)
{
	struct pace pace = pace_new(100, 1);

	pace_halve(&pace, 2);
	g_assert_cmpuint(pace.now, ==, 50);
	pace_look(&pace, 50, 0);
	g_assert_cmpuint(pace.now, ==, 50);
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
	g_test_add_func("/scan/pace/idle", test_idle);
	g_test_add_func("/scan/pace/halve", test_halve);
	return g_test_run();
}
