/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was asked before is known again, and nothing else is.
 */
#include "model/memo.h"

#include <glib.h>
#include <string.h>

static struct memo memo;

static struct memo_slot *
ask(uintptr_t context, const char *key, bool *known)
{
	return memo_slot(&memo, context, key, strlen(key), known);
}

static void
test_known(void)
{
	bool known = true;
	struct memo_slot *slot = ask(1, "key", &known);

	g_assert_false(known);
	slot->value = 7;
	slot->text = g_strdup("text");
	slot = ask(1, "key", &known);
	g_assert_true(known);
	g_assert_cmpuint(slot->value, ==, 7);
	g_assert_cmpstr(slot->text, ==, "text");
}

static void
test_apart(void)
{
	bool known = true;

	ask(2, "one", &known);
	ask(3, "one", &known);
	g_assert_false(known);
	ask(2, "one ", &known);
	g_assert_false(known);
	ask(2, "", &known);
	g_assert_false(known);
	ask(2, "", &known);
	g_assert_true(known);
}

static void
test_bound(void)
{
	g_autofree char *key = g_strnfill(MEMO_KEY_MAX + 1, 'x');
	bool known = true;

	g_assert_null(ask(4, key, &known));
	g_assert_false(known);
	g_assert_nonnull(ask(4, key + 1, &known));
	ask(4, key + 1, &known);
	g_assert_true(known);
}

/* More keys than slots: some are forgotten, and none is taken for another. */
static void
test_many(void)
{
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < 4 * MEMO_SLOTS; i++) {
			g_autofree char *key = g_strdup_printf("key %u", i);
			bool known = false;
			struct memo_slot *slot = ask(5, key, &known);

			if (known)
				g_assert_cmpuint(slot->value, ==, i);
			slot->value = i;
		}
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/model/memo/known", test_known);
	g_test_add_func("/model/memo/apart", test_apart);
	g_test_add_func("/model/memo/bound", test_bound);
	g_test_add_func("/model/memo/many", test_many);
	return g_test_run();
}
