/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/options.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/command.h"
#include "cmd/configuration.h"
#include "cmd/output.h"
#include "model/escape.h"

GQuark
options_usage_error_quark(void)
{
	return g_quark_from_static_string("popseal-usage-error");
}

/* What the command line and the file said; there is one command in a process. */
static struct common_options given;

/* Behind the first of them, --format, the help lists the formats of the command. */
static const GOptionEntry common_entries[] = {
	{ "format", 0, 0, G_OPTION_ARG_STRING, &given.format, "Print in this format (default text)",
		"F" },
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

static const GOptionEntry *
find_entry(const GOptionEntry *entries, const char *name)
{
	for (; entries != NULL && entries->long_name != NULL; entries++)
		if (g_str_equal(entries->long_name, name))
			return entries;
	return NULL;
}

const GOptionEntry *
options_find(const struct option_set *set, const char *name)
{
	const GOptionEntry *entry = find_entry(common_entries, name);

	return entry == NULL && set != NULL ? find_entry(set->entries, name) : entry;
}

/* --- the command line ------------------------------------------------------------------------- */

/* Returns the names of the formats, "text|jsonl|csv", which live as long as the process. */
static const char *
formats_of(const struct option_set *set)
{
	g_autoptr(GString) names = g_string_new(set->formats);

	for (size_t i = 0; set->formats == NULL && reports[i] != NULL; i++)
		g_string_append_printf(names, "%s%s", i > 0 ? "|" : "", reports[i]->name);
	return g_intern_string(names->str);
}

bool
options_has_format(const struct option_set *set, const char *name)
{
	g_auto(GStrv) names = g_strsplit(formats_of(set), "|", -1);

	return g_strv_contains((const char *const *)names, name);
}

static bool
check_common(struct common_options *common, const struct option_set *set, GError **error)
{
	const char *format = common->format != NULL ? common->format : "text";

	common->report = options_has_format(set, format) ? report_find(format) : NULL;
	if (common->report == NULL) {
		g_set_error(error, POPSEAL_USAGE_ERROR, 0, "--format %s: not %s%s", format,
			strchr(formats_of(set), '|') != NULL ? "one of " : "", formats_of(set));
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

/* An empty value is the mark of a script's variable that was never set. */
static bool
check_values(const GOptionEntry *entries, GError **error)
{
	for (; entries != NULL && entries->long_name != NULL; entries++) {
		char **value = entries->arg_data;

		if (entries->arg == G_OPTION_ARG_NONE || *value == NULL || **value != '\0')
			continue;
		g_set_error(error, POPSEAL_USAGE_ERROR, 0, "--%s: its value is empty",
			entries->long_name);
		return false;
	}
	return true;
}

static GOptionContext *
make_context(const struct option_set *set)
{
	GOptionContext *context = g_option_context_new(set->arguments);
	GOptionEntry format[] = { common_entries[0], G_OPTION_ENTRY_NULL };

	format[0].arg_description = formats_of(set);
	g_option_context_set_summary(context, set->summary);
	if (set->entries != NULL)
		g_option_context_add_main_entries(context, set->entries, NULL);
	g_option_context_add_main_entries(context, format, NULL);
	g_option_context_add_main_entries(context, common_entries + 1, NULL);
	return context;
}

/* A command line may ask for help whatever else is wrong with it, or with the configuration. */
static bool
asks_for_help(char **words)
{
	const char *const *all = (const char *const *)words;

	return g_strv_contains(all, "--help") || g_strv_contains(all, "-h") ||
		g_strv_contains(all, "-?");
}

static int
print_help(const struct option_set *set, GOptionContext *context)
{
	g_autofree char *help = g_option_context_get_help(context, TRUE, NULL);
	g_autoptr(GString) text = g_string_new(help);
	GError *error = NULL;

	return output_print(NULL, text, &error) ?
		EXIT_CLEAN :
		options_fail(set->command, error, EXIT_OPERATIONAL);
}

/* --config has to be known before the rest is parsed. */
static const char *
named_config(char **words)
{
	const char *found = NULL;

	for (size_t i = 0; words[i] != NULL; i++) {
		if (g_str_has_prefix(words[i], "--config="))
			found = words[i] + strlen("--config=");
		else if (g_str_equal(words[i], "--config") && words[i + 1] != NULL)
			found = words[i + 1];
	}
	return found;
}

/* GLib takes --flag=anything for --flag, --flag=no included. */
static bool
check_flags(const struct option_set *set, char **words, GError **error)
{
	for (size_t i = 0; words[i] != NULL; i++) {
		const char *equals = strchr(words[i], '=');
		g_autofree char *name = NULL;
		const GOptionEntry *entry;

		if (equals == NULL || !g_str_has_prefix(words[i], "--"))
			continue;
		name = g_strndup(words[i] + 2, (size_t)(equals - words[i] - 2));
		entry = options_find(set, name);
		if (entry == NULL || entry->arg != G_OPTION_ARG_NONE)
			continue;
		g_set_error(error, POPSEAL_USAGE_ERROR, 0, "%s: --%s takes no value", words[i],
			name);
		return false;
	}
	return true;
}

/* Returns the words before "--" if there is one; *behind becomes those behind it, borrowed. */
static char **
take_options(int argc, char **argv, char ***behind)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new();
	int i = 1;

	while (i < argc && !g_str_equal(argv[i], "--"))
		g_ptr_array_add(words, g_strdup(argv[i++]));
	g_ptr_array_add(words, NULL);
	*behind = argv + MIN(i + 1, argc);
	return (char **)g_ptr_array_free(g_steal_pointer(&words), FALSE);
}

static void
add_words(GPtrArray *all, char **words)
{
	for (size_t i = 0; words[i] != NULL; i++)
		g_ptr_array_add(all, g_strdup(words[i]));
}

/* Reads what the file and the command line say; returns what is no option, or NULL and *error. */
static char **
read_options(const struct option_set *set, GOptionContext *context, char **typed, GError **error)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
	g_auto(GStrv) all = NULL;
	GError *problem = NULL;

	g_ptr_array_add(words, g_strdup_printf("popseal %s", set->command));
	if (!check_flags(set, typed, error) ||
		!configuration_add(set, named_config(typed), typed, words, error))
		return NULL;
	add_words(words, typed);
	g_ptr_array_add(words, NULL);
	all = (char **)g_ptr_array_free(g_steal_pointer(&words), FALSE);
	if (g_option_context_parse_strv(context, &all, &problem))
		return g_steal_pointer(&all);
	g_set_error(error, POPSEAL_USAGE_ERROR, 0, "%s", problem->message);
	g_error_free(problem);
	return NULL;
}

char **
options_parse(const struct option_set *set, struct common_options *common, int argc, char **argv,
	GError **error)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GOptionContext) context = make_context(set);
	g_autofree char *name = g_strdup_printf("popseal %s", set->command);
	char **behind = NULL;
	g_auto(GStrv) typed = take_options(argc, argv, &behind);
	g_auto(GStrv) plain = NULL;

	g_set_prgname(name);
	if (asks_for_help(typed))
		exit(print_help(set, context));
	plain = read_options(set, context, typed, error);
	if (plain == NULL)
		return NULL;
	*common = given;
	if (!check_values(common_entries, error) || !check_values(set->entries, error) ||
		!check_common(common, set, error))
		return NULL;
	add_words(words, plain + 1);
	add_words(words, behind);
	g_ptr_array_add(words, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&words), FALSE);
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
options_color(const struct common_options *common)
{
	const char *no_color = g_getenv("NO_COLOR");

	if (common->output != NULL && !g_str_equal(common->output, "-"))
		return false;
	return !common->no_color && (no_color == NULL || *no_color == '\0') &&
		isatty(STDOUT_FILENO) && g_strcmp0(g_getenv("TERM"), "dumb") != 0;
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
