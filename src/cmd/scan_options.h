/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The options of popseal scan: from words to what the engine takes.
 */
#ifndef POPSEAL_CMD_SCAN_OPTIONS_H
#define POPSEAL_CMD_SCAN_OPTIONS_H

#include "cmd/options.h"
#include "scan/scan.h"

/* What the command itself takes; the strings are the options' own. */
struct scan_command {
	struct common_options common;
	struct scan_options scan;
	GPtrArray *words;  /* of struct target, owned; stolen by whoever scans */
	char *description; /* of what is scanned and how, for the checkpoint; owned */
	const char *input;
	const char *from;
	const char *discover; /* a domain */
	const char *netns;
	const char *checkpoint;
	const char *status_file;
	const char *metrics;
	bool resume;
	bool seed_given;
	bool dry_run;
};

extern const struct option_set scan_option_set;

/*
 * Reads argv, as options_parse does, and checks all of it. False and *error (usage) for what is
 * wrong. Every word is parsed before anything is sent.
 */
bool scan_options_parse(struct scan_command *command, int argc, char **argv, GError **error);
void scan_options_clear(struct scan_command *command);

#endif
