/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registry: the lines of mechanisms.def as a table.
 */
#include "pop3/sasl.h"

#define SASL_MECHANISM(name) extern const struct sasl_mechanism sasl_mechanism_##name;
#include "pop3/sasl/mechanisms.def"
#undef SASL_MECHANISM

#define SASL_MECHANISM(name) &sasl_mechanism_##name,
const struct sasl_mechanism *const sasl_mechanisms[] = {
#include "pop3/sasl/mechanisms.def"
	NULL,
};
#undef SASL_MECHANISM

const struct sasl_mechanism *
sasl_find(const char *name)
{
	for (size_t i = 0; sasl_mechanisms[i] != NULL; i++) {
		if (g_ascii_strcasecmp(sasl_mechanisms[i]->name, name) == 0)
			return sasl_mechanisms[i];
	}
	return NULL;
}

const struct sasl_binding *
sasl_binding(const struct sasl_login *login)
{
	for (size_t i = 0; i < login->binding_count; i++) {
		if (login->bindings[i].length > 0)
			return &login->bindings[i];
	}
	return NULL;
}
