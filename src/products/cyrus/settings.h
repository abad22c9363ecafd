/* SPDX-License-Identifier: Apache-2.0 */
/*
 * imapd.conf with what it includes: one value an option, for all services or for one.
 *
 * There is no last one that wins: an option that is given twice, also over included files, keeps
 * Cyrus' master from starting. "SERVICE_OPTION" beats "OPTION" for that service, in any order.
 */
#ifndef POPSEAL_PRODUCTS_CYRUS_SETTINGS_H
#define POPSEAL_PRODUCTS_CYRUS_SETTINGS_H

#include "products/config.h"

struct cyrus_setting {
	const char *key;   /* in lower case: "allowplaintext", "pop3_allowplaintext" */
	const char *value; /* never empty */
	struct location location;
	const char *line;
};

struct cyrus_settings {
	const char *path;   /* the server's name of the file that is read first */
	const char *shown;  /* as the user may open it */
	GHashTable *by_key; /* of struct cyrus_setting */
	GHashTable *files;  /* the names that were included */
	GPtrArray *trees;
	bool is_whole;  /* all of it was there and was read */
	bool is_broken; /* Cyrus would refuse it; a doubt says why */
};

/*
 * Reads imapd.conf. What Cyrus would refuse becomes a CONFIG_NOTE_INVALID and a doubt, which is
 * fatal where `is_masters`: the master reads this file, too, and does not start.
 */
struct cyrus_settings *cyrus_settings_read(struct config_reading *reading, const char *path,
	bool is_masters);
void cyrus_settings_free(struct cyrus_settings *settings); /* NULL is a no-op */

/* Every imapd.conf that a service reads, each read once. */
struct cyrus_files {
	struct config_reading *reading;
	char *main_path;      /* of the master's */
	GHashTable *settings; /* path to struct cyrus_settings */
};

void cyrus_files_init(struct cyrus_files *files, struct config_reading *reading);
void cyrus_files_clear(struct cyrus_files *files);

/* The settings by the argument of a service's `-C`; NULL: the master's. */
const struct cyrus_settings *cyrus_files_settings(struct cyrus_files *files, const char *config);

/* What holds for that service (NULL: for any other); NULL where nothing sets it. */
const struct cyrus_setting *cyrus_settings_find(const struct cyrus_settings *settings,
	const char *service, const char *option);

/* What holds for all services that have no setting of their own; or NULL. */
const struct cyrus_setting *cyrus_settings_find_general(const struct cyrus_settings *settings,
	const char *option);

/* The first setting of this service alone whose value makes it fail; or NULL. */
const struct cyrus_setting *cyrus_settings_find_bad(const struct cyrus_settings *settings,
	const char *service, const char *version);

#endif
