/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scan engine: many endpoints at once, bounded by `concurrency`. Targets
 * come from a source, assessments go out as each host is done.
 */
#ifndef POPSEAL_SCAN_SCAN_H
#define POPSEAL_SCAN_SCAN_H

#include "model/assessment.h"
#include "model/ports.h"
#include "net/loop.h"
#include "scan/source.h"
#include "witness/probe/probe.h"

enum {
	SCAN_CONCURRENCY = 256, /* endpoints under way at once, by default */
	SCAN_CONCURRENCY_MAX = 16384,
	SCAN_LOOKUPS_MAX = 64, /* names being resolved at once */
};

struct scan_options {
	struct probe_options probe;
	struct port_list ports;
	bool one_address;
	unsigned concurrency;
};

struct scan_events {
	/* Takes over the assessment. */
	void (*assessed)(void *user, struct assessment *assessment);
	/* A target that could not be asked; valid during the call. */
	void (*failed)(void *user, const struct failure *failure);
	/* A host, one address of a name, has been asked to its end. */
	void (*host_done)(void *user);
	/* `count` addresses were passed over as never asked. */
	void (*skipped)(void *user, uint64_t count);
	/*
	 * More hosts than were known before (a name with several addresses), or fewer (with none).
	 */
	void (*hosts_found)(void *user, int64_t more);
	/* All is done. Not called after scan_free. */
	void (*finished)(void *user);
};

struct scan;

/*
 * Begins. Takes over source; events must live as long as the scan. NULL and *error if there is no
 * resolver.
 */
struct scan *scan_new(struct net_loop *loop, const struct scan_options *options,
	struct source *source, const struct scan_events *events, void *user, GError **error);

/* Ends everything at once, without a further event, and frees. NULL is a no-op. */
void scan_free(struct scan *scan);

#endif
