/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A draft: a configuration as it would be with the edits that were proposed so far.
 */
#ifndef POPSEAL_FIX_DRAFT_H
#define POPSEAL_FIX_DRAFT_H

#include "products/fix.h"
#include "witness/config/instance.h"

struct draft {
	struct config_instance instance; /* the original, with files of its own */
	struct config_reading reading;   /* of what was read last */
	struct facts *facts;
	GHashTable *edited; /* the server's name to struct draft_text */
	bool restart;       /* a reload is not enough for what was changed */
};

/* One file that was edited. */
struct draft_text {
	char *path;  /* the server's name */
	char *shown; /* as the user may open it */
	GBytes *before, *after;
};

/* Reads the instance. */
struct draft *draft_new(const struct config_instance *instance);
void draft_free(struct draft *draft); /* NULL is a no-op */

/*
 * Asks the product's room for edits, puts them in and reads again. Returns whether there were any.
 * The fixing has what the room is to know; its reading, texts and edits are set here.
 */
bool draft_edit(struct draft *draft, const struct product_fix *fix, struct fixing *fixing);

#endif
