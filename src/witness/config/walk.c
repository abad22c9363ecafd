/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A folder that holds configurations somewhere below it.
 *
 * First come the roots by their names, as they say what they read. Then each further file whose
 * name and text may be a configuration's is shown to the products that know theirs by its text; one
 * that an instance reads already is a part of it, and one that serves no POP3 is no news.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "witness/config/instance-private.h"
#include "witness/config/layouts.h"

enum {
	BEGINNING = 4096,                     /* octets in which a text shows that it is one */
	LOOKED_INTO_MAX = 256 * 1024,         /* octets of one file */
	LOOKED_TOTAL_MAX = 512 * 1024 * 1024, /* of all files */
};

static gint
by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const struct config_layout *
last_layout(const GPtrArray *instances)
{
	const struct config_instance *last = g_ptr_array_index(instances, instances->len - 1);

	return last->layout;
}

/* Whether what looks like the product's root file is a fragment. */
static bool
is_its_root(const struct product *product, const struct config_layout *fragment)
{
	g_autofree char *name =
		fragment != NULL ? g_path_get_basename(fragment->path) : g_strdup("");

	return fragment != NULL && g_str_equal(fragment->product, product->name) &&
		config_is_root_name(product->config, name);
}

/* A folder that holds configurations somewhere below it, while it is looked through. */
struct walk {
	GPtrArray *instances;
	const struct config_request *request;
	GPtrArray *gaps; /* of struct config_gap */
	unsigned entries;
	bool cut;          /* which is told once */
	GPtrArray *files;  /* paths that no name tells, but that may be a configuration's */
	size_t looked;     /* octets of them */
	GHashTable *read;  /* instances that were read for their parts */
	GHashTable *parts; /* what they read: "PRODUCT PATH" */
	GHashTable *found; /* "PRODUCT PATH" of those found by their text, to the instance */
};

static void
add_gap(struct walk *walk, const char *path, const char *why)
{
	struct config_gap *gap = g_new(struct config_gap, 1);

	*gap = (struct config_gap){ g_strdup(path), why };
	g_ptr_array_add(walk->gaps, gap);
}

static void
cut(struct walk *walk, const char *path, const char *why)
{
	if (!walk->cut)
		add_gap(walk, path, why);
	walk->cut = true;
}

/* The names in a folder, in order. */
static GPtrArray *
names_in(struct walk *walk, const char *path)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;
	g_autoptr(GDir) folder = g_dir_open(path, 0, &error);
	const char *name;

	if (folder == NULL)
		add_gap(walk, path, "not looked through: it cannot be listed");
	while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
		if (++walk->entries > INSTANCE_ENTRIES_MAX) {
			cut(walk, path,
				"not looked through to its end: too many files and folders");
			break;
		}
		g_ptr_array_add(names, g_strdup(name));
	}
	g_ptr_array_sort(names, by_name);
	return names;
}

/* What no server reads, and where most of the files of a repository are. */
static bool
is_passed_over(const char *name)
{
	static const char *const names[] = { ".git", ".hg", ".svn", "node_modules", NULL };

	return g_strv_contains(names, name);
}

/* Whether a name may be a configuration's: by its ending, or as one without any. */
static bool
is_telling(const char *name)
{
	static const char *const endings[] = { ".conf", ".cfg", ".inc", ".ext", ".xml", ".txt",
		".json", ".rc", NULL };
	const char *dot = strrchr(name, '.');

	return dot == NULL || (dot > name && g_strv_contains(endings, dot));
}

