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

/* --- whom a line lets in ---------------------------------------------------------------------- */

struct leak {
	const char *address, *scope;
};

static void
assert_reach(const struct leak *leaks, size_t count, const char *wanted)
{
	struct facts *facts = listening((guint)count, VERDICT_PERMITS);
	const struct config_note *note;

	for (guint i = 0; i < count; i++) {
		struct config_listener *listener =
			&g_array_index(facts->config->listeners, struct config_listener, i);

		listener->address = leaks[i].address;
		listener->scope = leaks[i].scope;
		listener->mode = MODE_POP3S; /* no further notes */
	}
	config_verdict_decide(facts);
	g_assert_cmpuint(facts->config->notes->len, ==, 1);
	note = &g_array_index(facts->config->notes, struct config_note, 0);
	g_assert_cmpint(note->kind, ==, CONFIG_NOTE_PERMITS);
	g_assert_cmpstr(note->reach, ==, wanted);
	facts_free(facts);
}

/* One note for a line, of all listeners that follow from it, whatever their order and ports. */
static void
test_reach(void)
{
	static const struct leak network = { "*", "remote 10.0.0.0/8" };
	static const struct leak loop = { "127.0.0.1", NULL }, loop6 = { "::1", NULL };
	static const struct leak lan = { "192.0.2.1", NULL }, all = { "*", NULL };

	assert_reach(&network, 1, "remote 10.0.0.0/8 at every address");
	assert_reach(&loop, 1, "loopback only at loopback");
	assert_reach(&lan, 1, "every client at 192.0.2.1");
	assert_reach(&all, 1, "every client");
	assert_reach((struct leak[]){ loop, loop6 }, 2, "loopback only at loopback");
	for (int turn = 0; turn < 2; turn++) {
		assert_reach((struct leak[]){ turn == 0 ? lan : network, turn == 0 ? network : lan,
				     lan },
			3, "every client at 192.0.2.1; remote 10.0.0.0/8 at every address");
		assert_reach((struct leak[]){ turn == 0 ? loop : all, turn == 0 ? all : loop }, 2,
			"every client");
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/config/verdict/listeners", test_listeners);
	g_test_add_func("/config/verdict/doubts", test_doubts);
	g_test_add_func("/config/verdict/reach", test_reach);
	return g_test_run();
}
