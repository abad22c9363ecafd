/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a scan would send, and what servers would make of it, without a
 * network: the real dialogue, played against a server that grants everything
 * and one that refuses everything.
 */
#ifndef POPSEAL_CMD_DRY_RUN_H
#define POPSEAL_CMD_DRY_RUN_H

#include <glib.h>

#include "cmd/output.h"
#include "scan/scan.h"

/*
 * Prints it; targets are struct target, source (may be NULL; read to its end) holds more of them.
 * Lines that are none are named on standard error, and *bad_lines counts them. False and *error if
 * it cannot be written.
 */
bool dry_run_print(const GPtrArray *targets, struct source *source,
	const struct scan_options *options, struct output *output, uint64_t *bad_lines,
	GError **error);

#endif
