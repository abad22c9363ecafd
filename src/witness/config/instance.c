/* SPDX-License-Identifier: Apache-2.0 */
#include "witness/config/instance-private.h"

#include <string.h>

#include "products/config.h"
#include "products/config_access.h"
#include "rules/rule.h"
#include "witness/config/against.h"
#include "witness/config/layouts.h"

void
config_instance_free(struct config_instance *instance)
{
	if (instance == NULL)
		return;
	config_files_free(instance->files);
	g_free(instance->root);
	g_free(instance->version);
	g_free(instance);
}

void
config_gap_free(struct config_gap *gap)
{
	g_free(gap->path);
	g_free(gap);
}

/* --- one place -------------------------------------------------------------------------------- */

static struct config_instance *
add_instance(GPtrArray *instances, const struct config_request *request,
	const struct product *product, struct config_files *files, const char *root)
{
	struct config_instance *instance = g_new0(struct config_instance, 1);

	instance->product = product;
	instance->files = files;
	instance->root = g_strdup(root);
	instance->version = g_strdup(request->version);
	instance->version_source = request->version != NULL ? "--product-version" : NULL;
	g_ptr_array_add(instances, instance);
	return instance;
}

/* The installed package's version, on this host or in the image, for the instances from `first`. */
static void
take_package_version(GPtrArray *instances, guint first, const char *image)
{
	g_autofree char *version = NULL;
	const char *database = NULL;

	for (guint i = first; i < instances->len; i++) {
		struct config_instance *instance = g_ptr_array_index(instances, i);

		if (instance->version != NULL)
			continue;
		if (database == NULL)
			version = config_package_version(image, instance->product->config->packages,
				&database);
		if (version == NULL)
			return;
		instance->version = g_strdup(version);
		instance->version_source = database;
	}
}

bool
config_is_root_name(const struct product_config *config, const char *name)
{
	return g_strv_contains(config->roots, name);
}

static bool
is_recognized(struct config_source *source, const struct product_config *config, const char *path)
{
	const struct config_text *text =
		config->recognizes != NULL ? source->read(source, path, NULL) : NULL;

	return text != NULL && config->recognizes(text->bytes, text->length);
}

/* Appends the files that match one of the product's root names; `look_into`: its own ones only. */
static void
match_roots(GPtrArray *roots, struct config_source *source, const struct product_config *config,
	const char *pattern, bool look_into)
{
	g_autoptr(GPtrArray) paths = source->match(source, pattern, false, NULL);
	bool is_pattern = strchr(pattern, '*') != NULL;

	for (guint i = 0; i < paths->len; i++) {
		const char *path = g_ptr_array_index(paths, i);
		g_autofree char *name = g_path_get_basename(path);
		struct source_look look;

		source->look(source, path, &look);
		if (look.outcome == SOURCE_ABSENT || look.is_folder ||
			(is_pattern &&
				config_is_root_name(config, name)) || /* it is there already */
			(look_into && !is_recognized(source, config, path)))
			continue;
		g_ptr_array_add(roots, g_strdup(path));
		if (!config->each_root)
			return;
	}
}

/*
 * The product's root files in the folder, by the server's names: the first one, or all where each
 * is a server's. Where the folder need not be the product's, names with a '*' say nothing but
 * beside another root, and of files that it recognizes. NULL and *error where there is no folder.
 */
static GPtrArray *
find_roots(const struct config_files_options *options, const struct product_config *config,
	const char *folder, bool is_own, GError **error)
{
	struct config_files *files = config_files_new(options, error);
	GPtrArray *roots;

	if (files == NULL)
		return NULL;
	roots = g_ptr_array_new_with_free_func(g_free);
	for (size_t i = 0; config->roots[i] != NULL; i++) {
		bool is_pattern = strchr(config->roots[i], '*') != NULL;
		g_autofree char *pattern = g_build_filename(folder, config->roots[i], NULL);

		if (roots->len > 0 && !config->each_root)
			break;
		if (!is_pattern || is_own || roots->len > 0)
			match_roots(roots, config_files_source(files), config, pattern,
				is_pattern && !is_own);
	}
	config_files_free(files);
	return roots;
}

