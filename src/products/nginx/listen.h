/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nginx' "listen": which address and ports it means, and which other one has them.
 */
#ifndef POPSEAL_PRODUCTS_NGINX_LISTEN_H
#define POPSEAL_PRODUCTS_NGINX_LISTEN_H

#include "products/proxies.h"

struct nginx_listen {
	char *host;        /* "" for all addresses; a socket's text as it stands there */
	unsigned from, to; /* ports; a range since 1.15.10. 0: none is given, the kernel chooses */
	bool unix_socket;
	bool is_wrong; /* nginx takes no such address or port */
};

/* "110", "*:110", "127.0.0.1", "[::1]:110", "unix:/run/x", "110-115". */
void nginx_listen_parse(const char *text, struct nginx_listen *listen);
void nginx_listen_clear(struct nginx_listen *listen);

/* Whether listen of the mail block takes that parameter, as it is written: "SSL" it does not. */
bool nginx_listen_takes(const char *parameter);

/*
 * The addresses that the servers of a mail block listen on. nginx does not load a configuration in
 * which two of them are one, though they be written in different ways.
 */
struct nginx_listens;

struct nginx_listens *nginx_listens_new(void);
void nginx_listens_free(struct nginx_listens *listens); /* NULL is a no-op */

/*
 * Adds the listen that stands in that place. Where one before has its address and one of its ports
 * it is not added, and that one's place is returned; else one without a node.
 */
struct config_place nginx_listens_add(struct nginx_listens *listens,
	const struct nginx_listen *listen, struct config_place place);

#endif
