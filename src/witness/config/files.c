/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/config/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <limits.h>
#include <linux/openat2.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	READ_AT_ONCE = 64 * 1024,
	NAMES_MAX = 16 * 1024, /* octets that a user database may need for one entry */
	LINKS_MAX = 10,        /* absolute links that lead to each other */
	BRACES_DEPTH_MAX = 16, /* braces within braces, of a pattern */
};

struct config_files {
	struct config_source source; /* first: a source is found again as its files */
	int fd;                      /* of the image's or the standing folder */
	char *prefix;      /* what is put before a server's name for people: "/image", "" */
	char *folder;      /* the server's name of the standing folder, or NULL */
	GHashTable *texts; /* server's name to struct entry */
	GPtrArray *order;  /* of struct config_text */
	GHashTable *names; /* owners and groups */
	bool is_all;       /* what is outside of the folder matches no pattern */
	bool is_host;      /* so that its users have this host's names */
	size_t total;
	guint found; /* directory entries, of the match under way */
	bool cut;
	enum source_outcome kept; /* what kept that match from being whole, or SOURCE_FOUND */
};

struct entry {
	struct config_text text;
	char *path, *shown;
	char *bytes;  /* NULL where it was not read */
	bool is_held; /* was put there, and not asked for yet */
	enum source_outcome outcome;
};

GQuark
config_error_quark(void)
{
	return g_quark_from_static_string("popseal-config-error");
}

static void
entry_free(void *data)
{
	struct entry *entry = data;

	g_free(entry->path);
	g_free(entry->shown);
	g_free(entry->bytes);
	g_free(entry);
}

/* --- names ------------------------------------------------------------------------------------ */

/* The path below files->fd of a server's absolute name; NULL where it is outside. */
static const char *
below(const struct config_files *files, const char *path)
{
	size_t length = files->folder != NULL ? strlen(files->folder) : 0;

	if (length > 0) {
		if (strncmp(path, files->folder, length) != 0 ||
			(path[length] != '/' && path[length] != '\0'))
			return NULL;
		path += length;
	}
	while (*path == '/')
		path++;
	return *path != '\0' ? path : ".";
}

static char *
shown(const struct config_files *files, const char *path)
{
	const char *rest = below(files, path);

	if (files->folder == NULL)
		return g_strconcat(files->prefix, path, NULL);
	return rest == NULL ? g_strdup(path) : g_build_filename(files->prefix, rest, NULL);
}

/* --- opening ---------------------------------------------------------------------------------- */

static int
open_at(const struct config_files *files, const char *rest, int flags)
{
	struct open_how how = {
		/* A pipe must not hold us up; with O_PATH nothing is opened. */
		.flags = (guint64)(unsigned)(flags | O_CLOEXEC |
			((flags & O_PATH) != 0 ? 0 : O_NONBLOCK | O_NOCTTY)),
		/* What leads out of an image stays in it; what leads out of a folder is outside. */
		.resolve = RESOLVE_NO_MAGICLINKS |
			(files->folder != NULL ? RESOLVE_BENEATH : RESOLVE_IN_ROOT),
	};

	return (int)syscall(SYS_openat2, files->fd, rest, &how, sizeof how);
}

/* The server's name that a link has as its absolute target: a new string, or NULL. */
static char *
link_target(const struct config_files *files, const char *rest)
{
	char target[PATH_MAX];
	ssize_t length = readlinkat(files->fd, rest, target, sizeof(target) - 1);

	if (length <= 0 || target[0] != '/')
		return NULL;
	return g_strndup(target, (gsize)length);
}

/* In a folder that stands for the server's own, a link by a name of the server's is followed. */
static int
open_below(const struct config_files *files, const char *path, int flags)
{
	g_autofree char *name = g_strdup(path);
	int fd = -1;

	errno = EXDEV;
	for (int hops = 0; hops < LINKS_MAX && name != NULL; hops++) {
		const char *rest = below(files, name);
		char *next;

		if (rest == NULL) {
			errno = EXDEV;
			return -1;
		}
		fd = open_at(files, rest, flags);
		if (fd >= 0 || errno != EXDEV || files->folder == NULL)
			return fd;
		next = link_target(files, rest);
		g_free(name);
		name = next;
		errno = EXDEV;
	}
	return fd;
}

