/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registry: the lines of products.def as a table.
 */
#include <string.h>

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

/* Returns whether the release a is older than b; "3.6.1-Debian-3.6.1-4" is 3.6.1. */
static bool
is_older(const char *a, const char *b)
{
	for (;;) {
		char *after_a;
		char *after_b;
		guint64 number_a = g_ascii_strtoull(a, &after_a, 10);
		guint64 number_b = g_ascii_strtoull(b, &after_b, 10);

		if (number_a != number_b)
			return number_a < number_b;
		if (*after_b != '.')
			return false;
		if (*after_a != '.')
			return true;
		a = after_a + 1;
		b = after_b + 1;
	}
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
		is_older(version, product->stls_optional_since);
}
