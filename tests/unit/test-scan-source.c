/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan/source.c, scan/exclusion.c and scan/feed.c: lines as hostile as lines
 * can be, whole and byte by byte.
 */
#include <string.h>
#include <unistd.h>

#include "scan/exclusion.h"
#include "scan/feed.h"
#include "scan/source.h"

static char *
file_of(const char *text, size_t length)
{
	char *path = NULL;
	int fd = g_file_open_tmp("popseal-source-XXXXXX", &path, NULL);

	g_assert_cmpint(fd, >=, 0);
	g_assert_cmpint(write(fd, text, length), ==, (ssize_t)length);
	close(fd);
	return path;
}

/* Appends what the item is: its target, or "!" and the number of its line; frees it. */
static void
note_item(GString *seen, enum source_state state, struct source_item *item)
{
	g_string_append_c(seen, seen->len > 0 ? ' ' : '.');
	if (state == SOURCE_TARGET)
		g_string_append(seen, item->target->text);
	else
		g_string_append_printf(seen, "!%s", strrchr(item->where, ':') + 1);
	target_free(item->target);
	g_free(item->claim);
	g_free(item->where);
	g_free(item->message);
}

static char *
read_source(struct source *source)
{
	GString *seen = g_string_new(NULL);
	struct source_item item;
	enum source_state state;

	while ((state = source_next(source, &item)) != SOURCE_END) {
		if (state == SOURCE_WAIT)
			source_wait(source);
		else
			note_item(seen, state, &item);
	}
	return g_string_free(seen, FALSE);
}

static void
assert_lines(const char *text, size_t length, const char *wanted, uint64_t lines)
{
	g_autofree char *path = file_of(text, length);
	struct source *source = source_open(path, NULL);
	g_autofree char *seen = read_source(source);

	g_assert_cmpstr(seen, ==, wanted);
	g_assert_cmpuint(source_lines(source), ==, lines);
	source_free(source);
	unlink(path);
}

#define ASSERT_LINES(text, wanted, lines) assert_lines(text, sizeof(text) - 1, wanted, lines)

static void
test_lines(void)
{
	ASSERT_LINES("", "", 0);
	ASSERT_LINES("\n", "", 1);
	ASSERT_LINES("a\nb\n", ".a b", 2);
	ASSERT_LINES("a\nb", ".a b", 2);
	ASSERT_LINES("a\r\n  b\t# c\n#d\n\n", ".a b", 4);
	ASSERT_LINES("a\0b\nc\n", ".!1 c", 2);
	ASSERT_LINES("a\n\0", ".a !2", 2);
	ASSERT_LINES("a b\nc\n", ".!1 c", 2);
	ASSERT_LINES("\xff\xfe\n\x1b[31m\nc", ".!1 !2 c", 3);
}

/* A line of so many octets: a name, and then a comment that fills it. */
static void
add_long(GString *text, size_t length)
{
	g_string_append(text, "a #");
	for (size_t i = 3; i < length; i++)
		g_string_append_c(text, 'x');
}

static void
assert_long(size_t length, const char *end, const char *wanted)
{
	g_autoptr(GString) text = g_string_new(NULL);

	add_long(text, length);
	g_string_append(text, end);
	assert_lines(text->str, text->len, wanted, strchr(end, 'b') != NULL ? 2 : 1);
}

static void
test_long_lines(void)
{
	assert_long(SOURCE_LINE_MAX, "\nb\n", ".a b");
	assert_long(SOURCE_LINE_MAX, "", ".a");
	assert_long(SOURCE_LINE_MAX + 1, "\nb\n", ".!1 b");
	assert_long(SOURCE_LINE_MAX + 1, "", ".!1");
	assert_long(SOURCE_LINE_MAX + 2, "\nb\n", ".!1 b");
	assert_long(1024 * 1024, "\nb\n", ".!1 b");
	assert_long(1024 * 1024, "", ".!1");
}

/* However the bytes come, the lines and the checksum are the same. */
static void
assert_chunks(const char *text, size_t length, size_t size)
{
	int fds[2];
	g_autofree char *input = NULL;
	g_autofree char *path = file_of(text, length);
	struct source *whole = source_open(path, NULL), *source;
	g_autofree char *wanted = read_source(whole);
	g_autoptr(GString) seen = g_string_new(NULL);
	struct source_item item;

	g_assert_cmpint(pipe(fds), ==, 0);
	input = g_strdup_printf("/dev/fd/%d", fds[0]);
	source = source_open(input, NULL);
	close(fds[0]);
	for (size_t i = 0; i < length; i += size) {
		enum source_state state;

		g_assert_cmpint(write(fds[1], text + i, MIN(size, length - i)), >, 0);
		while ((state = source_next(source, &item)) != SOURCE_WAIT)
			note_item(seen, state, &item);
	}
	close(fds[1]);
	for (enum source_state state; (state = source_next(source, &item)) != SOURCE_END;)
		note_item(seen, state, &item);
	g_assert_cmpstr(seen->str, ==, wanted);
	g_assert_cmpuint(source_digest(source), ==, source_digest(whole));
	source_free(source);
	source_free(whole);
	unlink(path);
}

