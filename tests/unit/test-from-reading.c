/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "model/target.h"
#include "test-from.h"

static const char *
shown(const char *text)
{
	return text != NULL ? text : "-";
}

static void
take(void *user, const struct from_item *item)
{
	struct reading *reading = user;
	const struct claim *claim = &item->claim;

	reading->items++;
	g_assert_nonnull(item->where);
	if (item->problem != NULL) {
		g_assert_null(item->target);
		g_string_append_printf(reading->lines, "! %s: %s (%s)\n", shown(claim->host),
			item->problem, item->where);
		return;
	}
	g_autoptr(target_auto) target = target_parse(item->target, NULL);

	g_assert_nonnull(target);
	g_assert_cmpint(target->kind, !=, TARGET_RANGE);
	g_string_append_printf(reading->lines, "%s %s %s %s %s %s\n", item->target,
		claim_kind_word(claim->kind), shown(claim->reporter), shown(claim->id),
		shown(claim->host), item->where);
	if (claim->text != NULL)
		g_string_append_printf(reading->texts, "%s|", claim->text);
}

struct reading *
read_fd(int fd)
{
	struct reading *reading = g_new0(struct reading, 1);

	reading->lines = g_string_new(NULL);
	reading->texts = g_string_new(NULL);
	reading->ok = from_read(fd, "REPORT", take, reading, &reading->error);
	g_assert_true(reading->ok == (reading->error == NULL));
	if (reading->error != NULL) {
		g_assert_true(g_str_has_prefix(reading->error->message, "REPORT: "));
		g_string_append_printf(reading->lines, "error: %s\n", reading->error->message);
	}
	return reading;
}

struct reading *
read_bytes(const char *bytes, size_t length)
{
	int fd = memfd_create("report", MFD_CLOEXEC);
	struct reading *reading = NULL;

	g_assert_cmpint(fd, >=, 0);
	g_assert_cmpint(write(fd, bytes, length), ==, (gssize)length);
	g_assert_cmpint(lseek(fd, 0, SEEK_SET), ==, 0);
	reading = read_fd(fd);
	close(fd);
	return reading;
}

struct reading *
read_text(const char *text)
{
	return read_bytes(text, strlen(text));
}

struct reading *
read_sample(const char *name)
{
	g_autofree char *path =
		g_build_filename(g_getenv("POPSEAL_SOURCE"), "tests/unit/from", name, NULL);
	g_autofree char *bytes = NULL;
	size_t length = 0;

	g_assert_true(g_file_get_contents(path, &bytes, &length, NULL));
	return read_bytes(bytes, length);
}

void
reading_free(struct reading *reading)
{
	g_string_free(reading->lines, TRUE);
	g_string_free(reading->texts, TRUE);
	g_clear_error(&reading->error);
	g_free(reading);
}
