/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a scan would send, and what servers would make of it, without a
 * network: the real dialogue, played against a server that grants everything
 * and one that refuses everything.
 */
#ifndef POPSEAL_CMD_DRY_RUN_H
#define POPSEAL_CMD_DRY_RUN_H

#include <glib.h>

#include "scan/scan.h"

/* Prints to standard output; targets are struct target. */
void dry_run_print(const GPtrArray *targets, const struct scan_options *options);

#endif
