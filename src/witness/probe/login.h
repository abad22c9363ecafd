/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A real login at an endpoint that was probed, over a TLS session of its own.
 *
 * The secret is sent only on this condition: that this very session's chain,
 * dates and name hold. Whoever overrides that finds it in the result.
 */
#ifndef POPSEAL_WITNESS_PROBE_LOGIN_H
#define POPSEAL_WITNESS_PROBE_LOGIN_H

#include "model/login.h"
#include "model/secret.h"
#include "witness/probe/probe.h"

struct login_options {
	const char *user;
	const struct secret *secret;
	const char *mechanism; /* the one to use, or NULL: the best that the server lists */
	bool token;            /* the secret is a bearer token */
	bool insecure;         /* send it whoever the server is */
};

struct login_errand;

/*
 * Begins. `facts` are those of the probe: endpoint and product; they, the probe's options (with
 * anchors) and the login's are borrowed. `done` is called once, never before it has returned.
 */
struct login_errand *login_start(struct net_loop *loop, struct facts *facts,
	const struct probe_options *options, const struct login_options *login,
	void (*done)(void *user), void *user);

/* How it went; valid until login_free. */
const struct login_result *login_result(const struct login_errand *errand);

/* Ends it at once if it is not over, wipes and frees. NULL is a no-op. */
void login_free(struct login_errand *errand);

/*
 * Says why a session cannot be trusted with a secret, in words to be freed with g_free; NULL where
 * chain, dates (at `now`, µs since the epoch) and name hold.
 */
char *login_distrust(const struct tls_facts *tls, int64_t now);

#endif
