/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grammar of GNU Mailutils: measured with pop3d --config-lint 3.15.
 */
#include "test-dialect-shape.h"

extern const struct dialect dialect_mailutils;

static const struct shape_sample samples[] = {
	{ "", "" },
	{ "# c\n// c\n/* c\n*/ tls-mode \"required\"; /* x */ port pop3; # y",
		"tls-mode=required;port=pop3;" },
	{ "server 0.0.0.0:110 { tls-mode required; };", "server|0.0.0.0:110{tls-mode=required;}" },
	{ "server 0.0.0.0:110 { tls-mode required; }\nport 1;",
		"server|0.0.0.0:110{tls-mode=required;}port=1;" },
	{ "tls-mode\n  required\n;", "tls-mode=required;" },
	{ "a (b, c);", "?a=b|c;" },
	{ "a \"b\\\nc\\\"d\\\\\" \"e\";", "a=bc\"d\\e;" },
	{ "a \"b\" # c\n\"d\" e \"f\";", "a=bd|e|f;" },
	{ "a b;\r\nc d;", "a=b;!" },
	{ "a b\f;", "a=b;" },
	{ "a \xc3\xa9;", "!" },
	{ "stat-file <<- EOT\n\tx\n\tEOT\n;", "stat-file=x\n;" },
	{ "stat-file <<EOT\nx {\nEOT;", "stat-file=x {\n;" },
	{ "include /etc/mailutils.d;", "</etc/mailutils.d>" },
	{ "server { };", "server{}" },
	{ "server \"[::1]:110\" {} ;", "server|[::1]:110{}" },
	{ "server [::1]:110 {};", "!" },
	{ "a 'b';", "!" },
	{ "a \"b\nc\";", "!" },
	{ "a { b c }", "a{!}" },
	{ "a { b;", "a{b;!}" },
	{ "a {};;", "a{}!" },
	{ "a; };", "a;!" },
	{ "a <<EOT\nb", "!" },
};

static void
test_shapes(void)
{
	shape_check(&dialect_mailutils, samples, G_N_ELEMENTS(samples));
}

static void
test_bounds(void)
{
	shape_check_bounds(&dialect_mailutils, "a;", "a {");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/dialect/mailutils/shapes", test_shapes);
	g_test_add_func("/dialect/mailutils/bounds", test_bounds);
	return g_test_run();
}
