/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registry: the lines of products.def as a table.
 */
#include <string.h>

#include "products/config.h"
#include "products/product.h"

#define PRODUCT(name) extern const struct product product_##name;
#include "products/products.def"
#undef PRODUCT

#define PRODUCT(name) &product_##name,
const struct product *const products[] = {
#include "products/products.def"
	NULL,
};
#undef PRODUCT

const struct product *
product_find(const char *name)
{
	for (size_t i = 0; products[i]; i++) {
		if (strcmp(products[i]->name, name) == 0)
			return products[i];
	}
	return NULL;
}

bool
product_offers_stls(const struct product *product, const char *version)
{
	if (product == NULL || !product->stls_with_certificate)
		return false;
	if (product->stls_optional_since == NULL)
		return true;
	/* Letters first, or none at all: nothing that could be compared. */
	return version != NULL && g_ascii_isdigit(*version) &&
		config_version_compare(version, product->stls_optional_since) < 0;
}
