/* SPDX-License-Identifier: Apache-2.0 */
#include "fix/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h> /* renameat */
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

enum {
	READ_AT_ONCE = 64 * 1024,
	NAMES_MAX =
		64 * 1024, /* octets that the names of extended attributes take (Linux' bound) */
	VALUE_MAX = 64 * 1024, /* octets of one of their values (Linux' bound) */
	FILE_MODE = 0600,
	FOLDER_MODE = 0700,
};

GQuark
durable_error_quark(void)
{
	return g_quark_from_static_string("popseal-durable-error");
}

static bool
fail(GError **error, enum durable_problem problem, const char *path, const char *why)
{
	g_set_error(error, DURABLE_ERROR, problem, "%s: %s", path, why);
	return false;
}

static bool
fail_errno(GError **error, const char *path)
{
	return fail(error, DURABLE_FAILED, path, g_strerror(errno));
}

/* --- folders ---------------------------------------------------------------------------------- */

/* A file and the folder that it is in. */
struct place {
	const char *path;
	char *name; /* owned */
	int folder;
};

static bool
place_open(struct place *place, const char *path, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(path);

	place->path = path;
	place->name = g_path_get_basename(path);
	place->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return place->folder >= 0 || fail_errno(error, path);
}

static void
place_close(struct place *place)
{
	if (place->folder >= 0)
		close(place->folder);
	g_free(place->name);
}

bool
durable_folder(const char *path, GError **error)
{
	g_autofree char *above = g_path_get_dirname(path);
	struct place place = { .folder = -1 };
	bool made;

	if (g_file_test(path, G_FILE_TEST_IS_DIR))
		return true;
	if (!g_str_equal(above, path) && !durable_folder(above, error))
		return false;
	made = place_open(&place, path, error);
	if (made && mkdirat(place.folder, place.name, FOLDER_MODE) != 0 && errno != EEXIST)
		made = fail_errno(error, path);
	if (made && fsync(place.folder) != 0)
		made = fail_errno(error, path);
	place_close(&place);
	return made;
}

/* --- writing ---------------------------------------------------------------------------------- */

static bool
write_all(int fd, GBytes *bytes)
{
	gsize length;
	const char *at = g_bytes_get_data(bytes, &length);

	while (length > 0) {
		ssize_t written = write(fd, at, length);

		if (written < 0 && errno != EINTR)
			return false;
		at += MAX(written, 0);
		length -= (gsize)MAX(written, 0);
	}
	return true;
}

/* An attribute that cannot be kept would be lost: that is a failure. */
static bool
copy_attributes(int from, int to)
{
	g_autofree char *names = g_malloc(NAMES_MAX);
	g_autofree char *value = g_malloc(VALUE_MAX);
	ssize_t length = flistxattr(from, names, NAMES_MAX);

	if (length < 0)
		return errno == ENOTSUP;
	for (const char *name = names; name < names + length; name += strlen(name) + 1) {
		ssize_t size = fgetxattr(from, name, value, VALUE_MAX);

		if (size < 0 && errno != ENODATA)
			return false;
		if (size >= 0 && fsetxattr(to, name, value, (size_t)size, 0) != 0)
			return false;
	}
	return true;
}

/*
 * Takes away what the new file has by its folder's default ACL: others could read it. What the
 * kernel labels by itself it may keep.
 */
static bool
drop_inherited(int from, int to)
{
	g_autofree char *names = g_malloc(NAMES_MAX);
	ssize_t length = flistxattr(to, names, NAMES_MAX);

	if (length < 0)
		return errno == ENOTSUP;
	for (const char *name = names; name < names + length; name += strlen(name) + 1)
		if (!g_str_has_prefix(name, "security.") && fgetxattr(from, name, NULL, 0) < 0 &&
			fremovexattr(to, name) != 0)
			return false;
	return true;
}

/* Owner first: giving it away takes away bits of the mode; an ACL changes them, too. */
static bool
copy_metadata(int from, int to, const struct stat *status)
{
	return fchown(to, status->st_uid, status->st_gid) == 0 && drop_inherited(from, to) &&
		fchmod(to, status->st_mode & 07777) == 0 && copy_attributes(from, to);
}

