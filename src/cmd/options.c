/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/options.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/command.h"
#include "config.h"
#include "model/escape.h"

GQuark
options_usage_error_quark(void)
{
	return g_quark_from_static_string("popseal-usage-error");
}

/* What the command line and the file said; there is one command in a process. */
static struct common_options given;

static const GOptionEntry common_entries[] = {
	{ "format", 0, 0, G_OPTION_ARG_STRING, &given.format,
		"Print in this format: text (default), jsonl, csv", "F" },
	{ "output", 'o', 0, G_OPTION_ARG_FILENAME, &given.output,
		"Write there instead of standard output", "FILE" },
	{ "fail-on", 0, 0, G_OPTION_ARG_STRING, &given.fail_on_word,
		"Exit 1 for findings from here: high, medium, low (default), info, none",
		"SEVERITY" },
	{ "strict", 0, 0, G_OPTION_ARG_NONE, &given.strict,
		"Exit 2 when something could not be determined", NULL },
	{ "no-strict", 0, 0, G_OPTION_ARG_NONE, &given.no_strict, "Do not", NULL },
	{ "store", 0, 0, G_OPTION_ARG_STRING, &given.store,
		"Accepted for later versions: there is no store yet", "URL|FILE" },
	{ "no-store", 0, 0, G_OPTION_ARG_NONE, &given.no_store, "Write nothing to a store", NULL },
	{ "quiet", 'q', 0, G_OPTION_ARG_NONE, &given.quiet, "Print what needs attention only",
		NULL },
	{ "verbose", 'v', 0, G_OPTION_ARG_NONE, &given.verbose,
		"Print unknown rules and the transcript too", NULL },
	{ "no-color", 0, 0, G_OPTION_ARG_NONE, &given.no_color, "No colours, even on a terminal",
		NULL },
	{ "no-progress", 0, 0, G_OPTION_ARG_NONE, &given.no_progress,
		"No progress bar on standard error", NULL },
	{ "config", 0, 0, G_OPTION_ARG_FILENAME, &given.config, "Read options from this key file",
		"FILE" },
	{ "pseudonymize", 0, 0, G_OPTION_ARG_NONE, &given.pseudonymize,
		"Print keyed pseudonyms instead of account names", NULL },
	G_OPTION_ENTRY_NULL,
};

/* --- the configuration file ------------------------------------------------------------------- */

static const GOptionEntry *
find_entry(const GOptionEntry *entries, const char *name)
{
	for (; entries != NULL && entries->long_name != NULL; entries++)
		if (g_str_equal(entries->long_name, name))
			return entries;
	return NULL;
}

/* One line of the file becomes one option, as if it had been typed. */
static bool
add_key(GKeyFile *file, const char *group, const char *key, const GOptionEntry *entry,
	GPtrArray *words, GError **error)
{
	g_autofree char *value = NULL;
	gboolean on;

	if (entry == NULL) {
		g_set_error(error, POPSEAL_USAGE_ERROR, 0, "[%s] %s: no such option", group, key);
		return false;
	}
	if (entry->arg != G_OPTION_ARG_NONE) {
		value = g_key_file_get_string(file, group, key, error);
		if (value == NULL)
			return false;
		g_ptr_array_add(words, g_strdup_printf("--%s=%s", key, value));
		return true;
	}
	on = g_key_file_get_boolean(file, group, key, error);
	if (*error != NULL)
		return false;
	if (on)
		g_ptr_array_add(words, g_strdup_printf("--%s", key));
	return true;
}

/*
 * [popseal] holds for every command and may name options that this one lacks; [scan] and the like
 * may not.
 */
static bool
add_group(GKeyFile *file, const char *group, bool lenient, const struct option_set *set,
	GPtrArray *words, GError **error)
{
	g_auto(GStrv) keys = g_key_file_get_keys(file, group, NULL, NULL);

	for (size_t i = 0; keys != NULL && keys[i] != NULL; i++) {
		const GOptionEntry *entry = find_entry(common_entries, keys[i]);

		if (entry == NULL)
			entry = find_entry(set->entries, keys[i]);
		if (entry == NULL && lenient)
			continue;
		if (!add_key(file, group, keys[i], entry, words, error))
			return false;
	}
	return true;
}

static bool
add_file(const char *path, bool must_exist, const struct option_set *set, GPtrArray *words,
	GError **error)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	GError *problem = NULL;

	if (!must_exist && !g_file_test(path, G_FILE_TEST_EXISTS))
		return true;
	if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &problem) ||
		!add_group(file, "popseal", true, set, words, &problem) ||
		!add_group(file, set->command, false, set, words, &problem)) {
		g_set_error(error, POPSEAL_USAGE_ERROR, 0, "%s: %s", path, problem->message);
		g_error_free(problem);
		return false;
	}
	return true;
}

