/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv, read again by a reader of RFC 4180 that knows nothing of the writer.
 */
#include <string.h>

#include "test-reports.h"

enum {
	COLUMNS = 21
};

static const struct report_options plain = { .color = false };

/* Takes one cell off *at, which is then behind its comma or line end. */
static char *
read_cell(const char **at, bool *last)
{
	GString *cell = g_string_new(NULL);
	bool quoted = **at == '"';

	*at += quoted ? 1 : 0;
	for (;; (*at)++) {
		g_assert_cmpint(**at, !=, '\0');
		if (quoted && **at == '"' && (*at)[1] != '"')
			break;
		if (!quoted && (**at == ',' || **at == '\n'))
			break;
		if (quoted && **at == '"')
			(*at)++;
		else
			g_assert_cmpint(**at, !=, '"');
		g_string_append_c(cell, **at);
	}
	*at += quoted ? 1 : 0;
	g_assert_true(**at == ',' || **at == '\n');
	*last = *(*at)++ == '\n';
	return g_string_free(cell, FALSE);
}

/* Reads the line at *at into an array of cells. */
static GPtrArray *
read_line(const char **at)
{
	GPtrArray *cells = g_ptr_array_new_with_free_func(g_free);
	bool last = false;

	while (!last)
		g_ptr_array_add(cells, read_cell(at, &last));
	g_assert_cmpuint(cells->len, ==, COLUMNS);
	return cells;
}

static void
assert_cells(struct assessment *assessment, const char *const expected[COLUMNS])
{
	g_autofree char *text = sample_report("csv", &plain, assessment);
	const char *at = text;
	g_autoptr(GPtrArray) header = read_line(&at);
	g_autoptr(GPtrArray) cells = read_line(&at);

	assert_harmless(text);
	g_assert_cmpstr(at, ==, "");
	for (guint i = 0; i < COLUMNS; i++) {
		g_test_message("%s", (const char *)g_ptr_array_index(header, i));
		g_assert_cmpstr(g_ptr_array_index(cells, i), ==, expected[i]);
	}
}

static void
test_header(void)
{
	g_autoptr(GString) out = g_string_new(NULL);

	report_find("csv")->begin(&plain, out);
	g_assert_cmpstr(out->str, ==,
		"time,subject,host,address,port,mode,verdict,confidence,reason,vantage,stls,"
		"product,product_version,tls_version,tls_cipher,advertised,accepted,refused,"
		"findings,explanation,duration_ms\n");
}

static void
test_cells(void)
{
	static const char *const expected[COLUMNS] = { "2026-11-23T10:00:00.123Z",
		"pop3://192.0.2.1:110", "mail.example", "192.0.2.1", "110", "pop3", "permits",
		"proven", "credentials-checked", "remote", "optional", "dovecot", "2.3.16",
		"TLSv1.3", "TLS_AES_256_GCM_SHA384", "USER PLAIN LOGIN CRAM-MD5 APOP", "PLAIN",
		"LOGIN USER", "cleartext-login",
		"It checked a random name and password before TLS.", "1234" };

	assert_cells(sample_permits(), expected);
}

static void
test_empty_cells(void)
{
	static const char *const expected[COLUMNS] = { "2026-11-23T10:00:00.123Z",
		"pop3://192.0.2.9:110", "192.0.2.9", "192.0.2.9", "110", "pop3", "no-service", "",
		"connection-refused", "remote", "", "", "", "", "", "", "", "", "",
		"The connection was refused.", "1234" };

	assert_cells(sample_no_service(), expected);
}

/* No cell runs as a formula, and none breaks out of its place. */
static void
test_hostile(void)
{
	g_autofree char *text = sample_report("csv", &plain, sample_hostile());
	const char *at = text;
	g_autoptr(GPtrArray) header = read_line(&at);
	g_autoptr(GPtrArray) cells = read_line(&at);

	assert_harmless(text);
	g_assert_cmpuint(header->len, ==, cells->len);
	g_assert_cmpstr(at, ==, "");
	for (guint i = 0; i < COLUMNS; i++) {
		const char *cell = g_ptr_array_index(cells, i);

		g_assert_true(cell[0] == '\0' || strchr("=+-@\t", cell[0]) == NULL);
	}
	g_assert_cmpstr(g_ptr_array_index(cells, 2), ==, "'=cmd|' /C calc'!A0\\x1b");
	g_assert_cmpstr(g_ptr_array_index(cells, 12), ==, "'=1+1,\\x1b");
	g_assert_cmpstr(g_ptr_array_index(cells, 14), ==, "'@SUM(1,2)");
	g_assert_cmpstr(g_ptr_array_index(cells, 19), ==,
		"'-+OK \\x1b[2J\"quoted\", 'x'\\ny\\r\\xe2\\x80\\xae\\xff\\end?");
}

static void
test_nothing_else(void)
{
	struct failure failure = { .subject = "a", .message = "b" };
	struct summary summary = { .hosts = 1 };
	g_autoptr(GString) out = g_string_new(NULL);

	report_find("csv")->failure(&plain, &failure, out);
	report_find("csv")->end(&plain, &summary, out);
	g_assert_cmpstr(out->str, ==, "");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/reports/csv/header", test_header);
	g_test_add_func("/reports/csv/cells", test_cells);
	g_test_add_func("/reports/csv/empty-cells", test_empty_cells);
	g_test_add_func("/reports/csv/hostile", test_hostile);
	g_test_add_func("/reports/csv/nothing-else", test_nothing_else);
	return g_test_run();
}
