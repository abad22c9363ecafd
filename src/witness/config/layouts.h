/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the well-known mail-server distributions keep a product's files in the folder that their
 * users work in, and what those files are in the server's own names.
 */
#ifndef POPSEAL_WITNESS_CONFIG_LAYOUTS_H
#define POPSEAL_WITNESS_CONFIG_LAYOUTS_H

#include <stdbool.h>

#include "model/facts.h"

struct config_layout {
	const char *title;   /* "Mailcow" */
	const char *product; /* whose file it is */
	const char *path;    /* the end of its path: "data/conf/dovecot/extra.conf" */
	const char *server;  /* its name in the image: "/etc/dovecot/extra.conf" */
	/* Where this one is beside it, it is read with that, as its own; NULL: never. */
	const char *unless;
	const char *settle; /* the one command that tells the whole */
};

/*
 * The layout that has that file as a fragment: some of the settings of a configuration whose rest
 * is in the image. NULL where there is none. `path` is absolute.
 */
const struct config_layout *config_layout_find(const char *path);

/*
 * What a fragment says for itself stays where it permits by a setting of its own; all else is
 * decided elsewhere: the facts get a doubt that says so.
 */
void config_layout_judge(const struct config_layout *layout, struct facts *facts);

/* All layouts, ended by one without a title. */
extern const struct config_layout config_layouts[];

#endif
