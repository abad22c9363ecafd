/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grammar of perdition.conf: each sample was put before Perdition 2.2, too.
 */
#include "test-dialect-shape.h"

extern const struct dialect dialect_keyvalue;

static const struct shape_sample samples[] = {
	{ "", "" },
	{ "ssl_mode tls_listen\n", "ssl_mode=tls_listen;" },
	{ "\n   # x\n\t\nssl_mode\ttls_listen \t\r\n", "ssl_mode=tls_listen;" },
	{ "\"ssl_mode\" 'tls_listen_force'\n", "ssl_mode=tls_listen_force;" },
	{ "ssl_mode tls_listen#comment\ndebug\n", "ssl_mode=tls_listen;debug;" },
	{ "ssl_mode tls_listen\\#x\n", "ssl_mode=tls_listen#x;" },
	{ "ssl_mode tls_\\\nlisten\n", "ssl_mode=tls_listen;" },
	{ "# comment \\\nssl_mode tls_listen\nl 1\n", "l=1;" },
	{ "ok_line x # c \\\nssl_mode none\nl 1\n", "ok_line=x;l=1;" },
	{ "ssl_mode=tls_listen\n", "ssl_mode=tls_listen;" },
	{ "ssl_mode \"\"\nssl_mode\n", "ssl_mode=;ssl_mode;" },
	{ "ok_line 'a\\b' \"c\\\"d\" e\\ f\n", "ok_line=a\\b c\"d e f;" },
	{ "ok_line \"a\nssl_mode tls_listen\n\"\nl 1\n", "ok_line=assl_mode tls_listen;l=1;" },
	{ "ssl_mode 'tls_listen'\\ \n", "ssl_mode=tls_listen ;" },
	{ " ssl_mode tls_listen\n", "?ssl_mode=tls_listen;" },
	{ "ssl_mode tls_listen", "?ssl_mode=tls_listen;" },
	{ "ok_line \"a\nssl_mode tls_listen\n", "?ok_line=assl_mode tls_listen;" },
};

static void
test_shapes(void)
{
	shape_check(&dialect_keyvalue, samples, G_N_ELEMENTS(samples));
}

static void
test_bounds(void)
{
	shape_check_bounds(&dialect_keyvalue, "a b\n", "a\n");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/dialect/keyvalue/shapes", test_shapes);
	g_test_add_func("/dialect/keyvalue/bounds", test_bounds);
	return g_test_run();
}
