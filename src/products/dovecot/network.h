/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A network as Dovecot's local and remote blocks and its lists of trusted networks name it.
 */
#ifndef POPSEAL_PRODUCTS_DOVECOT_NETWORK_H
#define POPSEAL_PRODUCTS_DOVECOT_NETWORK_H

#include "model/address.h"

struct dovecot_network {
	const char *text;       /* as it stands there; NULL: none is meant, every address */
	struct address address; /* FAMILY_NONE: a host name, whose address only the server knows */
	unsigned bits;
};

/* Reads "10.0.0.0/8", "10.1", "[::1]/128"; false where it is no such literal. Keeps the text. */
bool dovecot_network_read(struct dovecot_network *network, const char *text);

/* The same for a block's name, which may be a host's; false where Dovecot refuses it. */
bool dovecot_network_read_block(struct dovecot_network *network, const char *text);

/* Whether all of `inner` lies in `outer`; a name lies in the same name only. */
bool dovecot_network_holds(const struct dovecot_network *outer,
	const struct dovecot_network *inner);

/* Whether an address may lie in both, as far as that is known: a name may be any address. */
bool dovecot_network_may_meet(const struct dovecot_network *a, const struct dovecot_network *b);

/* Whether it holds no client: to Dovecot, who comes as ::ffff:10.0.0.1 is 10.0.0.1. */
bool dovecot_network_is_empty(const struct dovecot_network *network);

bool dovecot_network_same(const struct dovecot_network *a, const struct dovecot_network *b);

/* Whether it has addresses of this host only. */
bool dovecot_network_is_loopback(const struct dovecot_network *network);

#endif
