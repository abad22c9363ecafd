/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan/plan.c: shards together, and a run with what it resumes, hand out each
 * target once; a source that is another one is noticed.
 */
#include "scan/plan.h"

#include <string.h>
#include <unistd.h>

enum {
	STEPS_MAX = 100000
};

static const char *const words = "10.0.0.0/28 10.0.0.4-20 a.example a.example 10.1.0.1:110";
static const char *const lines = "10.2.0.0/29\n# a comment\nb.example\n\nno good:line\n"
				 "224.0.0.1\n10.3.0.0/30 # more\n127.0.0.1:0\n10.2.0.3\n# last";

/* One run over them. */
struct run {
	struct plan *plan;
	char *path;
};

static GPtrArray *
targets_of(const char *text)
{
	g_auto(GStrv) each = g_strsplit(text, " ", 0);
	GPtrArray *targets = g_ptr_array_new();

	for (size_t i = 0; each[i] != NULL && each[i][0] != '\0'; i++)
		g_ptr_array_add(targets, target_parse(each[i], NULL));
	return targets;
}

static char *
file_of(const char *text)
{
	char *path = NULL;
	int fd = g_file_open_tmp("popseal-plan-XXXXXX", &path, NULL);

	g_assert_cmpint(fd, >=, 0);
	g_assert_cmpint(write(fd, text, strlen(text)), ==, (ssize_t)strlen(text));
	close(fd);
	return path;
}

static struct run
run_new(const char *input, const struct plan_options *options)
{
	struct run run = { .path = file_of(input) };

	run.plan = plan_new(targets_of(words), source_open(run.path, NULL), options);
	return run;
}

static void
run_free(struct run *run)
{
	plan_free(run->plan);
	unlink(run->path);
	g_free(run->path);
}

static char *
text_of(const struct plan_item *item, enum plan_state state)
{
	char text[ENDPOINT_HOST_MAX + 1];

	if (state == PLAN_BAD_LINE)
		return g_strdup_printf("bad%s", strrchr(item->where, ':'));
	walk_item_text(&item->what, text);
	if (item->what.target->port_given)
		return g_strdup_printf("%s:%u%s", text, item->what.target->port,
			item->piped ? " piped" : "");
	return g_strdup_printf("%s%s", text, item->piped ? " piped" : "");
}

/* Takes up to `most` items, and adds their texts by number. Returns the last state. */
static enum plan_state
take(struct run *run, unsigned most, GHashTable *taken, GArray *order)
{
	enum plan_state state = PLAN_WAIT;

	for (unsigned i = 0; i < most; i++) {
		struct plan_item item;

		state = plan_next(run->plan, &item);
		g_assert_cmpint(state, !=, PLAN_WAIT); /* it is a file */
		if (state != PLAN_ITEM && state != PLAN_BAD_LINE)
			break;
		g_assert_false(g_hash_table_contains(taken, GSIZE_TO_POINTER(item.sequence + 1)));
		g_hash_table_insert(taken, GSIZE_TO_POINTER(item.sequence + 1),
			text_of(&item, state));
		if (order != NULL)
			g_array_append_val(order, item.sequence);
		plan_item_clear(&item);
	}
	return state;
}

static GHashTable *
taken_new(void)
{
	return g_hash_table_new_full(NULL, NULL, NULL, g_free);
}

/* All that one run over everything hands out, by number. */
static GHashTable *
whole(struct plan_counts *counts)
{
	struct plan_options options = { .seed = 5, .shards = 1 };
	struct run run = run_new(lines, &options);
	GHashTable *taken = taken_new();

	g_assert_cmpint(take(&run, STEPS_MAX, taken, NULL), ==, PLAN_END);
	g_assert_true(plan_is_read(run.plan));
	if (counts != NULL)
		*counts = *plan_counts(run.plan);
	run_free(&run);
	return taken;
}

static void
assert_same(GHashTable *taken, GHashTable *wanted)
{
	GHashTableIter iter;
	void *number, *text;

	g_hash_table_iter_init(&iter, wanted);
	while (g_hash_table_iter_next(&iter, &number, &text))
		g_assert_cmpstr(g_hash_table_lookup(taken, number), ==, text);
	g_assert_cmpuint(g_hash_table_size(taken), ==, g_hash_table_size(wanted));
}

