/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The options of popseal verify: from words to what a run takes.
 */
#ifndef POPSEAL_CMD_VERIFY_OPTIONS_H
#define POPSEAL_CMD_VERIFY_OPTIONS_H

#include "cmd/options.h"
#include "cmd/verify_host.h"

enum {
	VERIFY_CONCURRENCY = 16, /* hosts at once */
	VERIFY_CONCURRENCY_MAX = 1024,
	VERIFY_MECHANISMS_MAX = 16, /* words of --mechanism */
};

struct verify_command {
	struct common_options common;
	struct report_options report_options;
	struct verify_setup setup; /* but for trust, user and credentials */
	struct port_list ports;
	struct policy *policy; /* owned, or NULL */
	GPtrArray *words;      /* of struct target, owned */
	const char *input;
	const char *netns;
	const char *netrc;
	const char *evidence;
	bool one_address;
	bool nagios_codes; /* --exit-codes nagios */
	unsigned concurrency;
	char *line; /* the command line as it was given, for the evidence; owned */
};

extern const struct option_set verify_option_set;

/*
 * Reads argv, as options_parse does, and checks all of it. False and *error: usage for what is
 * wrong, G_FILE_ERROR for a file that cannot be read.
 */
bool verify_options_parse(struct verify_command *command, int argc, char **argv, GError **error);
void verify_options_clear(struct verify_command *command);

#endif
