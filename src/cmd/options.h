/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The options that every command takes, from the command line and from the
 * configuration file, which holds the same names.
 */
#ifndef POPSEAL_CMD_OPTIONS_H
#define POPSEAL_CMD_OPTIONS_H

#include <glib.h>
#include <stdbool.h>

#include "model/assessment.h"
#include "reports/report.h"

struct common_options {
	const struct report *report;
	char *format;
	char *output; /* a file, or NULL for standard output */
	char *fail_on_word;
	enum severity fail_on;
	gboolean strict;
	gboolean no_strict;
	char *store;
	gboolean no_store;
	gboolean quiet;
	gboolean verbose;
	gboolean no_color;
	gboolean no_progress;
	char *config;
	gboolean pseudonymize;
};

struct option_set {
	const char *command;   /* "scan": also its group in the configuration file */
	const char *arguments; /* "TARGET..." */
	const char *formats;   /* of --format: "text|jsonl"; NULL = all reports */
	const char *summary;   /* the paragraph of its --help */
	const GOptionEntry *entries;
	bool strict; /* exits 2 for what could not be determined, unless told otherwise */
};

/*
 * Reads argv (argv[0] is the command) with the configuration file before it,
 * so that the command line wins; "--" ends the options. Returns the words that are
 * no options (g_strfreev), or NULL and *error. --help prints and ends the process.
 */
char **options_parse(const struct option_set *set, struct common_options *common, int argc,
	char **argv, GError **error);

/* Whether the command has a format of that name. */
bool options_has_format(const struct option_set *set, const char *name);

/* Returns the option of that long name, a common one or the set's (NULL: none), or NULL. */
const GOptionEntry *options_find(const struct option_set *set, const char *name);

void options_clear(struct common_options *common);

/* Whether the output gets colours: it is a terminal, and neither --no-color nor NO_COLOR is set. */
bool options_color(const struct common_options *common);

/* The exit code that a run's totals amount to. */
int options_exit_code(const struct common_options *common, const struct summary *summary);

/* Prints "popseal COMMAND: MESSAGE" to standard error, frees the error and returns code. */
int options_fail(const char *command, GError *error, int code);

/* Prints the failure of a target to standard error. What is untrusted in it is escaped. */
void options_print_failure(const char *command, const struct failure *failure);

#define POPSEAL_USAGE_ERROR (options_usage_error_quark())
GQuark options_usage_error_quark(void);

#endif
