/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Another program, run to its end and within bounds. What it leaves running (a daemon) is not
 * waited for.
 */
#ifndef POPSEAL_NET_COMMAND_H
#define POPSEAL_NET_COMMAND_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum {
	COMMAND_SECONDS = 60,          /* the usual time that a command may take */
	COMMAND_OUTPUT_MAX = 64 << 10, /* octets of what it prints that are kept */
};

struct command {
	const char *const *words; /* NULL-terminated; the first is looked for in PATH */
	unsigned seconds;         /* then it is ended, with its process group */
	size_t output_max;        /* octets that are kept; the rest is dropped */
	bool apart;               /* standard error is kept apart, as `complaint` */
	/* Run in the child before the program; what it prints counts as the program's; may exit. */
	void (*prepare)(void *user);
	void *user;
};

struct command_result {
	char *output;    /* what it printed, NUL-terminated */
	size_t length;   /* of output */
	char *complaint; /* with `apart`: of standard error; else NULL */
	bool cut;        /* it printed more */
	bool in_time;
	int code; /* its exit code; 128 and the signal where one has ended it */
};

/*
 * Runs it. False and *error where it could not be started; else its end is in *result, which
 * command_result_clear frees.
 */
bool command_run(const struct command *command, struct command_result *result, GError **error);
void command_result_clear(struct command_result *result);

#endif
