/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where targets come from beside the words: a list (--input), another tool's
 * report (--from), or DNS (--discover).
 */
#ifndef POPSEAL_CMD_SCAN_SOURCE_H
#define POPSEAL_CMD_SCAN_SOURCE_H

#include "cmd/scan_options.h"

/*
 * Opens what the options name; *source is NULL where they name nothing. A report or DNS is
 * read by a process of its own, which is started here. False and *error, which names the file.
 */
bool scan_source_open(const struct scan_command *command, struct source **source, GError **error);

#endif