static void
test_whole(void)
{
	struct plan_counts counts;
	GHashTable *taken = whole(&counts);
	GHashTableIter iter;
	void *text;
	unsigned bad = 0, piped = 0;

	g_hash_table_iter_init(&iter, taken);
	while (g_hash_table_iter_next(&iter, NULL, &text)) {
		bad += g_str_has_prefix(text, "bad:5") || g_str_has_prefix(text, "bad:8") ? 1U : 0;
		piped += g_str_has_suffix(text, " piped") ? 1U : 0;
	}
	g_assert_cmpuint(bad, ==, 2);
	g_assert_cmpuint(piped, ==, 8 + 1 + 4 + 1);
	/* 21 addresses of the words, a name, one with its port; the doubles are 12 and a name. */
	g_assert_cmpuint(g_hash_table_size(taken), ==, 21 + 1 + 1 + bad + piped);
	g_assert_cmpuint(counts.doubles, ==, 13);
	g_assert_cmpuint(counts.skipped, ==, 1);
	g_assert_cmpuint(counts.targets, ==, g_hash_table_size(taken) + 13 + 1);
	g_hash_table_unref(taken);
}

static void
add_counts(struct plan_counts *sum, const struct plan_counts *counts)
{
	sum->targets += counts->targets;
	sum->skipped += counts->skipped;
	sum->excluded += counts->excluded;
	sum->doubles += counts->doubles;
}

static void
test_shards(void)
{
	struct plan_counts wanted;
	GHashTable *all = whole(&wanted);

	for (unsigned shards = 1; shards <= 7; shards++) {
		GHashTable *taken = taken_new();
		struct plan_counts sum = { 0 };

		for (unsigned shard = 0; shard < shards; shard++) {
			struct plan_options options = { .seed = 5,
				.shard = shard,
				.shards = shards };
			struct run run = run_new(lines, &options);

			g_assert_cmpint(take(&run, STEPS_MAX, taken, NULL), ==, PLAN_END);
			add_counts(&sum, plan_counts(run.plan));
			run_free(&run);
		}
		assert_same(taken, all);
		g_assert_true(memcmp(&sum, &wanted, sizeof(wanted)) == 0);
		g_hash_table_unref(taken);
	}
	g_hash_table_unref(all);
}

/* More shards than targets: most have none. */
static void
test_many_shards(void)
{
	struct plan_options options = { .seed = 5,
		.shard = PLAN_SHARDS_MAX - 1,
		.shards = PLAN_SHARDS_MAX };
	struct run run = run_new(lines, &options);
	GHashTable *taken = taken_new();

	g_assert_cmpint(take(&run, STEPS_MAX, taken, NULL), ==, PLAN_END);
	g_assert_cmpuint(g_hash_table_size(taken), ==, 0);
	g_hash_table_unref(taken);
	run_free(&run);
}

/* Takes back some of what was handed out, as if it had not been done, in order. */
static GArray *
take_back(GHashTable *taken, const GArray *order, GArray *pending)
{
	for (guint i = 0; i < order->len; i++) {
		uint64_t number = g_array_index(order, uint64_t, i);

		if (g_test_rand_int_range(0, 3) != 0)
			continue;
		g_hash_table_remove(taken, GSIZE_TO_POINTER(number + 1));
		g_array_append_val(pending, number);
	}
	return pending;
}

