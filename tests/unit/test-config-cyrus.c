/* SPDX-License-Identifier: Apache-2.0 */
#include "products/cyrus/config.h"
#include "products/cyrus/known.h"
#include "products/cyrus/settings.h"
#include "test-config-memory.h"

#define SERVICE "SERVICES {\n  pop3 cmd=\"pop3d\" listen=\"pop3\"\n}\n"
#define BASE    "configdirectory: /var/lib/cyrus\n"

static struct facts *
audit_files(const char *version, const struct memory_file *files)
{
	return memory_audit(&cyrus_config, "cyrus", "/etc/cyrus.conf", version, files);
}

static struct facts *
audit(const char *version, const char *services, const char *settings)
{
	const struct memory_file files[] = {
		{ "/etc/cyrus.conf", services, 0 },
		{ "/etc/imapd.conf", settings, 0 },
		{ NULL, NULL, 0 },
	};

	return audit_files(version, files);
}

/* Services and settings, and what comes of them in that version (NULL: not known). */
static const struct {
	const char *name, *version, *services, *settings;
	enum verdict_value verdict;
	enum reason reason;
	unsigned line; /* that decides; 0: not looked at */
} rows[] = {
	{ "the default of 2.3.8", "2.3.8", SERVICE, BASE, VERDICT_PERMITS, REASON_DEFAULT, 2 },
	{ "the default of 2.3.9", "2.3.9", SERVICE, BASE, VERDICT_REFUSES, REASON_DEFAULT, 2 },
	{ "tls_required before 3.0", "2.5.17", SERVICE, BASE "tls_required: 1\nallowplaintext: 1\n",
		VERDICT_PERMITS, REASON_SETTING, 3 },
	{ "tls_required", "3.0.8", SERVICE, BASE "tls_required: 1\nallowplaintext: 1\n",
		VERDICT_REFUSES, REASON_SETTING, 2 },
	{ "own after general", NULL, SERVICE, BASE "allowplaintext: no\npop3_allowplaintext: yes\n",
		VERDICT_PERMITS, REASON_SETTING, 3 },
	{ "own before general", NULL, SERVICE,
		BASE "POP3_allowplaintext: no\nallowplaintext: yes\n", VERDICT_REFUSES,
		REASON_SETTING, 2 },
	{ "another's own", NULL, SERVICE, BASE "allowplaintext: no\nimap_allowplaintext: yes\n",
		VERDICT_REFUSES, REASON_SETTING, 2 },
	{ "own tls_required, off", NULL, SERVICE,
		BASE "allowplaintext: 1\ntls_required: 1\npop3_tls_required: 0\n", VERDICT_PERMITS,
		REASON_SETTING, 2 },
	{ "an entry of another name", NULL,
		"SERVICES {\n mailpop cmd=\"pop3d\" listen=\"pop3\"\n}\n",
		BASE "pop3_allowplaintext: yes\nallowplaintext: no\n", VERDICT_REFUSES,
		REASON_SETTING, 3 },
	{ "a layer of 1", NULL, "SERVICES {\n p cmd=\"pop3d -p 1\" listen=\"pop3\"\n}\n",
		BASE "allowplaintext: 0\n", VERDICT_REFUSES, REASON_SETTING, 2 },
	{ "a layer of 2", NULL, "SERVICES {\n p cmd=\"pop3d -p 2\" listen=\"pop3\"\n}\n",
		BASE "allowplaintext: 0\n", VERDICT_PERMITS, REASON_SETTING, 2 },
	{ "a layer, and TLS required", NULL,
		"SERVICES {\n p cmd=\"pop3d -p 256\" listen=\"pop3\"\n}\n",
		BASE "tls_required: y\nallowplaintext: n\n", VERDICT_REFUSES, REASON_SETTING, 2 },
	{ "options without blanks", NULL, "SERVICES {\n p cmd=\"pop3d -p128\" listen=\"pop3\"\n}\n",
		BASE "allowplaintext: 0\n", VERDICT_UNDETERMINED, REASON_INVALID, 2 },
	{ "a wrapper", NULL, "SERVICES {\n p cmd=\"/opt/wrap pop3d\" listen=\"pop3\"\n}\n",
		BASE "allowplaintext: 0\n", VERDICT_UNDETERMINED, REASON_NOT_UNDERSTOOD, 2 },
	{ "a comment within quotes", NULL, "SERVICES {\n p cmd=\"pop3d # -s\" listen=\"pop3\"\n}\n",
		BASE, VERDICT_UNDETERMINED, REASON_INVALID, 0 },
	{ "given twice", NULL, SERVICE, BASE "allowplaintext: no\nAllowPlaintext: no\n",
		VERDICT_UNDETERMINED, REASON_INVALID, 0 },
	{ "an empty value", NULL, SERVICE, BASE "allowplaintext:\n", VERDICT_UNDETERMINED,
		REASON_INVALID, 0 },
	{ "a switch that is none", NULL, SERVICE, BASE "allowplaintext: YES\n",
		VERDICT_UNDETERMINED, REASON_INVALID, 0 },
	{ "any other switch", NULL, SERVICE, BASE "allowplaintext: no\nchatty: maybe\n",
		VERDICT_UNDETERMINED, REASON_INVALID, 0 },
	{ "a switch of the service", NULL, SERVICE,
		BASE "allowplaintext: no\npop3_allowapop: maybe\n", VERDICT_UNDETERMINED,
		REASON_INVALID, 3 },
	{ "an integer that is none", "3.6.1", SERVICE, BASE "allowplaintext: no\nmaxword: 5.5\n",
		VERDICT_UNDETERMINED, REASON_INVALID, 0 },
	{ "a duration that is none", NULL, SERVICE, BASE "allowplaintext: no\ntimeout: 5 m\n",
		VERDICT_UNDETERMINED, REASON_INVALID, 0 },
	{ "a word that is none", NULL, SERVICE, BASE "tls_required: yes\nvirtdomains: y\n",
		VERDICT_UNDETERMINED, REASON_INVALID, 0 },
	{ "a word of the service that is none", NULL, SERVICE,
		BASE "tls_required: yes\npop3_uidl_format: none\n", VERDICT_UNDETERMINED,
		REASON_INVALID, 3 },
	{ "another service's word that is none", "3.6.1", SERVICE,
		BASE "tls_required: yes\nimap_virtdomains: y\n", VERDICT_REFUSES, REASON_SETTING,
		2 },
	{ "no configdirectory", NULL, SERVICE, "allowplaintext: no\n", VERDICT_UNDETERMINED,
		REASON_INVALID, 0 },
	{ "a trailing comment is a value", NULL, SERVICE, BASE "allowplaintext: no # yes\n",
		VERDICT_REFUSES, REASON_SETTING, 2 },
	{ "a comment that swallows", NULL, SERVICE,
		BASE "allowplaintext: yes\n# now: \\\ntls_required: yes\n", VERDICT_PERMITS,
		REASON_SETTING, 2 },
	{ "a last line that is dropped", NULL, SERVICE,
		BASE "allowplaintext: yes\ntls_required: yes\\\n", VERDICT_PERMITS, REASON_SETTING,
		2 },
	{ "a brace on its own line", NULL, "SERVICES\n{\n p cmd=\"pop3d\" listen=\"pop3\"\n}\n",
		BASE, VERDICT_UNDETERMINED, REASON_NOT_UNDERSTOOD, 0 },
	{ "a service of the same name", NULL,
		"SERVICES {\n p cmd=\"pop3d -s\" listen=\"995\"\n p cmd=\"pop3d -s\" "
		"listen=\"996\"\n}\n",
		BASE, VERDICT_UNDETERMINED, REASON_INVALID, 0 },
	{ "another imapd.conf that is not there", NULL,
		"SERVICES {\n p cmd=\"pop3d -C /etc/b.conf\" listen=\"pop3\"\n}\n",
		BASE "allowplaintext: 0\n", VERDICT_UNDETERMINED, REASON_UNREADABLE, 2 },
	{ "a UNIX socket", NULL, "SERVICES {\n p cmd=\"pop3d\" listen=\"/run/pop3\"\n}\n",
		BASE "allowplaintext: yes\n", VERDICT_NO_SERVICE, REASON_NOT_SERVED, 0 },
};

