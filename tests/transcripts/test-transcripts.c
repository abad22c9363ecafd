/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replays every dialogue of tests/transcripts/ byte for byte: what popseal
 * sends must be what stands there, and the conclusion the one that is expected,
 * however the server's bytes are split.
 */
#include <string.h>

#include "pop3/probe.h"
#include "rules/rule.h"
#include "script.h"
#include "witness/probe/probe.h"

struct replay {
	const struct script *script;
	struct facts *facts;
	struct pop3_probe *probe;
	size_t next;  /* item */
	size_t chunk; /* bytes fed at once; 0 = all */
	GString *sent;
};

struct test_case {
	char *path;
	size_t chunk;
};

static const struct item *
peek(const struct replay *replay)
{
	return replay->next < replay->script->items->len ?
		&g_array_index(replay->script->items, struct item, replay->next) :
		NULL;
}

static void
fail(const struct replay *replay, const char *what)
{
	const struct item *item = peek(replay);

	g_printerr("%s\n", replay->facts->probe.transcript->str);
	g_error("%s:%u: %s", replay->script->name, item != NULL ? item->line : 0, what);
}

static void
collect(struct replay *replay)
{
	size_t length;
	const char *bytes = pop3_probe_output(replay->probe, &length);

	g_string_append_len(replay->sent, bytes, (gssize)length);
}

static enum pop3_want
run(struct replay *replay)
{
	enum pop3_want want = pop3_probe_run(replay->probe);

	collect(replay);
	return want;
}

/* Feeds bytes in chunks; a step may be over before they are, as with a pipelined line. */
static enum pop3_want
feed(struct replay *replay, const GString *bytes)
{
	size_t chunk = replay->chunk > 0 ? replay->chunk : bytes->len;
	enum pop3_want want = POP3_WANT_INPUT;

	for (size_t at = 0; at < bytes->len; at += chunk) {
		if (want != POP3_WANT_INPUT)
			fail(replay, "the server speaks, but popseal does not listen");
		pop3_probe_feed(replay->probe, bytes->str + at, MIN(chunk, bytes->len - at));
		want = run(replay);
	}
	return want;
}

static void
expect_sent(struct replay *replay, const struct item *item)
{
	if (replay->sent->len < item->bytes->len ||
		memcmp(replay->sent->str, item->bytes->str, item->bytes->len) != 0) {
		g_printerr("sent: %s\nexpected: %s\n", replay->sent->str, item->bytes->str);
		fail(replay, "popseal sent something else");
	}
	g_string_erase(replay->sent, 0, (gssize)item->bytes->len);
}

static enum pop3_want
event(struct replay *replay, enum pop3_event what)
{
	pop3_probe_event(replay->probe, what);
	return run(replay);
}

static enum pop3_want
unconnected(struct replay *replay, enum connect_outcome outcome, const char *why)
{
	pop3_probe_unconnected(replay->probe, outcome, why);
	return run(replay);
}

static enum pop3_want
no_tls(struct replay *replay, const struct item *item)
{
	struct tls_facts *tls = &replay->facts->probe.tls;

	if (strcmp(item->bytes->str, "alert") == 0)
		tls->handshake = HANDSHAKE_ALERT;
	else if (strcmp(item->bytes->str, "closed") == 0)
		tls->handshake = HANDSHAKE_CLOSED;
	else {
		tls->handshake = HANDSHAKE_NOT_TLS;
		pop3_probe_clear_bytes(replay->probe, item->bytes->str, item->bytes->len);
	}
	return event(replay, POP3_UNSECURED);
}

static enum pop3_want
play(struct replay *replay, const struct item *item)
{
	switch (item->kind) {
	case ITEM_CONNECT:
		return event(replay, POP3_CONNECTED);
	case ITEM_SERVER:
		return feed(replay, item->bytes);
	case ITEM_CLIENT:
		expect_sent(replay, item);
		return POP3_WANT_INPUT;
	case ITEM_TLS:
		replay->facts->probe.tls.handshake = HANDSHAKE_UP;
		return event(replay, POP3_SECURED);
	case ITEM_NO_TLS:
		return no_tls(replay, item);
	case ITEM_CLOSED:
		return event(replay, POP3_CLOSED);
	case ITEM_RESET:
		return event(replay, POP3_RESET);
	case ITEM_TIMEOUT:
		return event(replay, POP3_EXPIRED);
	case ITEM_REFUSED:
		return unconnected(replay, CONNECT_REFUSED, "Connection refused");
	case ITEM_NO_ROUTE:
		return unconnected(replay, CONNECT_UNREACHABLE, "No route to host");
	}
	g_assert_not_reached();
}

static bool
is_connection(const struct item *item)
{
	return item == NULL || item->kind == ITEM_CONNECT || item->kind == ITEM_REFUSED ||
		item->kind == ITEM_NO_ROUTE;
}

