/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model/secret: bounds, pages that are locked and left out of core dumps, and memory that is wiped.
 */
#include <stdint.h>
#include <string.h>

#include "model/secret.h"

static void
test_bytes(void)
{
	g_autoptr(secret_auto) secret = secret_new("correct horse", 13);
	g_autoptr(secret_auto) empty = secret_new(NULL, 0);
	g_autoptr(secret_auto) part = secret_new("correct horse", 7);

	g_assert_cmpstr(secret_bytes(secret), ==, "correct horse");
	g_assert_cmpuint(secret_length(secret), ==, 13);
	g_assert_cmpstr(secret_bytes(empty), ==, "");
	g_assert_cmpuint(secret_length(empty), ==, 0);
	g_assert_cmpstr(secret_bytes(part), ==, "correct");
	secret_free(NULL);
}

static void
test_bounds(void)
{
	g_autofree char *longest = g_strnfill(SECRET_MAX + 1, 'x');
	g_autoptr(secret_auto) kept = secret_new(longest, SECRET_MAX);

	g_assert_nonnull(kept);
	g_assert_cmpuint(secret_length(kept), ==, SECRET_MAX);
	g_assert_cmpuint(strlen(secret_bytes(kept)), ==, SECRET_MAX);
	g_assert_null(secret_new(longest, SECRET_MAX + 1));
	g_assert_null(secret_new("a\0b", 3));
	g_assert_null(secret_new("ab\0", 3));
}

/* Returns the flags of the mapping that an address lies in, or NULL. */
static char *
mapping_flags(const void *address)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	bool inside = false;

	g_assert_true(g_file_get_contents("/proc/self/smaps", &text, NULL, NULL));
	lines = g_strsplit(text, "\n", -1);
	for (size_t i = 0; lines[i] != NULL; i++) {
		char *rest = NULL;
		guint64 from = g_ascii_strtoull(lines[i], &rest, 16);

		if (*rest == '-') {
			guint64 to = g_ascii_strtoull(rest + 1, NULL, 16);

			inside = (uintptr_t)address >= from && (uintptr_t)address < to;
		}
		if (inside && g_str_has_prefix(lines[i], "VmFlags:"))
			return g_strconcat(lines[i], " ", NULL);
	}
	return NULL;
}

static void
test_pages(void)
{
	g_autoptr(secret_auto) secret = secret_new("correct horse", 13);
	g_autofree char *flags = mapping_flags(secret_bytes(secret));

	if (flags == NULL) {
		g_test_skip("the kernel does not tell the flags of mappings");
		return;
	}
	g_assert_nonnull(strstr(flags, " dd ")); /* do not dump */
}

static void
test_wipe(void)
{
	char bytes[] = "correct horse";
	GString *text = g_string_new("correct horse battery staple");
	size_t room = text->allocated_len;

	secret_wipe(bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		g_assert_cmpint(bytes[i], ==, 0);
	g_string_truncate(text, 3);
	secret_wipe_string(text);
	g_assert_cmpuint(text->len, ==, 0);
	g_assert_cmpuint(text->allocated_len, ==, room);
	for (size_t i = 0; i < room; i++)
		g_assert_cmpint(text->str[i], ==, 0);
	secret_wipe(NULL, 0);
	secret_wipe_string(NULL);
	g_string_free(text, TRUE);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/secret/bytes", test_bytes);
	g_test_add_func("/secret/bounds", test_bounds);
	g_test_add_func("/secret/pages", test_pages);
	g_test_add_func("/secret/wipe", test_wipe);
	return g_test_run();
}
