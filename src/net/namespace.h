/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POPSEAL_NET_NAMESPACE_H
#define POPSEAL_NET_NAMESPACE_H

#include <glib.h>
#include <stdbool.h>

/*
 * Moves this process into the network namespace of that name (as `ip netns`
 * keeps them, under /var/run/netns) or path (with a '/'). Call it before any
 * socket is open. The hosts file and resolv.conf stay this system's. False and
 * *error (which names the namespace) on failure.
 */
bool net_namespace_enter(const char *name, GError **error);

#endif
