/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports as other tools write them, one file each in tests/unit/from, and what
 * is to be asked after them.
 */
#include <string.h>

#include "test-from.h"

static void
assert_sample(const char *name, const char *lines)
{
	struct reading *reading = read_sample(name);

	g_assert_cmpstr(reading->lines->str, ==, lines);
	reading_free(reading);
}

static void
assert_text(const char *text, const char *lines)
{
	struct reading *reading = read_text(text);

	g_assert_cmpstr(reading->lines->str, ==, lines);
	reading_free(reading);
}

static void
test_nessus(void)
{
	struct reading *reading = read_sample("flagged.nessus");

	g_assert_cmpstr(reading->lines->str, ==,
		"pop3://192.0.2.10:110 cleartext-login nessus 15855 mail.example.org line 25\n"
		"pop3://[2001:db8::25]:1110 cleartext-login nessus 32847 2001:db8::25 line 41\n");
	g_assert_cmpstr(reading->texts->str, ==,
		"The following cleartext methods are supported :\nUSER\nSASL PLAIN LOGIN|");
	reading_free(reading);
}

/* Nothing flagged: every host with POP3; neither UDP nor a password changer is one. */
static void
test_nessus_unflagged(void)
{
	assert_sample("unflagged.nessus",
		"pop3://192.0.2.10:110 pop3 nessus - mail.example.org line 5\n"
		"pop3s://192.0.2.10:995 pop3 nessus - mail.example.org line 7\n"
		"pop3://192.0.2.11:110 pop3 nessus - 192.0.2.11 line 12\n");
}

static void
test_openvas(void)
{
	struct reading *reading = read_sample("flagged-openvas.xml");

	g_assert_cmpstr(reading->lines->str, ==,
		"pop3://192.0.2.10:110 cleartext-login openvas 1.3.6.1.4.1.25623.1.0.15855 "
		"192.0.2.10 line 9\n"
		"192.0.2.12 cleartext-login openvas 1.3.6.1.4.1.25623.1.0.15855 192.0.2.12 "
		"line 20\n");
	g_assert_true(g_str_has_prefix(reading->texts->str,
		"The remote POP3 server accepts logins via the following cleartext"));
	reading_free(reading);
	assert_sample("unflagged-openvas.xml",
		"pop3://192.0.2.10:110 pop3 openvas - 192.0.2.10 line 4\n"
		"pop3://192.0.2.11:110 pop3 openvas - 192.0.2.11 line 19\n");
}

static void
test_nmap(void)
{
	struct reading *reading = read_sample("nmap.xml");

	g_assert_cmpstr(reading->lines->str, ==,
		"pop3://192.0.2.10:110 pop3 nmap - mail.example.org line 24\n"
		"pop3s://192.0.2.10:995 pop3 nmap - mail.example.org line 25\n"
		"pop3s://192.0.2.10:1110 pop3 nmap - mail.example.org line 26\n"
		"pop3s://192.0.2.12:995 open-port nmap - 192.0.2.12 line 36\n"
		"pop3://[2001:db8::25]:110 open-port nmap - 2001:db8::25 line 39\n");
	g_assert_cmpstr(reading->texts->str, ==,
		"Dovecot pop3d USER TOP STLS SASL(PLAIN) UIDL|Dovecot pop3d|Dovecot pop3d|");
	reading_free(reading);
}

static void
test_masscan(void)
{
	assert_sample("masscan.xml",
		"pop3://192.0.2.10:110 open-port masscan - 192.0.2.10 line 5\n"
		"pop3://192.0.2.11:1110 pop3 masscan - 192.0.2.11 line 6\n");
	assert_sample("masscan.json",
		"pop3://192.0.2.10:110 open-port masscan - 192.0.2.10 record 1\n"
		"pop3s://[2001:db8::25]:995 open-port masscan - 2001:db8::25 record 3\n");
	assert_sample("masscan-broken.json",
		"pop3://192.0.2.10:110 open-port masscan - 192.0.2.10 record 1\n"
		"pop3://192.0.2.11:110 open-port masscan - 192.0.2.11 record 2\n");
	assert_sample("masscan.ndjson",
		"pop3://192.0.2.10:110 open-port masscan - 192.0.2.10 record 1\n"
		"pop3://192.0.2.11:1110 pop3 masscan - 192.0.2.11 record 2\n");
}

