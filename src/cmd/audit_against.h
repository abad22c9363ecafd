/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The endpoint of --against: asked once, at standard depth, as `scan` asks it.
 */
#ifndef POPSEAL_CMD_AUDIT_AGAINST_H
#define POPSEAL_CMD_AUDIT_AGAINST_H

#include "model/facts.h"

/*
 * Asks the endpoint that the word names: a host (its port 110), host:port or URL; of a name the
 * first address. Returns facts with their verdict (facts_free), or NULL and *error: a usage error
 * where the word names no single endpoint.
 */
struct facts *against_ask(const char *word, GError **error);

#endif
