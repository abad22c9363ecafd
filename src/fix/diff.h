/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two versions of a text as a unified diff, as diff -u and patch know it.
 */
#ifndef POPSEAL_FIX_DIFF_H
#define POPSEAL_FIX_DIFF_H

#include <glib.h>

enum {
	DIFF_CONTEXT = 3,        /* lines around a change */
	DIFF_CHANGES_MAX = 1024, /* lines that differ; beyond, all between the ends is replaced */
};

/*
 * Returns the diff of the lines, with "--- a" and "+++ b" before it; "" where the texts are equal.
 * `a` and `b` name them. A new string; octets are given as they are.
 */
char *diff_unified(const char *a, GBytes *before, const char *b, GBytes *after);

#endif
