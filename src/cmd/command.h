/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command: one file cmd/NAME.c with its const struct command_NAME, one line
 * in cmd/commands.def, and its page docs/man/popseal-NAME.1.
 */
#ifndef POPSEAL_CMD_COMMAND_H
#define POPSEAL_CMD_COMMAND_H

#include "cmd/options.h"

/* The exit codes, the same for every command and format. When several hold: 3, 5, 4, 1, 2. */
enum exit_code {
	EXIT_CLEAN = 0,
	EXIT_FINDINGS = 1,
	EXIT_UNDETERMINED = 2,
	EXIT_USAGE = 3,
	EXIT_OPERATIONAL = 4,
	EXIT_ROLLED_BACK = 5,
};

struct command {
	const char *name;
	const char *summary;
	const struct option_set *options;
	/* argv[0] is the command's name; returns the exit code. */
	int (*run)(int argc, char **argv);
};

/* All commands in the order of commands.def, NULL-terminated. */
extern const struct command *const commands[];

/* Runs the command that argv names, or prints the help; returns the exit code. */
int commands_run(int argc, char **argv);

#endif