static enum source_outcome
outcome_of(int number)
{
	switch (number) {
	case ENOENT:
	case ENOTDIR:
		return SOURCE_ABSENT;
	case EXDEV:
		return SOURCE_OUTSIDE;
	default:
		return SOURCE_UNREADABLE;
	}
}

/* Reads all of fd into entry; its size may be a lie, or change. */
static enum source_outcome
read_all(struct config_files *files, int fd, struct entry *entry)
{
	g_autoptr(GByteArray) bytes = NULL;
	struct stat status;
	guint more;
	ssize_t got;

	if (fstat(fd, &status) != 0)
		return SOURCE_UNREADABLE;
	if (!S_ISREG(status.st_mode))
		return SOURCE_NOT_A_FILE;
	if (status.st_size > SOURCE_FILE_MAX)
		return SOURCE_TOO_LARGE;
	more = (guint)status.st_size + 1; /* the size that it says, and its end in one go */
	bytes = g_byte_array_sized_new(more + 1);
	do {
		guint length = bytes->len;

		g_byte_array_set_size(bytes, length + more);
		got = read(fd, bytes->data + length, more);
		g_byte_array_set_size(bytes, length + (guint)MAX(got, 0));
		if (bytes->len > SOURCE_FILE_MAX || files->total + bytes->len > SOURCE_TOTAL_MAX)
			return SOURCE_TOO_LARGE;
		/* A short read of a regular file is its end, but for one that grows meanwhile. */
		more = (guint)got == more ? READ_AT_ONCE : 0;
	} while (got > 0 && more > 0);
	if (got < 0)
		return SOURCE_UNREADABLE;
	entry->text.length = bytes->len;
	files->total += bytes->len;
	g_byte_array_append(bytes, (const guint8 *)"", 1);
	entry->bytes = (char *)g_byte_array_free(g_steal_pointer(&bytes), FALSE);
	entry->text.bytes = entry->bytes;
	return SOURCE_FOUND;
}

static struct entry *
load(struct config_files *files, const char *path)
{
	struct entry *entry = g_new0(struct entry, 1);
	int fd = -1;

	entry->text.path = entry->path = g_strdup(path);
	entry->text.shown = entry->shown = shown(files, path);
	if (files->order->len >= SOURCE_FILES_MAX)
		entry->outcome = SOURCE_TOO_LARGE;
	else if ((fd = open_below(files, path, O_RDONLY)) < 0)
		entry->outcome = outcome_of(errno);
	else
		entry->outcome = read_all(files, fd, entry);
	if (fd >= 0)
		close(fd);
	if (entry->outcome == SOURCE_FOUND)
		g_ptr_array_add(files->order, &entry->text);
	return entry;
}

static const struct config_text *
read_path(struct config_source *source, const char *path, enum source_outcome *outcome)
{
	struct config_files *files = (struct config_files *)source;
	struct entry *entry = g_hash_table_lookup(files->texts, path);

	if (entry == NULL) {
		entry = load(files, path);
		g_hash_table_insert(files->texts, entry->path, entry);
	}
	if (entry->is_held) {
		entry->is_held = false;
		g_ptr_array_add(files->order, &entry->text);
	}
	if (outcome != NULL)
		*outcome = entry->outcome;
	return entry->outcome == SOURCE_FOUND ? &entry->text : NULL;
}

/* --- matching --------------------------------------------------------------------------------- */

/* glob(3) hands nothing to its callbacks; it is not called from two threads. */
static struct config_files *matching;

/* What may not be looked at is not absent, though glob(3) takes it so. */
static int
match_open(const char *path, int flags)
{
	int fd = open_below(matching, path, flags);
	enum source_outcome outcome = fd < 0 ? outcome_of(errno) : SOURCE_FOUND;

	if (matching->is_all && below(matching, path) == NULL)
		return fd;
	if (outcome != SOURCE_FOUND && outcome != SOURCE_ABSENT)
		matching->kept = outcome;
	return fd;
}

static void *
match_opendir(const char *path)
{
	int fd = match_open(path, O_RDONLY | O_DIRECTORY);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);

	if (folder == NULL && fd >= 0)
		close(fd);
	return folder;
}

static struct dirent *
match_readdir(void *folder)
{
	if (++matching->found > SOURCE_MATCHES_MAX * 2) {
		matching->cut = true;
		return NULL;
	}
	/* cppcheck-suppress readdirCalled ; one thread, and a folder of its own */
	return readdir(folder);
}

