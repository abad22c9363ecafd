/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/output.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "cmd/options.h"

static bool
fail(const struct output *output, const char *what, GError **error)
{
	g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno), "%s: %s: %s", output->name,
		what, g_strerror(errno));
	return false;
}

bool
output_open(struct output *output, const char *path, GError **error)
{
	*output = (struct output){ .fd = STDOUT_FILENO };
	if (path == NULL || g_str_equal(path, "-")) {
		output->name = g_strdup("standard output");
		return true;
	}
	output->name = g_strdup(path);
	output->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (output->fd >= 0)
		return true;
	fail(output, "cannot be opened for writing", error);
	g_clear_pointer(&output->name, g_free);
	return false;
}

/* A record that did not fit leaves no torn half behind, where the output is a file. */
static bool
withdraw(const struct output *output, size_t written, GError **error)
{
	bool failed = fail(output, "cannot be written", error);
	off_t end = lseek(output->fd, 0, SEEK_CUR);

	if (end >= (off_t)written && ftruncate(output->fd, end - (off_t)written) == 0)
		lseek(output->fd, end - (off_t)written, SEEK_SET);
	return failed;
}

bool
output_write(struct output *output, GString *text, GError **error)
{
	size_t done = 0;

	while (done < text->len && !output->gone) {
		ssize_t written = write(output->fd, text->str + done, text->len - done);

		if (written >= 0)
			done += (size_t)written;
		else if (errno == EPIPE)
			output->gone = true;
		else if (errno != EINTR)
			return withdraw(output, done, error);
	}
	g_string_truncate(text, 0);
	return true;
}

bool
output_close(struct output *output, GError **error)
{
	bool closed = output->fd == STDOUT_FILENO || output->fd < 0 || close(output->fd) == 0 ||
		fail(output, "cannot be written", error);

	g_clear_pointer(&output->name, g_free);
	output->fd = -1;
	return closed;
}