static void
walk_folder(struct walk *walk, const char *path, unsigned depth)
{
	g_autoptr(GPtrArray) names = names_in(walk, path);
	const struct config_layout *fragment = NULL;

	for (guint i = 0; i < names->len && walk->instances->len < INSTANCES_MAX; i++) {
		g_autofree char *file = g_build_filename(path, g_ptr_array_index(names, i), NULL);

		if (config_add_layout(walk->instances, walk->request, file))
			fragment = last_layout(walk->instances);
	}
	for (size_t i = 0; products[i] != NULL && walk->instances->len < INSTANCES_MAX; i++)
		if (products[i]->config != NULL && !is_its_root(products[i], fragment))
			config_add_folder(walk->instances, walk->request, products[i], path, NULL);
	if (walk->instances->len >= INSTANCES_MAX)
		cut(walk, path, "not looked through to its end: too many configurations");
	for (guint i = 0; i < names->len && !walk->cut; i++) {
		const char *name = g_ptr_array_index(names, i);
		g_autofree char *below = g_build_filename(path, name, NULL);

		if (!g_file_test(below, G_FILE_TEST_IS_DIR)) {
			if (is_telling(name))
				g_ptr_array_add(walk->files, g_steal_pointer(&below));
			continue;
		}
		if (is_passed_over(name) || g_file_test(below, G_FILE_TEST_IS_SYMLINK))
			continue;
		if (depth < INSTANCE_DEPTH_MAX)
			walk_folder(walk, below, depth + 1);
		else
			cut(walk, below, "not looked through: too many folders within each other");
	}
}

/* --- by their text ---------------------------------------------------------------------------- */

/* Windows PowerShell writes UTF-16. */
static bool
is_wide(const char *bytes)
{
	return memcmp(bytes, "\xff\xfe", 2) == 0;
}

/* What may be said of POP3 logins that are in clear: its name, its ports, the switches. */
static bool
has_sign(const char *text)
{
	static const char *const signs[] = { "pop", "110", "995", "plaintext", "cleartext" };

	for (size_t i = 0; i < G_N_ELEMENTS(signs); i++)
		if (strcasestr(text, signs[i]) != NULL)
			return true;
	return false;
}

/* Reads up to `wanted` octets in all; returns whether there are none behind them. */
static bool
read_more(int fd, GByteArray *bytes, size_t wanted)
{
	guint8 block[BEGINNING];
	ssize_t got = 1;

	while (bytes->len < wanted && got > 0) {
		do
			got = read(fd, block, MIN(sizeof(block), wanted - bytes->len));
		while (got < 0 && errno == EINTR);
		if (got > 0)
			g_byte_array_append(bytes, block, (guint)got);
	}
	return got <= 0;
}

/* Whether an instance's root lies in the file's folder, or in the one above. */
static bool
is_beside_a_root(const struct walk *walk, const char *path)
{
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *above = g_path_get_dirname(folder);
	g_autofree char *near = realpath(folder, NULL), *far = realpath(above, NULL);

	for (guint i = 0; i < walk->instances->len; i++) {
		const struct config_instance *instance = g_ptr_array_index(walk->instances, i);
		g_autofree char *root = config_files_real(instance->files, instance->root, NULL);
		g_autofree char *its = root != NULL ? g_path_get_dirname(root) : NULL;

		if (its != NULL && (g_strcmp0(its, near) == 0 || g_strcmp0(its, far) == 0))
			return true;
	}
	return false;
}

/* The beginning of a text that may be about POP3, with a NUL behind it; NULL where it is none. */
static GByteArray *
read_text(struct walk *walk, const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	struct stat status;
	bool is_text = false;

	if (fd < 0 && errno == EACCES && !is_beside_a_root(walk, path))
		add_gap(walk, path, "not looked into: it cannot be read");
	if (fd < 0)
		return NULL;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
		read_more(fd, bytes, BEGINNING);
		is_text = bytes->len > 2 &&
			(is_wide((const char *)bytes->data) ||
				memchr(bytes->data, '\0', bytes->len) == NULL);
	}
	if (is_text)
		read_more(fd, bytes, LOOKED_INTO_MAX);
	close(fd);
	walk->looked += bytes->len;
	g_byte_array_append(bytes, (const guint8 *)"", 1);
	is_text = is_text &&
		(is_wide((const char *)bytes->data) || has_sign((const char *)bytes->data));
	return is_text ? g_steal_pointer(&bytes) : NULL;
}

static char *
part_of(const struct product *product, const char *path)
{
	return g_strdup_printf("%s %s", product->name, path);
}

/*
 * Reads the instance for its parts; returns whether it says anything about POP3. Whoever it reads
 * that was found by its text is no instance of its own.
 */
