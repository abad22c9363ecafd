/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports that want to harm: they end with an error that says why, what was
 * read until then holds, and neither memory nor time grows with them.
 */
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test-from.h"

#define HOST                                                                         \
	"<host><address addr='192.0.2.1'/><ports><port protocol='tcp' portid='110'>" \
	"<state state='open'/></port></ports></host>"
#define FOUND  "pop3://192.0.2.1:110 open-port nmap - 192.0.2.1 line 1\n"
#define RECORD "{\"ip\":\"192.0.2.1\",\"ports\":[{\"port\":110,\"status\":\"open\"}]}"

enum {
	GROWTH_MAX = 8 * 1024 /* KiB; sanitizers keep what is freed, and are not measured */
};

static void
assert_reading(struct reading *reading, const char *lines, const char *error)
{
	g_autofree char *all = error != NULL ?
		g_strconcat(lines, "error: REPORT: ", error, "\n", NULL) :
		g_strdup(lines);

	if (error != NULL && g_str_has_suffix(error, "*")) {
		all[strlen(all) - 2] = '\0';
		g_string_truncate(reading->lines, MIN(reading->lines->len, strlen(all)));
	}
	g_assert_cmpstr(reading->lines->str, ==, all);
	reading_free(reading);
}

static void
assert_text(const char *text, const char *lines, const char *error)
{
	assert_reading(read_text(text), lines, error);
}

static void
test_unknown(void)
{
	assert_text("", "", "it is empty; what is read: *");
	assert_text(" \r\n\t ", "", "it is empty; what is read: *");
	assert_text("192.0.2.1\n192.0.2.2\n", "", "it is no report of a known format*");
	assert_text("PK\x03\x04", "", "it is no report of a known format*");
	assert_text("<html><body/></html>", "", "the XML of no known report (<html>)*");
	assert_text("<report/>", "", "the XML of no known report (<report>)*");
	assert_text("<a\xe2\x80\xae/>", "", "line 1: *");
	assert_text("{\"a\":1}", "", "the JSON of no known report*");
	assert_text("{a:1}", "", "it begins like JSON, but is of no known format*");
	assert_text("{}", "", "the JSON of no known report*");
	assert_text("[section]\nkey = value\n", "", "it begins like JSON*");
	assert_text("{\"ip\":\n{\"ip\":1}\n", "", "it begins like JSON*");
	assert_text("<?xml version='1.0' encoding='windows-1252'?><nmaprun/>", "",
		"it is XML in an encoding that is not read; *");
	assert_reading(read_bytes("<\0?\0x\0", 6), "",
		"it is XML in an encoding that is not read; *");
	assert_text("<?xml version='1.0' encoding='UTF-8-and-more'?><nmaprun/>", "",
		"it is XML in an encoding that is not read; *");
}

/* A billion laughs, and the file of somebody else: declared is refused already. */
static void
test_entities(void)
{
	static const char *const documents[] = {
		"<!DOCTYPE nmaprun [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>"
		"<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'>"
		"<!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;'>"
		"<!ENTITY e '&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;'>"
		"<!ENTITY f '&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;'>]><nmaprun>&f;" HOST "</nmaprun>",
		"<!DOCTYPE nmaprun [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
		"<nmaprun>&x;" HOST "</nmaprun>",
		"<!DOCTYPE nmaprun [<!ENTITY % p SYSTEM 'http://192.0.2.1/x.dtd'> %p;]>"
		"<nmaprun>" HOST "</nmaprun>",
		"<!DOCTYPE nmaprun [<!ELEMENT nmaprun ANY>]><nmaprun>" HOST "</nmaprun>",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(documents); i++)
		assert_text(documents[i], "",
			"a document type that declares something, which no report needs");
	assert_text("<!DOCTYPE nmaprun SYSTEM 'file:///etc/passwd'><nmaprun>" HOST "</nmaprun>",
		FOUND, NULL);
	assert_text("<nmaprun>" HOST "&undeclared;</nmaprun>", FOUND,
		"line 1: Entity 'undeclared' not defined");
}