static void
match_closedir(void *folder)
{
	closedir(folder);
}

static int
match_stat(const char *path, struct stat *status)
{
	int fd = match_open(path, O_PATH);
	int result = fd < 0 ? -1 : fstat(fd, status);

	if (fd >= 0)
		close(fd);
	return result;
}

/* A link that leads nowhere is there, too. */
static int
match_lstat(const char *path, struct stat *status)
{
	int fd = match_open(path, O_PATH | O_NOFOLLOW);
	int result = fd < 0 ? -1 : fstat(fd, status);

	if (fd >= 0)
		close(fd);
	return result;
}

/* Whether the braces of a pattern stand for more patterns than files may match. */
static bool
has_too_many_braces(const char *pattern)
{
	guint64 product = 1, alternatives[BRACES_DEPTH_MAX];
	size_t depth = 0;

	for (const char *c = pattern; *c != '\0' && product <= SOURCE_MATCHES_MAX; c++) {
		if (*c == '\\' && c[1] != '\0')
			c++;
		else if (*c == '{' && depth == BRACES_DEPTH_MAX)
			return true;
		else if (*c == '{')
			alternatives[depth++] = 1;
		else if (*c == ',' && depth > 0)
			alternatives[depth - 1]++;
		else if (*c == '}' && depth > 0)
			product *= alternatives[--depth];
	}
	return product > SOURCE_MATCHES_MAX;
}

static enum source_outcome
outcome_of_match(const struct config_files *files, int result)
{
	if (files->cut)
		return SOURCE_TOO_LARGE;
	if (files->kept != SOURCE_FOUND)
		return files->kept;
	if (result == 0)
		return SOURCE_FOUND;
	return result == GLOB_NOMATCH ? SOURCE_ABSENT : SOURCE_UNREADABLE;
}

static GPtrArray *
match(struct config_source *source, const char *pattern, bool braces, enum source_outcome *outcome)
{
	struct config_files *files = (struct config_files *)source;
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
	glob_t found = {
		.gl_closedir = match_closedir,
		.gl_readdir = match_readdir,
		.gl_opendir = match_opendir,
		.gl_lstat = match_lstat,
		.gl_stat = match_stat,
	};
	int flags = GLOB_ALTDIRFUNC | (braces ? GLOB_BRACE : 0);
	int result = GLOB_NOMATCH;

	matching = files;
	files->found = 0;
	files->kept = SOURCE_FOUND;
	files->cut = braces && has_too_many_braces(pattern);
	if (!files->cut)
		result = glob(pattern, flags, NULL, &found);
	for (size_t i = 0; result == 0 && i < found.gl_pathc; i++) {
		files->cut |= paths->len == SOURCE_MATCHES_MAX;
		if (paths->len < SOURCE_MATCHES_MAX)
			g_ptr_array_add(paths, g_strdup(found.gl_pathv[i]));
	}
	globfree(&found);
	matching = NULL;
	if (outcome != NULL)
		*outcome = outcome_of_match(files, result);
	return paths;
}

/* --- looking ---------------------------------------------------------------------------------- */

static const char *
intern(struct config_files *files, const char *name)
{
	char *kept;

	if (name == NULL)
		return NULL;
	kept = g_hash_table_lookup(files->names, name);
	if (kept == NULL) {
		kept = g_strdup(name);
		g_hash_table_add(files->names, kept);
	}
	return kept;
}

static void
name_owner(struct config_files *files, struct source_look *look)
{
	g_autofree char *room = g_malloc(NAMES_MAX);
	struct passwd user, *found_user = NULL;
	struct group group, *found_group = NULL;

	if (!files->is_host)
		return;
	if (getpwuid_r(look->uid, &user, room, NAMES_MAX, &found_user) == 0 && found_user != NULL)
		look->owner = intern(files, user.pw_name);
	if (getgrgid_r(look->gid, &group, room, NAMES_MAX, &found_group) == 0 &&
		found_group != NULL)
		look->group = intern(files, group.gr_name);
}

