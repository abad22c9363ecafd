/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands: commands.def lists them, one a line, and this file makes of
 * the list what main and the help need.
 */
#include <glib.h>

#include "cmd/command.h"
#include "cmd/output.h"
#include "config.h"
#include "model/escape.h"

#define COMMAND(name) extern const struct command command_##name;
#include "cmd/commands.def"
#undef COMMAND

const struct command *const commands[] = {
#define COMMAND(name) &command_##name,
#include "cmd/commands.def"
#undef COMMAND
	NULL,
};

static int
print(const char *what)
{
	g_autoptr(GString) text = g_string_new(what);
	GError *error = NULL;

	if (output_print(NULL, text, &error))
		return EXIT_CLEAN;
	g_printerr("popseal: %s\n", error->message);
	g_error_free(error);
	return EXIT_OPERATIONAL;
}

static int
print_help(void)
{
	g_autoptr(GString) text =
		g_string_new("popseal finds, proves and explains POP3 cleartext logins.\n\n"
			     "Usage: popseal COMMAND [OPTION...] [ARGUMENT...]\n\nCommands:\n");

	for (size_t i = 0; commands[i] != NULL; i++)
		g_string_append_printf(text, "  %-10s %s\n", commands[i]->name,
			commands[i]->summary);
	g_string_append(text,
		"\n'popseal COMMAND --help' lists a command's options, --version the version.\n"
		"Exit codes: 0 clean, 1 findings, 2 undetermined (--strict), 3 usage,\n"
		"4 operational error.\n");
	return print(text->str);
}

static int
run_unknown(const char *word)
{
	g_autofree char *shown = escape_string(word);

	g_printerr("popseal: '%s' is not a command; see 'popseal --help'\n", shown);
	return EXIT_USAGE;
}

static int
run_named(int argc, char **argv)
{
	for (size_t i = 0; commands[i] != NULL; i++)
		if (g_str_equal(argv[0], commands[i]->name))
			return commands[i]->run(argc, argv);
	return run_unknown(argv[0]);
}

/* 'popseal help scan' is 'popseal scan --help'. */
static int
run_help(int argc, char **argv)
{
	char option[] = "--help";
	char *words[] = { argc > 1 ? argv[1] : NULL, option, NULL };

	return argc > 1 ? run_named(2, words) : print_help();
}

int
commands_run(int argc, char **argv)
{
	int code;

	if (argc < 2) {
		code = print_help();
		return code == EXIT_CLEAN ? EXIT_USAGE : code;
	}
	if (g_str_equal(argv[1], "--help") || g_str_equal(argv[1], "-h") ||
		g_str_equal(argv[1], "help"))
		return run_help(argc - 1, argv + 1);
	if (g_str_equal(argv[1], "--version"))
		return print("popseal " POPSEAL_VERSION "\n");
	return run_named(argc - 1, argv + 1);
}
