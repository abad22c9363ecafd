/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan/checkpoint.c: what was written is read, and nothing else is.
 */
#include "scan/checkpoint.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static char *folder;

static char *
path_of(const char *name)
{
	return g_build_filename(folder, name, NULL);
}

static void
test_round_trip(void)
{
	uint64_t pending[] = { 0, 5, 6, UINT64_C(1) << 40 };
	struct checkpoint written = {
		.scan = (char[]){ "jsonl --ports \"\\\n\xc3\xa4" },
		.seed = INT64_MAX,
		.position = { (UINT64_C(1) << 40) + 1, pending, G_N_ELEMENTS(pending), 7,
			UINT64_MAX },
		.summary = { .hosts = 3,
			.hosts_more = -4,
			.endpoints = 5,
			.verdicts = { 1, 2, 3, 4 },
			.findings = { 5, 6, 7, 8 },
			.targets = { 21, 1, 2, 3, 4, 5, 6 },
			.errors = 9,
			.usage_errors = 10,
			.started = 11,
			.duration = 12 },
		.output_length = 123456789,
		.output_digest = UINT64_MAX - 1,
		.finished = true,
	};
	struct checkpoint read;
	g_autofree char *path = path_of("round-trip");

	g_assert_true(checkpoint_write(&written, path, NULL));
	g_assert_true(checkpoint_read(&read, path, NULL));
	g_assert_cmpstr(read.scan, ==, written.scan);
	g_assert_cmpuint(read.seed, ==, written.seed);
	g_assert_cmpuint(read.position.next, ==, written.position.next);
	g_assert_true(memcmp(read.position.pending, pending, sizeof(pending)) == 0);
	g_assert_cmpuint(read.position.lines, ==, 7);
	g_assert_cmpuint(read.position.digest, ==, UINT64_MAX);
	written.summary.targets.not_done = 0; /* is counted anew */
	g_assert_true(memcmp(&read.summary, &written.summary, offsetof(struct summary, seed)) == 0);
	g_assert_cmpuint(read.output_length, ==, written.output_length);
	g_assert_cmpuint(read.output_digest, ==, written.output_digest);
	g_assert_true(read.finished);
	checkpoint_clear(&read);
	checkpoint_clear(&read);
}

/* Writes the text to a file, and returns whether it is a checkpoint. */
static bool
is_checkpoint(const char *text, size_t length)
{
	struct checkpoint checkpoint;
	g_autofree char *path = path_of("hostile");
	g_autoptr(GError) error = NULL;
	bool read;

	g_assert_true(g_file_set_contents(path, text, (gssize)length, NULL));
	read = checkpoint_read(&checkpoint, path, &error);
	g_assert_cmpint(read, ==, error == NULL);
	g_assert_true(read || strstr(error->message, path) != NULL);
	checkpoint_clear(&checkpoint);
	return read;
}

static char *
with(const char *next, const char *length, const char *seed, const char *pending)
{
	return g_strdup_printf("{\"checkpoint\":1,\"scan\":\"x\",\"finished\":false,\"seed\":%s,"
			       "\"next\":%s,\"lines\":0,\"lines_digest\":0,\"output_length\":%s,"
			       "\"output_digest\":0,\"pending\":%s,\"counts\":{}}",
		seed, next, length, pending);
}

static bool
holds(const char *next, const char *length, const char *seed, const char *pending)
{
	g_autofree char *text = with(next, length, seed, pending);

	return is_checkpoint(text, strlen(text));
}

static void
test_hostile(void)
{
	g_assert_true(holds("10", "0", "1", "[0,9]"));
	g_assert_true(holds("10", "0", "1", "[]"));
	g_assert_false(holds("10", "0", "1", "[10]")); /* not handed out yet */
	g_assert_false(holds("10", "0", "1", "[5,5]"));
	g_assert_false(holds("10", "0", "1", "[5,4]"));
	g_assert_false(holds("10", "0", "1", "[-1]"));
	g_assert_false(holds("10", "0", "1", "[1.5]"));
	g_assert_false(holds("10", "0", "1", "[\"1\"]"));
	g_assert_false(holds("-1", "0", "1", "[]"));
	g_assert_false(holds("10", "-1", "1", "[]"));
	g_assert_false(holds("10", "0", "-1", "[]"));
	g_assert_false(holds("\"10\"", "0", "1", "[]"));
	g_assert_false(holds("99999999999999999999", "0", "1", "[]"));
}