/* Writes bytes beside the place and puts them there; `old` is the file that is replaced, or -1. */
static bool
put(const struct place *place, const char *beside, GBytes *bytes, int old, GError **error)
{
	struct stat status;
	bool done;
	int fd;

	unlinkat(place->folder, beside, 0);
	fd = openat(place->folder, beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		FILE_MODE);
	if (fd < 0)
		return fail_errno(error, place->path);
	done = old < 0 || (fstat(old, &status) == 0 && copy_metadata(old, fd, &status));
	done = done && write_all(fd, bytes) && fsync(fd) == 0;
	/* A write-back error may come as late as this. */
	done = close(fd) == 0 && done;
	done = done && renameat(place->folder, beside, place->folder, place->name) == 0;
	if (!done) {
		fail_errno(error, place->path);
		unlinkat(place->folder, beside, 0);
		return false;
	}
	return fsync(place->folder) == 0 || fail_errno(error, place->path);
}

bool
durable_write(const char *path, GBytes *bytes, GError **error)
{
	struct place place = { .folder = -1 };
	g_autofree char *beside = NULL;
	bool done = place_open(&place, path, error);

	beside = g_strdup_printf(".%s.new", place.name);
	done = done && put(&place, beside, bytes, -1, error);
	place_close(&place);
	return done;
}

/* --- reading ---------------------------------------------------------------------------------- */

static GBytes *
read_fd(int fd, size_t most, const char *path, GError **error)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	ssize_t got;

	do {
		guint length = bytes->len;

		g_byte_array_set_size(bytes, length + READ_AT_ONCE);
		got = read(fd, bytes->data + length, READ_AT_ONCE);
		g_byte_array_set_size(bytes, length + (guint)MAX(got, 0));
		if (bytes->len > most) {
			fail(error, DURABLE_STRANGE, path, "too large");
			return NULL;
		}
	} while (got > 0 || (got < 0 && errno == EINTR));
	if (got < 0) {
		fail_errno(error, path);
		return NULL;
	}
	return g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
}

GBytes *
durable_read(const char *path, size_t most, GError **error)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat status;
	GBytes *bytes = NULL;

	if (fd < 0 || fstat(fd, &status) != 0)
		fail_errno(error, path);
	else if (!S_ISREG(status.st_mode))
		fail(error, DURABLE_STRANGE, path, "no regular file");
	else
		bytes = read_fd(fd, most, path, error);
	if (fd >= 0)
		close(fd);
	return bytes;
}

/* --- replacing -------------------------------------------------------------------------------- */

/* Whether the open file is one that may be replaced, and holds what is expected. */
static bool
is_as_expected(int fd, const char *path, GBytes *expected, GError **error)
{
	g_autoptr(GBytes) bytes = NULL;
	struct stat status;

	if (fstat(fd, &status) != 0)
		return fail_errno(error, path);
	if (!S_ISREG(status.st_mode))
		return fail(error, DURABLE_STRANGE, path, "no regular file");
	if (status.st_nlink != 1)
		return fail(error, DURABLE_STRANGE, path, "has other names (hard links)");
	if ((guint64)status.st_size != g_bytes_get_size(expected))
		return fail(error, DURABLE_CHANGED, path, "was changed by somebody else");
	bytes = read_fd(fd, g_bytes_get_size(expected), path, error);
	if (bytes == NULL)
		return false;
	return g_bytes_equal(bytes, expected) ||
		fail(error, DURABLE_CHANGED, path, "was changed by somebody else");
}

static char *
name_beside(const struct place *place, const char *mark)
{
	return g_strdup_printf(".%s.popseal-%s", place->name, mark);
}

bool
durable_replace(const char *path, GBytes *expected, GBytes *bytes, const char *mark, GError **error)
{
	struct place place = { .folder = -1 };
	g_autofree char *beside = NULL;
	bool done = place_open(&place, path, error);
	int old = done ?
		openat(place.folder, place.name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) :
		-1;

	beside = name_beside(&place, mark);
	if (done && old < 0)
		done = fail_errno(error, path);
	done = done && is_as_expected(old, path, expected, error) &&
		put(&place, beside, bytes, old, error);
	if (old >= 0)
		close(old);
	place_close(&place);
	return done;
}

void
durable_sweep(const char *path, const char *mark)
{
	struct place place = { .folder = -1 };
	g_autofree char *beside = NULL;

	if (place_open(&place, path, NULL)) {
		beside = name_beside(&place, mark);
		unlinkat(place.folder, beside, 0);
	}
	place_close(&place);
}
