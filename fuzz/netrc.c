/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A netrc file out of any bytes: what is found lies within the bounds, and an error quotes nothing.
 */
#include <stdint.h>
#include <string.h>

#include "model/netrc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
look_up(const uint8_t *data, size_t size, const char *machine, const char *login)
{
	struct netrc_entry entry;
	g_autoptr(GError) error = NULL;
	bool found = netrc_find((const char *)data, size, machine, login, &entry, &error);

	g_assert(!found || error == NULL);
	g_assert(found || (entry.login == NULL && entry.password == NULL));
	if (error != NULL)
		g_assert(g_str_is_ascii(error->message) && strlen(error->message) < 100);
	if (entry.password != NULL)
		g_assert(secret_length(entry.password) <= SECRET_MAX);
	if (entry.login != NULL && login != NULL)
		g_assert(g_str_equal(entry.login, login));
	netrc_entry_clear(&entry);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	look_up(data, size, "a.example", NULL);
	look_up(data, size, "b", "ann");
	return 0;
}