/* The first file in the folder that the product recognizes, by the server's name; or NULL. */
static char *
first_recognized(const struct config_files_options *options, const struct product_config *config)
{
	struct config_files *files = config_files_new(options, NULL);
	g_autofree char *pattern = g_build_filename(config->folder, "*", NULL);
	g_autoptr(GPtrArray) paths = NULL;
	struct config_source *source;
	char *found = NULL;

	if (files == NULL || config->recognizes == NULL) {
		config_files_free(files);
		return NULL;
	}
	source = config_files_source(files);
	paths = source->match(source, pattern, false, NULL);
	for (guint i = 0; i < paths->len && found == NULL; i++)
		if (is_recognized(source, config, g_ptr_array_index(paths, i)))
			found = g_strdup(g_ptr_array_index(paths, i));
	config_files_free(files);
	return found;
}

/* An instance of each root; each has files of its own, whose bounds hold for it alone. */
static void
add_instances(GPtrArray *instances, const struct config_request *request,
	const struct product *product, const struct config_files_options *options,
	const GPtrArray *roots, GError **error)
{
	for (guint i = 0; i < roots->len; i++) {
		struct config_files *files = NULL;

		if (instances->len < INSTANCES_MAX)
			files = config_files_new(options, error);
		else
			g_set_error(error, CONFIG_ERROR, 0, "more than %d configurations",
				INSTANCES_MAX);
		if (files == NULL)
			return;
		add_instance(instances, request, product, files, g_ptr_array_index(roots, i));
	}
}

/* The folder `stands` stands for the product's own; `file` in it is the root, if it is named. */
static void
try_standing(GPtrArray *instances, const struct config_request *request,
	const struct product *product, const char *stands, const char *file, GError **error)
{
	const struct product_config *config = product->config;
	const struct config_files_options options = {
		.folder = config->folder,
		.stands = stands,
		.is_all = request->product != NULL,
	};
	g_autoptr(GPtrArray) roots = NULL;
	char *found;

	if (file != NULL) {
		roots = g_ptr_array_new_with_free_func(g_free);
		g_ptr_array_add(roots, g_build_filename(config->folder, file, NULL));
	} else {
		roots = find_roots(&options, config, config->folder, request->product != NULL,
			error);
	}
	if (roots == NULL)
		return;
	/* Who names the product means this folder, whatever its files are called. */
	if (roots->len == 0 && request->product != NULL) {
		found = first_recognized(&options, config);
		if (found != NULL)
			g_ptr_array_add(roots, found);
	}
	add_instances(instances, request, product, &options, roots, error);
}

/* The product's own folders, in an image or on this host. */
static void
try_places(GPtrArray *instances, const struct config_request *request,
	const struct product *product, GError **error)
{
	const struct product_config *config = product->config;
	const struct config_files_options options = { .root = request->root };
	guint first = instances->len;

	for (int i = -1; i < 0 || (config->elsewhere != NULL && config->elsewhere[i] != NULL);
		i++) {
		const char *folder = i < 0 ? config->folder : config->elsewhere[i];
		g_autoptr(GPtrArray) roots = find_roots(&options, config, folder, true, error);

		if (roots == NULL)
			return;
		add_instances(instances, request, product, &options, roots, error);
	}
	take_package_version(instances, first, request->root);
}

/* --- what the user named ---------------------------------------------------------------------- */

/* By its name, or by its text, which is read as any other of a configuration: within bounds. */
static bool
looks_like(const struct product_config *config, const char *path)
{
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *name = g_path_get_basename(path);
	g_autofree char *inside = g_build_filename("/it", name, NULL);
	const struct config_files_options options = { .folder = "/it", .stands = folder };
	struct config_files *files;
	bool looks;

	if (config_is_root_name(config, name))
		return true;
	files = config_files_new(&options, NULL);
	looks = files != NULL && is_recognized(config_files_source(files), config, inside);
	config_files_free(files);
	return looks;
}

/*
 * On this host a folder that is the product's own is read as such, so that what lies outside of it
 * (certificates, further includes) is found.
 */
static bool
is_own_folder(const struct product_config *config, const char *path)
{
	if (g_strcmp0(path, config->folder) == 0)
		return true;
	return config->elsewhere != NULL && g_strv_contains(config->elsewhere, path);
}