static void
test_cut_off(void)
{
	assert_text("<nmaprun>" HOST "<host><address addr=", FOUND, "line 1: *");
	assert_text("<nmaprun>" HOST, FOUND, "line 1: *");
	assert_text("<nmaprun>" HOST "</nmaprun></nmaprun>", FOUND, "line 1: *");
	assert_text("[" RECORD "," RECORD,
		"pop3://192.0.2.1:110 open-port masscan - "
		"192.0.2.1 record 1\n",
		NULL);
	assert_text("[" RECORD ",{\"ip\":\"192.0",
		"pop3://192.0.2.1:110 open-port masscan - 192.0.2.1 record 1\n",
		"record 2 is cut off: the report breaks off there");
}

/* What was held back for the end comes out, though the end does not. */
static void
test_cut_off_unflagged(void)
{
	struct reading *reading =
		read_text("<NessusClientData_v2><Report><ReportHost name='192.0.2.1'>"
			  "<ReportItem port='110' svc_name='pop3' protocol='tcp' pluginID='1'/>");

	g_assert_cmpuint(reading->items, ==, 1);
	g_assert_false(reading->ok);
	reading_free(reading);
}

/* Between two good records, a problem in its place. */
static void
assert_problem(const char *record)
{
	g_autofree char *text = g_strconcat(RECORD "\n", record,
		"\n{\"ip\":\"192.0.2.9\",\"ports\":[{\"port\":995}]}", NULL);
	struct reading *reading = read_text(text);

	g_test_message("%s", reading->lines->str);
	g_assert_true(reading->ok);
	g_assert_cmpuint(reading->items, ==, 3);
	g_assert_nonnull(strstr(reading->lines->str, "\n! -: "));
	g_assert_nonnull(strstr(reading->lines->str, "\npop3s://192.0.2.9:995 "));
	reading_free(reading);
}

static void
test_bytes(void)
{
	static const char nul[] = "<nmaprun>" HOST "<a>\0</a></nmaprun>";
	struct reading *reading = NULL;
	static const char nul_record[] = RECORD "\n{\"ip\":\"192.0.2.2\0\"}\n" RECORD "\n";

	assert_reading(read_bytes(nul, sizeof(nul) - 1), FOUND, "line 1: *");
	assert_text("<nmaprun>" HOST "<a>\xff\xfe</a></nmaprun>", FOUND, "line 1: *");
	reading = read_bytes(nul_record, sizeof(nul_record) - 1);
	g_assert_true(reading->ok);
	g_assert_cmpuint(reading->items, ==, 2);
	g_assert_nonnull(strstr(reading->lines->str, "\n! -: no JSON: "));
	reading_free(reading);
	assert_problem("{\"ip\":\"\\u0000\",\"ports\":[]}");
	assert_problem("{\"ip\":\"\xff\",\"ports\":[]}");
	assert_problem("{\"ip\":\"192.0.2.2\",}");
	assert_problem("{\"ip\":12}");
}

/* What stands where a host should is asked as a host, or not at all. */
static void
test_hosts(void)
{
	static const char *const wrong[] = { "10.0.0.0/8", "10.0.0.1-10.9.9.9", "2001:db8::/32", "",
		"-", "a b", "user@192.0.2.1", "192.0.2.1:25", "../../etc", "http://192.0.2.1/",
		"\xe2\x80\xae" };

	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autofree char *text = g_strdup_printf(
			"{\"ip\":\"%s\",\"ports\":[{\"port\":110,\"status\":\"open\"}]}", wrong[i]);
		struct reading *reading = read_text(text);

		g_test_message("%s: %s", wrong[i], reading->lines->str);
		g_assert_cmpuint(reading->items, ==, 1);
		g_assert_true(g_str_has_prefix(reading->lines->str, "! "));
		reading_free(reading);
	}
}

