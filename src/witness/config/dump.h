/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --effective: the server's own word on its settings, in place of its files.
 */
#ifndef POPSEAL_WITNESS_CONFIG_DUMP_H
#define POPSEAL_WITNESS_CONFIG_DUMP_H

#include <glib.h>
#include <stdbool.h>

#include "witness/config/instance.h"

enum {
	DUMP_SECONDS = 30,         /* a command that takes longer is ended */
	DUMP_COMPLAINT_MAX = 4096, /* octets of its standard error that are kept */
};

/*
 * Runs the product's dump command and lays its output over the instance's files. False and *error
 * where the product has none, where it fails or prints no setting, where it speaks of another root
 * file, and where the files are not those of this host's own server; the files are then as before.
 */
bool config_dump_lay(struct config_instance *instance, GError **error);

#endif