void
config_add_file(GPtrArray *instances, const struct config_request *request,
	const struct product *product, const char *path, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *name = g_path_get_basename(path);
	const struct config_files_options options = { .root = NULL };
	struct config_files *files;

	if (request->product != NULL || !is_own_folder(product->config, folder)) {
		try_standing(instances, request, product, folder, name, error);
		return;
	}
	files = config_files_new(&options, error);
	if (files == NULL)
		return;
	add_instance(instances, request, product, files, path);
	take_package_version(instances, instances->len - 1, NULL);
}

void
config_add_folder(GPtrArray *instances, const struct config_request *request,
	const struct product *product, const char *path, GError **error)
{
	g_autofree char *real = g_canonicalize_filename(path, NULL);

	if (request->product == NULL && is_own_folder(product->config, real))
		try_places(instances, request, product, error);
	else
		try_standing(instances, request, product, path, NULL, error);
}

bool
config_add_layout(GPtrArray *instances, const struct config_request *request, const char *path)
{
	g_autofree char *real = g_canonicalize_filename(path, NULL);
	g_autofree char *stands = g_path_get_dirname(path);
	const struct config_layout *layout = config_layout_find(real);
	const struct product *product = layout != NULL ? product_find(layout->product) : NULL;
	g_autofree char *folder = layout != NULL ? g_path_get_dirname(layout->server) : NULL;
	g_autofree char *name = g_path_get_basename(real);
	g_autofree char *root = layout != NULL ? g_build_filename(folder, name, NULL) : NULL;
	const struct config_files_options options = { .folder = folder, .stands = stands };
	struct config_files *files;

	if (product == NULL || product->config == NULL ||
		(request->product != NULL && request->product != product))
		return false;
	files = config_files_new(&options, NULL);
	if (files == NULL)
		return false;
	add_instance(instances, request, product, files, root)->layout = layout;
	return true;
}

/* A file or folder of an image, by the name that it has there. */
static void
try_image(GPtrArray *instances, const struct config_request *request, const struct product *product,
	GError **error)
{
	const struct config_files_options options = { .root = request->root };
	struct config_files *files = config_files_new(&options, error);
	g_autofree char *name = g_path_get_basename(request->path);
	g_autoptr(GPtrArray) roots = NULL;
	struct config_source *source;
	struct source_look look;

	if (files == NULL)
		return;
	source = config_files_source(files);
	source->look(source, request->path, &look);
	if (look.outcome == SOURCE_FOUND && look.is_folder) {
		roots = find_roots(&options, product->config, request->path,
			request->product != NULL || is_own_folder(product->config, request->path),
			error);
	} else if (look.outcome == SOURCE_FOUND &&
		(request->product != NULL || config_is_root_name(product->config, name) ||
			is_recognized(source, product->config, request->path))) {
		roots = g_ptr_array_new_with_free_func(g_free);
		g_ptr_array_add(roots, g_strdup(request->path));
	}
	config_files_free(files);
	if (roots != NULL)
		add_instances(instances, request, product, &options, roots, error);
}

static void
find_in_image(GPtrArray *instances, const struct config_request *request, GError **error)
{
	for (size_t i = 0; products[i] != NULL && *error == NULL; i++)
		if (products[i]->config != NULL &&
			(request->product == NULL || request->product == products[i]))
			try_image(instances, request, products[i], error);
}

/* The product's root file in the folder: a new string, or NULL. */
static char *
root_in(const struct product_config *config, const char *folder)
{
	for (size_t i = 0; config->roots[i] != NULL; i++) {
		g_autofree char *path = g_build_filename(folder, config->roots[i], NULL);

		if (strchr(config->roots[i], '*') == NULL &&
			g_file_test(path, G_FILE_TEST_IS_REGULAR))
			return g_steal_pointer(&path);
	}
	return NULL;
}

char *
config_whole_of(const struct product_config *config, const char *path)
{
	static const char *const parts[] = { ".conf", ".ext", ".inc", ".cf" };
	g_autofree char *name = g_path_get_basename(path);
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *real = g_canonicalize_filename(folder, NULL);
	g_autofree char *above = g_str_has_suffix(folder, ".") ?
		g_build_filename(folder, "..", NULL) :
		g_path_get_dirname(folder);
	char *root = NULL;

	if (config->each_root || config_is_root_name(config, name))
		return g_strdup(path);
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		if (!g_str_has_suffix(name, parts[i]))
			continue;
		root = root_in(config, folder);
		if (root == NULL && strchr(real, '/') != strrchr(real, '/'))
			root = root_in(config, above);
	}
	return root != NULL ? root : g_strdup(path);
}

