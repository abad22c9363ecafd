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
	const char *note;     /* what else there is to know; or NULL */
	struct tls_offer offer;
	bool sni; /* it sends the server's name; if not, its hello is made without one */
	/*
	 * TLS versions that it speaks, lowest and highest, as in ServerHello: an answer outside is
	 * a refusal of the client's, as is a DH prime shorter than dh_bits_min (0 = no DHE).
	 */
	uint16_t lowest;
	uint16_t highest;
	int dh_bits_min;
	/*
	 * Index of the first client that offers and takes exactly the same: its own, or a smaller
	 * one, whose answer holds for this one too.
	 */
	size_t same;
};

/*
 * Returns all clients, in the order of the data; TLS_CLIENTS_MAX at most. Static; made at the first
 * call.
 */
const struct tls_client *tls_clients(size_t *count);

/* When the data was written down: "2026-11-27". */
const char *tls_clients_dated(void);

#endif
