/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration file: a key file whose keys are the names of the options.
 * [popseal] holds for every command, a group such as [scan] for one.
 */
#ifndef POPSEAL_CMD_CONFIGURATION_H
#define POPSEAL_CMD_CONFIGURATION_H

#include "cmd/options.h"

/*
 * Adds to words (of char *, owned) what the file says for the command of `set`, each key as an
 * option of the command line. `named` is the file that the user named; NULL: the user's own, or
 * the machine's, of which neither has to be there. `typed` are the words of the command line, which
 * overrule the file. All of the file is checked, other commands' groups too. False and *error
 * (usage), which names the file and the key.
 */
bool configuration_add(const struct option_set *set, const char *named, char **typed,
	GPtrArray *words, GError **error);

#endif