static void
test_slow_pipe(void)
{
	const size_t sizes[] = { 1, 2, 7, 1023, 1024, 1025, 4096 };
	g_autoptr(GString) text = g_string_new("a\nb # c\n\nno good\n");

	add_long(text, SOURCE_LINE_MAX);
	g_string_append(text, "\n");
	add_long(text, SOURCE_LINE_MAX + 1);
	g_string_append(text, "\nd\r\n");
	add_long(text, 5000);
	g_string_append(text, "\ne");
	for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++)
		assert_chunks(text->str, text->len, sizes[i]);
}

static void
test_unreadable(void)
{
	const char *const paths[] = { "/no/such/file", "/tmp" };

	for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
		g_autoptr(GError) error = NULL;

		g_assert_null(source_open(paths[i], &error));
		g_assert_true(error->domain == G_FILE_ERROR);
		g_assert_nonnull(strstr(error->message, paths[i]));
	}
	source_free(NULL);
}

/* --- exclusion -------------------------------------------------------------------------------- */

static struct exclusion *
exclusion_of(const char *text, GError **error)
{
	g_autofree char *path = file_of(text, strlen(text));
	struct exclusion *exclusion = exclusion_read(path, error);

	unlink(path);
	return exclusion;
}

static bool
excludes(const struct exclusion *exclusion, const char *word)
{
	struct target *target = target_parse(word, NULL);
	bool found;

	g_assert_nonnull(target);
	found = exclusion_has_name(exclusion, target) ||
		(target->first.family != FAMILY_NONE &&
			address_set_has(exclusion_addresses(exclusion), &target->first));
	target_free(target);
	return found;
}

static void
test_exclusion(void)
{
	struct exclusion *exclusion = exclusion_of("10.0.0.0/30 # a network\n\nmail.Example\n"
						   "2001:db8::1\n10.1.0.1-2",
		NULL);
	const char *const in[] = { "10.0.0.0", "10.0.0.3:110", "pop3s://10.0.0.1", "MAIL.example",
		"mail.example:995", "[2001:db8::1]:110", "10.1.0.2", "mail.example.",
		"::ffff:10.0.0.1" };
	const char *const out[] = { "10.0.0.4", "mail.example.org", "2001:db8::2", "10.1.0.3",
		"::ffff:10.0.0.4" };

	g_assert_nonnull(exclusion);
	for (size_t i = 0; i < G_N_ELEMENTS(in); i++) {
		g_test_message("%s", in[i]);
		g_assert_true(excludes(exclusion, in[i]));
	}
	for (size_t i = 0; i < G_N_ELEMENTS(out); i++) {
		g_test_message("%s", out[i]);
		g_assert_false(excludes(exclusion, out[i]));
	}
	exclusion_free(exclusion);
}

