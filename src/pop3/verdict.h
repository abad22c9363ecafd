/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POPSEAL_POP3_VERDICT_H
#define POPSEAL_POP3_VERDICT_H

#include "model/facts.h"

/*
 * Decides facts->verdict, and with it probe.stls.state and probe.vantage, from
 * what the server did. One row per row of the verdict table (DESIGN section 2,
 * docs/records.md). Can be called again when a fact has been added.
 */
void verdict_decide(struct facts *facts);

#endif
