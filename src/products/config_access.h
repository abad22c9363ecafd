/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may write a configuration and read its keys: what is the same for all products.
 */
#ifndef POPSEAL_PRODUCTS_CONFIG_ACCESS_H
#define POPSEAL_PRODUCTS_CONFIG_ACCESS_H

#include "products/config.h"

/* Adds the note, unless there is one of that kind and message at that place; else returns NULL. */
struct config_note *config_note_once(struct config_reading *reading, enum config_note_kind kind,
	struct location location, const char *message);

/* Notes who but root may write the files (of struct config_text) or replace them. */
void config_note_writable(struct config_reading *reading, const GPtrArray *texts);

/* Notes that others may read the private key, which a setting at that place names. */
void config_note_key(struct config_reading *reading, const char *path, struct location location,
	const char *line);

/* Keeps the path of the certificate, or of the private key, that TLS is spoken with. */
void config_keep_pair(struct config_reading *reading, bool is_key, const char *path);

#endif
