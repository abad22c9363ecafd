/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands: commands.def lists them, one a line, and this file makes of
 * the list what main and the help need.
 */
#include <glib.h>
#include <string.h>

#include "cmd/command.h"
#include "config.h"

#define COMMAND(name) extern const struct command command_##name;
#include "cmd/commands.def"
#undef COMMAND

const struct command *const commands[] = {
#define COMMAND(name) &command_##name,
#include "cmd/commands.def"
#undef COMMAND
	NULL,
};

static void
print_help(void)
{
	g_print("popseal finds, proves and explains POP3 cleartext logins.\n\n"
		"Usage: popseal COMMAND [OPTION...] [ARGUMENT...]\n\nCommands:\n");
	for (size_t i = 0; commands[i] != NULL; i++)
		g_print("  %-10s %s\n", commands[i]->name, commands[i]->summary);
	g_print("\n'popseal COMMAND --help' lists a command's options.\n"
		"Exit codes: 0 clean, 1 findings, 2 undetermined (--strict), 3 usage,\n"
		"4 operational error.\n");
}

static int
run_unknown(const char *word)
{
	g_printerr("popseal: '%s' is not a command; see 'popseal --help'\n", word);
	return EXIT_USAGE;
}

int
commands_run(int argc, char **argv)
{
	if (argc < 2) {
		print_help();
		return EXIT_USAGE;
	}
	if (g_str_equal(argv[1], "--help") || g_str_equal(argv[1], "-h") ||
		g_str_equal(argv[1], "help")) {
		print_help();
		return EXIT_CLEAN;
	}
	if (g_str_equal(argv[1], "--version")) {
		g_print("popseal %s\n", POPSEAL_VERSION);
		return EXIT_CLEAN;
	}
	for (size_t i = 0; commands[i] != NULL; i++)
		if (g_str_equal(argv[1], commands[i]->name))
			return commands[i]->run(argc - 1, argv + 1);
	return run_unknown(argv[1]);
}