/* A file whose product its name or its text tells. */
static void
try_any(GPtrArray *instances, const struct config_request *request, GError **error)
{
	for (size_t i = 0; products[i] != NULL; i++) {
		const struct product_config *config = products[i]->config;
		g_autofree char *path = NULL;

		if (config == NULL || !looks_like(config, request->path))
			continue;
		path = config_whole_of(config, request->path);
		config_add_file(instances, request, products[i], path, error);
	}
}

static void
find_in_path(GPtrArray *instances, const struct config_request *request, GPtrArray *gaps,
	GError **error)
{
	bool is_folder = g_file_test(request->path, G_FILE_TEST_IS_DIR);

	if (!g_file_test(request->path, G_FILE_TEST_EXISTS)) {
		g_set_error(error, CONFIG_ERROR, 0, "no such file or folder");
		return;
	}
	if (!is_folder && config_add_layout(instances, request, request->path))
		return;
	if (request->product != NULL && is_folder)
		config_add_folder(instances, request, request->product, request->path, error);
	else if (request->product != NULL)
		config_add_file(instances, request, request->product, request->path, error);
	else if (is_folder)
		config_walk(instances, request, gaps);
	else
		try_any(instances, request, error);
}

GPtrArray *
config_instances_find(const struct config_request *request, GPtrArray *gaps, GError **error)
{
	g_autoptr(GPtrArray) instances =
		g_ptr_array_new_with_free_func((GDestroyNotify)config_instance_free);
	GError *problem = NULL;

	if (request->path != NULL && request->root != NULL)
		find_in_image(instances, request, &problem);
	else if (request->path != NULL)
		find_in_path(instances, request, gaps, &problem);
	for (size_t i = 0; request->path == NULL && products[i] != NULL && problem == NULL; i++)
		if (products[i]->config != NULL &&
			(request->product == products[i] ||
				(request->product == NULL &&
					!products[i]->config->only_when_named)))
			try_places(instances, request, products[i], &problem);
	if (problem == NULL && instances->len == 0)
		g_set_error(&problem, CONFIG_ERROR, 0,
			"no configuration of a POP3 server that popseal knows");
	if (problem != NULL) {
		g_propagate_error(error, problem);
		return NULL;
	}
	return g_steal_pointer(&instances);
}

/* --- assessing -------------------------------------------------------------------------------- */

struct facts *
config_instance_read(struct config_instance *instance, int64_t now, struct config_reading *told)
{
	const struct product *product = instance->product;
	struct facts *facts = facts_new();
	struct config_facts *config = config_facts_new(facts, product->name, product->title);
	struct config_reading reading = {
		.facts = facts,
		.source = config_files_source(instance->files),
		.root = instance->root,
		.version = instance->version,
	};
	struct source_look look;

	facts->now = now;
	reading.source->look(reading.source, instance->root, &look);
	config->root = facts_keep(facts, look.shown, strlen(look.shown));
	config->version = instance->version != NULL ?
		facts_keep(facts, instance->version, strlen(instance->version)) :
		NULL;
	config->version_source = instance->version_source;
	config->remedy = product->remedy;
	product->config->read(&reading);
	config_check_text(&reading);
	if (config->served && !product->config->is_printed)
		config_note_writable(&reading, config_files_texts(instance->files));
	if (instance->layout != NULL)
		config_layout_judge(instance->layout, facts);
	config_verdict_decide(facts);
	if (told != NULL)
		*told = reading;
	return facts;
}

bool
config_instance_has_port(struct config_instance *instance, uint16_t port)
{
	struct facts *facts = config_instance_read(instance, 0, NULL);
	const GArray *listeners = facts->config->listeners;
	bool has = false;

	for (guint i = 0; i < listeners->len; i++)
		has |= g_array_index(listeners, struct config_listener, i).port == port;
	facts_free(facts);
	return has;
}

struct assessment *
config_instance_assess(struct config_instance *instance, int64_t now, const struct facts *wire)
{
	struct facts *facts = config_instance_read(instance, now, NULL);

	if (wire != NULL)
		config_hold_against(facts, wire);
	return rules_assess(facts, WITNESS_CONFIG);
}