/* --config has to be known before the rest is parsed. */
static const char *
named_config(int argc, char **argv)
{
	const char *found = NULL;

	for (int i = 1; i < argc && !g_str_equal(argv[i], "--"); i++) {
		if (g_str_has_prefix(argv[i], "--config="))
			found = argv[i] + strlen("--config=");
		else if (g_str_equal(argv[i], "--config") && i + 1 < argc)
			found = argv[i + 1];
	}
	return found;
}

static bool
add_configuration(const struct option_set *set, int argc, char **argv, GPtrArray *words,
	GError **error)
{
	const char *named = named_config(argc, argv);
	g_autofree char *own = NULL;

	if (named != NULL)
		return add_file(named, true, set, words, error);
	own = g_build_filename(g_get_user_config_dir(), "popseal", "popseal.conf", NULL);
	if (g_file_test(own, G_FILE_TEST_EXISTS))
		return add_file(own, true, set, words, error);
	return add_file("/etc/popseal/popseal.conf", false, set, words, error);
}

/* --- the command line ------------------------------------------------------------------------- */

static bool
check_common(struct common_options *common, const struct option_set *set, GError **error)
{
	common->report = report_find(common->format != NULL ? common->format : "text");
	if (common->report == NULL) {
		g_set_error(error, POPSEAL_USAGE_ERROR, 0,
			"--format %s: not one of text, jsonl, csv", common->format);
		return false;
	}
	common->fail_on = SEVERITY_LOW;
	if (common->fail_on_word != NULL &&
		!severity_parse(common->fail_on_word, &common->fail_on)) {
		g_set_error(error, POPSEAL_USAGE_ERROR, 0,
			"--fail-on %s: not one of high, medium, low, info, none",
			common->fail_on_word);
		return false;
	}
	if (common->strict && common->no_strict) {
		g_set_error(error, POPSEAL_USAGE_ERROR, 0,
			"--strict and --no-strict exclude each other");
		return false;
	}
	common->strict = common->strict || (set->strict && !common->no_strict);
	return true;
}

static GOptionContext *
make_context(const struct option_set *set)
{
	GOptionContext *context = g_option_context_new(set->arguments);

	g_option_context_set_summary(context, set->summary);
	if (set->entries != NULL)
		g_option_context_add_main_entries(context, set->entries, NULL);
	g_option_context_add_main_entries(context, common_entries, NULL);
	return context;
}

char **
options_parse(const struct option_set *set, struct common_options *common, int argc, char **argv,
	GError **error)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GOptionContext) context = make_context(set);
	g_auto(GStrv) all = NULL;
	GError *problem = NULL;

	g_ptr_array_add(words, g_strdup_printf("popseal %s", set->command));
	if (!add_configuration(set, argc, argv, words, error))
		return NULL;
	for (int i = 1; i < argc; i++)
		g_ptr_array_add(words, g_strdup(argv[i]));
	g_ptr_array_add(words, NULL);
	all = (char **)g_ptr_array_free(g_steal_pointer(&words), FALSE);
	g_set_prgname(all[0]);
	if (!g_option_context_parse_strv(context, &all, &problem)) {
		g_set_error(error, POPSEAL_USAGE_ERROR, 0, "%s", problem->message);
		g_error_free(problem);
		return NULL;
	}
	*common = given;
	if (!check_common(common, set, error))
		return NULL;
	return g_strdupv(all + 1);
}

void
options_clear(struct common_options *common)
{
	g_free(common->format);
	g_free(common->output);
	g_free(common->fail_on_word);
	g_free(common->store);
	g_free(common->config);
}

bool
options_color(const struct common_options *common, int fd)
{
	const char *no_color = g_getenv("NO_COLOR");

	return !common->no_color && (no_color == NULL || *no_color == '\0') && isatty(fd) &&
		g_strcmp0(g_getenv("TERM"), "dumb") != 0;
}

int
options_exit_code(const struct common_options *common, const struct summary *summary)
{
	if (summary->usage_errors > 0)
		return EXIT_USAGE;
	if (summary->errors > 0 || summary->interrupted)
		return EXIT_OPERATIONAL;
	for (size_t i = common->fail_on; i < G_N_ELEMENTS(summary->findings); i++)
		if (summary->findings[i] > 0 && common->fail_on != SEVERITY_NONE &&
			i != SEVERITY_INFO)
			return EXIT_FINDINGS;
	if (common->strict && summary->verdicts[VERDICT_UNDETERMINED] > 0)
		return EXIT_UNDETERMINED;
	return EXIT_CLEAN;
}

int
options_fail(const char *command, GError *error, int code)
{
	g_autofree char *message = escape_again(error->message);

	g_printerr("popseal %s: %s\n", command, message);
	g_error_free(error);
	return code;
}

void
options_print_failure(const char *command, const struct failure *failure)
{
	g_autofree char *subject = escape_again(failure->subject);
	g_autofree char *message = escape_again(failure->message);

	g_printerr("popseal %s: %s: %s\n", command, subject, message);
}
