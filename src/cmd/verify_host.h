/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One host of popseal verify, from its first connection to its last
 * expectation: its endpoints are probed one after the other, logged in to
 * where that is expected, and then judged together.
 */
#ifndef POPSEAL_CMD_VERIFY_HOST_H
#define POPSEAL_CMD_VERIFY_HOST_H

#include "cmd/credentials.h"
#include "model/policy.h"
#include "model/verification.h"
#include "scan/ask.h"

/* What holds for all hosts; borrowed by each. */
struct verify_setup {
	struct probe_options probe; /* without trust and tls_name, which are an endpoint's own */
	struct ask_options ask;
	struct policy_terms terms;   /* of the command line */
	bool expect_given;           /* --expect: it stands above the policy */
	const struct policy *policy; /* or NULL */
	struct credentials *credentials;
	GHashTable *wrong; /* a set: "HOST USER" whose secret its server has called wrong */
	char **mechanisms; /* of --mechanism, NULL-terminated; NULL = the best; "all" = each */
	/* Returns the anchors of a file (NULL = the system's), or NULL and *error. */
	struct net_trust *(*trust)(void *user, const char *file, GError **error);
	void *user;
};

struct verify_host;

/* Called once, never before verify_host_start has returned. */
typedef void (*verify_host_done)(void *user, struct verify_host *host);

/* Begins; name and address are copied. */
struct verify_host *verify_host_start(struct net_loop *loop, const struct verify_setup *setup,
	const char *name, const char *address, const struct port_list *ports, verify_host_done done,
	void *user);

/* How many endpoints there are, and what came of each; NULL where the local system refused. */
size_t verify_host_count(const struct verify_host *host);
const struct verification *verify_host_result(const struct verify_host *host, size_t index);

/* What could not be done: a GPtrArray of char *, owned by the host. */
const GPtrArray *verify_host_failures(const struct verify_host *host);
const char *verify_host_name(const struct verify_host *host);
const char *verify_host_address(const struct verify_host *host);

/* Ends it at once if it is not over, and frees. NULL is a no-op. */
void verify_host_free(struct verify_host *host);

#endif
