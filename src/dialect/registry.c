/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registry: the lines of dialects.def as a table.
 */
#include "dialect/tree.h"

#define DIALECT(name) extern const struct dialect dialect_##name;
#include "dialect/dialects.def"
#undef DIALECT

#define DIALECT(name) &dialect_##name,
const struct dialect *const dialects[] = {
#include "dialect/dialects.def"
	NULL,
};
#undef DIALECT
