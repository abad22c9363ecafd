/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The data of the clients, as it is built in, and its reading: for the test,
 * which reads broken data too.
 */
#ifndef POPSEAL_TLS_CLIENTS_PRIVATE_H
#define POPSEAL_TLS_CLIENTS_PRIVATE_H

#include "model/arena.h"
#include "tls/clients.h"

enum {
	TLS_CLIENT_CIPHERS_MAX = 128,
	TLS_CLIENT_GROUPS_MAX = 32,
	TLS_CLIENT_SIGNATURES_MAX = 32,
	TLS_CLIENT_VERSIONS_MAX = 5,
	TLS_CLIENT_DH_BITS_MIN = 256, /* what dh-bits-min may be */
	TLS_CLIENT_DH_BITS_MAX = 8192,
};

/* data/mail-clients.ini in GLib's key-file format: made by embed_clients.py. */
extern const char tls_clients_text[];

struct tls_client_list {
	struct arena arena; /* of everything here */
	struct tls_client *clients;
	size_t count;
	const char *dated;
};

/*
 * Reads such a text. On success the list is to be cleared; else nothing is left of it, and *error
 * is the first thing that is wrong with the text, to be freed by the caller.
 */
bool tls_client_list_read(struct tls_client_list *list, const char *text, char **error);

void tls_client_list_clear(struct tls_client_list *list);

#endif
