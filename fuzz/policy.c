/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies out of any bytes: what is taken must apply, and what is refused must
 * have a message that can be printed. Exercises model/policy.c, model/target.c
 * and the words of model/expectation.c.
 */
#include <stdint.h>
#include <string.h>

#include "model/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_targets(const struct policy *policy)
{
	g_autoptr(GPtrArray) targets = policy_targets(policy);

	for (guint i = 0; i < targets->len; i++) {
		g_autoptr(target_auto) target = target_parse(g_ptr_array_index(targets, i), NULL);

		g_assert_nonnull(target);
		g_assert(target->kind != TARGET_RANGE);
	}
}

static void
check_terms(const struct policy *policy)
{
	static const struct endpoint endpoints[] = {
		{ "mail.example.org", "192.0.2.1", 110, MODE_POP3 },
		{ "mail.example.org", "2001:db8::1", 995, MODE_POP3S },
		{ "fe80::1%eth0", "fe80::1%eth0", 110, MODE_POP3 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(endpoints); i++) {
		struct policy_terms terms = { 0 };

		policy_apply(policy, &endpoints[i], &terms);
		g_assert(terms.ca == NULL || terms.ca[0] != '\0');
		g_assert(terms.expectations.days <= EXPECTATION_DAYS_MAX);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GError) error = NULL;
	struct policy *policy = policy_parse((const char *)data, size, &error);

	if (policy != NULL) {
		check_targets(policy);
		check_terms(policy);
	} else {
		g_assert(g_utf8_validate(error->message, -1, NULL));
		g_assert(strpbrk(error->message, "\n\r\x1b") == NULL);
	}
	policy_free(policy);
	return 0;
}
