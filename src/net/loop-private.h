/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of net/ share of the loop.
 */
#ifndef POPSEAL_NET_LOOP_PRIVATE_H
#define POPSEAL_NET_LOOP_PRIVATE_H

#include <openssl/ssl.h>
#include <uv.h>

#include "net/connection.h"
#include "net/loop.h"
#include "net/poller.h"

enum {
	LOOP_WORDS_MAX = 160
};

struct net_loop {
	uv_loop_t uv;
	struct poller poller;
	SSL_CTX *tls; /* NULL before the first handshake */
	char buffer
		[CONNECTION_READ_MAX]; /* every connection reads into it; valid within one turn */
	char words[LOOP_WORDS_MAX];    /* of the last TLS failure */
};

/* The domain of net/'s errors; the code is an errno, or 0. */
#define NET_ERROR (net_error_quark())
GQuark net_error_quark(void);

/* Starts a libuv timer by a clock read now, not at the turn's begin; µs round up to ms. */
void loop_timer_start(uv_timer_t *timer, uv_timer_cb fired, int64_t after, int64_t every);

#endif
