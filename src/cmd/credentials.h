/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a real login's name and secret come from: a netrc file, the
 * environment, a prompt. Never the command line, which everybody can read.
 *
 * From the moment that there is a secret the process leaves no core dump, and cannot be traced.
 */
#ifndef POPSEAL_CMD_CREDENTIALS_H
#define POPSEAL_CMD_CREDENTIALS_H

#include "model/secret.h"

struct credentials;

/*
 * Gathers what there is: the netrc file (NULL = none), which nobody but its owner may read; else
 * POPSEAL_USER with POPSEAL_PASSWORD or POPSEAL_TOKEN, which are taken out of the environment.
 * With `needed` the terminal, if there is one, is asked for what is missing. NULL and *error where
 * the file is refused, or a secret has no user, or is too long. Without a secret the result holds
 * none.
 */
struct credentials *credentials_new(const char *netrc, bool needed, GError **error);

/* Whether there is a secret for some host. */
bool credentials_any(const struct credentials *credentials);

/* What to log in with; borrowed. */
struct credential_choice {
	const char *user;
	const struct secret *password; /* either may be NULL */
	const struct secret *token;
};

/*
 * Says what to log in with at a host. In a netrc file that is what stands for `host`, else for
 * `other` (its name for TLS; may be NULL), else the default. False where there is nothing for it;
 * with *error where the file is broken.
 */
bool credentials_find(struct credentials *credentials, const char *host, const char *other,
	struct credential_choice *choice, GError **error);

/* Wipes and frees; NULL is a no-op. */
void credentials_free(struct credentials *credentials);

#endif
