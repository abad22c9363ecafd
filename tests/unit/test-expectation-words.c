/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of expectations: all that are right, every bound, and every one
 * that is wrong.
 */
#include <string.h>

#include "model/expectation.h"

static void
test_words(void)
{
	struct expectations read = { 0 };

	g_assert_false(expectations_any(&read));
	g_assert_true(expectations_parse(
		" refuses,tls , tls>=1.2,cert,\tdays>=30,name,login,cleartext-port-closed ", &read,
		NULL));
	g_assert_true(expectations_any(&read));
	for (size_t i = 0; i < EXPECT_KINDS; i++)
		g_assert_true(read.wanted[i]);
	g_assert_cmpint(read.version, ==, TLS_V1_2);
	g_assert_cmpuint(read.days, ==, 30);

	/* What was there before goes. */
	g_assert_true(expectations_parse("cert", &read, NULL));
	for (size_t i = 0; i < EXPECT_KINDS; i++)
		g_assert_true(read.wanted[i] == (i == EXPECT_CERT));
}

static void
test_twice(void)
{
	struct expectations read;

	g_assert_true(expectations_parse("tls>=1.3,days>=5,tls>=1.1,days>=7,cert,cert,days>=6",
		&read, NULL));
	g_assert_cmpint(read.version, ==, TLS_V1_3);
	g_assert_cmpuint(read.days, ==, 7);
	g_assert_true(expectations_parse("tls>=1.0,tls>=TLSv1.1,days>=0", &read, NULL));
	g_assert_cmpint(read.version, ==, TLS_V1_1);
	g_assert_cmpuint(read.days, ==, 0);
}

static void
test_bounds(void)
{
	static const struct {
		const char *text;
		bool good;
	} cases[] = {
		{ "days>=0", true },
		{ "days>=36500", true },
		{ "days>=36501", false },
		{ "days>=99999999999999999999999", false },
		{ "days>=-1", false },
		{ "days>=+1", false },
		{ "days>= 1", false },
		{ "days>=", false },
		{ "days>=1.5", false },
		{ "days>=30d", false },
		{ "days>30", false },
		{ "days", false },
		{ "tls>=1.0", true },
		{ "tls>=1", true },
		{ "tls>=1.3", true },
		{ "tls>=TLSv1.3", true },
		{ "tls>=1.4", false },
		{ "tls>=0.9", false },
		{ "tls>=SSLv3", false },
		{ "tls>=", false },
		{ "tls>= 1.2", false },
		{ "tls>1.2", false },
		{ "TLS", false },
		{ "refuse", false },
		{ "refuses,", false },
		{ ",refuses", false },
		{ "refuses,,tls", false },
		{ "refuses tls", false },
		{ "", false },
		{ " ", false },
		{ "\xff", false },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct expectations read = { .days = 4711 };
		g_autoptr(GError) error = NULL;
		bool good = expectations_parse(cases[i].text, &read, &error);

		g_test_message("\"%s\"", cases[i].text);
		g_assert_true(good == cases[i].good);
		if (good) {
			g_assert_no_error(error);
			continue;
		}
		g_assert_error(error, POPSEAL_EXPECTATION_ERROR, 0);
		g_assert_cmpuint(read.days, ==, 4711); /* as it was */
		g_assert_true(g_utf8_validate(error->message, -1, NULL));
	}
}

/* Its message names the word that is wrong, escaped and not at any length. */
static void
test_messages(void)
{
	struct expectations read;
	g_autofree char *edge = g_strnfill(64, 'x');
	g_autofree char *past = g_strnfill(65, 'x');
	g_autofree char *whole = g_strdup_printf("\"%s\" is", edge);
	g_autofree char *cut = g_strdup_printf("\"%s...\" is", edge);
	GError *error = NULL;

	g_assert_false(
		expectations_parse("refuses, tls\x1b[2J\n\xe2\x80\xae ,cert", &read, &error));
	g_assert_true(g_str_has_prefix(error->message,
		"\"tls\\x1b[2J\\n\\xe2\\x80\\xae\" is no expectation: refuses, "));
	g_clear_error(&error);
	g_assert_false(expectations_parse("tls>=2", &read, &error));
	g_assert_true(g_str_has_prefix(error->message, "\"tls>=2\" names no version of TLS"));
	g_clear_error(&error);
	g_assert_false(expectations_parse("days>=x", &read, &error));
	g_assert_cmpstr(error->message, ==, "\"days>=x\" has no number of days from 0 to 36500");
	g_clear_error(&error);
	g_assert_false(expectations_parse(edge, &read, &error));
	g_assert_true(g_str_has_prefix(error->message, whole));
	g_clear_error(&error);
	g_assert_false(expectations_parse(past, &read, &error));
	g_assert_true(g_str_has_prefix(error->message, cut));
	g_clear_error(&error);
}

static void
test_state_words(void)
{
	g_assert_cmpstr(expectation_state_word(EXPECTATION_MET), ==, "met");
	g_assert_cmpstr(expectation_state_word(EXPECTATION_UNMET), ==, "unmet");
	g_assert_cmpstr(expectation_state_word(EXPECTATION_UNDETERMINED), ==, "undetermined");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/expectation/words", test_words);
	g_test_add_func("/expectation/twice", test_twice);
	g_test_add_func("/expectation/bounds", test_bounds);
	g_test_add_func("/expectation/messages", test_messages);
	g_test_add_func("/expectation/state-words", test_state_words);
	return g_test_run();
}
