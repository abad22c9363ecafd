/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The services of cyrus.conf: which program each starts, how, and on what it listens.
 */
#ifndef POPSEAL_PRODUCTS_CYRUS_SERVICES_H
#define POPSEAL_PRODUCTS_CYRUS_SERVICES_H

#include "products/config.h"

enum cyrus_program {
	CYRUS_OTHER,
	CYRUS_POP3D,
	CYRUS_IMAPD,
	CYRUS_POP3_PERHAPS, /* an unknown program where POP3 is served */
};

struct cyrus_service {
	const char *name; /* of the entry: what its settings in imapd.conf begin with */
	enum cyrus_program program;
	const char *config;  /* the imapd.conf of `-C`, or NULL */
	bool tls;            /* -s: from the first byte */
	int layer;           /* -p: strength of a layer that is said to lie around it; 0: none */
	const char *problem; /* why it does not start or cannot be told; or NULL */
	const char *address; /* as in struct config_listener; NULL: a UNIX socket, or none at all */
	const char *port_name;
	uint16_t port; /* 0: a name that is not known */
	struct location location;
	const char *line;
};

/*
 * Reads the services, in order; a new array of struct cyrus_service. What Cyrus' master would
 * refuse becomes a CONFIG_NOTE_INVALID and a fatal doubt.
 */
GArray *cyrus_services_read(struct config_reading *reading, const struct config_text *text);

/* Whether any client of the network can reach it. */
bool cyrus_service_listens(const struct cyrus_service *service);

#endif