static void
test_ports(void)
{
	static const char *const wrong[] = { "0", "65536", "-1", "1e3", "\"0\"", "\"110x\"", "null",
		"99999999999999999999" };

	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autofree char *text =
			g_strdup_printf(RECORD "\n{\"ip\":\"192.0.2.2\",\"ports\":[{\"port\":%s}]}",
				wrong[i]);
		struct reading *reading = read_text(text);

		g_test_message("%s: %s", wrong[i], reading->lines->str);
		g_assert_cmpuint(reading->items, ==, 2);
		g_assert_nonnull(strstr(reading->lines->str, "\n! "));
		reading_free(reading);
	}
	assert_text("{\"ip\":\"192.0.2.2\",\"ports\":[{\"port\":\"110\"}]}",
		"pop3://192.0.2.2:110 open-port masscan - 192.0.2.2 record 1\n", NULL);
}

/* A line that was torn when its writer was killed costs that record only. */
static void
test_torn(void)
{
	assert_text(RECORD "\n{\"ip\":\"192.0.2.2\",\"po\n"
			   "{\"ip\":\"192.0.2.3\",\"ports\":[{\"port\":110}]}\njunk\n",
		"pop3://192.0.2.1:110 open-port masscan - 192.0.2.1 record 1\n"
		"! -: the record is cut off (record 2)\n"
		"pop3://192.0.2.3:110 open-port masscan - 192.0.2.3 record 3\n"
		"! -: text that is no JSON (record 4)\n",
		NULL);
}

/* --- bounds ----------------------------------------------------------------------------------- */

static char *
filled(const char *before, char byte, size_t count, const char *after)
{
	g_autofree char *middle = g_malloc(count + 1);

	memset(middle, byte, count);
	middle[count] = '\0';
	return g_strconcat(before, middle, after, NULL);
}

static void
test_depth(void)
{
	GString *deep = g_string_new("<nmaprun>" HOST);

	for (int i = 1; i < FROM_DEPTH_MAX; i++)
		g_string_append(deep, "<a>");

	g_autofree char *past = g_strconcat(deep->str, "<a>", NULL);

	for (int i = 1; i < FROM_DEPTH_MAX; i++)
		g_string_append(deep, "</a>");
	g_string_append(deep, "</nmaprun>");
	assert_text(deep->str, FOUND, NULL);
	assert_text(past, FOUND, "more than 64 elements within each other");
	g_string_free(deep, TRUE);
}

static void
test_record_length(void)
{
	const char *before = "{\"ip\":\"192.0.2.1\",\"ports\":[{\"port\":110}],\"x\":\"";
	size_t space = FROM_RECORD_MAX - strlen(before) - strlen("\"}");
	g_autofree char *fits = filled(before, 'x', space, "\"}");
	g_autofree char *past = filled(before, 'x', space + 1, "\"}");
	g_autofree char *two = g_strconcat(RECORD, past, NULL);
	g_autofree char *deep = filled("{\"ip\":", '[', 100000, "}");
	g_autofree char *both = g_strconcat(RECORD "\n", deep, NULL);

	assert_text(fits, "pop3://192.0.2.1:110 open-port masscan - 192.0.2.1 record 1\n", NULL);
	assert_text(two,
		"pop3://192.0.2.1:110 open-port masscan - 192.0.2.1 record 1\n"
		"! -: a record of more than 1048576 octets (record 2)\n",
		NULL);
	assert_text(both,
		"pop3://192.0.2.1:110 open-port masscan - 192.0.2.1 record 1\n"
		"! -: no JSON: maximum parsing depth reached near '[' (record 2)\n",
		NULL);
}

