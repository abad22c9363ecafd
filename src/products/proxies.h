/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the rooms of proxies and small servers share when they read their configurations: steps,
 * notes and doubts about one place, and what is looked at of a certificate and its key.
 */
#ifndef POPSEAL_PRODUCTS_PROXIES_H
#define POPSEAL_PRODUCTS_PROXIES_H

#include "dialect/tree.h"
#include "products/config.h"

/* A node in its file. */
struct config_place {
	const struct config_text *text;
	const struct node *node; /* NULL: nowhere, it is not set */
};

/* Appends a step for that place; nothing where it is nowhere. */
void proxies_step(struct config_reading *reading, struct config_chain *chain,
	struct config_place place, const char *meaning);

/* A note about that place, once; its message, which may be a temporary one, is kept. */
void proxies_note(struct config_reading *reading, enum config_note_kind kind,
	struct config_place place, const char *message);

/* A doubt about that place; its message is kept, `settle` is static. */
struct config_doubt *proxies_doubt(struct config_reading *reading, enum reason reason,
	struct config_place place, const char *message, const char *settle);

/* The server would not load this: a fatal doubt and a config-invalid note. */
void proxies_refuse(struct config_reading *reading, enum reason reason, struct config_place place,
	const char *message, const char *settle);

/* Notes a certificate that is not there; one outside of what is audited is not known of. */
void proxies_check_certificate(struct config_reading *reading, struct config_place place,
	const char *path);

/* The same for a private key, and whether others than its owner and group may read it. */
void proxies_check_key(struct config_reading *reading, struct config_place place, const char *path);

/* Whether a host (without port; brackets allowed) is this one: loopback or a unix socket. */
bool proxies_is_local(const char *host);

/* A port's number by its digits or by its name of POP3 and IMAP; 0 where it is none of these. */
uint16_t proxies_port(const char *text);

/* Splits "host:port", "[v6]:port", "port" into a new host ("" for none) and the port's text. */
char *proxies_split(const char *address, const char **port);

#endif
