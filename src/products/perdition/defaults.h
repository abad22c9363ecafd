/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POPSEAL_PRODUCTS_PERDITION_DEFAULTS_H
#define POPSEAL_PRODUCTS_PERDITION_DEFAULTS_H

#include "products/config.h"

/* Which instances Debian's init script starts. */
struct perdition_defaults {
	bool pop3, pop3s;
};

/*
 * Reads /etc/default/perdition. Without that file it is one instance of POP3; flags in it that bear
 * on the gate, and what is no plain assignment, become doubts.
 */
void perdition_defaults_read(struct config_reading *config, struct perdition_defaults *defaults);

#endif
