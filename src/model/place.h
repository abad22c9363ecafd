/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files as other programs know them: by their path from the folder that popseal
 * was run in, which in a pipeline is the repository.
 */
#ifndef POPSEAL_MODEL_PLACE_H
#define POPSEAL_MODEL_PLACE_H

#include <glib.h>
#include <stdbool.h>

/*
 * The path of a file from the folder `base` (absolute), where it is below it; else its absolute
 * path. Without `base` (NULL) the path as it is. "." and ".." are taken out by their letters alone.
 * A new string.
 */
char *place_relative(const char *base, const char *file);

/* Whether the pattern, in which `*` stands for any octets and `?` for one, matches the text. */
bool place_matches(const char *pattern, const char *text);

#endif
