/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints the values that popseal reads from a configuration, for the tests that compare them with
 * what the server's own programs read.
 *
 * usage: config-values shell ROOT NAME,... FILE...
 *        config-values imapd ROOT OPTION,... SERVICE FILE...
 *
 * FILE is a name within ROOT. For each file all values are printed, and a NUL after each:
 * "=value", "-" (not set) or "?" (cannot be told). imapd prints "broken" or "whole" before them;
 * SERVICE "" is none; a switch is "=yes" or "=no".
 */
#include <stdio.h>
#include <string.h>

#include "dialect/shell.h"
#include "products/cyrus/known.h"
#include "products/cyrus/settings.h"
#include "witness/config/files.h"

#define CYRUS_VERSION "3.6.1" /* the lab's */

static void
print(char kind, const char *value)
{
	putchar(kind);
	fputs(value, stdout);
	putchar('\0');
}

static int
print_shell(struct config_source *source, const char *file, char **names)
{
	g_autoptr(shell_values_auto) values = shell_values_new(true);
	const struct config_text *text = source->read(source, file, NULL);

	if (text == NULL)
		return 2;
	shell_values_source(values, source, text);
	for (size_t i = 0; names[i] != NULL; i++) {
		const struct shell_value *value = shell_values_find(values, names[i]);

		if (value == NULL)
			print('-', "");
		else
			print(value->text == NULL ? '?' : '=',
				value->text == NULL ? "" : value->text);
	}
	return 0;
}

static bool
is_switch(const char *option)
{
	return strstr(option, "allow") == option || g_str_equal(option, "tls_required");
}

static int
print_imapd(struct config_source *source, const char *file, const char *service, char **options)
{
	struct facts *facts = facts_new();
	struct config_reading reading = { facts, source, file, CYRUS_VERSION };
	struct cyrus_settings *settings;

	config_facts_new(facts, "cyrus", "Cyrus");
	service = *service != '\0' ? service : NULL;
	settings = cyrus_settings_read(&reading, file, true);
	fputs(settings->is_broken ||
				(service != NULL &&
					cyrus_settings_find_bad(settings, service, CYRUS_VERSION) !=
						NULL) ?
			"broken" :
			"whole",
		stdout);
	putchar('\0');
	for (size_t i = 0; options[i] != NULL; i++) {
		const struct cyrus_setting *setting =
			cyrus_settings_find(settings, service, options[i]);

		if (setting == NULL)
			print('-', "");
		else
			print('=',
				!is_switch(options[i])                    ? setting->value :
					cyrus_switch(setting->value) == 1 ? "yes" :
									    "no");
	}
	cyrus_settings_free(settings);
	facts_free(facts);
	return 0;
}

int
main(int argc, char **argv)
{
	const struct config_files_options options = { .root = argc > 2 ? argv[2] : NULL };
	g_auto(GStrv) names = argc > 4 ? g_strsplit(argv[3], ",", -1) : NULL;
	bool is_shell = argc > 4 && strcmp(argv[1], "shell") == 0;
	int code = argc > 4 ? 0 : 2;

	for (int i = is_shell ? 4 : 5; code == 0 && i < argc; i++) {
		struct config_files *files = config_files_new(&options, NULL);

		if (files == NULL)
			return 2;
		code = is_shell ? print_shell(config_files_source(files), argv[i], names) :
				  print_imapd(config_files_source(files), argv[i], argv[4], names);
		config_files_free(files);
	}
	return code;
}
