/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A netrc file as curl and fetchmail read it: machine NAME, default, login,
 * password (passwd), account, macdef; quotes, backslashes and comments. Pure: it is given the text.
 */
#ifndef POPSEAL_MODEL_NETRC_H
#define POPSEAL_MODEL_NETRC_H

#include "model/secret.h"

enum {
	NETRC_MAX = 256 * 1024, /* octets of a file */
};

struct netrc_entry {
	char *login;             /* owned; NULL where the entry has none */
	struct secret *password; /* owned; likewise */
};

/*
 * Looks for the first entry of `machine` (ASCII case ignored), else for `default`; with a login
 * given (not NULL), for one with that login or with none. Returns true and fills *entry in
 * (netrc_entry_clear), or returns false: *error (of POPSEAL_NETRC_ERROR) is set where the file is
 * broken (the message names the line, and quotes nothing), and not where it has no such entry.
 */
bool netrc_find(const char *text, size_t length, const char *machine, const char *login,
	struct netrc_entry *entry, GError **error);
void netrc_entry_clear(struct netrc_entry *entry);

#define POPSEAL_NETRC_ERROR (netrc_error_quark())
GQuark netrc_error_quark(void);

#endif
