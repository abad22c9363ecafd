/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The endpoints that were asked last, so that one that several targets lead to
 * is asked once, and gets one credential at most. It remembers a bounded number:
 * targets come by the million, and memory does not grow with them.
 */
#ifndef POPSEAL_SCAN_RECENT_H
#define POPSEAL_SCAN_RECENT_H

#include "model/address.h"
#include "model/ports.h"

enum {
	RECENT_MAX = 65536 /* endpoints that are remembered */
};

struct recent;

struct recent *recent_new(void);
void recent_free(struct recent *recent); /* NULL is a no-op */

/* Remembers the endpoint. Returns false if it was known. */
bool recent_add(struct recent *recent, const struct address *address,
	const struct asked_port *port);

/* Remembers the address with each of the ports, and leaves out of them those that were known. */
void recent_filter(struct recent *recent, const struct address *address, struct port_list *ports);

#endif
