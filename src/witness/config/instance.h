/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which products' configurations lie where, and what each of them comes to.
 */
#ifndef POPSEAL_WITNESS_CONFIG_INSTANCE_H
#define POPSEAL_WITNESS_CONFIG_INSTANCE_H

#include "model/assessment.h"
#include "products/config.h"
#include "products/product.h"
#include "witness/config/files.h"

enum {
	INSTANCE_DEPTH_MAX = 16,           /* folders below the one that the user named */
	INSTANCE_ENTRIES_MAX = 200 * 1000, /* directory entries that are looked through */
	INSTANCES_MAX = 1024,
};

struct config_layout;

/* What the user asked for. */
struct config_request {
	const struct product *product; /* of --product, or NULL */
	const char *path;              /* a file or folder; NULL: the known places */
	const char *root;              /* of --root, or NULL */
	const char *version;           /* of --product-version, or NULL */
};

/* One product's configuration. */
struct config_instance {
	const struct product *product;
	struct config_files *files; /* owned */
	char *root;                 /* the file that is read first, by the server's name; owned */
	char *version;              /* whose rules apply; owned, or NULL */
	const char *version_source; /* static, or NULL */
	/* Of a fragment of a configuration whose rest is elsewhere; NULL: it is whole. */
	const struct config_layout *layout;
};

void config_instance_free(struct config_instance *instance); /* NULL is a no-op */

/* What was not looked through, so that configurations may be missing. */
struct config_gap {
	char *path;      /* owned */
	const char *why; /* static */
};

void config_gap_free(struct config_gap *gap);

/*
 * Finds the instances that the request names; a new array (g_ptr_array_unref). NULL and *error
 * where there are none, or where what was named cannot be opened. Appends new ones to `gaps`.
 */
GPtrArray *config_instances_find(const struct config_request *request, GPtrArray *gaps,
	GError **error);

/* Whether it has a listener on that port; it is read for that. */
bool config_instance_has_port(struct config_instance *instance, uint16_t port);

/*
 * Reads the configuration and decides its verdict; `now` is µs since the epoch. What was read and
 * how is in *reading, unless NULL, as long as the facts and the files are.
 */
struct facts *config_instance_read(struct config_instance *instance, int64_t now,
	struct config_reading *reading);

/*
 * Reads the configuration and asks the rules; `now` is µs since the epoch. `wire`, if not NULL, is
 * what a probe saw of the server, to hold it against.
 */
struct assessment *config_instance_assess(struct config_instance *instance, int64_t now,
	const struct facts *wire);

/*
 * The version of a package, without epoch and Debian revision, by the database under root (NULL or
 * "/" = this host); *database (static) says which. NULL where none of the names is installed. A new
 * string.
 */
char *config_package_version(const char *root, const char *const *names, const char **database);

#endif