static bool
take_parts(struct walk *walk, struct config_instance *instance)
{
	struct config_instance again = *instance;
	struct facts *facts;
	const GPtrArray *texts;
	bool says;

	again.files = config_files_again(instance->files);
	facts = config_instance_read(&again, 0, NULL);
	says = facts->verdict.value != VERDICT_NO_SERVICE;
	texts = config_files_texts(again.files);
	g_hash_table_add(walk->read, instance);
	for (guint i = 0; i < texts->len; i++) {
		const struct config_text *text = g_ptr_array_index(texts, i);
		g_autofree char *real = config_files_real(again.files, text->path, NULL);
		char *part = part_of(instance->product, real != NULL ? real : text->shown);
		struct config_instance *other = g_hash_table_lookup(walk->found, part);

		if (says && other != NULL && other != instance) {
			g_hash_table_remove(walk->found, part);
			g_hash_table_remove(walk->read, other);
			g_ptr_array_remove(walk->instances, other);
		}
		if (says)
			g_hash_table_add(walk->parts, part);
		else
			g_free(part);
	}
	facts_free(facts);
	config_files_free(again.files);
	return says;
}

/* What stands for a root that is there already need not be read for that. */
static void
note_roots(struct walk *walk)
{
	for (guint i = 0; i < walk->instances->len; i++) {
		const struct config_instance *instance = g_ptr_array_index(walk->instances, i);
		g_autofree char *root = config_files_real(instance->files, instance->root, NULL);

		if (root != NULL)
			g_hash_table_add(walk->parts, part_of(instance->product, root));
	}
}

static void
add_recognized(struct walk *walk, const struct product *product, const char *path)
{
	g_autofree char *whole = config_whole_of(product->config, path);
	g_autofree char *real = realpath(whole, NULL);
	g_autofree char *part = part_of(product, real != NULL ? real : whole);
	guint before = walk->instances->len;
	struct config_instance *added;

	for (guint i = 0; i < before && !g_hash_table_contains(walk->parts, part); i++) {
		struct config_instance *instance = g_ptr_array_index(walk->instances, i);

		if (instance->product == product && !g_hash_table_contains(walk->read, instance))
			take_parts(walk, instance);
	}
	if (g_hash_table_contains(walk->parts, part))
		return;
	config_add_file(walk->instances, walk->request, product, whole, NULL);
	if (walk->instances->len == before)
		return;
	added = g_ptr_array_index(walk->instances, before);
	if (take_parts(walk, added)) {
		g_hash_table_insert(walk->found, g_steal_pointer(&part), added);
	} else {
		g_hash_table_remove(walk->read, added);
		g_ptr_array_remove(walk->instances, added);
	}
}

/* A text without a grammar of its own is a configuration where a command has printed it. */
static bool
may_be_its(const struct product_config *config, const char *path)
{
	bool is_printed = g_str_has_suffix(path, ".txt") || g_str_has_suffix(path, ".json");
	g_autofree char *name = g_path_get_basename(path);

	return config != NULL && config->recognizes != NULL && !config_is_root_name(config, name) &&
		(!is_printed || config->is_printed || config->dump != NULL);
}

static void
look_into(struct walk *walk, const char *path)
{
	g_autoptr(GByteArray) text = read_text(walk, path);

	for (size_t i = 0; products[i] != NULL && text != NULL; i++)
		if (may_be_its(products[i]->config, path) &&
			products[i]->config->recognizes((const char *)text->data, text->len - 1))
			add_recognized(walk, products[i], path);
}

void
config_walk(GPtrArray *instances, const struct config_request *request, GPtrArray *gaps)
{
	struct walk walk = { .instances = instances, .request = request, .gaps = gaps };

	walk.files = g_ptr_array_new_with_free_func(g_free);
	walk.read = g_hash_table_new(NULL, NULL);
	walk.parts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	walk.found = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	walk_folder(&walk, request->path, 0);
	note_roots(&walk);
	for (guint i = 0; i < walk.files->len && instances->len < INSTANCES_MAX; i++) {
		const char *path = g_ptr_array_index(walk.files, i);

		if (walk.looked >= LOOKED_TOTAL_MAX) {
			cut(&walk, path, "not looked into, nor what follows: too much to read");
			break;
		}
		look_into(&walk, path);
	}
	g_hash_table_unref(walk.found);
	g_hash_table_unref(walk.parts);
	g_hash_table_unref(walk.read);
	g_ptr_array_unref(walk.files);
}
