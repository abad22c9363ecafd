/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which version is installed, by databases that are made up here.
 */
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

#include "witness/config/instance.h"

static const char *const names[] = { "dovecot-core", "dovecot", NULL };

struct image {
	char *root;
};

static void
set_up(struct image *image, gconstpointer data)
{
	(void)data;
	image->root = g_dir_make_tmp("popseal-packages-XXXXXX", NULL);
	g_assert_nonnull(image->root);
}

static void
tear_down(struct image *image, gconstpointer data)
{
	g_autofree char *command = g_strdup_printf("rm -r %s", image->root);

	(void)data;
	g_assert_true(g_spawn_command_line_sync(command, NULL, NULL, NULL, NULL));
	g_free(image->root);
}

/* Makes a file's folder, and gives its path. */
static char *
path_in(const struct image *image, const char *name)
{
	char *path = g_build_filename(image->root, name, NULL);
	g_autofree char *folder = g_path_get_dirname(path);

	g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
	return path;
}

static void
put(const struct image *image, const char *name, const char *text)
{
	g_autofree char *path = path_in(image, name);

	g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void
assert_version(const struct image *image, const char *version, const char *database)
{
	const char *found_in = "not set";
	g_autofree char *found = config_package_version(image->root, names, &found_in);

	g_assert_cmpstr(found, ==, version);
	g_assert_cmpstr(found_in, ==, database);
}

static void
test_none(struct image *image, gconstpointer data)
{
	const char *database;

	(void)data;
	assert_version(image, NULL, NULL);
	g_assert_null(config_package_version(image->root, NULL, &database));
}

static void
test_dpkg(struct image *image, gconstpointer data)
{
	(void)data;
	put(image, "var/lib/dpkg/status",
		"Package: dovecot\nStatus: deinstall ok config-files\nVersion: 1:9-1\n\n"
		"Package: dovecot-core-extra\nStatus: install ok installed\nVersion: 8-1\n\n"
		"Package: dovecot-core\nStatus: install ok installed\nPriority: optional\n"
		"Version: 1:2.3.19.1+dfsg1-2.1+deb12u1\nDescription: mail\n .\n Version: 7\n");
	assert_version(image, "2.3.19.1", "dpkg");
}

static void
test_dpkg_removed(struct image *image, gconstpointer data)
{
	(void)data;
	put(image, "var/lib/dpkg/status",
		"Package: dovecot-core\nStatus: deinstall ok config-files\nVersion: 1:2.3-1\n\n");
	assert_version(image, NULL, NULL);
}

static void
test_first_name(struct image *image, gconstpointer data)
{
	(void)data;
	put(image, "var/lib/dpkg/status",
		"Package: dovecot\nStatus: install ok installed\nVersion: 1.0\n\n"
		"Package: dovecot-core\nStatus: install ok installed\nVersion: 2.0~rc1-3\n\n"
		"Package: dovecot\nStatus: install ok installed\nVersion: 3.0\n");
	assert_version(image, "2.0", "dpkg");
}

static void
test_distroless(struct image *image, gconstpointer data)
{
	(void)data;
	put(image, "var/lib/dpkg/status.d/other", "Package: other\nVersion: 9\n");
	put(image, "var/lib/dpkg/status.d/dovecot-core",
		"Package: dovecot-core\nVersion: 1:2.4.1-3");
	put(image, "var/lib/dpkg/status.d/x.md5sums", "Package: dovecot-core\nVersion: 5\n");
	assert_version(image, "2.4.1", "dpkg");
}

static void
test_apk(struct image *image, gconstpointer data)
{
	(void)data;
	put(image, "lib/apk/db/installed",
		"C:Q1x=\nP:musl\nV:1.2.5-r0\n\nC:Q1y=\nP:dovecot\nV:2.3.21.1-r2\nA:x86_64\n\n");
	assert_version(image, "2.3.21.1", "apk");
}

static void
append_number(GByteArray *bytes, guint32 number)
{
	guint32 big = GUINT32_TO_BE(number);

	g_byte_array_append(bytes, (const guint8 *)&big, 4);
}

/* An RPM header of two texts; `data` is what its length says. */
static GByteArray *
rpm_header(const char *name, const char *version, guint32 count)
{
	GByteArray *bytes = g_byte_array_new();
	guint32 at = (guint32)strlen(name) + 1;

	append_number(bytes, count);
	append_number(bytes, at + (guint32)strlen(version) + 1);
	append_number(bytes, 1000);
	append_number(bytes, 6);
	append_number(bytes, 0);
	append_number(bytes, 1);
	append_number(bytes, 1001);
	append_number(bytes, 6);
	append_number(bytes, at);
	append_number(bytes, 1);
	g_byte_array_append(bytes, (const guint8 *)name, at);
	g_byte_array_append(bytes, (const guint8 *)version, (guint)strlen(version) + 1);
	return bytes;
}

static void
put_rpm(const struct image *image, GByteArray *header)
{
	g_autofree char *path = path_in(image, "var/lib/rpm/rpmdb.sqlite");
	sqlite3 *database;
	sqlite3_stmt *statement;

	g_assert_cmpint(sqlite3_open(path, &database), ==, SQLITE_OK);
	g_assert_cmpint(
		sqlite3_exec(database,
			"CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB NOT NULL);"
			"CREATE TABLE Name (key TEXT NOT NULL, hnum INTEGER NOT NULL, "
			"idx INTEGER NOT NULL);"
			"INSERT INTO Name VALUES ('dovecot', 7, 0);",
			NULL, NULL, NULL),
		==, SQLITE_OK);
	g_assert_cmpint(sqlite3_prepare_v2(database, "INSERT INTO Packages VALUES (7, ?1)", -1,
				&statement, NULL),
		==, SQLITE_OK);
	sqlite3_bind_blob(statement, 1, header->data, (int)header->len, SQLITE_STATIC);
	g_assert_cmpint(sqlite3_step(statement), ==, SQLITE_DONE);
	sqlite3_finalize(statement);
	sqlite3_close(database);
	g_byte_array_unref(header);
}

static void
test_rpm(struct image *image, gconstpointer data)
{
	(void)data;
	put_rpm(image, rpm_header("dovecot", "2.3.16", 2));
	assert_version(image, "2.3.16", "rpm");
}

static void
test_rpm_lies(struct image *image, gconstpointer data)
{
	(void)data;
	put_rpm(image, rpm_header("dovecot", "2.3.16", 0x10000000));
	assert_version(image, NULL, NULL);
}

/* Cut in the middle of a text: it has no end. */
static void
test_rpm_cut(struct image *image, gconstpointer data)
{
	GByteArray *header = rpm_header("dovecot", "2.3.16", 2);

	(void)data;
	g_byte_array_set_size(header, header->len - 1);
	put_rpm(image, header);
	assert_version(image, NULL, NULL);
}

static void
test_rpm_garbage(struct image *image, gconstpointer data)
{
	(void)data;
	put(image, "var/lib/rpm/rpmdb.sqlite", "SQLite format 3 and then nothing of the kind");
	assert_version(image, NULL, NULL);
}

/* A link that leads out of the image leads nowhere. */
static void
test_link(struct image *image, gconstpointer data)
{
	g_autofree char *path = path_in(image, "var/lib/dpkg/status");
	g_autofree char *outside = g_strconcat(image->root, "-outside", NULL);

	(void)data;
	g_assert_true(g_file_set_contents(outside,
		"Package: dovecot\nStatus: install ok installed\nVersion: 6\n", -1, NULL));
	g_assert_cmpint(symlink(outside, path), ==, 0);
	assert_version(image, NULL, NULL);
	g_assert_cmpint(g_unlink(outside), ==, 0);
}

static void
add(const char *name, void (*test)(struct image *, gconstpointer))
{
	g_test_add(name, struct image, NULL, set_up, test, tear_down);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	add("/packages/none", test_none);
	add("/packages/dpkg", test_dpkg);
	add("/packages/dpkg-removed", test_dpkg_removed);
	add("/packages/first-name", test_first_name);
	add("/packages/distroless", test_distroless);
	add("/packages/apk", test_apk);
	add("/packages/rpm", test_rpm);
	add("/packages/rpm-lies", test_rpm_lies);
	add("/packages/rpm-cut", test_rpm_cut);
	add("/packages/rpm-garbage", test_rpm_garbage);
	add("/packages/link", test_link);
	return g_test_run();
}