static void
test_rows(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct facts *facts = audit(rows[i].version, rows[i].services, rows[i].settings);

		g_test_message("%s: %s", rows[i].name, facts->verdict.explanation);
		g_assert_cmpstr(verdict_word(facts->verdict.value), ==,
			verdict_word(rows[i].verdict));
		g_assert_cmpstr(reason_word(facts->verdict.reason), ==,
			reason_word(rows[i].reason));
		if (rows[i].line != 0)
			g_assert_cmpuint(deciding_line(listener_of(facts, 0)), ==, rows[i].line);
		if (rows[i].verdict == VERDICT_UNDETERMINED)
			g_assert_nonnull(facts->verdict.settle);
		facts_free(facts);
	}
}

/* Without a version the newest rules hold, and where older ones permit, that is said. */
static void
test_both_readings(void)
{
	static const char *const open_before[] = {
		BASE,
		BASE "allowplaintext: yes\ntls_required: yes\n",
		BASE "tls_required: yes\n",
	};
	struct facts *facts;

	for (size_t i = 0; i < G_N_ELEMENTS(open_before); i++) {
		facts = audit(NULL, SERVICE, open_before[i]);
		g_assert_cmpint(facts->verdict.value, ==, VERDICT_REFUSES);
		g_assert_nonnull(strstr(facts->verdict.explanation, "version is not known"));
		g_assert_true(note_of(facts, CONFIG_NOTE_PERMITS)->unknown);
		g_assert_nonnull(note_of(facts, CONFIG_NOTE_PERMITS)->settle);
		facts_free(facts);
		facts = audit("3.6.1", SERVICE, open_before[i]);
		g_assert_cmpint(facts->verdict.value, ==, VERDICT_REFUSES);
		g_assert_null(note_of(facts, CONFIG_NOTE_PERMITS));
		facts_free(facts);
	}
	facts = audit(NULL, SERVICE, BASE "allowplaintext: no\ntls_required: yes\n");
	g_assert_null(note_of(facts, CONFIG_NOTE_PERMITS));
	facts_free(facts);
}

