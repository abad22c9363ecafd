/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was given back is taken again, the last first, and never more of it is kept than the bound.
 */
#include "model/spares.h"

#include <glib.h>
#include <string.h>

enum {
	SIZE = 48
};

static void
test_again(void)
{
	static struct spares spares;
	void *one = spares_take(&spares, SIZE);
	void *other = spares_take(&spares, SIZE);

	g_assert_true(one != other);
	spares_give(&spares, one);
	spares_give(&spares, other);
	if (SPARES_MAX > 0) {
		g_assert_true(spares_take(&spares, SIZE) == other);
		g_assert_true(spares_take(&spares, SIZE) == one);
		g_free(one);
		g_free(other);
	}
	g_assert_cmpuint(spares.count, ==, 0);
}

static void
test_zeroed(void)
{
	static struct spares spares;
	static const char nothing[SIZE];
	char *piece = spares_take(&spares, SIZE);

	piece[SIZE - 1] = 1;
	spares_give(&spares, piece);
	piece = spares_take0(&spares, SIZE);
	g_assert_true(memcmp(piece, nothing, SIZE) == 0);
	g_free(piece);
}

/* At the bound, and one past it. */
static void
test_bound(void)
{
	static struct spares spares;
	void *pieces[SPARES_MAX + 1];

	for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++)
		pieces[i] = spares_take(&spares, SIZE);
	for (size_t i = 0; i + 1 < G_N_ELEMENTS(pieces); i++)
		spares_give(&spares, pieces[i]);
	g_assert_cmpuint(spares.count, ==, SPARES_MAX);
	spares_give(&spares, pieces[SPARES_MAX]);
	g_assert_cmpuint(spares.count, ==, SPARES_MAX);
	while (spares.first != NULL)
		g_free(spares_take(&spares, SIZE));
	g_assert_cmpuint(spares.count, ==, 0);
}

static void
test_nothing(void)
{
	static struct spares spares;

	spares_give(&spares, NULL);
	g_assert_null(spares.first);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/model/spares/again", test_again);
	g_test_add_func("/model/spares/zeroed", test_zeroed);
	g_test_add_func("/model/spares/bound", test_bound);
	g_test_add_func("/model/spares/nothing", test_nothing);
	return g_test_run();
}
