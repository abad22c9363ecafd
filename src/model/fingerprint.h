/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fingerprints: the same finding has the same one as long as what it rests on
 * is there, whatever lines come and go around it.
 */
#ifndef POPSEAL_MODEL_FINGERPRINT_H
#define POPSEAL_MODEL_FINGERPRINT_H

#include "model/assessment.h"

/*
 * Gives each finding of a configuration, and each rule that is unknown, its fingerprint: of rule,
 * product, file (from the folder `base`, see model/place.h) and the text of the line, not its
 * number; of its message where it stands at no line; of whom it lets in, and on which addresses,
 * where that is not in the line; and of how many equal ones stand before it.
 */
void fingerprints_make(struct assessment *assessment, const char *base);

#endif