static void
test_includes(void)
{
	const struct memory_file files[] = {
		{ "/etc/cyrus.conf", SERVICE, 0 },
		{ "/etc/imapd.conf", BASE "@include: /etc/more.conf\n", 0 },
		{ "/etc/more.conf", "allowplaintext: yes\n", 0666 },
		{ NULL, NULL, 0 },
	};
	struct memory_file changed[G_N_ELEMENTS(files)];
	struct facts *facts = audit_files(NULL, files);

	g_assert_cmpint(facts->verdict.value, ==, VERDICT_PERMITS);
	g_assert_cmpstr(config_chain_last(&listener_of(facts, 0)->chain)->location.file, ==,
		"/etc/more.conf");
	facts_free(facts);
	/* Not readable: it cannot be told. */
	memcpy(changed, files, sizeof(files));
	changed[2].text = NULL;
	facts = audit_files("3.6.1", changed);
	g_assert_cmpint(facts->verdict.value, ==, VERDICT_UNDETERMINED);
	g_assert_cmpstr(reason_word(facts->verdict.reason), ==, reason_word(REASON_UNREADABLE));
	facts_free(facts);
	/* Not there: Cyrus does not start. */
	changed[2].path = "/etc/other.conf";
	facts = audit_files("3.6.1", changed);
	g_assert_cmpstr(reason_word(facts->verdict.reason), ==,
		reason_word(REASON_INCLUDE_MISSING));
	g_assert_nonnull(note_of(facts, CONFIG_NOTE_INVALID));
	facts_free(facts);
	/* Itself. */
	changed[1].text = BASE "allowplaintext: no\n@include: /etc/imapd.conf\n";
	facts = audit_files("3.6.1", changed);
	g_assert_cmpint(facts->verdict.value, ==, VERDICT_UNDETERMINED);
	facts_free(facts);
}

static void
test_listens(void)
{
	static const struct {
		const char *listen, *address;
		uint16_t port;
	} listens[] = {
		{ "listen=\"pop3\"", "*", 110 },
		{ "listen=110 proto=tcp4", "0.0.0.0", 110 },
		{ "listen=\"1110\" proto=\"tcp6\"", "::", 1110 },
		{ "listen=\"192.0.2.1:pop3\"", "192.0.2.1", 110 },
		{ "listen=\"[2001:db8::1]:pop3\"", "2001:db8::1", 110 },
		{ "listen=\"[::1]:1110\"", "::1", 1110 },
		{ "listen=\":pop3\"", "*", 110 },
		{ "listen=\"mail.example:110\" proto=tcp4", "mail.example", 110 },
		{ "listen=\"pop3x\"", "*", 0 },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(listens); i++) {
		g_autofree char *services =
			g_strdup_printf("SERVICES {\n pop3 cmd=\"pop3d\" %s prefork=0\n}\n",
				listens[i].listen);
		struct facts *facts = audit(NULL, services, BASE "allowplaintext: yes\n");
		const struct config_listener *listener = listener_of(facts, 0);

		g_test_message("%s", listens[i].listen);
		g_assert_cmpstr(listener->address, ==, listens[i].address);
		g_assert_cmpuint(listener->port, ==, listens[i].port);
		g_assert_cmpint(listener->verdict, ==, VERDICT_PERMITS);
		facts_free(facts);
	}
}

