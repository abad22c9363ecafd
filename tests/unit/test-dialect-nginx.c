/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grammar of nginx: each sample was put before nginx -t 1.22, too.
 */
#include "test-dialect-shape.h"

extern const struct dialect dialect_nginx;

static const struct shape_sample samples[] = {
	{ "", "" },
	{ "# only\n", "" },
	{ "mail{server{listen 110;protocol pop3;}}#x", "mail{server{listen=110;protocol=pop3;}}" },
	{ "a \"b c\" 'd' e;", "a=b c|d|e;" },
	{ "a \"b\\\"c\" 'd\\'e' f\\;g h\\\\i \"\\t\\x\";", "a=b\"c|d'e|f\\;g|h\\i|\t\\x;" },
	{ "a 110#x;", "a=110#x;" },
	{ "a b}c;", "a=b}c;" },
	{ "a ${x}y;", "a=${x}y;" },
	{ "a b # c; {\n d;", "a=b|d;" },
	{ "\"listen\" '110';", "listen=110;" },
	{ "include conf.d/*.conf;\r\n", "<conf.d/*.conf>" },
	{ "if (a) { b; }", "if|(a){b;}" },
	{ "x_by_lua_block { if {} then } a;", "x_by_lua_block{}a;" },
	{ "protocol \"pop3\"x;", "!" },
	{ "a { b c }", "a{!}" },
	{ "a { b;", "a{b;!}" },
	{ "a; } b;", "a;!" },
	{ "a;; b;", "a;!" },
	{ "a 'b", "!" },
	{ "a {{ }}", "a{!}" },
};

static void
test_shapes(void)
{
	shape_check(&dialect_nginx, samples, G_N_ELEMENTS(samples));
}

static void
test_bounds(void)
{
	shape_check_bounds(&dialect_nginx, "a;", "a {");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/dialect/nginx/shapes", test_shapes);
	g_test_add_func("/dialect/nginx/bounds", test_bounds);
	return g_test_run();
}
