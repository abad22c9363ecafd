/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the endpoints of one host may know of each other, for rules of host scope.
 */
#ifndef POPSEAL_MODEL_HOST_H
#define POPSEAL_MODEL_HOST_H

#include "model/facts.h"

/* An endpoint that was asked; facts are NULL where nothing came of it. */
struct host_endpoint {
	enum mode mode;
	struct facts *facts;
};

/* Fills in facts->host of each; nothing in it points into the facts of another. */
void host_tell(const struct host_endpoint *endpoints, size_t count);

#endif
