/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two witnesses of one server: what its configuration says, and what it did on the wire.
 */
#ifndef POPSEAL_WITNESS_CONFIG_AGAINST_H
#define POPSEAL_WITNESS_CONFIG_AGAINST_H

#include "model/facts.h"

/*
 * Holds a configuration with its verdict against what a probe saw of one of its ports, and adds a
 * CONFIG_NOTE_DISAGREES where the two contradict each other: not where either could not tell, nor
 * where the configuration speaks of clients that the probe is not.
 */
void config_hold_against(struct facts *facts, const struct facts *wire);

#endif
