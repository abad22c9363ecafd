/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grammar of stunnel.
 */
#include "test-dialect-shape.h"

extern const struct dialect dialect_stunnel;

static const struct shape_sample samples[] = {
	{ "", "" },
	{ "; c\n# c\ncert = /x ; y\n\n[pop3]\naccept=110\n connect = 10.0.0.5 : 110 \r\n[b]\n",
		"cert=/x ; y;pop3{accept=110;connect=10.0.0.5 : 110;}b{}" },
	{ "pid =\n", "pid=;" },
	{ "\xef\xbb\xbf[a]\nb = c = d", "a{b=c = d;}" },
	{ "include = /etc/stunnel/conf.d\n", "</etc/stunnel/conf.d>" },
	{ "[a]\nfoo\nb = c\n", "a{!b=c;}" },
};

static void
test_shapes(void)
{
	shape_check(&dialect_stunnel, samples, G_N_ELEMENTS(samples));
}

static void
test_bounds(void)
{
	shape_check_bounds(&dialect_stunnel, "a = b\n", "[a]\n");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/dialect/stunnel/shapes", test_shapes);
	g_test_add_func("/dialect/stunnel/bounds", test_bounds);
	return g_test_run();
}