/* What was meant to be left out and cannot be understood must not be asked. */
static void
test_bad_exclusion(void)
{
	static const struct {
		const char *text, *number;
	} files[] = {
		{ "10.0.0.1\n10.0.0.0/33\n", ":2" },
		{ "mail.example:110\n", ":1" },
		{ "\n\npop3://mail.example\n", ":3" },
		{ "10.0.0.1:110", ":1" },
		{ "a b\n", ":1" },
		{ "# fine\n\x01\n", ":2" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autoptr(GError) error = NULL;

		g_assert_null(exclusion_of(files[i].text, &error));
		g_assert_error(error, POPSEAL_TARGET_ERROR, (int)error->code);
		g_assert_nonnull(strstr(error->message, files[i].number));
	}
	g_assert_false(excludes(NULL, "a"));
	g_assert_cmpuint(exclusion_digest(NULL), ==, 0);
	exclusion_free(NULL);
}

static void
test_exclusion_digest(void)
{
	struct exclusion *one = exclusion_of("10.0.0.1\n", NULL);
	struct exclusion *other = exclusion_of("10.0.0.2\n", NULL);

	g_assert_cmpuint(exclusion_digest(one), !=, exclusion_digest(other));
	exclusion_free(one);
	exclusion_free(other);
}

/* --- feed ------------------------------------------------------------------------------------- */

static const char *const hostile[] = { "plain", "", "a\tb", "a\nb", "\\", "\\\\n", "=", "\x01\x7f",
	"\xc3\xa4\xff", "\"quoted\"", "+\t.\n!", NULL };

static bool
emit_hostile(int fd, const char *name, struct feed_output *output, GError **error)
{
	(void)fd;
	(void)error;
	for (size_t i = 0; i < G_N_ELEMENTS(hostile); i++) {
		const struct from_item item = {
			.target = "10.0.0.1",
			.claim = { CLAIM_CLEARTEXT, 110, name, hostile[i], hostile[i], hostile[i] },
		};

		feed_emit(output, &item);
	}
	feed_emit(output, &(const struct from_item){ .where = "line\t1", .problem = "b\nd" });
	feed_emit(output, &(const struct from_item){ .target = "no good" });
	return true;
}

static void
assert_hostile(const struct source_item *item, const char *text)
{
	g_assert_cmpstr(item->target->text, ==, "10.0.0.1");
	g_assert_cmpint(item->claim->kind, ==, CLAIM_CLEARTEXT);
	g_assert_cmpint(item->claim->port, ==, 110);
	g_assert_cmpstr(item->claim->reporter, ==, "x");
	g_assert_cmpstr(item->claim->id, ==, text);
	g_assert_cmpstr(item->claim->text, ==, text);
	g_assert_cmpstr(item->claim->host, ==, text);
}

static enum source_state
next_of_feed(struct source *source, struct source_item *item)
{
	enum source_state state;

	while ((state = source_next(source, item)) == SOURCE_WAIT)
		source_wait(source);
	return state;
}

static void
test_feed(void)
{
	struct source *source =
		source_of_feed(feed_new(-1, "x", NULL, emit_hostile, NULL), "report.xml");
	struct source_item item;

	for (size_t i = 0; i < G_N_ELEMENTS(hostile); i++) {
		g_assert_cmpint(next_of_feed(source, &item), ==, SOURCE_TARGET);
		assert_hostile(&item, hostile[i]);
		target_free(item.target);
		g_free(item.claim);
	}
	g_assert_cmpint(next_of_feed(source, &item), ==, SOURCE_BAD_LINE);
	g_assert_cmpstr(item.where, ==, "report.xml: line\t1");
	g_assert_cmpstr(item.message, ==, "b\nd");
	g_free(item.where);
	g_free(item.message);
	g_assert_cmpint(next_of_feed(source, &item), ==, SOURCE_BAD_LINE);
	g_free(item.where);
	g_free(item.message);
	g_assert_cmpint(next_of_feed(source, &item), ==, SOURCE_END);
	source_free(source);
}

static bool
emit_long(int fd, const char *name, struct feed_output *output, GError **error)
{
	g_autofree char *fits = g_strnfill(CLAIM_TEXT_MAX, '\x01'); /* each becomes \001 */
	g_autofree char *huge = g_strnfill(FEED_LINE_MAX, 'x');

	(void)fd;
	(void)name;
	(void)error;
	feed_emit(output, &(const struct from_item){ .target = "a", .claim.text = fits });
	feed_emit(output, &(const struct from_item){ .target = "b", .claim.text = huge });
	feed_emit(output, &(const struct from_item){ .target = "c" });
	return true;
}

static bool
emit_and_die(int fd, const char *name, struct feed_output *output, GError **error)
{
	(void)fd;
	(void)name;
	(void)error;
	feed_emit(output, &(const struct from_item){ .target = "a" });
	fflush(output->file);
	_exit(1);
}

static bool
emit_and_fail(int fd, const char *name, struct feed_output *output, GError **error)
{
	(void)fd;
	(void)name;
	feed_emit(output, &(const struct from_item){ .target = "a" });
	g_set_error_literal(error, POPSEAL_FROM_ERROR, FROM_ERROR_BROKEN, "cut off");
	return false;
}

static bool
emit_garbage(int fd, const char *name, struct feed_output *output, GError **error)
{
	(void)fd;
	(void)name;
	(void)error;
	fputs("+\t=a\n?\n\n+\t=a\t=0\t=0\t=\\\t\t\t\n.x\n!\t\t\n", output->file);
	return true;
}

static void
assert_feed(bool (*run)(int fd, const char *name, struct feed_output *output, GError **error),
	const char *wanted)
{
	struct source *source = source_of_feed(feed_new(-1, "x", NULL, run, NULL), "x:0");
	g_autofree char *seen = read_source(source);

	g_assert_cmpstr(seen, ==, wanted);
	source_free(source);
}

static void
test_bad_feeds(void)
{
	assert_feed(emit_long, ".a !2 c");
	assert_feed(emit_and_die, ".a !1");
	assert_feed(emit_and_fail, ".a !0");
	assert_feed(emit_garbage, ".!1 !2 !3 !4 !5 !6");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/source/lines", test_lines);
	g_test_add_func("/source/long", test_long_lines);
	g_test_add_func("/source/slow-pipe", test_slow_pipe);
	g_test_add_func("/source/unreadable", test_unreadable);
	g_test_add_func("/exclusion/in-and-out", test_exclusion);
	g_test_add_func("/exclusion/bad", test_bad_exclusion);
	g_test_add_func("/exclusion/digest", test_exclusion_digest);
	g_test_add_func("/feed/hostile-texts", test_feed);
	g_test_add_func("/feed/bad", test_bad_feeds);
	return g_test_run();
}
