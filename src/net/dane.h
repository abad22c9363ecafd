/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLSA records against what a server sent (RFC 6698 section 2.1).
 */
#ifndef POPSEAL_NET_DANE_H
#define POPSEAL_NET_DANE_H

#include "model/facts.h"

/*
 * Returns whether a certificate in facts->probe.tls.details is what the record names: for usage 1
 * and 3 the server's own, for 0 and 2 one of its issuers as sent (its own only where that is its
 * own issuer). Only the data is compared: that the chain holds is asked for elsewhere. False for
 * values that RFC 6698 does not have.
 */
bool net_tlsa_match(const struct tlsa_record *record, const struct facts *facts);

#endif
