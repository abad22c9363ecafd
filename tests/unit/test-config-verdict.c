/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model/config_facts: the verdict over listeners and doubts, at the bounds of both.
 */
#include "model/facts.h"

static struct facts *
listening(guint count, enum verdict_value value)
{
	struct facts *facts = facts_new();

	config_facts_new(facts, "perdition", "Perdition")->root = "x.conf";
	for (guint i = 0; i < count; i++) {
		struct config_listener *listener = config_add_listener(facts);

		listener->address = "192.0.2.1";
		listener->port = 110;
		listener->verdict = value;
		listener->explanation = "so it is";
	}
	return facts;
}

static void
assert_verdict(struct facts *facts, enum verdict_value wanted)
{
	config_verdict_decide(facts);
	g_assert_cmpstr(verdict_word(facts->verdict.value), ==, verdict_word(wanted));
	g_assert_nonnull(facts->verdict.explanation);
	facts_free(facts);
}

/* A listener that is lost may be the one that permits. */
static void
test_listeners(void)
{
	assert_verdict(listening(0, VERDICT_REFUSES), VERDICT_NO_SERVICE);
	assert_verdict(listening(CONFIG_LISTENERS_MAX, VERDICT_REFUSES), VERDICT_REFUSES);
	assert_verdict(listening(CONFIG_LISTENERS_MAX + 1, VERDICT_REFUSES), VERDICT_UNDETERMINED);
	assert_verdict(listening(CONFIG_LISTENERS_MAX + 1, VERDICT_PERMITS), VERDICT_PERMITS);
}

static void
test_doubts(void)
{
	for (guint count = CONFIG_DOUBTS_MAX; count <= CONFIG_DOUBTS_MAX + 1; count++) {
		struct facts *facts = listening(1, VERDICT_REFUSES);

		for (guint i = 0; i < count; i++)
			config_add_doubt(facts, REASON_NOT_UNDERSTOOD)->message = "who knows";
		assert_verdict(facts, VERDICT_UNDETERMINED);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/config/verdict/listeners", test_listeners);
	g_test_add_func("/config/verdict/doubts", test_doubts);
	return g_test_run();
}
