/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/options.h"
#include "scan/checkpoint.h"

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
	output->fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (output->fd >= 0)
		return true;
	fail(output, "cannot be opened for writing", error);
	g_clear_pointer(&output->name, g_free);
	return false;
}

static bool
cut(const struct output *output, uint64_t length, uint64_t digest, GError **error)
{
	uint64_t found = 0;

	if (!checkpoint_digest(output->fd, length, &found))
		return fail(output, "is shorter than the checkpoint says", error);
	if (found != digest) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED,
			"%s: is not the output that the checkpoint speaks of", output->name);
		return false;
	}
	if (ftruncate(output->fd, (off_t)length) != 0 ||
		lseek(output->fd, (off_t)length, SEEK_SET) < 0)
		return fail(output, "cannot be cut", error);
	return true;
}

bool
output_reopen(struct output *output, const char *path, uint64_t length, uint64_t digest,
	GError **error)
{
	*output = (struct output){ .name = g_strdup(path) };
	output->fd = open(path, O_RDWR | O_CLOEXEC);
	if (output->fd < 0)
		fail(output, "cannot be opened for writing", error);
	else if (cut(output, length, digest, error))
		return true;
	output_close(output, NULL);
	return false;
}

uint64_t
output_length(const struct output *output)
{
	off_t length = lseek(output->fd, 0, SEEK_CUR);

	return length < 0 ? 0 : (uint64_t)length;
}

/* A line that did not fit leaves no torn half behind, where the output is a file. */
static bool
withdraw(const struct output *output, const char *text, size_t written, GError **error)
{
	bool failed = fail(output, "cannot be written", error);
	const char *newline = memrchr(text, '\n', written);
	off_t torn = (off_t)(newline == NULL ? written : written - (size_t)(newline + 1 - text));
	off_t end = lseek(output->fd, 0, SEEK_CUR);

	if (end >= torn && ftruncate(output->fd, end - torn) == 0)
		lseek(output->fd, end - torn, SEEK_SET);
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
			return withdraw(output, text->str, done, error);
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

bool
output_print(const char *path, GString *text, GError **error)
{
	struct output output;
	bool written;

	if (!output_open(&output, path, error))
		return false;
	written = output_write(&output, text, error);
	return output_close(&output, written ? error : NULL) && written;
}

/* Whether a new file may take its place: it is a regular file, or not there. */
static bool
is_replaceable(const char *path)
{
	struct stat status;

	return lstat(path, &status) != 0 || S_ISREG(status.st_mode);
}

bool
output_replace(const char *path, GString *text, GError **error)
{
	if (path == NULL || g_str_equal(path, "-") || !is_replaceable(path))
		return output_print(path, text, error);
	return g_file_set_contents_full(path, text->str, (gssize)text->len,
		G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0666, error);
}