static void
test_several_services(void)
{
	const struct memory_file files[] = {
		{ "/etc/cyrus.conf",
			"START {\n  recover cmd=\"ctl_cyrusdb -r\"\n}\nSERVICES {\n"
			"  imap cmd=\"imapd\" listen=\"imap\"\n"
			"  pop3 cmd=\"pop3d -U 30\" listen=\"pop3\"\n"
			"  pop3s cmd=\"pop3d -s\" listen=\"pop3s\"\n"
			"  inside cmd=\"/usr/lib/cyrus/bin/pop3d -C /etc/inside.conf\" "
			"listen=\"10.0.0.1:pop3\"\n}\n",
			0 },
		{ "/etc/imapd.conf",
			BASE "allowplaintext: no\nimap_allowplaintext: yes\ntls_versions: tls1_1 "
			     "tls1_2\ntls_server_cert: /etc/c.pem\ntls_server_key: "
			     "{configdirectory}/k.pem\nsasl_mech_list: PLAIN cram-md5\n",
			0 },
		{ "/etc/inside.conf", BASE "sasl_minimum_layer: 2\nallowplaintext: yes\n", 0 },
		{ "/etc/c.pem", "", 0 },
		{ "/var/lib/cyrus/k.pem", "", 0644 },
		{ NULL, NULL, 0 },
	};
	struct facts *facts = audit_files("3.6.1", files);
	const struct config_listener *inside = listener_of(facts, 2);

	g_assert_cmpuint(facts->config->listeners->len, ==, 3);
	g_assert_cmpint(listener_of(facts, 0)->verdict, ==, VERDICT_REFUSES);
	g_assert_cmpint(listener_of(facts, 1)->mode, ==, MODE_POP3S);
	g_assert_cmpint(listener_of(facts, 1)->verdict, ==, VERDICT_REFUSES);
	g_assert_cmpint(inside->verdict, ==, VERDICT_PERMITS);
	g_assert_cmpstr(config_chain_last(&inside->chain)->location.file, ==, "/etc/inside.conf");
	g_assert_cmpuint(inside->chain.count, ==, 3);
	g_assert_cmpint(facts->verdict.value, ==, VERDICT_PERMITS);
	g_assert_cmpuint(note_of(facts, CONFIG_NOTE_SIBLING)->location.line, ==, 3);
	g_assert_cmpuint(note_of(facts, CONFIG_NOTE_TLS_VERSION)->location.line, ==, 4);
	g_assert_cmpuint(note_of(facts, CONFIG_NOTE_KEY_PERMISSIONS)->location.line, ==, 6);
	g_assert_nonnull(note_of(facts, CONFIG_NOTE_WEAK_MECHANISM));
	g_assert_cmpstr(note_of(facts, CONFIG_NOTE_TLS_UNAVAILABLE)->location.file, ==,
		"/etc/inside.conf");
	facts_free(facts);
}

static void
test_other_file_by_default(void)
{
	const struct memory_file files[] = {
		{ "/etc/cyrus.conf", SERVICE, 0 },
		{ "/etc/imapd.conf", BASE "allowplaintext: no\n", 0 },
		{ "/etc/default/cyrus-imapd", "MASTERCONF=/etc/cyrus/other.conf\n", 0 },
		{ NULL, NULL, 0 },
	};
	struct facts *facts = audit_files("3.6.1", files);

	g_assert_cmpint(facts->verdict.value, ==, VERDICT_UNDETERMINED);
	g_assert_cmpstr(reason_word(facts->verdict.reason), ==, reason_word(REASON_ELSEWHERE));
	facts_free(facts);
}

