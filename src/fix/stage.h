/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The server's own checker on a configuration that is not in place yet: in a mount namespace of its
 * own the staged copies lie over the files, so that every path in them, absolute ones included, is
 * what it will be.
 */
#ifndef POPSEAL_FIX_STAGE_H
#define POPSEAL_FIX_STAGE_H

#include "fix/journal.h"

enum stage_outcome {
	STAGE_PASSED,
	STAGE_FAILED,
	STAGE_IMPOSSIBLE, /* this process may make no such namespace: check when it is in place */
};

/* Runs the change's check command on the staged copies; adds the check "check". */
enum stage_outcome stage_check(const struct journal *journal, struct change *change);

/* Runs it on what is in place. */
bool stage_check_live(struct change *change, const char *name);

/* Runs a command line by the shell and adds a check of that name. */
bool stage_run(struct change *change, const char *name, const char *line);

#endif
