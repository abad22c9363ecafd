/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The POP3 endpoints of a domain (--discover): what it declares by SRV records
 * (RFC 6186), its mail exchangers, and the names that are usual.
 */
#ifndef POPSEAL_SCAN_DISCOVER_H
#define POPSEAL_SCAN_DISCOVER_H

#include "scan/from/from.h"

/*
 * Looks the domain up, on a loop of its own, and calls emit for each target,
 * once: first what SRV declares, then hosts that have an address. Their claim
 * says how they were found: reporter "dns", id "SRV _pop3._tcp", "MX" or "name".
 * A look-up that failed is an item with a problem. False and *error if the
 * domain yields no target. Reads /etc; needs the network.
 */
bool discover(const char *domain, void (*emit)(void *user, const struct from_item *item),
	void *user, GError **error);

#endif
