/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mail clients and what they offer in a ClientHello: data/mail-clients.ini,
 * built in. Who would break if the server took TLS only is read off the
 * server's answers to these offers.
 */
#ifndef POPSEAL_TLS_CLIENTS_H
#define POPSEAL_TLS_CLIENTS_H

#include "tls/hello.h"

struct tls_client {
	const char *name;     /* "Outlook 2016 (Windows 10)" */
	const char *released; /* the year, or years, it stands for */
	bool checked;         /* false: pieced together, not confirmed by a source */
	const char *source;   /* where that is written */
	struct tls_offer offer;
	/*
	 * TLS versions that it speaks, lowest and highest, as in ServerHello: an answer outside is
	 * a refusal of the client's, as is a DH prime shorter than dh_bits_min.
	 */
	uint16_t lowest;
	uint16_t highest;
	int dh_bits_min;
};

/* Returns all clients, in the order of the data. Static; made at the first call. */
const struct tls_client *tls_clients(size_t *count);

/* When the data was written down: "2026-11-27". */
const char *tls_clients_dated(void);

#endif
