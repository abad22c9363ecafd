/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/configuration.h"

#include "cmd/command.h"

/* One configuration file, and the command that it is read for. */
struct configuration {
	GKeyFile *file;
	const struct option_set *set;
	char **typed;
};

/* Returns the option of that name that `set` (NULL: any command) takes, or NULL. */
static const GOptionEntry *
find_key(const struct option_set *set, const char *key)
{
	const GOptionEntry *entry = options_find(set, key);

	for (size_t i = 0; set == NULL && entry == NULL && commands[i] != NULL; i++)
		entry = options_find(commands[i]->options, key);
	return entry;
}

static const struct option_set *
find_set(const char *group)
{
	for (size_t i = 0; commands[i] != NULL; i++)
		if (g_str_equal(commands[i]->name, group))
			return commands[i]->options;
	return NULL;
}

static bool
check_group(GKeyFile *file, const char *group, GError **error)
{
	const struct option_set *set = find_set(group);
	g_auto(GStrv) keys = g_key_file_get_keys(file, group, NULL, NULL);

	if (set == NULL && !g_str_equal(group, "popseal")) {
		g_set_error(error, POPSEAL_USAGE_ERROR, 0, "[%s]: no such command", group);
		return false;
	}
	for (size_t i = 0; keys != NULL && keys[i] != NULL; i++) {
		if (find_key(set, keys[i]) != NULL && !g_str_equal(keys[i], "config"))
			continue;
		g_set_error(error, POPSEAL_USAGE_ERROR, 0, "[%s] %s: no such option%s", group,
			keys[i],
			find_key(NULL, keys[i]) == NULL        ? "" :
				g_str_equal(keys[i], "config") ? " in a configuration file" :
								 " of this command");
		return false;
	}
	return true;
}

/* Mistakes in the groups of other commands are mistakes too: they would be found too late. */
static bool
check_file(GKeyFile *file, GError **error)
{
	g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);

	for (size_t i = 0; groups[i] != NULL; i++)
		if (!check_group(file, groups[i], error))
			return false;
	return true;
}

/* Returns the flag that says the contrary: "no-strict" for "strict", and the other way round. */
static char *
contrary_of(const char *key)
{
	return g_str_has_prefix(key, "no-") ? g_strdup(key + 3) : g_strconcat("no-", key, NULL);
}

/* Whether the command line says it, or where [popseal] says it the group of the command. */
static bool
is_overruled(const struct configuration *configuration, const char *group, const char *flag)
{
	g_autofree char *word = g_strconcat("--", flag, NULL);

	return g_strv_contains((const char *const *)configuration->typed, word) ||
		(g_str_equal(group, "popseal") &&
			g_key_file_has_key(configuration->file, configuration->set->command, flag,
				NULL));
}

/* A flag that is switched off is its contrary, where that is a flag as well. */
static bool
add_flag(const struct configuration *configuration, const char *group, const char *key,
	GPtrArray *words, GError **error)
{
	g_autofree char *contrary = contrary_of(key);
	const GOptionEntry *entry = options_find(configuration->set, contrary);
	bool has_contrary = entry != NULL && entry->arg == G_OPTION_ARG_NONE;
	GError *problem = NULL;
	gboolean on = g_key_file_get_boolean(configuration->file, group, key, &problem);

	if (problem != NULL) {
		g_error_free(problem);
		g_set_error(error, POPSEAL_USAGE_ERROR, 0, "[%s] %s: not true or false", group,
			key);
		return false;
	}
	if (is_overruled(configuration, group, key) ||
		(has_contrary && is_overruled(configuration, group, contrary)))
		return true;
	if (on || has_contrary)
		g_ptr_array_add(words, g_strconcat("--", on ? key : contrary, NULL));
	return true;
}

/* [popseal] may name a format that only other commands have. */
static bool
is_for_others(const struct option_set *set, const char *group, const char *key, const char *value)
{
	return g_str_equal(group, "popseal") && g_str_equal(key, "format") &&
		!options_has_format(set, value) && report_find(value) != NULL;
}

static bool
add_value(const struct configuration *configuration, const char *group, const char *key,
	GPtrArray *words, GError **error)
{
	g_autofree char *value = NULL;
	GError *problem = NULL;

	value = g_key_file_get_string(configuration->file, group, key, &problem);
	if (value != NULL && is_for_others(configuration->set, group, key, value))
		return true;
	if (value != NULL) {
		g_ptr_array_add(words, g_strdup_printf("--%s=%s", key, value));
		return true;
	}
	g_set_error(error, POPSEAL_USAGE_ERROR, 0, "[%s] %s: %s", group, key, problem->message);
	g_error_free(problem);
	return false;
}

/* What [popseal] names and this command lacks is meant for others. */
static bool
add_group(const struct configuration *configuration, const char *group, GPtrArray *words,
	GError **error)
{
	g_auto(GStrv) keys = g_key_file_get_keys(configuration->file, group, NULL, NULL);

	for (size_t i = 0; keys != NULL && keys[i] != NULL; i++) {
		const GOptionEntry *entry = options_find(configuration->set, keys[i]);

		if (entry != NULL &&
			!(entry->arg == G_OPTION_ARG_NONE ? add_flag : add_value)(configuration,
				group, keys[i], words, error))
			return false;
	}
	return true;
}

static bool
add_file(const char *path, struct configuration *configuration, GPtrArray *words, GError **error)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	GError *problem = NULL;

	configuration->file = file;
	if (g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &problem) &&
		check_file(file, &problem) &&
		add_group(configuration, "popseal", words, &problem) &&
		add_group(configuration, configuration->set->command, words, &problem))
		return true;
	g_set_error(error, POPSEAL_USAGE_ERROR, 0, "%s: %s", path, problem->message);
	g_error_free(problem);
	return false;
}

bool
configuration_add(const struct option_set *set, const char *named, char **typed, GPtrArray *words,
	GError **error)
{
	static const char machine[] = "/etc/popseal/popseal.conf";
	struct configuration configuration = { .set = set, .typed = typed };
	g_autofree char *own = NULL;

	if (named != NULL)
		return add_file(named, &configuration, words, error);
	own = g_build_filename(g_get_user_config_dir(), "popseal", "popseal.conf", NULL);
	if (g_file_test(own, G_FILE_TEST_EXISTS))
		return add_file(own, &configuration, words, error);
	return !g_file_test(machine, G_FILE_TEST_EXISTS) ||
		add_file(machine, &configuration, words, error);
}