static int
compare_numbers(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Where a run stands: the position owns `pending`, which is sorted. */
static struct plan_position
stop(struct run *run, GHashTable *taken, const GArray *order, GArray *pending)
{
	struct plan_position position;

	plan_tell(run->plan, &position, pending);
	take_back(taken, order, pending);
	g_array_sort(pending, compare_numbers);
	position.pending = (uint64_t *)(void *)pending->data;
	position.pending_count = pending->len;
	return position;
}

/* A run that is cut off again and again, each time with some of it not done. */
static void
run_in_pieces(struct plan_options *options, GHashTable *taken, struct plan_counts *sum)
{
	GArray *pending = NULL;
	struct plan_position position;
	enum plan_state state = PLAN_ITEM;

	for (unsigned tries = 0; state != PLAN_END; tries++) {
		struct run run = run_new(lines, options);
		g_autoptr(GArray) order = g_array_new(FALSE, FALSE, sizeof(uint64_t));
		GArray *next = g_array_new(FALSE, FALSE, sizeof(uint64_t));
		unsigned most = tries > 40 ? STEPS_MAX : (unsigned)g_test_rand_int_range(0, 20);

		state = take(&run, most, taken, order);
		g_assert_cmpint(state, !=, PLAN_BROKEN);
		add_counts(sum, plan_counts(run.plan));
		if (state != PLAN_END)
			position = stop(&run, taken, order, next);
		run_free(&run);
		g_clear_pointer(&pending, g_array_unref);
		pending = next;
		options->resume = &position;
	}
	g_array_unref(pending);
}

static void
test_resume(void)
{
	struct plan_counts wanted;
	GHashTable *all = whole(&wanted);

	for (unsigned round = 0; round < 200; round++) {
		struct plan_options options = { .seed = 5, .shards = 1 };
		GHashTable *taken = taken_new();
		struct plan_counts sum = { 0 };

		run_in_pieces(&options, taken, &sum);
		assert_same(taken, all);
		g_assert_true(memcmp(&sum, &wanted, sizeof(wanted)) == 0);
		g_hash_table_unref(taken);
	}
	g_hash_table_unref(all);
}

static void
test_resume_shards(void)
{
	GHashTable *all = whole(NULL);

	for (unsigned round = 0; round < 30; round++) {
		GHashTable *taken = taken_new();

		for (unsigned shard = 0; shard < 3; shard++) {
			struct plan_options options = { .seed = 5, .shard = shard, .shards = 3 };
			struct plan_counts sum = { 0 };

			run_in_pieces(&options, taken, &sum);
		}
		assert_same(taken, all);
		g_hash_table_unref(taken);
	}
	g_hash_table_unref(all);
}

/* Resumes behind `mark` items with another input, and returns how that ends. */
static enum plan_state
resume_with(const char *input, unsigned mark)
{
	struct plan_options options = { .seed = 5, .shards = 1 };
	struct run run = run_new(lines, &options);
	GHashTable *taken = taken_new();
	g_autoptr(GArray) pending = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	struct plan_position position;
	enum plan_state state;

	take(&run, mark, taken, NULL);
	plan_tell(run.plan, &position, pending);
	run_free(&run);
	options.resume = &position;
	run = run_new(input, &options);
	state = take(&run, STEPS_MAX, taken, NULL);
	run_free(&run);
	g_hash_table_unref(taken);
	return state;
}

/* 23 items come from the words, 8 from line 1, then lines 3, 5, 7, 8 and 9. */
static void
test_changed(void)
{
	const char *const shorter = "10.2.0.0/29\n# a comment\n";
	const char *const other = "10.2.0.0/29\n# a comment\nc.example\n";
	const char *const comment = "10.2.0.0/29\n# another\nb.example\n\nno good:line\n";

	for (unsigned mark = 0; mark < 40; mark++)
		g_assert_cmpint(resume_with(lines, mark), ==, PLAN_END);
	g_assert_cmpint(resume_with(shorter, 5), ==, PLAN_END); /* nothing had been read of it */
	g_assert_cmpint(resume_with(shorter, 31), ==, PLAN_END);
	g_assert_cmpint(resume_with(shorter, 32), ==, PLAN_BROKEN);
	g_assert_cmpint(resume_with("", 24), ==, PLAN_BROKEN);
	g_assert_cmpint(resume_with(other, 31), ==, PLAN_END);
	g_assert_cmpint(resume_with(other, 32), ==, PLAN_BROKEN);
	g_assert_cmpint(resume_with(comment, 33), ==, PLAN_BROKEN);
}

/* A mark on a comment, as it stands while a pipe waits behind one. */
static void
test_comment_at_mark(void)
{
	struct plan_position position = { .next = 23 + 8, .lines = 2 };
	struct plan_options options = { .seed = 5, .shards = 1, .resume = &position };
	GHashTable *taken = taken_new();
	struct source_item line;
	struct source *source;
	struct run run;
	g_autofree char *path = file_of("10.2.0.0/29\n# a comment\n");

	source = source_open(path, NULL);
	g_assert_cmpint(source_next(source, &line), ==, SOURCE_TARGET);
	target_free(line.target);
	g_assert_cmpint(source_next(source, &line), ==, SOURCE_END);
	g_assert_cmpuint(source_lines(source), ==, 2);
	position.digest = source_digest(source);
	source_free(source);
	run = run_new(lines, &options);
	g_assert_cmpint(take(&run, STEPS_MAX, taken, NULL), ==, PLAN_END);
	g_assert_cmpuint(g_hash_table_size(taken), ==, 1 + 2 + 4 + 1);
	g_assert_cmpuint(plan_counts(run.plan)->skipped, ==, 1);
	run_free(&run);
	g_hash_table_unref(taken);
	unlink(path);
}

/* What a hostile checkpoint may say beyond the end harms nothing. */
static void
test_far_position(void)
{
	struct plan_position position = { .next = INT64_MAX };
	struct plan_options options = { .seed = 5, .shards = 3, .resume = &position };
	struct run run = run_new(lines, &options);
	GHashTable *taken = taken_new();

	g_assert_cmpint(take(&run, STEPS_MAX, taken, NULL), ==, PLAN_END);
	g_assert_cmpuint(g_hash_table_size(taken), ==, 0);
	g_hash_table_unref(taken);
	run_free(&run);
	plan_free(NULL);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/plan/whole", test_whole);
	g_test_add_func("/plan/shards", test_shards);
	g_test_add_func("/plan/many-shards", test_many_shards);
	g_test_add_func("/plan/resume", test_resume);
	g_test_add_func("/plan/resume-shards", test_resume_shards);
	g_test_add_func("/plan/changed", test_changed);
	g_test_add_func("/plan/comment-at-mark", test_comment_at_mark);
	g_test_add_func("/plan/far-position", test_far_position);
	return g_test_run();
}