static void
look_at(struct config_source *source, const char *path, struct source_look *look)
{
	struct config_files *files = (struct config_files *)source;
	g_autofree char *name = shown(files, path);
	struct stat status;
	int fd = open_below(files, path, O_PATH);

	*look = (struct source_look){ .shown = intern(files, name) };
	if (fd < 0 || fstat(fd, &status) != 0) {
		look->outcome = outcome_of(errno);
	} else {
		look->is_folder = S_ISDIR(status.st_mode);
		look->outcome = look->is_folder || S_ISREG(status.st_mode) ? SOURCE_FOUND :
									     SOURCE_NOT_A_FILE;
		look->mode = status.st_mode & 07777;
		look->uid = status.st_uid;
		look->gid = status.st_gid;
		name_owner(files, look);
	}
	if (fd >= 0)
		close(fd);
}

/* --- life ------------------------------------------------------------------------------------- */

/* Of a folder that is open; takes fd and prefix over. */
static struct config_files *
make(int fd, char *prefix, const char *folder)
{
	struct config_files *files = g_new0(struct config_files, 1);

	files->source = (struct config_source){ read_path, match, look_at };
	files->fd = fd;
	files->prefix = prefix;
	files->folder = g_strdup(folder);
	files->texts = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, entry_free);
	files->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	files->order = g_ptr_array_new();
	return files;
}

struct config_files *
config_files_new(const struct config_files_options *options, GError **error)
{
	const char *root = options->root != NULL ? options->root : "/";
	const char *opened = options->folder != NULL ? options->stands : root;
	bool is_host = options->folder == NULL && g_str_equal(root, "/");
	int fd = open(opened, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct config_files *files;

	if (fd < 0) {
		int number = errno;

		g_set_error(error, CONFIG_ERROR, number, "%s: %s", opened, g_strerror(number));
		return NULL;
	}
	files = make(fd, g_strdup(is_host ? "" : opened), options->folder);
	files->is_host = is_host;
	files->is_all = options->is_all;
	while (g_str_has_suffix(files->prefix, "/"))
		files->prefix[strlen(files->prefix) - 1] = '\0';
	return files;
}

struct config_files *
config_files_again(const struct config_files *files)
{
	int fd = fcntl(files->fd, F_DUPFD_CLOEXEC, 0);
	struct config_files *again = make(fd, g_strdup(files->prefix), files->folder);

	again->is_host = files->is_host;
	again->is_all = files->is_all;
	return again;
}

char *
config_files_real(const struct config_files *files, const char *path, unsigned *links)
{
	int fd = open_below(files, path, O_PATH);
	g_autofree char *handle = g_strdup_printf("/proc/self/fd/%d", fd);
	char target[PATH_MAX];
	struct stat status;
	ssize_t length = fd < 0 ? -1 : readlink(handle, target, sizeof(target));

	if (links != NULL && fd >= 0 && fstat(fd, &status) == 0)
		*links = (unsigned)status.st_nlink;
	if (fd >= 0)
		close(fd);
	return length > 0 && (size_t)length < sizeof(target) ? g_strndup(target, (gsize)length) :
							       NULL;
}

void
config_files_free(struct config_files *files)
{
	if (files == NULL)
		return;
	close(files->fd);
	g_free(files->prefix);
	g_free(files->folder);
	g_ptr_array_unref(files->order);
	g_hash_table_unref(files->texts);
	g_hash_table_unref(files->names);
	g_free(files);
}

struct config_source *
config_files_source(struct config_files *files)
{
	return &files->source;
}

static struct entry *
put(struct config_files *files, const char *path, const char *name, char *bytes, size_t length)
{
	struct entry *entry = g_new0(struct entry, 1);

	entry->text.path = entry->path = g_strdup(path);
	entry->text.shown = entry->shown = g_strdup(name);
	entry->text.bytes = entry->bytes = bytes;
	entry->text.length = length;
	entry->outcome = SOURCE_FOUND;
	g_hash_table_replace(files->texts, entry->path, entry);
	return entry;
}

void
config_files_lay(struct config_files *files, const char *path, const char *name, char *bytes,
	size_t length)
{
	g_ptr_array_add(files->order, &put(files, path, name, bytes, length)->text);
}

void
config_files_hold(struct config_files *files, const char *path, const char *name, const char *bytes,
	size_t length)
{
	char *copy = g_malloc(length + 1);

	memcpy(copy, bytes, length);
	copy[length] = '\0';
	put(files, path, name, copy, length)->is_held = true;
}

bool
config_files_are_own(const struct config_files *files)
{
	return files->is_host;
}

const GPtrArray *
config_files_texts(const struct config_files *files)
{
	return files->order;
}
