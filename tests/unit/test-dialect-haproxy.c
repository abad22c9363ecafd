/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grammar of HAProxy.
 */
#include "test-dialect-shape.h"

extern const struct dialect dialect_haproxy;

static const struct shape_sample samples[] = {
	{ "", "" },
	{ "listen pop3\n  mode tcp\n  bind :110\n  server s1 10.0.0.5:110\n",
		"listen|pop3{mode=tcp;bind=:110;server=s1|10.0.0.5:110;}" },
	{ "global\n\nfrontend a # b\n bind :1#c\nbackend b\n",
		"global{}frontend|a{bind=:1;}backend|b{}" },
	{ "a b\\ c d\\#e \"f g\" 'h\"i' j\"k\"l \"m\\\"n\\o\" p\\x41\n",
		"a=b c|d#e|f g|h\"i|jkl|m\"n\\o|pA;" },
	{ "bind \"$ADDR\":110\nbind '$A'\nbind $B\n", "?bind=$ADDR:110;bind=$A;bind=$B;" },
	{ ".if defined(X)\nbind :110\n.endif\nbind :1\n",
		"?.if=defined(X);?bind=:110;.endif;bind=:1;" },
	{ "bind \"a\n", "!" },
	{ "listen a\n bind :110", "listen|a{!}" },
};

static void
test_shapes(void)
{
	shape_check(&dialect_haproxy, samples, G_N_ELEMENTS(samples));
}

static void
test_bounds(void)
{
	shape_check_bounds(&dialect_haproxy, "a\n", "listen a\n");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/dialect/haproxy/shapes", test_shapes);
	g_test_add_func("/dialect/haproxy/bounds", test_bounds);
	return g_test_run();
}
