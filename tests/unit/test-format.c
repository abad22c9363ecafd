/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model/format: the same text as printf's, whatever the format holds.
 */
#include "model/format.h"

#include <limits.h>

static char *format(const char *format, ...) G_GNUC_PRINTF(1, 2);

static char *
format(const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = format_text(format, arguments);
	va_end(arguments);
	return text;
}

#define ASSERT_SAME(...)                                                \
	do {                                                            \
		g_autofree char *ours = format(__VA_ARGS__);            \
		g_autofree char *theirs = g_strdup_printf(__VA_ARGS__); \
		g_assert_cmpstr(ours, ==, theirs);                      \
	} while (0)

static void
test_texts(void)
{
	ASSERT_SAME("%s", "");
	ASSERT_SAME("plain");
	ASSERT_SAME("%s answered %s.", "The server", "\"-ERR no\"");
	ASSERT_SAME("%s%s%s", "a", "b", "c");
	ASSERT_SAME("100 %% of %s, %%s and %%%s%%", "them", "these");
	ASSERT_SAME("%%");
}

static void
test_numbers(void)
{
	static const unsigned numbers[] = { 0, 1, 9, 10, 110, 995, 65535, UINT_MAX };

	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
		ASSERT_SAME("port %u of %u", numbers[i], 7U);
}

/* What it does not take apart is printf's matter. */
static void
test_others(void)
{
	ASSERT_SAME("%d %s", -1, "x");
	ASSERT_SAME("%5s|%-5s|%.2s|%*s", "a", "b", "cde", 4, "f");
	ASSERT_SAME("%zu %c %#x %.3f", (size_t)7, 'c', 255U, 0.5);
	ASSERT_SAME("%s%s%s%s%s%s%s%s%s%s%s%s", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9",
		"a", "b");
	ASSERT_SAME("%s%s%s%s%s%s%s%s%s%s%s%s%s", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9",
		"a", "b", "c");
}

static void
test_nothing(void)
{
	g_autofree char *text = format("%s", (const char *)NULL);

	g_assert_cmpstr(text, ==, "(null)");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/format/texts", test_texts);
	g_test_add_func("/format/numbers", test_numbers);
	g_test_add_func("/format/others", test_others);
	g_test_add_func("/format/nothing", test_nothing);
	return g_test_run();
}
