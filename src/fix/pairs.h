/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates and keys that a host already has: Let's Encrypt's, and those of other mail services.
 */
#ifndef POPSEAL_FIX_PAIRS_H
#define POPSEAL_FIX_PAIRS_H

#include "model/change.h"

enum {
	PAIRS_MAX = 8, /* that are told */
};

/*
 * Adds to the change's warnings which pairs of this host (or of the image `root`) can be used, with
 * the options that name them; where there are none, the commands that get one.
 */
void pairs_suggest(struct change *change, const char *root);

/*
 * Warns where the certificate is one that certbot renews, and nothing tells a server when it has:
 * no deploy hook is there.
 */
void pairs_check_renewal(struct change *change, const char *root, const char *certificate);

#endif