/* Nothing found is no error; nor is a bracket that a killed masscan left open. */
static void
test_masscan_ends(void)
{
	assert_text("[\n{finished: 1}\n]\n", "");
	assert_text("[\n\n]\n", "");
	assert_text("[\n{\"ip\":\"192.0.2.1\",\"ports\":[{\"port\":110,\"proto\":\"tcp\","
		    "\"status\":\"open\"}]},\n",
		"pop3://192.0.2.1:110 open-port masscan - 192.0.2.1 record 1\n");
}

static void
test_zgrab2(void)
{
	assert_sample("zgrab2.jsonl",
		"pop3://192.0.2.10:110 pop3 zgrab2 - 192.0.2.10 record 1\n"
		"pop3s://192.0.2.11:995 pop3 zgrab2 - pop.example.org record 2\n"
		"pop3://192.0.2.13:1110 pop3 zgrab2 - 192.0.2.13 record 4\n");
}

static void
test_popseal(void)
{
	assert_sample("popseal.jsonl",
		"pop3://192.0.2.10:110 cleartext-login popseal credentials-checked "
		"mail.example.org record 1\n"
		"pop3s://[2001:db8::25]:995 pop3 popseal tls-only 2001:db8::25 record 3\n"
		"pop3://192.0.2.11:110 named popseal timeout 192.0.2.11 record 4\n");
}

/* By its content, whatever it is called: also behind a mark, and in UTF-16. */
static void
test_encodings(void)
{
	const char *body = "<nmaprun><host><address addr='192.0.2.1'/><ports><port protocol='tcp' "
			   "portid='110'><state state='open'/></port></ports></host></nmaprun>";
	const char *found = "pop3://192.0.2.1:110 open-port nmap - 192.0.2.1 line 1\n";
	g_autofree char *latin =
		g_strdup_printf("<?xml version='1.0' encoding='iso-8859-1'?><!-- M\xfcller -->%s",
			body);
	g_autofree char *marked = g_strdup_printf("\xef\xbb\xbf<?xml version=\"1.0\"?>%s", body);
	g_autofree char *plain = g_strdup_printf("\xef\xbb\xbf%s", body);
	g_autofree char *wide = NULL;
	size_t wide_length = 0;
	struct reading *reading = NULL;

	assert_text(latin, found);
	assert_text(marked, found);
	assert_text(plain, found);
	wide = g_convert(plain, -1, "UTF-16LE", "UTF-8", NULL, &wide_length, NULL);
	reading = read_bytes(wide, wide_length);
	g_assert_cmpstr(reading->lines->str, ==, found);
	reading_free(reading);
}

/* Several plugins on one port are one endpoint; a login in clear behind less is not lost. */
static void
test_repetitions(void)
{
	const char *text = "{\"schema\":1,\"type\":\"endpoint\",\"verdict\":\"undetermined\","
			   "\"address\":\"192.0.2.1\",\"port\":110,\"mode\":\"pop3\"}\n"
			   "{\"schema\":1,\"type\":\"endpoint\",\"verdict\":\"undetermined\","
			   "\"address\":\"192.0.2.1\",\"port\":110,\"mode\":\"pop3\"}\n"
			   "{\"schema\":1,\"type\":\"endpoint\",\"verdict\":\"permits\","
			   "\"address\":\"192.0.2.1\",\"port\":110,\"mode\":\"pop3\"}\n";

	assert_text(text,
		"pop3://192.0.2.1:110 named popseal - 192.0.2.1 record 1\n"
		"pop3://192.0.2.1:110 cleartext-login popseal - 192.0.2.1 record 3\n");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/from/nessus", test_nessus);
	g_test_add_func("/from/nessus-unflagged", test_nessus_unflagged);
	g_test_add_func("/from/openvas", test_openvas);
	g_test_add_func("/from/nmap", test_nmap);
	g_test_add_func("/from/masscan", test_masscan);
	g_test_add_func("/from/masscan-ends", test_masscan_ends);
	g_test_add_func("/from/zgrab2", test_zgrab2);
	g_test_add_func("/from/popseal", test_popseal);
	g_test_add_func("/from/encodings", test_encodings);
	g_test_add_func("/from/repetitions", test_repetitions);
	return g_test_run();
}
