/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of targets out of any bytes: as a file, and each as a line of a feed
 * that was taken over.
 */
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "scan/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Returns the path of a file in memory that holds the bytes, and its descriptor. */
static char *
file_of(const uint8_t *data, size_t size, int *fd)
{
	*fd = memfd_create("fuzz", MFD_CLOEXEC);
	g_assert(*fd >= 0);
	g_assert(write(*fd, data, size) == (ssize_t)size);
	return g_strdup_printf("/proc/self/fd/%d", *fd);
}

static void
read_lines(const uint8_t *data, size_t size)
{
	int fd;
	g_autofree char *path = file_of(data, size, &fd);
	struct source *source = source_open(path, NULL);
	struct source_item item;
	enum source_state state;

	while ((state = source_next(source, &item)) != SOURCE_END) {
		g_assert(state == SOURCE_TARGET || state == SOURCE_BAD_LINE);
		g_assert((state == SOURCE_TARGET) == (item.target != NULL));
		g_assert((state == SOURCE_BAD_LINE) == (item.message != NULL));
		target_free(item.target);
		g_free(item.where);
		g_free(item.message);
	}
	g_assert(source_lines(source) <= size);
	source_free(source);
	close(fd);
}

static void
read_feed(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	g_auto(GStrv) each = g_strsplit(text, "\n", 0);

	for (size_t i = 0; each[i] != NULL; i++) {
		struct feed_line parts;

		if (!feed_read_line(each[i], &parts))
			continue;
		g_assert(parts.end + (parts.problem != NULL) + (parts.target != NULL) == 1);
		g_free(claim_copy(&parts.claim));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	read_lines(data, size);
	read_feed(data, size);
	return 0;
}
