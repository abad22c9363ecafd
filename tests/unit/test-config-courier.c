/* SPDX-License-Identifier: Apache-2.0 */
#include "products/courier/config.h"
#include "test-config-memory.h"

static struct facts *
audit_files(const struct memory_file *files)
{
	return memory_audit(&courier_config, "courier", "/etc/courier/pop3d-ssl", NULL, files);
}

static struct facts *
audit(const char *clear, const char *tls)
{
	const struct memory_file files[] = {
		{ "/etc/courier/pop3d", clear, 0 },
		{ "/etc/courier/pop3d-ssl", tls, 0 },
		{ NULL, NULL, 0 },
	};

	return audit_files(files);
}

static const struct {
	const char *name, *clear, *tls;
	enum verdict_value verdict;
	enum reason reason;
	const char *file; /* of the step that decides; NULL: a default */
	unsigned line;
} rows[] = {
	{ "nothing set", "", "", VERDICT_PERMITS, REASON_DEFAULT, NULL, 0 },
	{ "required", "", "POP3_TLS_REQUIRED=1\n", VERDICT_REFUSES, REASON_SETTING,
		"/etc/courier/pop3d-ssl", 1 },
	{ "pop3d-ssl comes last", "POP3_TLS_REQUIRED=1\n", "POP3_TLS_REQUIRED=0\n", VERDICT_PERMITS,
		REASON_SETTING, "/etc/courier/pop3d-ssl", 1 },
	{ "only pop3d", "POP3_TLS_REQUIRED='1'\n", "", VERDICT_REFUSES, REASON_SETTING,
		"/etc/courier/pop3d", 1 },
	{ "the last one wins", "", "POP3_TLS_REQUIRED=1\nPOP3_TLS_REQUIRED=0\n", VERDICT_PERMITS,
		REASON_SETTING, "/etc/courier/pop3d-ssl", 2 },
	{ "a word is 0", "", "POP3_TLS_REQUIRED=\"true\"\n", VERDICT_PERMITS, REASON_SETTING,
		"/etc/courier/pop3d-ssl", 1 },
	{ "a number and a word", "", "POP3_TLS_REQUIRED=1yes\n", VERDICT_REFUSES, REASON_SETTING,
		"/etc/courier/pop3d-ssl", 1 },
	{ "a negative number", "", "POP3_TLS_REQUIRED=-1\n", VERDICT_REFUSES, REASON_SETTING,
		"/etc/courier/pop3d-ssl", 1 },
	{ "a number whose lower half is 0", "", "POP3_TLS_REQUIRED=4294967296\n", VERDICT_PERMITS,
		REASON_SETTING, "/etc/courier/pop3d-ssl", 1 },
	{ "within TLS by a file", "POP3_TLS=1\n", "POP3_TLS_REQUIRED=1\n", VERDICT_REFUSES,
		REASON_SETTING, "/etc/courier/pop3d-ssl", 1 },
	{ "within TLS by what is not known", "POP3_TLS=$(cat /x)\n", "POP3_TLS_REQUIRED=1\n",
		VERDICT_REFUSES, REASON_SETTING, "/etc/courier/pop3d-ssl", 1 },
	{ "of another variable", "X=1\n", "POP3_TLS_REQUIRED=$X\n", VERDICT_REFUSES, REASON_SETTING,
		"/etc/courier/pop3d-ssl", 1 },
	{ "of a variable that is not set", "", "POP3_TLS_REQUIRED=$NOWHERE\n", VERDICT_PERMITS,
		REASON_SETTING, "/etc/courier/pop3d-ssl", 1 },
	{ "of a command", "", "POP3_TLS_REQUIRED=$(cat /etc/x)\n", VERDICT_UNDETERMINED,
		REASON_NOT_UNDERSTOOD, "/etc/courier/pop3d-ssl", 1 },
	{ "in a condition", "",
		"POP3_TLS_REQUIRED=1\nif test -f /x; then\nPOP3_TLS_REQUIRED=0; fi\n",
		VERDICT_UNDETERMINED, REASON_NOT_UNDERSTOOD, "/etc/courier/pop3d-ssl", 2 },
	{ "before a condition", "",
		"if test -f /x; then POP3_TLS_REQUIRED=0; fi\nPOP3_TLS_REQUIRED=1\n",
		VERDICT_REFUSES, REASON_SETTING, "/etc/courier/pop3d-ssl", 2 },
	{ "eval", "eval \"$X\"\n", "POP3_TLS_REQUIRED=1\n", VERDICT_UNDETERMINED,
		REASON_NOT_UNDERSTOOD, "/etc/courier/pop3d", 1 },
	{ "a file that is not there", "", "POP3_TLS_REQUIRED=1\n. /etc/courier/local\n",
		VERDICT_UNDETERMINED, REASON_NOT_UNDERSTOOD, "/etc/courier/pop3d-ssl", 2 },
	{ "not started, and open", "POP3DSTART=NO\n", "", VERDICT_UNDETERMINED, REASON_ELSEWHERE,
		"/etc/courier/pop3d", 1 },
	{ "not started, and closed", "POP3DSTART=NO\n", "POP3_TLS_REQUIRED=1\n", VERDICT_REFUSES,
		REASON_SETTING, "/etc/courier/pop3d-ssl", 1 },
};

