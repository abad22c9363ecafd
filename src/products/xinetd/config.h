/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POPSEAL_PRODUCTS_XINETD_CONFIG_H
#define POPSEAL_PRODUCTS_XINETD_CONFIG_H

#include "products/config.h"
#include "products/fix.h"
#include "products/product.h"

extern const struct product_config xinetd_config;
extern const struct product_fix xinetd_fix;

#endif
