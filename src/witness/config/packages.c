/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which version of a package is installed: by dpkg's database (one file, or a file a package in
 * distroless images), apk's, or RPM's where it is SQLite. RPM's older formats are not read.
 *
 * The image is not trusted: files are opened within it only, and all sizes are bounded.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "witness/config/instance.h"

enum {
	DATABASE_MAX = 64 * 1024 * 1024, /* octets of a database that is text */
	RPM_DATABASE_MAX = 1024 * 1024 * 1024,
	PACKAGE_FILES_MAX = 8192, /* in status.d */
	READ_AT_ONCE = 64 * 1024,
	HEADER_MAX = 16 * 1024 * 1024, /* octets of an RPM header */
	HEADER_ENTRY = 16,
	STEPS_MAX = 2000, /* in SQLite's thousands, of one question */
	RPM_NAME = 1000,
	RPM_VERSION = 1001,
	RPM_STRING = 6,
};

/* The names that are asked for, and the best answer so far. */
struct question {
	const char *const *names;
	size_t best;   /* its index in names; the first that is installed counts */
	char *version; /* NULL: none yet */
};

/* How a database of paragraphs names its fields. */
struct paragraphs {
	const char *package, *version;
	const char *status; /* what must end with " installed"; NULL: there is none */
};

static const struct paragraphs dpkg = { "Package: ", "Version: ", "Status: " };
static const struct paragraphs apk = { "P:", "V:", NULL };

/* --- files in the image ----------------------------------------------------------------------- */