static void
test_switch(void)
{
	static const char *const on[] = { "1", "yes", "y", "on", "true", "t", "ontario", "10" };
	static const char *const off[] = { "0", "no", "n", "off", "of", "false", "f", "0x1" };
	static const char *const neither[] = { "Yes", "ON", "o", "maybe", "-1", "2", "" };

	for (size_t i = 0; i < G_N_ELEMENTS(on); i++)
		g_assert_cmpint(cyrus_switch(on[i]), ==, 1);
	for (size_t i = 0; i < G_N_ELEMENTS(off); i++)
		g_assert_cmpint(cyrus_switch(off[i]), ==, 0);
	for (size_t i = 0; i < G_N_ELEMENTS(neither); i++)
		g_assert_cmpint(cyrus_switch(neither[i]), ==, -1);
}

/* Options, values, and versions that are known; most are by cyr_info conf-all of 3.6. */
static const struct {
	const char *option, *value, *version;
	bool refused;
} values[] = {
	{ "timeout", "30", "3.6.1", false },
	{ "timeout", "1h30m", "3.6.1", false },
	{ "timeout", "5m3", "3.6.1", false },
	{ "timeout", "-5", "3.6.1", false },
	{ "timeout", "99999999999d", "3.6.1", false },
	{ "timeout", "5 m", "3.6.1", true },
	{ "timeout", "--5", "3.6.1", true },
	{ "timeout", "m", "3.6.1", true },
	{ "timeout", "1M", "3.6.1", true },
	{ "timeout", "5mm", "3.6.1", true },
	{ "timeout", "0x10", NULL, true },
	{ "timeout", "0x10", "2.5.17", false },
	{ "maxword", "0x10", "3.6.1", false },
	{ "maxword", "-5", "3.6.1", false },
	{ "maxword", "09", "3.6.1", true },
	{ "maxword", "09", NULL, false }, /* a size, in later ones */
	{ "maxword", "5.5", NULL, true },
	{ "maxword", "128K", "3.6.1", true },
	{ "maxword", "128K", "3.10.2", false },
	{ "maxword", "128 KiB", NULL, false },
	{ "maxword", "128 KiX", NULL, true },
	{ "virtdomains", "userid", "3.6.1", false },
	{ "virtdomains", "true", "3.6.1", false },
	{ "virtdomains", "f", "3.6.1", false },
	{ "virtdomains", "y", "3.6.1", true },
	{ "virtdomains", "TRUE", "3.6.1", true },
	{ "virtdomains", "off on", "3.6.1", true },
	{ "virtdomains", "use", "3.6.1", true },
	{ "uidl_format", "yes", "3.6.1", true },
	{ "sieve_extensions", "fileinto  imapflags\tsnooze", "3.6.1", false },
	{ "sieve_extensions", "fileinto nothing", "3.6.1", true },
	{ "pts_module", "http", "3.10.2", false },
	{ "duplicate_db", "twoskip", "3.6.1", false },
	{ "duplicate_db", "flat", "3.6.1", true },
	{ "duplicate_db", "berkeley-nosync", "3.6.1", true },
	{ "duplicate_db", "berkeley-nosync", "2.4.17", false },
	{ "duplicate_db", "berkeley-nosync", NULL, false },
	{ "search_engine", "later", "3.12.0", false }, /* what that version takes is not known */
	{ "defaultpartition", "ABC1", "3.6.1", false },
	{ "defaultpartition", "a-b", "3.6.1", true },
	{ "tls_required", "maybe", "2.5.17", false },
	{ "tls_required", "maybe", "3.6.1", true },
	{ "admins", "maybe", "3.6.1", false },
	{ "no_such_option", "maybe", "3.6.1", false },
};

static void
test_values(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
		g_test_message("%s: %s", values[i].option, values[i].value);
		g_assert_true(cyrus_is_refused(values[i].option, values[i].value,
				      values[i].version) == values[i].refused);
	}
	/* They are looked up by their order. */
	for (size_t i = 1; cyrus_known_option(i) != NULL; i++)
		g_assert_cmpstr(cyrus_known_option(i - 1), <, cyrus_known_option(i));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/config/cyrus/rows", test_rows);
	g_test_add_func("/config/cyrus/both-readings", test_both_readings);
	g_test_add_func("/config/cyrus/includes", test_includes);
	g_test_add_func("/config/cyrus/listens", test_listens);
	g_test_add_func("/config/cyrus/several-services", test_several_services);
	g_test_add_func("/config/cyrus/other-file", test_other_file_by_default);
	g_test_add_func("/config/cyrus/switch", test_switch);
	g_test_add_func("/config/cyrus/values", test_values);
	return g_test_run();
}