/* A text has no bound: it is read in pieces. What has to end before it counts, has. */
static void
test_markup_length(void)
{
	size_t block = FROM_BLOCK;
	g_autofree char *fits =
		filled("<nmaprun>" HOST "<a b='", 'x', FROM_MARKUP_MAX - block, "'/></nmaprun>");
	g_autofree char *past = filled("<nmaprun>" HOST "<a b='", 'x', FROM_MARKUP_MAX + 2 * block,
		"'/></nmaprun>");
	g_autofree char *comment =
		filled("<nmaprun>" HOST "<!-- ", 'x', FROM_MARKUP_MAX + 2 * block, "--></nmaprun>");
	g_autofree char *text =
		filled("<nmaprun>" HOST "<a>", 'x', 16 * FROM_MARKUP_MAX, "</a></nmaprun>");

	assert_text(fits, FOUND, NULL);
	assert_text(past, FOUND, "a tag or a comment of more than 1048576 octets");
	assert_text(comment, FOUND, "a tag or a comment of more than 1048576 octets");
	assert_text(text, FOUND, NULL);
}

static void
test_names(void)
{
	g_autofree char *host =
		filled("{\"ip\":\"", 'a', CLAIM_HOST_MAX + 1, "\",\"ports\":[{\"port\":110}]}");
	g_autofree char *nessus = filled("<NessusClientData_v2><ReportHost name='", 'a',
		CLAIM_HOST_MAX + 1,
		"'><ReportItem port='110' pluginID='15855'/></ReportHost></NessusClientData_v2>");
	struct reading *reading = read_text(host);

	g_assert_true(g_str_has_prefix(reading->lines->str, "! aaa"));
	reading_free(reading);
	reading = read_text(nessus);
	g_assert_true(g_str_has_prefix(reading->lines->str, "! aaa"));
	reading_free(reading);
}

static void
test_output_length(void)
{
	g_autofree char *text = filled("<NessusClientData_v2><ReportHost name='192.0.2.1'>"
				       "<ReportItem port='110' pluginID='15855'><plugin_output>",
		'x', 2 * CLAIM_TEXT_MAX,
		"</plugin_output></ReportItem></ReportHost></NessusClientData_v2>");
	struct reading *reading = read_text(text);

	g_assert_true(reading->ok);
	g_assert_cmpuint(reading->texts->len, >=, CLAIM_TEXT_MAX + 1);
	g_assert_cmpuint(reading->texts->len, <, CLAIM_TEXT_MAX + 8);
	reading_free(reading);
}

/* --- floods ----------------------------------------------------------------------------------- */

static long
peak(void)
{
	struct rusage usage;

	g_assert_cmpint(getrusage(RUSAGE_SELF, &usage), ==, 0);
	return usage.ru_maxrss;
}

static void
write_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t put = write(fd, bytes, length);

		if (put <= 0)
			_exit(0);
		bytes += put;
		length -= (size_t)put;
	}
}

/* Reads `before`, then `piece` so often that it makes so many octets, from a pipe. */
static struct reading *
read_flood(const char *before, const char *piece, size_t octets)
{
	g_autoptr(GString) block = g_string_new(NULL);
	struct reading *reading = NULL;
	int ends[2];
	pid_t writer = 0;

	while (block->len < FROM_BLOCK)
		g_string_append(block, piece);
	g_assert_cmpint(pipe(ends), ==, 0);
	writer = fork();
	g_assert_cmpint(writer, >=, 0);
	if (writer == 0) {
		close(ends[0]);
		write_all(ends[1], before, strlen(before));
		for (size_t sent = 0; sent < octets; sent += block->len)
			write_all(ends[1], block->str, block->len);
		_exit(0);
	}
	close(ends[1]);
	reading = read_fd(ends[0]);
	close(ends[0]);
	g_assert_cmpint(waitpid(writer, NULL, 0), ==, writer);
	return reading;
}

static void
assert_flood(const char *before, const char *piece, size_t octets, const char *lines,
	const char *error)
{
	long start = peak();
	gint64 began = g_get_monotonic_time();
	struct reading *reading = read_flood(before, piece, octets);

	g_test_message("%ld KiB, %.1f s: %s", peak() - start,
		(double)(g_get_monotonic_time() - began) / G_USEC_PER_SEC,
		reading->error != NULL ? reading->error->message : "no error");
	if (g_strcmp0(g_getenv("POPSEAL_SANITIZED"), "1") != 0)
		g_assert_cmpint(peak() - start, <, GROWTH_MAX);
	assert_reading(reading, lines, error);
}