static int
open_within(const char *root, const char *path, int flags)
{
	struct open_how how = {
		.flags = (guint64)(unsigned)(flags | O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY),
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int top = open(root != NULL ? root : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = top < 0 ? -1 : (int)syscall(SYS_openat2, top, path, &how, sizeof how);

	if (top >= 0)
		close(top);
	return fd;
}

/* A regular file of at most `most` octets, or -1. */
static int
open_file(const char *root, const char *path, off_t most)
{
	struct stat status;
	int fd = open_within(root, path, 0);

	if (fd >= 0 &&
		(fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size > most)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* The file's text with a NUL behind it, or NULL. */
static GByteArray *
read_file(const char *root, const char *path)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	int fd = open_file(root, path, DATABASE_MAX);
	ssize_t got = -1;

	while (fd >= 0 && bytes->len < DATABASE_MAX) {
		guint length = bytes->len;

		g_byte_array_set_size(bytes, length + READ_AT_ONCE);
		got = read(fd, bytes->data + length, READ_AT_ONCE);
		g_byte_array_set_size(bytes, length + (guint)MAX(got, 0));
		if (got <= 0)
			break;
	}
	if (fd >= 0)
		close(fd);
	if (got != 0)
		return NULL;
	g_byte_array_append(bytes, (const guint8 *)"", 1);
	return g_steal_pointer(&bytes);
}

/* --- paragraphs ------------------------------------------------------------------------------- */

/* "1:2.3.19.1+dfsg1-2.1+deb12u1" is 2.3.19.1, "2.3.21-r0" 2.3.21: a new string. */
static char *
upstream_version(const char *version, size_t length)
{
	const char *colon = memchr(version, ':', length);
	char *plain;

	if (colon != NULL) {
		length -= (size_t)(colon + 1 - version);
		version = colon + 1;
	}
	plain = g_strndup(version, length);
	if (strrchr(plain, '-') != NULL)
		*strrchr(plain, '-') = '\0';
	plain[strcspn(plain, "+~")] = '\0';
	return plain;
}

static void
answer(struct question *question, const char *name, size_t name_length, const char *version,
	size_t length)
{
	for (size_t i = 0; question->names[i] != NULL; i++) {
		if (strlen(question->names[i]) != name_length ||
			memcmp(question->names[i], name, name_length) != 0 ||
			(question->version != NULL && question->best <= i))
			continue;
		g_free(question->version);
		question->version = upstream_version(version, length);
		question->best = i;
		return;
	}
}

/* What stands behind the field's name in the line, or NULL; *length of it. */
static const char *
field(const char *line, size_t line_length, const char *name, size_t *length)
{
	size_t name_length = strlen(name);

	if (line_length < name_length || memcmp(line, name, name_length) != 0)
		return NULL;
	*length = line_length - name_length;
	return line + name_length;
}

static bool
ends_installed(const char *text, size_t length)
{
	static const char end[] = " installed";
	size_t end_length = sizeof(end) - 1;

	return length >= end_length && memcmp(text + length - end_length, end, end_length) == 0;
}

/* One package after the other, each ended by a blank line. */
static void
read_paragraphs(struct question *question, const struct paragraphs *form, const char *text)
{
	const char *name = NULL, *version = NULL;
	size_t name_length = 0, version_length = 0;
	bool installed = true;

	for (const char *line = text;; line++) {
		size_t length = strcspn(line, "\n"), at_length = 0;
		const char *at;

		if ((at = field(line, length, form->package, &at_length)) != NULL) {
			name = at;
			name_length = at_length;
		} else if ((at = field(line, length, form->version, &at_length)) != NULL) {
			version = at;
			version_length = at_length;
		} else if (form->status != NULL &&
			(at = field(line, length, form->status, &at_length)) != NULL) {
			installed = ends_installed(at, at_length);
		} else if (length == 0) {
			if (name != NULL && version != NULL && installed)
				answer(question, name, name_length, version, version_length);
			name = version = NULL;
			installed = true;
		}
		line += length;
		if (*line == '\0' && length == 0)
			return;
		if (*line == '\0')
			line--;
	}
}

static bool
ask_text(struct question *question, const char *root, const char *path,
	const struct paragraphs *form)
{
	g_autoptr(GByteArray) bytes = read_file(root, path);

	if (bytes != NULL)
		read_paragraphs(question, form, (const char *)bytes->data);
	return question->version != NULL;
}

/* Distroless images keep a file for each package. */
static bool
ask_folder(struct question *question, const char *root, const char *path)
{
	int fd = open_within(root, path, O_DIRECTORY);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (folder == NULL) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	/* cppcheck-suppress readdirCalled ; one thread, and a folder of its own */
	for (unsigned i = 0; i < PACKAGE_FILES_MAX && (entry = readdir(folder)) != NULL; i++) {
		g_autofree char *file = g_build_filename(path, entry->d_name, NULL);

		if (entry->d_name[0] != '.' && !g_str_has_suffix(entry->d_name, ".md5sums"))
			ask_text(question, root, file, &dpkg);
	}
	closedir(folder);
	return question->version != NULL;
}

/* --- RPM -------------------------------------------------------------------------------------- */

static guint32
number_at(const guint8 *at)
{
	return (guint32)at[0] << 24 | (guint32)at[1] << 16 | (guint32)at[2] << 8 | at[3];
}

/*
 * The text of a tag in a header: two counts (of entries, of octets of data), entries of tag, type,
 * offset and count, the data. NULL where the header does not hold it.
 */
static const char *
header_text(const guint8 *header, size_t length, guint32 tag)
{
	size_t entries, data;

	if (length < 8 || length > HEADER_MAX)
		return NULL;
	entries = number_at(header);
	if (entries > (length - 8) / HEADER_ENTRY)
		return NULL;
	data = 8 + entries * HEADER_ENTRY;
	for (size_t i = 0; i < entries; i++) {
		const guint8 *entry = header + 8 + i * HEADER_ENTRY;
		size_t offset = number_at(entry + 8);

		if (number_at(entry) != tag || number_at(entry + 4) != RPM_STRING)
			continue;
		if (offset >= length - data ||
			memchr(header + data + offset, '\0', length - data - offset) == NULL)
			return NULL;
		return (const char *)header + data + offset;
	}
	return NULL;
}

static int
count_steps(void *steps)
{
	return ++*(unsigned *)steps > STEPS_MAX;
}

static void
ask_statement(struct question *question, sqlite3_stmt *statement, const char *wanted)
{
	sqlite3_bind_text(statement, 1, wanted, -1, SQLITE_STATIC);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		const guint8 *header = sqlite3_column_blob(statement, 0);
		size_t length = (size_t)sqlite3_column_bytes(statement, 0);
		const char *name = header_text(header, length, RPM_NAME);
		const char *version = header_text(header, length, RPM_VERSION);

		if (name != NULL && version != NULL && g_str_equal(name, wanted))
			answer(question, name, strlen(name), version, strlen(version));
	}
	sqlite3_reset(statement);
}

static void
ask_connection(struct question *question, sqlite3 *database)
{
	static const char text[] = "SELECT p.blob FROM Name n JOIN Packages p ON p.hnum = n.hnum "
				   "WHERE n.key = ?1";
	sqlite3_stmt *statement = NULL;
	unsigned steps = 0;

	sqlite3_limit(database, SQLITE_LIMIT_LENGTH, HEADER_MAX);
	sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_progress_handler(database, 1000, count_steps, &steps);
	if (sqlite3_prepare_v2(database, text, -1, &statement, NULL) != SQLITE_OK)
		return;
	for (size_t i = 0; question->names[i] != NULL && question->version == NULL; i++)
		ask_statement(question, statement, question->names[i]);
	sqlite3_finalize(statement);
}

static bool
ask_rpm(struct question *question, const char *root, const char *path)
{
	int fd = open_file(root, path, RPM_DATABASE_MAX);
	/* As nobody but us sees it: neither a journal nor a lock of the image is looked at. */
	g_autofree char *name = g_strdup_printf("file:/proc/self/fd/%d?immutable=1", fd);
	sqlite3 *database = NULL;

	if (fd < 0)
		return false;
	if (sqlite3_open_v2(name, &database, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL) ==
		SQLITE_OK)
		ask_connection(question, database);
	sqlite3_close(database);
	close(fd);
	return question->version != NULL;
}

char *
config_package_version(const char *root, const char *const *names, const char **database)
{
	struct question question = { .names = names };

	*database = NULL;
	if (names == NULL || names[0] == NULL)
		return NULL;
	if (ask_text(&question, root, "var/lib/dpkg/status", &dpkg) ||
		ask_folder(&question, root, "var/lib/dpkg/status.d"))
		*database = "dpkg";
	else if (ask_text(&question, root, "lib/apk/db/installed", &apk) ||
		ask_text(&question, root, "usr/lib/apk/db/installed", &apk))
		*database = "apk";
	else if (ask_rpm(&question, root, "var/lib/rpm/rpmdb.sqlite") ||
		ask_rpm(&question, root, "usr/lib/sysimage/rpm/rpmdb.sqlite"))
		*database = "rpm";
	return question.version;
}
