/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What mailutils.conf says to pop3d, and where: for who reads it and for who edits it.
 */
#ifndef POPSEAL_PRODUCTS_MAILUTILS_SETTINGS_H
#define POPSEAL_PRODUCTS_MAILUTILS_SETTINGS_H

#include "products/proxies.h"

enum mailutils_tls {
	MAILUTILS_TLS_UNSET,
	MAILUTILS_TLS_NO,
	MAILUTILS_TLS_ONDEMAND,
	MAILUTILS_TLS_REQUIRED,
	MAILUTILS_TLS_CONNECTION,
};

/* What a tls-mode and the settings of tls blocks come to. */
struct mailutils_security {
	enum mailutils_tls mode;
	struct config_place mode_place;
	struct config_place block; /* the last tls block */
	struct config_place certificate, key, priorities;
};

struct mailutils_settings {
	struct config_reading *config;
	GPtrArray *trees;
	GArray *servers;             /* of struct config_place */
	struct config_place program; /* the last program block of pop3d */
	struct mailutils_security security;
	struct config_place port, mode, apop;
	unsigned files;
};

/* Reads the root and what it includes; false where the root cannot be read. */
bool mailutils_settings_read(struct mailutils_settings *settings, struct config_reading *config);
void mailutils_settings_clear(struct mailutils_settings *settings);

/* Whether a statement has its one value; with none, several or a list pop3d does not start. */
bool mailutils_has_one_value(struct config_reading *config, struct config_place place);

/* What holds for a server: a tls block of its own takes the place of the global ones, whole. */
struct mailutils_security mailutils_server_security(const struct mailutils_settings *settings,
	struct config_place server);

/* Whether the key is a word of the list, which has a space around each. */
bool mailutils_is_in(const char *list, const char *key);

/* The value that is set there, or `otherwise`. */
const char *mailutils_value(struct config_place place, const char *otherwise);

#endif
