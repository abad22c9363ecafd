/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the two halves of the search for configurations share: instance.c (what a place holds) and
 * walk.c (the places below a folder).
 */
#ifndef POPSEAL_WITNESS_CONFIG_INSTANCE_PRIVATE_H
#define POPSEAL_WITNESS_CONFIG_INSTANCE_PRIVATE_H

#include "products/config.h"
#include "witness/config/instance.h"

/* Whether that file name is one of the product's roots. */
bool config_is_root_name(const struct product_config *config, const char *name);

/*
 * What a file stands for that is named without its product: itself, or, where it is known by its
 * text alone and may be a part of a configuration, the root file in its folder or the one above.
 */
char *config_whole_of(const struct product_config *config, const char *path);

/* Adds the instance whose root that file is. */
void config_add_file(GPtrArray *instances, const struct config_request *request,
	const struct product *product, const char *path, GError **error);

/* Adds the instances whose roots, by their names, are in that folder. */
void config_add_folder(GPtrArray *instances, const struct config_request *request,
	const struct product *product, const char *path, GError **error);

/* Adds the fragment of a layout that the file is, if it is one. Returns whether it is. */
bool config_add_layout(GPtrArray *instances, const struct config_request *request,
	const char *path);

/*
 * Adds the instances in that folder and below it: by the names of their roots, and then of the
 * files that no such instance reads by their text. Appends what was not looked through to `gaps`.
 */
void config_walk(GPtrArray *instances, const struct config_request *request, GPtrArray *gaps);

#endif
