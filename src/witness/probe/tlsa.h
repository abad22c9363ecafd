/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What DNS says of an endpoint's certificate (DANE, RFC 6698), as information.
 */
#ifndef POPSEAL_WITNESS_PROBE_TLSA_H
#define POPSEAL_WITNESS_PROBE_TLSA_H

#include "witness/probe/probe.h"

struct tlsa;

/*
 * Asks for the TLSA records of the endpoint's name, which must be one, by options->resolver;
 * they go into facts->probe.tls.tlsa. Facts and options are borrowed. `done` is called once, never
 * before it has returned, and all is freed after it.
 */
struct tlsa *tlsa_start(struct facts *facts, const struct probe_options *options,
	void (*done)(void *user), void *user);

/* `done` is not called any more. NULL is a no-op. */
void tlsa_cancel(struct tlsa *tlsa);

#endif
