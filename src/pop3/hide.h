/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets out of what a server sends: some repeat the command in their "-ERR".
 */
#ifndef POPSEAL_POP3_HIDE_H
#define POPSEAL_POP3_HIDE_H

#include "model/secret.h"
#include "pop3/input.h"

#define HIDDEN "<secret>" /* what stands in a secret's place */

enum {
	HIDE_SECRET_MIN = 4,   /* octets; a shorter secret stands in words by chance, */
			       /* and hiding it there would tell it */
	HIDE_REPEATED_MIN = 8, /* octets of what was sent that are hidden where they come back */
};

/*
 * Appends a line to `out`, without the secret, base64 that holds it, and pieces of `sent` (the
 * last line that was made of it; may be empty). NUL octets become '?'.
 */
void hide_secrets(GString *out, const struct pop3_line *line, const struct secret *secret,
	const GString *sent);

#endif