static void
test_floods(void)
{
	size_t much = g_test_slow() ? (size_t)1 << 30 : (size_t)1 << 26;
	const char *one = "pop3://192.0.2.1:110 open-port masscan - 192.0.2.1 record 1\n";

	assert_flood("", " ", much, "", "it is empty*");
	assert_flood(RECORD, " \n", much, one, NULL);
	assert_flood(RECORD, ",[", much, one, NULL);
	assert_flood(RECORD "\n{\"x\":\"", "x", much, one, "record 2 is cut off*");
	assert_flood("<nmaprun>" HOST, "<a b='c'>d</a>\n", much, FOUND, "line *");
	assert_flood("<nmaprun>" HOST, "<!-- nothing -->", much, FOUND, "line *");
	assert_flood("<nmaprun>" HOST, " ", much, FOUND, "line *");
	assert_flood("<nmaprun>" HOST "<a>", "x", much, FOUND, "line *");
	assert_flood("<nmaprun>" HOST "<a b='", "x", much, FOUND, "a tag or a comment of *");
	assert_flood("<nmaprun>" HOST "<!-- ", "x", much, FOUND, "a tag or a comment of *");
	assert_flood("<nmaprun>" HOST "<?x ", "x", much, FOUND, "a tag or a comment of *");
	assert_flood("<nmaprun>" HOST "<![CDATA[", "x", much, FOUND, "a tag or a comment of *");
	assert_flood("<nmaprun>" HOST "<", "x", much, FOUND, "*");
	assert_flood("<nmaprun>" HOST, "<a>", much, FOUND, "more than 64 elements within *");
	assert_flood("<!DOCTYPE nmaprun [", "<!ENTITY a 'b'>", much, "", "*");
}

/* Hosts that wait for the end of an unflagged report are bounded too. */
static void
test_pending(void)
{
	const char *item = "<ReportItem port='110' svc_name='pop3' pluginID='1'/>";
	struct reading *reading = read_flood(
		"<NessusClientData_v2><ReportHost name='2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff'>",
		item, (FROM_PENDING_MAX / 100) * strlen(item));

	g_assert_false(reading->ok);
	g_assert_nonnull(strstr(reading->lines->str, "too many POP3 hosts"));
	g_assert_cmpuint(reading->items, ==, 1);
	reading_free(reading);
}

static void
test_descriptor(void)
{
	struct reading *reading = read_fd(-1);

	assert_reading(reading, "", "Bad file descriptor");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	/* First: what other tests allocate would hide what these do. */
	g_test_add_func("/from/hostile/floods", test_floods);
	g_test_add_func("/from/hostile/unknown", test_unknown);
	g_test_add_func("/from/hostile/entities", test_entities);
	g_test_add_func("/from/hostile/cut-off", test_cut_off);
	g_test_add_func("/from/hostile/cut-off-unflagged", test_cut_off_unflagged);
	g_test_add_func("/from/hostile/bytes", test_bytes);
	g_test_add_func("/from/hostile/hosts", test_hosts);
	g_test_add_func("/from/hostile/ports", test_ports);
	g_test_add_func("/from/hostile/torn", test_torn);
	g_test_add_func("/from/hostile/depth", test_depth);
	g_test_add_func("/from/hostile/record-length", test_record_length);
	g_test_add_func("/from/hostile/markup-length", test_markup_length);
	g_test_add_func("/from/hostile/names", test_names);
	g_test_add_func("/from/hostile/output-length", test_output_length);
	g_test_add_func("/from/hostile/pending", test_pending);
	g_test_add_func("/from/hostile/descriptor", test_descriptor);
	return g_test_run();
}
