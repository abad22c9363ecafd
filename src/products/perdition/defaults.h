/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POPSEAL_PRODUCTS_PERDITION_DEFAULTS_H
#define POPSEAL_PRODUCTS_PERDITION_DEFAULTS_H

#include "dialect/tree.h"
#include "products/config.h"

/*
 * What an instance's command line says of ssl_mode: all of it adds up, and takes the place of what
 * the file says (measured on 2.2).
 */
struct perdition_flags {
	const char *mode; /* words, with ',' between them; NULL: nothing is said */
	/* what says so, in /etc/default/perdition or a file that it sources */
	const struct config_text *text;
	size_t at;
};

/* Which instances Debian's init script starts, and how. */
struct perdition_defaults {
	const struct config_text *text; /* NULL: there is no such file */
	bool pop3, pop3s;
	struct perdition_flags pop3_flags, pop3s_flags;
};

/*
 * Reads /etc/default/perdition. Without that file it is one instance of POP3; other flags in it
 * that bear on the gate, and what only a shell can tell, become doubts.
 */
void perdition_defaults_read(struct config_reading *config, struct perdition_defaults *defaults);

/* One assignment. */
struct perdition_assignment {
	size_t at;         /* of its name */
	struct span value; /* with its quotes */
	char *word;        /* what it says, owned; NULL: the shell decides */
};

/*
 * Finds the assignment of that name that is in force; false, without a word, where there is none or
 * something behind it may set it: then one at the file's end would be.
 */
bool perdition_defaults_find(const struct config_text *text, const char *name,
	struct perdition_assignment *found);

#endif