/* The polite close after QUIT has no line of its own. */
static void
replay_all(struct replay *replay)
{
	enum pop3_want want = run(replay);

	while (want != POP3_DONE) {
		const struct item *item = peek(replay);

		if (want == POP3_WANT_INPUT && is_connection(item) && replay->sent->len == 0) {
			want = event(replay, POP3_CLOSED);
			continue;
		}
		if (item == NULL)
			fail(replay, "popseal wants to go on, but the dialogue is over");
		if ((want == POP3_WANT_CONNECT) != is_connection(item))
			fail(replay, "popseal wants a connection, or no connection, here");
		if (item->kind != ITEM_CLIENT && replay->sent->len > 0)
			fail(replay, "popseal sent more than stands here");
		replay->next++;
		want = play(replay, item);
	}
	while (peek(replay) != NULL && peek(replay)->kind == ITEM_CLIENT)
		expect_sent(replay,
			&g_array_index(replay->script->items, struct item, replay->next++));
	if (peek(replay) != NULL)
		fail(replay, "popseal has ended before the dialogue");
}

/*
 * --- what is expected of the conclusion ---------------------------------------------------------
 */

static char *
verdict_words(const struct verdict *verdict)
{
	return g_strdup_printf("%s %s %s", verdict_word(verdict->value),
		verdict->confidence == CONFIDENCE_NONE ? "-" : confidence_word(verdict->confidence),
		reason_word(verdict->reason));
}

static char *
finding_words(const struct assessment *assessment)
{
	GString *words = g_string_new(NULL);

	for (guint i = 0; i < assessment->findings->len; i++) {
		const struct finding *finding = g_ptr_array_index(assessment->findings, i);

		g_string_append_printf(words, "%s%s", i > 0 ? " " : "", finding->rule);
	}
	return g_string_free(words, FALSE);
}

static void
expect(const struct replay *replay, const char *key, const char *got)
{
	const char *wanted = g_hash_table_lookup(replay->script->expected, key);

	if (wanted == NULL || g_strcmp0(wanted, got) == 0)
		return;
	g_printerr("%s\n%s: %s is \"%s\", expected \"%s\"\n", replay->facts->probe.transcript->str,
		replay->script->name, key, got, wanted);
	g_test_fail();
}

static void
check(struct replay *replay)
{
	const struct probe_facts *probe = &replay->facts->probe;
	g_autofree char *verdict = NULL;
	g_autofree char *findings = NULL;
	g_autoptr(assessment_auto) assessment = NULL;

	probe_conclude(replay->facts);
	verdict = verdict_words(&replay->facts->verdict);
	expect(replay, "expect", verdict);
	expect(replay, "product", probe->product != NULL ? probe->product : "-");
	expect(replay, "version", probe->product_version != NULL ? probe->product_version : "-");
	expect(replay, "stls",
		stls_word(probe->stls.state) != NULL ? stls_word(probe->stls.state) : "-");
	expect(replay, "vantage", vantage_word(probe->vantage));
	expect(replay, "step", replay->facts->verdict.step);
	expect(replay, "explanation", replay->facts->verdict.explanation);
	assessment = rules_assess(g_steal_pointer(&replay->facts), WITNESS_PROBE);
	replay->facts = assessment->facts;
	findings = finding_words(assessment);
	expect(replay, "findings", findings);
	replay->facts = NULL;
}

static bool
has(const struct script *script, const char *key)
{
	return g_hash_table_contains(script->expected, key);
}

static void
test_script(const void *data)
{
	const struct test_case *test = data;
	struct script *script = script_read(test->path);
	struct replay replay = { .script = script, .chunk = test->chunk };
	const char *depth = g_hash_table_lookup(script->expected, "depth");
	struct pop3_plan plan = {
		.depth = g_strcmp0(depth, "gentle") == 0 ? DEPTH_GENTLE : DEPTH_STANDARD,
		.no_credential = has(script, "no-credential"),
		.nobody = "popseal-nobody",
		.secret = "secret",
		.classify = probe_classify,
	};

	g_assert_true(has(script, "expect"));
	replay.facts = facts_new();
	replay.facts->endpoint.mode = has(script, "pop3s") ? MODE_POP3S : MODE_POP3;
	replay.facts->probe.same_address = has(script, "same-address");
	replay.facts->probe.vantage =
		has(script, "same-address") ? VANTAGE_SAME_HOST : VANTAGE_REMOTE;
	replay.sent = g_string_new(NULL);
	plan.user = replay.facts;
	replay.probe = pop3_probe_new(&plan, replay.facts);
	replay_all(&replay);
	check(&replay);
	pop3_probe_free(replay.probe);
	g_string_free(replay.sent, TRUE);
	script_free(script);
}

static void
test_case_free(void *data)
{
	struct test_case *test = data;

	g_free(test->path);
	g_free(test);
}

static void
add_script(const char *folder, const char *file)
{
	static const size_t chunks[] = { 1, 2, 7, 0 };

	for (size_t i = 0; i < G_N_ELEMENTS(chunks); i++) {
		struct test_case *test = g_new0(struct test_case, 1);
		g_autofree char *name = g_strdup_printf("/transcripts/%s/%zu", file, chunks[i]);

		test->path = g_build_filename(folder, file, NULL);
		test->chunk = chunks[i];
		g_test_add_data_func_full(name, test, test_script, test_case_free);
	}
}

int
main(int argc, char **argv)
{
	g_autoptr(GDir) folder = NULL;
	const char *file;
	int count = 0;

	g_test_init(&argc, &argv, NULL);
	folder = g_dir_open(argv[1], 0, NULL);
	g_assert_nonnull(folder);
	while ((file = g_dir_read_name(folder)) != NULL)
		if (g_str_has_suffix(file, ".txt")) {
			add_script(argv[1], file);
			count++;
		}
	g_assert_cmpint(count, >, 0);
	return g_test_run();
}
