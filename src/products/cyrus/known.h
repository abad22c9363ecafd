/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The options of imapd.conf that Cyrus reads as something else than text: a value that is none of
 * that keeps it from starting, whatever the option is for.
 */
#ifndef POPSEAL_PRODUCTS_CYRUS_KNOWN_H
#define POPSEAL_PRODUCTS_CYRUS_KNOWN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether a version (NULL: not known) refuses the option's value. Versions that do not know an
 * option do not look at its value; where versions differ in what they take, and it is not known
 * which one it is, what any of them takes is not refused.
 */
bool cyrus_is_refused(const char *name, const char *value, const char *version);

/* The names of these options, by number from 0; NULL behind the last one. */
const char *cyrus_known_option(size_t i);

/* How Cyrus reads a switch, by its first letters: 1, 0, or -1 for what it refuses. */
int cyrus_switch(const char *value);

#endif
