/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Courier's two files as the shells of its start scripts leave them.
 *
 * Each daemon's environment comes from a shell that begins empty and sources pop3d, then pop3d-ssl.
 * Where it listens is put into that shell's command by another one, which has this host's
 * environment and sources them, for pop3d, in the other order.
 */
#ifndef POPSEAL_PRODUCTS_COURIER_ROOM_H
#define POPSEAL_PRODUCTS_COURIER_ROOM_H

#include "dialect/shell.h"
#include "products/config.h"

struct courier_room {
	struct config_reading *reading;
	const char *shown;             /* pop3d-ssl, as the user may open it */
	struct shell_values *daemon;   /* what courierpop3login gets */
	struct shell_values *clear_at; /* what is in the command that starts pop3d */
	struct shell_values *tls_at;   /* ... pop3d-ssl */
};

/*
 * What a shell has after both files, in that order (NULL: a file that is not there); a new one.
 * `clean`: its environment is empty.
 */
struct shell_values *courier_source(const struct config_reading *reading, bool clean,
	const struct config_text *first, const struct config_text *second);

/* Where something of a shell's files stands; the line is the facts'. */
struct location courier_location(const struct courier_room *room, const struct shell_value *value,
	const char **line);

/* What the daemon's variable is: "" where nothing sets it, NULL where it cannot be told. */
const char *courier_text(const struct courier_room *room, const char *name);

/* What atoi makes of a text. */
int courier_number(const char *text);

/* --- listen.c --------------------------------------------------------------------------------- */

struct courier_place {
	const char *address; /* as in struct config_listener */
	uint16_t port;       /* 0: cannot be told */
};

/* Where couriertcpd listens, by its variables for ports and address; of struct courier_place. */
GArray *courier_places(const struct courier_room *room, const struct shell_values *values,
	const char *port_name, const char *address_name, uint16_t usual);

/* --- posture.c -------------------------------------------------------------------------------- */

/* The certificate, its key and the versions of TLS; whether STLS is offered, where it matters. */
void courier_note_tls(const struct courier_room *room);

/* CRAM mechanisms before TLS. */
void courier_note_mechanisms(const struct courier_room *room);

/* imapd-ssl beside pop3d-ssl that does not require TLS. */
void courier_note_sibling(const struct courier_room *room, const char *path);

#endif
