/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POPSEAL_PRODUCTS_EXCHANGE_CONFIG_H
#define POPSEAL_PRODUCTS_EXCHANGE_CONFIG_H

#include "dialect/tree.h"
#include "products/config.h"
#include "products/fix.h"
#include "products/product.h"

extern const struct product_config exchange_config;
extern const struct product_fix exchange_fix;

/* Where the next server begins: at a name that comes again; NULL: nowhere. */
const struct node *exchange_server_end(const struct node *first);

#endif
