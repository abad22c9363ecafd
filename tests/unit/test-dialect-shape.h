/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tests of dialects share: a tree as a short text, and that it gives back every octet of
 * whatever it was made from.
 */
#ifndef POPSEAL_TEST_DIALECT_SHAPE_H
#define POPSEAL_TEST_DIALECT_SHAPE_H

#include "dialect/tree.h"

/* A text and the shape of its tree. */
struct shape_sample {
	const char *text;
	const char *shape;
};

/*
 * The shape: "key=value;" of a setting, with its words joined by '|' if there are any; "key;"
 * without a value; "<value>" of an include; "key|words{...}" of a block; "!" of what is wrong; '?'
 * before a node that has a problem. A new string.
 */
char *shape_of(const struct dialect *dialect, const char *bytes, size_t length);

/* Asserts the samples' shapes; each text, cut and garbled in many ways, must be given back, too. */
void shape_check(const struct dialect *dialect, const struct shape_sample *samples, size_t count);

/* Asserts that a text of many nodes and one of deep blocks stay within the bounds. */
void shape_check_bounds(const struct dialect *dialect, const char *repeated, const char *opening);

#endif
