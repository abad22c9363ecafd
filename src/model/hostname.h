/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Host names as DNS can know them, checked before a resolver guesses.
 */
#ifndef POPSEAL_MODEL_HOSTNAME_H
#define POPSEAL_MODEL_HOSTNAME_H

#include "model/endpoint.h"

enum {
	HOSTNAME_LABEL_MAX = 63
}; /* octets of one label (RFC 1035 section 2.3.4) */

/*
 * Writes the name in the form that DNS knows (letters beyond ASCII encoded,
 * RFC 5890; without the root's dot) to host and returns NULL, or returns what
 * is wrong with it: a static text that goes on a sentence ("has an empty
 * label"). Names in which inet_aton would see an address (10.1, 0x7f000001)
 * are wrong: nobody means to ask 10.0.0.1 by these.
 */
const char *hostname_parse(const char *name, char host[ENDPOINT_HOST_MAX + 1]);

#endif