static void
test_rows(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct facts *facts = audit(rows[i].clear, rows[i].tls);
		const struct config_step *step = config_chain_last(&listener_of(facts, 0)->chain);

		g_test_message("%s: %s", rows[i].name, facts->verdict.explanation);
		g_assert_cmpstr(verdict_word(facts->verdict.value), ==,
			verdict_word(rows[i].verdict));
		g_assert_cmpstr(reason_word(facts->verdict.reason), ==,
			reason_word(rows[i].reason));
		g_assert_cmpstr(step != NULL ? step->location.file : NULL, ==, rows[i].file);
		g_assert_cmpuint(step != NULL ? step->location.line : 0, ==, rows[i].line);
		if (rows[i].verdict == VERDICT_UNDETERMINED)
			g_assert_nonnull(facts->verdict.settle);
		facts_free(facts);
	}
}

/* The command that settles it works in any folder: `.` without a slash would search PATH. */
static void
test_settle(void)
{
	struct facts *facts = audit("", "POP3_TLS_REQUIRED=$(cat /etc/x)\n");

	g_assert_cmpstr(facts->verdict.settle, ==,
		"sh -c '. /etc/courier/pop3d; . /etc/courier/pop3d-ssl; echo "
		"\"$POP3_TLS_REQUIRED\"'");
	facts_free(facts);
}

/* Where it listens comes from a shell that sources the files the other way round. */
static void
test_listeners(void)
{
	struct facts *facts = audit("PORT=1110,127.0.0.1.111\nADDRESS=192.0.2.1\n",
		"PORT=110\nSSLPORT=1995\nSSLADDRESS=0\nPOP3_TLS_REQUIRED=0\n");

	g_assert_cmpuint(facts->config->listeners->len, ==, 3);
	g_assert_cmpstr(listener_of(facts, 0)->address, ==, "192.0.2.1");
	g_assert_cmpuint(listener_of(facts, 0)->port, ==, 1110);
	g_assert_cmpstr(listener_of(facts, 1)->address, ==, "127.0.0.1");
	g_assert_cmpuint(listener_of(facts, 1)->port, ==, 111);
	g_assert_cmpstr(listener_of(facts, 1)->scope, ==, "loopback only");
	g_assert_cmpstr(listener_of(facts, 2)->address, ==, "*");
	g_assert_cmpuint(listener_of(facts, 2)->port, ==, 1995);
	g_assert_cmpint(listener_of(facts, 2)->verdict, ==, VERDICT_REFUSES);
	facts_free(facts);
}

static void
test_missing(void)
{
	const struct memory_file only_tls[] = {
		{ "/etc/courier/pop3d-ssl", "POP3_TLS_REQUIRED=1\n", 0 },
		{ NULL, NULL, 0 },
	};
	const struct memory_file unreadable[] = {
		{ "/etc/courier/pop3d", NULL, 0 },
		{ "/etc/courier/pop3d-ssl", "POP3_TLS_REQUIRED=1\n", 0 },
		{ NULL, NULL, 0 },
	};
	struct facts *facts = audit_files(only_tls);

	g_assert_cmpint(facts->verdict.value, ==, VERDICT_UNDETERMINED);
	facts_free(facts);
	facts = audit_files(unreadable);
	g_assert_cmpint(facts->verdict.value, ==, VERDICT_UNDETERMINED);
	g_assert_cmpstr(reason_word(facts->verdict.reason), ==, reason_word(REASON_UNREADABLE));
	facts_free(facts);
}

static void
test_notes(void)
{
	const struct memory_file files[] = {
		{ "/etc/courier/pop3d", "POP3AUTH=\"PLAIN CRAM-MD5\"\n", 0646 },
		{ "/etc/courier/pop3d-ssl",
			"POP3_STARTTLS=NO\nTLS_CERTFILE=/etc/courier/pop3d.pem\n"
			"TLS_PROTOCOL=TLSv1.1++\n",
			0 },
		{ "/etc/courier/pop3d.pem", "", 0644 },
		{ "/etc/courier/imapd-ssl", "IMAP_TLS_REQUIRED=0\n", 0 },
		{ NULL, NULL, 0 },
	};
	struct facts *facts = audit_files(files);

	g_assert_cmpuint(note_of(facts, CONFIG_NOTE_WEAK_MECHANISM)->location.line, ==, 1);
	g_assert_cmpuint(note_of(facts, CONFIG_NOTE_TLS_UNAVAILABLE)->location.line, ==, 1);
	g_assert_cmpuint(note_of(facts, CONFIG_NOTE_KEY_PERMISSIONS)->location.line, ==, 2);
	g_assert_cmpuint(note_of(facts, CONFIG_NOTE_TLS_VERSION)->location.line, ==, 3);
	g_assert_cmpstr(note_of(facts, CONFIG_NOTE_SIBLING)->location.file, ==,
		"/etc/courier/imapd-ssl");
	facts_free(facts);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/config/courier/rows", test_rows);
	g_test_add_func("/config/courier/settle", test_settle);
	g_test_add_func("/config/courier/listeners", test_listeners);
	g_test_add_func("/config/courier/missing", test_missing);
	g_test_add_func("/config/courier/notes", test_notes);
	return g_test_run();
}