static void
test_no_json(void)
{
	g_autofree char *nested = g_strnfill(100000, '[');
	g_autofree char *whole = with("1", "0", "1", "[]");

	g_assert_false(is_checkpoint("", 0));
	g_assert_false(is_checkpoint("{}", 2));
	g_assert_false(is_checkpoint("[]", 2));
	g_assert_false(is_checkpoint("\0\xff\xfe", 3));
	g_assert_false(is_checkpoint(nested, strlen(nested)));
	for (size_t length = 0; length < strlen(whole); length++)
		g_assert_false(is_checkpoint(whole, length));
	for (size_t i = 0; i < strlen(whole); i++) { /* whatever it is then, it is no crash */
		g_autofree char *damaged = g_strdup(whole);

		damaged[i] ^= 0x15;
		is_checkpoint(damaged, strlen(damaged));
	}
	whole[14] = '2'; /* another version of the format */
	g_assert_false(is_checkpoint(whole, strlen(whole)));
}

/* As large as allowed, and one octet more. */
static void
test_size(void)
{
	g_autofree char *small = with("1", "0", "1", "[]");
	g_autofree char *large = g_strnfill(CHECKPOINT_SIZE_MAX + 1, ' ');
	struct checkpoint checkpoint;
	g_autoptr(GError) error = NULL;

	memcpy(large, small, strlen(small));
	g_assert_true(is_checkpoint(large, CHECKPOINT_SIZE_MAX));
	g_assert_false(is_checkpoint(large, CHECKPOINT_SIZE_MAX + 1));
	g_assert_false(checkpoint_read(&checkpoint, "/dev/zero", &error));
	g_assert_nonnull(strstr(error->message, "too large"));
	g_clear_error(&error);
	g_assert_false(checkpoint_read(&checkpoint, "/no/such/file", &error));
	g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
	g_clear_error(&error);
	g_assert_false(checkpoint_read(&checkpoint, folder, &error));
	g_clear_error(&error);
	g_assert_false(checkpoint_write(&(struct checkpoint){ .scan = (char[]){ "x" } },
		"/no/such/folder/file", &error));
	g_assert_nonnull(error);
}

static void
test_digest(void)
{
	g_autofree char *path = path_of("output");
	g_autofree char *text = g_strnfill(3 * CHECKPOINT_TAIL, 'x');
	uint64_t one = 0, other = 0;
	int fd;

	text[0] = 'y'; /* before the tail of the whole */
	g_assert_true(g_file_set_contents(path, text, 3 * CHECKPOINT_TAIL, NULL));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	g_assert_true(checkpoint_digest(fd, 2 * CHECKPOINT_TAIL, &one));
	g_assert_true(checkpoint_digest(fd, 3 * CHECKPOINT_TAIL, &other));
	g_assert_cmpuint(one, ==, other);
	g_assert_true(checkpoint_digest(fd, CHECKPOINT_TAIL, &other));
	g_assert_cmpuint(one, !=, other);
	g_assert_true(checkpoint_digest(fd, 0, &one));
	g_assert_false(checkpoint_digest(fd, 3 * CHECKPOINT_TAIL + 1, &one));
	g_assert_false(checkpoint_digest(fd, UINT64_MAX, &one));
	close(fd);
}

int
main(int argc, char **argv)
{
	int code;

	g_test_init(&argc, &argv, NULL);
	folder = g_dir_make_tmp("popseal-checkpoint-XXXXXX", NULL);
	g_test_add_func("/checkpoint/round-trip", test_round_trip);
	g_test_add_func("/checkpoint/hostile", test_hostile);
	g_test_add_func("/checkpoint/no-json", test_no_json);
	g_test_add_func("/checkpoint/size", test_size);
	g_test_add_func("/checkpoint/digest", test_digest);
	code = g_test_run();
	for (size_t i = 0; i < 3; i++) {
		g_autofree char *path =
			path_of((const char *const[]){ "round-trip", "hostile", "output" }[i]);

		unlink(path);
	}
	rmdir(folder);
	g_free(folder);
	return code;
}
