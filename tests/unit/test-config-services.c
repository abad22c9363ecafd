/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the rooms of inetd, xinetd, James, Exchange, Zimbra and Postfix make of their files.
 */
#include <string.h>

#include "model/facts.h"
#include "test-config-source.h"

struct sample {
	const char *name, *version;
	struct memory_file files[4]; /* the first is the root */
	enum verdict_value verdict;
	enum reason reason;
	guint listeners;
	unsigned line; /* of the first listener that permits; 0: by default, or none does */
	const char *scope;
};

#define INETD(text)                             \
	{                                       \
		{                               \
			"/etc/inetd.conf", text \
		}                               \
	}
#define XINETD(text)                             \
	{                                        \
		{                                \
			"/etc/xinetd.conf", text \
		}                                \
	}
#define JAMES(text)                                       \
	{                                                 \
		{                                         \
			"/root/conf/pop3server.xml", text \
		}                                         \
	}
#define POP(text)                                         \
	{                                                 \
		{                                         \
			"/exchange/popsettings.txt", text \
		}                                         \
	}
#define ZIMBRA(text)                                   \
	{                                              \
		{                                      \
			"/opt/zimbra/zmprov.txt", text \
		}                                      \
	}

#define ENTRY(rest) \
	"service pop3\n{\n\tsocket_type = stream\n\twait = no\n\tuser = root\n" rest "}\n"

#define PERMITS      VERDICT_PERMITS
#define REFUSES      VERDICT_REFUSES
#define UNDETERMINED VERDICT_UNDETERMINED
#define NO_SERVICE   VERDICT_NO_SERVICE

static const struct sample inetd[] = {
	{ "popa3d", NULL, INETD("pop3 stream tcp nowait root /usr/sbin/tcpd /usr/sbin/popa3d\n"),
		PERMITS, REASON_SETTING, 1, 1, NULL },
	{ "no-wrapper", NULL,
		INETD("# x\n\npop3 stream tcp nowait root /usr/sbin/solid-pop3d solid-pop3d\n"),
		PERMITS, REASON_SETTING, 1, 3, NULL },
	{ "by-port", NULL, INETD("110 stream tcp6 nowait root /usr/sbin/popa3d\n"), PERMITS,
		REASON_SETTING, 1, 1, NULL },
	{ "by-program", NULL, INETD("8110 stream tcp nowait root /usr/sbin/popa3d popa3d\n"),
		PERMITS, REASON_SETTING, 1, 1, NULL },
	{ "on-995", NULL, INETD("pop3s stream tcp nowait root /usr/sbin/popa3d popa3d\n"), PERMITS,
		REASON_SETTING, 1, 1, NULL },
	{ "loopback", NULL,
		INETD("127.0.0.1:pop3 stream tcp nowait root /usr/sbin/popa3d popa3d\n"), PERMITS,
		REASON_SETTING, 1, 1, "loopback only" },
	{ "loopback-above", NULL,
		INETD("127.0.0.1:\npop3 stream tcp nowait root /usr/sbin/popa3d popa3d\n"), PERMITS,
		REASON_SETTING, 1, 2, "loopback only" },
	{ "reset", NULL,
		INETD("127.0.0.1:\n*:\npop3 stream tcp nowait root /usr/sbin/popa3d popa3d\n"),
		PERMITS, REASON_SETTING, 1, 3, NULL },
	{ "two-addresses", NULL,
		INETD("[::1],192.0.2.1:pop3 stream tcp nowait root /usr/sbin/popa3d popa3d\n"),
		PERMITS, REASON_SETTING, 2, 1, NULL },
	{ "ipop3d", NULL, INETD("pop3 stream tcp nowait root /usr/sbin/tcpd ipop3d\n"),
		UNDETERMINED, REASON_ELSEWHERE, 1, 0, NULL },
	{ "qpopper", NULL, INETD("pop3 stream tcp nowait root /usr/sbin/in.qpopper in.qpopper\n"),
		UNDETERMINED, REASON_ELSEWHERE, 1, 0, NULL },
	{ "unknown", NULL, INETD("pop-3 stream tcp nowait root /opt/mypop mypop\n"), UNDETERMINED,
		REASON_ELSEWHERE, 1, 0, NULL },
	{ "stunnel", NULL, INETD("pop3s stream tcp nowait root /usr/bin/stunnel stunnel x\n"),
		UNDETERMINED, REASON_ELSEWHERE, 1, 0, NULL },
	{ "other-services", NULL, INETD("smtp stream tcp nowait root /x y\n"), NO_SERVICE,
		REASON_NOT_SERVED, 0, 0, NULL },
	{ "udp", NULL, INETD("pop3 dgram udp wait root /usr/sbin/popa3d popa3d\n"), NO_SERVICE,
		REASON_NOT_SERVED, 0, 0, NULL },
	{ "off", NULL, INETD("#pop3 stream tcp nowait root /usr/sbin/popa3d popa3d\n"), NO_SERVICE,
		REASON_NOT_SERVED, 0, 0, NULL },
	{ "short", NULL, INETD("pop3 stream tcp nowait root\n"), UNDETERMINED, REASON_INVALID, 0, 0,
		NULL },
	{ "arguments-or-entry", NULL,
		INETD("smtp stream tcp nowait root /x y\n pop3 stream tcp nowait root "
		      "/usr/sbin/popa3d popa3d\n"),
		UNDETERMINED, REASON_NOT_UNDERSTOOD, 1, 0, NULL },
	{ "include", NULL, INETD(".include /etc/other\n"), UNDETERMINED, REASON_NOT_UNDERSTOOD, 0,
		0, NULL },
	{ "crlf", NULL, INETD("pop3 stream tcp nowait root /usr/sbin/popa3d\r\n"), PERMITS,
		REASON_SETTING, 1, 1, NULL },
};

static const struct sample xinetd[] = {
	{ "popa3d", NULL, XINETD(ENTRY("\tserver = /usr/sbin/popa3d\n")), PERMITS, REASON_SETTING,
		1, 6, NULL },
	{ "tcpd", NULL,
		XINETD(ENTRY("\tserver = /usr/sbin/tcpd\n\tserver_args = /usr/sbin/popa3d -x\n")),
		PERMITS, REASON_SETTING, 1, 6, NULL },
	{ "disabled", NULL, XINETD(ENTRY("\tserver = /usr/sbin/popa3d\n\tdisable = yes\n")),
		NO_SERVICE, REASON_NOT_SERVED, 0, 0, NULL },
	{ "disabled-in-capitals", NULL,
		XINETD(ENTRY("\tDISABLE = YES\n\tserver = /usr/sbin/popa3d\n")), NO_SERVICE,
		REASON_NOT_SERVED, 0, 0, NULL },
	{ "first-counts", NULL,
		XINETD(ENTRY("\tdisable = no\n\tserver = /usr/sbin/popa3d\n\tdisable = yes\n")),
		PERMITS, REASON_SETTING, 1, 7, NULL },
	{ "comment-is-a-value", NULL,
		XINETD(ENTRY("\tdisable = yes # off\n\tserver = /usr/sbin/popa3d\n")), PERMITS,
		REASON_SETTING, 1, 7, NULL },
	{ "dropped", NULL, XINETD(ENTRY("\tserver=/usr/sbin/popa3d\n")), UNDETERMINED,
		REASON_INVALID, 0, 0, NULL },
	{ "brace-on-its-line", NULL, XINETD("service pop3 {\n\tserver = /usr/sbin/popa3d\n}\n"),
		UNDETERMINED, REASON_INVALID, 0, 0, NULL },
	{ "wrong-value", NULL, XINETD(ENTRY("\tserver = /usr/sbin/popa3d\n\tdisable = maybe\n")),
		UNDETERMINED, REASON_INVALID, 0, 0, NULL },
	{ "crlf", NULL,
		XINETD("service pop3\r\n{\r\n\tsocket_type = stream\r\n\twait = no\r\n"
		       "\tserver = /usr/sbin/popa3d\r\n}\r\n"),
		UNDETERMINED, REASON_INVALID, 0, 0, NULL },
	{ "in-disabled", NULL,
		XINETD(ENTRY(
			"\tserver = /usr/sbin/popa3d\n") "defaults\n{\n\tdisabled = x pop3\n}\n"),
		NO_SERVICE, REASON_NOT_SERVED, 0, 0, NULL },
	{ "not-in-enabled", NULL,
		XINETD("defaults\n{\n\tenabled = imap\n}\n" ENTRY("\tserver = /usr/sbin/popa3d\n")),
		NO_SERVICE, REASON_NOT_SERVED, 0, 0, NULL },
	{ "in-enabled-by-id", NULL,
		XINETD("defaults\n{\n\tenabled = imap\n\tenabled = old-pop\n}\n" ENTRY(
			"\tid = old-pop\n\tserver = /usr/sbin/popa3d\n")),
		PERMITS, REASON_SETTING, 1, 12, NULL },
	{ "name-is-not-id", NULL,
		XINETD(ENTRY("\tid = p\n\tserver = /usr/sbin/popa3d\n") "defaults\n{\n\tdisabled = "
									"pop3\n}\n"),
		PERMITS, REASON_SETTING, 1, 7, NULL },
	{ "bind", NULL,
		XINETD(ENTRY("\tinterface = 127.0.0.1\n\tbind = 0.0.0.0\n\tserver = "
			     "/usr/sbin/popa3d\n")),
		PERMITS, REASON_SETTING, 1, 8, "loopback only" },
	{ "bind-of-defaults", NULL,
		XINETD("defaults\n{\n\tbind = 127.0.0.1\n}\n" ENTRY(
			"\tserver = /usr/sbin/popa3d\n")),
		PERMITS, REASON_SETTING, 1, 10, "loopback only" },
	{ "only-from", NULL,
		XINETD(ENTRY("\tserver = /usr/sbin/popa3d\n\tonly_from = 10.0.0.0/8 192.0.2.7\n"
			     "\tonly_from -= 192.0.2.7\n\tonly_from += 192.0.2.8\n")),
		PERMITS, REASON_SETTING, 1, 6, "only_from 10.0.0.0/8, 192.0.2.8" },
	{ "only-from-defaults", NULL,
		XINETD("defaults\n{\n\tonly_from = 10.0.0.0/8\n}\n" ENTRY(
			"\tonly_from += 192.0.2.8\n\tserver = /usr/sbin/popa3d\n")),
		PERMITS, REASON_SETTING, 1, 11, "only_from 10.0.0.0/8, 192.0.2.8" },
	{ "only-from-everywhere", NULL,
		XINETD(ENTRY("\tonly_from = 0.0.0.0\n\tserver = /usr/sbin/popa3d\n")), PERMITS,
		REASON_SETTING, 1, 7, NULL },
	{ "only-from-nothing", NULL,
		XINETD("defaults\n{\n\tonly_from = 10.0.0.0/8\n}\n" ENTRY(
			"\tonly_from =\n\tserver = /usr/sbin/popa3d\n")),
		PERMITS, REASON_SETTING, 1, 11, NULL },
	{ "second-defaults", NULL,
		XINETD(ENTRY(
			"\tserver = /usr/sbin/popa3d\n") "defaults\n{\n}\n"
							 "defaults\n{\n\tdisabled = pop3\n}\n"),
		PERMITS, REASON_SETTING, 1, 6, NULL },
	{ "crlf-defaults", NULL, XINETD("defaults\n{\n\tdisabled = pop3\r\n}\n"), UNDETERMINED,
		REASON_INVALID, 0, 0, NULL },
	{ "redirect", NULL, XINETD(ENTRY("\tredirect = 10.0.0.5 110\n")), UNDETERMINED,
		REASON_ELSEWHERE, 1, 0, NULL },
	{ "by-port", NULL,
		XINETD("service mail\n{\n\ttype = UNLISTED\n\tsocket_type = stream\n\tport = 110\n"
		       "\tserver = /usr/sbin/popa3d\n}\n"),
		PERMITS, REASON_SETTING, 1, 6, NULL },
	{ "other-service", NULL, XINETD("service smtp\n{\n\tserver = /x\n}\n"), NO_SERVICE,
		REASON_NOT_SERVED, 0, 0, NULL },
	{ "includedir", NULL,
		{ { "/etc/xinetd.conf", "includedir /etc/xinetd.d\n" },
			{ "/etc/xinetd.d/old.rpmsave", ENTRY("\tserver = /usr/sbin/popa3d\n") },
			{ "/etc/xinetd.d/old~", ENTRY("\tserver = /usr/sbin/popa3d\n") } },
		NO_SERVICE, REASON_NOT_SERVED, 0, 0, NULL },
	{ "includedir-reads", NULL,
		{ { "/etc/xinetd.conf", "defaults\n{\n}\nincludedir /etc/xinetd.d\n" },
			{ "/etc/xinetd.d/pop", ENTRY("\tserver = /usr/sbin/popa3d\n") } },
		PERMITS, REASON_SETTING, 1, 6, NULL },
	{ "include", NULL,
		{ { "/etc/xinetd.conf", "include /etc/pop.inc\ninclude /etc/xinetd.conf\n" },
			{ "/etc/pop.inc", ENTRY("\tserver = /usr/sbin/ipop3d\n") } },
		UNDETERMINED, REASON_ELSEWHERE, SOURCE_DEPTH_MAX - 1, 0, NULL },
	{ "include-missing", NULL, XINETD("include /etc/pop.inc\n"), NO_SERVICE, REASON_NOT_SERVED,
		0, 0, NULL },
	{ "include-relative", NULL, XINETD("include pop.inc\n"), UNDETERMINED,
		REASON_NOT_UNDERSTOOD, 0, 0, NULL },
	{ "one-service", NULL,
		{ { "/etc/aaa", ENTRY("\tdisable = yes\n") },
			{ "/etc/bbb", ENTRY("\tserver = /usr/sbin/popa3d\n") } },
		PERMITS, REASON_SETTING, 1, 6, NULL },
};

#define SERVER(rest)                                                                    \
	"<pop3servers>\n<pop3server enabled=\"true\">\n<bind>0.0.0.0:110</bind>\n" rest \
	"</pop3server>\n"                                                               \
	"</pop3servers>\n"
#define STLS "<tls socketTLS=\"false\" startTLS=\"true\"/>\n"

static const struct sample james[] = {
	{ "no-version", NULL, JAMES(SERVER(STLS)), UNDETERMINED, REASON_VERSION_UNKNOWN, 1, 0,
		NULL },
	{ "old", "3.9.0", JAMES(SERVER(STLS)), PERMITS, REASON_DEFAULT, 1, 4, NULL },
	{ "old-does-not-read-it", "3.8.2",
		JAMES(SERVER(STLS "<auth><requireSSL>true</requireSSL></auth>\n")), PERMITS,
		REASON_DEFAULT, 1, 4, NULL },
	{ "new", "3.10.0", JAMES(SERVER(STLS)), REFUSES, REASON_DEFAULT, 1, 0, NULL },
	{ "new-on", "3.10.0", JAMES(SERVER(STLS "<auth><requireSSL>true</requireSSL></auth>\n")),
		REFUSES, REASON_SETTING, 1, 0, NULL },
	{ "off", NULL, JAMES(SERVER(STLS "<auth><requireSSL>false</requireSSL></auth>\n")), PERMITS,
		REASON_SETTING, 1, 5, NULL },
	{ "on-without-version", NULL,
		JAMES(SERVER(STLS "<auth><requireSSL>true</requireSSL></auth>\n")), UNDETERMINED,
		REASON_VERSION_UNKNOWN, 1, 0, NULL },
	{ "twice", "3.10.0",
		JAMES(SERVER(STLS "<auth><requireSSL>false</requireSSL></auth>\n"
				  "<auth><requireSSL>true</requireSSL></auth>\n")),
		UNDETERMINED, REASON_NOT_UNDERSTOOD, 1, 0, NULL },
	{ "variable", "3.10.0",
		JAMES(SERVER(STLS "<auth><requireSSL>${env:TLS}</requireSSL></auth>\n")),
		UNDETERMINED, REASON_NOT_UNDERSTOOD, 1, 0, NULL },
	{ "plain-auth-is-no-gate", "3.9.0",
		JAMES(SERVER(STLS "<auth><plainAuthEnabled>false</plainAuthEnabled></auth>\n")),
		PERMITS, REASON_DEFAULT, 1, 4, NULL },
	{ "implicit", NULL, JAMES(SERVER("<tls socketTLS=\"true\" startTLS=\"false\"/>\n")),
		REFUSES, REASON_TLS_ONLY, 1, 0, NULL },
	{ "disabled", NULL, JAMES("<pop3servers><pop3server enabled=\"false\"/></pop3servers>"),
		NO_SERVICE, REASON_NOT_SERVED, 0, 0, NULL },
	{ "commented", NULL, JAMES("<pop3servers><!-- <pop3server/> --></pop3servers>"), NO_SERVICE,
		REASON_NOT_SERVED, 0, 0, NULL },
	{ "two-servers", NULL,
		JAMES("<pop3servers><pop3server><bind>0.0.0.0:995</bind><tls socketTLS=\"true\"/>"
		      "</pop3server>\n<pop3server><bind>127.0.0.1:110,192.0.2.1:110</bind>\n"
		      "<auth>\n<requireSSL>false</requireSSL></auth></pop3server></pop3servers>"),
		PERMITS, REASON_SETTING, 3, 4, NULL },
	{ "no-bind", "3.9.0", JAMES("<pop3server/>"), PERMITS, REASON_DEFAULT, 1, 0, NULL },
	{ "torn", "3.10.0", JAMES("<pop3servers><pop3server></pop3servers>"), UNDETERMINED,
		REASON_INVALID, 1, 0, NULL },
	{ "document-type", "3.10.0",
		JAMES("<!DOCTYPE x [<!ENTITY y SYSTEM \"file:///etc/passwd\">]><pop3server/>"),
		UNDETERMINED, REASON_NOT_UNDERSTOOD, 0, 0, NULL },
};

static const struct sample exchange[] = {
	{ "plain", NULL, POP("Server : EX01\nLoginType : PlainTextLogin\n"), PERMITS,
		REASON_SETTING, 1, 2, NULL },
	{ "secure", NULL, POP("LoginType : SecureLogin\n"), REFUSES, REASON_SETTING, 1, 0, NULL },
	{ "within-tls", NULL, POP("LoginType : PlainTextAuthentication\n"), REFUSES, REASON_SETTING,
		1, 0, NULL },
	{ "not-told", NULL, POP("Server : EX01\nX509CertificateName : a\n"), UNDETERMINED,
		REASON_NOT_UNDERSTOOD, 1, 0, NULL },
	{ "strange", NULL, POP("LoginType : 7\n"), UNDETERMINED, REASON_NOT_UNDERSTOOD, 1, 0,
		NULL },
	{ "second-server", NULL,
		POP("Server : EX01\nLoginType : SecureLogin\n\nServer : EX02\n"
		    "LoginType : PlainTextLogin\n"),
		PERMITS, REASON_SETTING, 2, 5, NULL },
	{ "bindings", NULL,
		POP("UnencryptedOrTLSBindings : {[::]:110, 0.0.0.0:110}\nSSLBindings : "
		    "{0.0.0.0:995}\nLoginType : PlainTextLogin\n"),
		PERMITS, REASON_SETTING, 3, 3, NULL },
	{ "no-clear-port", NULL,
		POP("LoginType : PlainTextLogin\nUnencryptedOrTLSBindings : {}\nSSLBindings : "
		    "{0.0.0.0:995}\n"),
		REFUSES, REASON_TLS_ONLY, 1, 0, NULL },
	{ "loopback", NULL,
		POP("LoginType : PlainTextLogin\nUnencryptedOrTLSBindings : {127.0.0.1:110}\n"),
		PERMITS, REASON_SETTING, 1, 1, "loopback only" },
	{ "imap", NULL,
		POP("ProtocolName : IMAP4\nLoginType : PlainTextLogin\n\nProtocolName : POP3\n"
		    "LoginType : SecureLogin\n"),
		REFUSES, REASON_SETTING, 1, 0, NULL },
	{ "json", NULL, POP("[\n{\"Server\": \"A\",\n\"LoginType\": 3},\n{\"LoginType\": 1}]\n"),
		PERMITS, REASON_SETTING, 2, 4, NULL },
	{ "json-word", NULL, POP("{\"LoginType\": \"SecureLogin\"}"), REFUSES, REASON_SETTING, 1, 0,
		NULL },
	{ "json-list", NULL,
		POP("{\"value\":[{\"Server\":\"A\",\"LoginType\":3},\n{\"LoginType\":1}],"
		    "\"Count\":2}"),
		PERMITS, REASON_SETTING, 2, 2, NULL },
	{ "json-no-port", NULL, POP("{\"LoginType\":3,\"UnencryptedOrTLSBindings\":[]}"),
		UNDETERMINED, REASON_NOT_UNDERSTOOD, 0, 0, NULL },
	{ "json-no-ports", NULL,
		POP("{\"LoginType\":3,\"UnencryptedOrTLSBindings\":[],\"SSLBindings\":[]}"),
		NO_SERVICE, REASON_NOT_SERVED, 0, 0, NULL },
	{ "prompt", NULL,
		POP("[PS] C:\\>Get-PopSettings | fl\r\n\r\nLoginType : PlainTextLogin\r\n"),
		PERMITS, REASON_SETTING, 1, 3, NULL },
	{ "json-torn", NULL, POP("{\"LoginType\": 3"), UNDETERMINED, REASON_NOT_UNDERSTOOD, 0, 0,
		NULL },
	{ "other-text", NULL, POP("hello\n"), UNDETERMINED, REASON_NOT_UNDERSTOOD, 0, 0, NULL },
};

#define CLEAR "zimbraPop3CleartextLoginEnabled: "
#define MODE  "zimbraReverseProxyPop3StartTlsMode: "

static const struct sample zimbra[] = {
	{ "both-closed", NULL, ZIMBRA(CLEAR "FALSE\n" MODE "only\n"), REFUSES, REASON_SETTING, 2, 0,
		NULL },
	{ "store-open", NULL, ZIMBRA(MODE "only\n" CLEAR "TRUE\n"), PERMITS, REASON_SETTING, 2, 2,
		NULL },
	{ "proxy-open", NULL, ZIMBRA(CLEAR "FALSE\n" MODE "on\n"), PERMITS, REASON_SETTING, 2, 2,
		NULL },
	{ "proxy-off", NULL, ZIMBRA(CLEAR "FALSE\n" MODE "off\n"), PERMITS, REASON_SETTING, 2, 2,
		NULL },
	{ "one-gate", NULL, ZIMBRA(CLEAR "FALSE\n"), UNDETERMINED, REASON_NOT_UNDERSTOOD, 2, 0,
		NULL },
	{ "other-gate", NULL, ZIMBRA(MODE "only\n"), UNDETERMINED, REASON_NOT_UNDERSTOOD, 2, 0,
		NULL },
	{ "inherits", NULL,
		ZIMBRA(CLEAR "TRUE\n" MODE "only\n# name a\n" CLEAR "FALSE\n# name b\nx: y\n"),
		PERMITS, REASON_SETTING, 4, 1, NULL },
	{ "overrides", NULL, ZIMBRA(CLEAR "TRUE\n" MODE "only\n# name a\n" CLEAR "FALSE\n"),
		REFUSES, REASON_SETTING, 2, 0, NULL },
	{ "no-pop3", NULL,
		ZIMBRA("zimbraPop3ServerEnabled: FALSE\nzimbraPop3SSLServerEnabled: FALSE\n"),
		NO_SERVICE, REASON_NOT_SERVED, 0, 0, NULL },
	{ "implicit-only", NULL,
		ZIMBRA("zimbraPop3ServerEnabled: FALSE\nzimbraPop3SSLServerEnabled: TRUE\n" MODE
		       "only\n"),
		REFUSES, REASON_SETTING, 2, 0, NULL },
	{ "store-without-proxy", NULL,
		ZIMBRA("# name a\nzimbraServiceEnabled: mailbox\n" CLEAR "FALSE\n"), REFUSES,
		REASON_SETTING, 1, 0, NULL },
	{ "proxy-without-store", NULL,
		ZIMBRA("# name a\nzimbraServiceEnabled: proxy\n" MODE "only\n"), REFUSES,
		REASON_SETTING, 1, 0, NULL },
	{ "strange", NULL, ZIMBRA(CLEAR "FALSE\n" MODE "maybe\n"), UNDETERMINED,
		REASON_NOT_UNDERSTOOD, 2, 0, NULL },
};

static unsigned
permitting_line(const struct config_facts *config)
{
	for (guint i = 0; i < config->listeners->len; i++) {
		const struct config_listener *listener =
			&g_array_index(config->listeners, struct config_listener, i);
		const struct config_step *last = config_chain_last(&listener->chain);

		if (listener->verdict == VERDICT_PERMITS)
			return last != NULL ? last->location.line : 0;
	}
	return 0;
}

static void
run(const char *product, const struct sample *samples, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct sample *sample = &samples[i];
		struct memory_source memory;
		g_autoptr(facts_auto) facts = NULL;

		g_test_message("%s", sample->name);
		memory_source_init(&memory, sample->files);
		facts = memory_assess(&memory, product, sample->files[0].path, sample->version);
		g_assert_cmpstr(verdict_word(facts->verdict.value), ==,
			verdict_word(sample->verdict));
		g_assert_cmpstr(reason_word(facts->verdict.reason), ==,
			reason_word(sample->reason));
		g_assert_cmpuint(facts->config->listeners->len, ==, sample->listeners);
		g_assert_cmpuint(permitting_line(facts->config), ==, sample->line);
		g_assert_cmpstr(facts->config->scope, ==, sample->scope);
		g_assert_cmpint(facts->verdict.settle != NULL, ==,
			sample->verdict == VERDICT_UNDETERMINED);
	}
}

static void
test_inetd(void)
{
	run("inetd", inetd, G_N_ELEMENTS(inetd));
}

static void
test_xinetd(void)
{
	run("xinetd", xinetd, G_N_ELEMENTS(xinetd));
}

static void
test_james(void)
{
	run("james", james, G_N_ELEMENTS(james));
}

static void
test_exchange(void)
{
	run("exchange", exchange, G_N_ELEMENTS(exchange));
}

static void
test_zimbra(void)
{
	run("zimbra", zimbra, G_N_ELEMENTS(zimbra));
}

/* --- notes ------------------------------------------------------------------------------------ */

static const struct config_note *
find_note(const struct facts *facts, enum config_note_kind kind)
{
	for (guint i = 0; i < facts->config->notes->len; i++) {
		const struct config_note *note =
			&g_array_index(facts->config->notes, struct config_note, i);

		if (note->kind == kind)
			return note;
	}
	return NULL;
}

/* The line of the note that a text gives rise to; 0: of none. */
static unsigned
note_line(const char *product, const char *path, const char *text, enum config_note_kind kind)
{
	const struct memory_file files[] = { { path, text }, { NULL, NULL } };
	struct memory_source memory;
	g_autoptr(facts_auto) facts = NULL;
	const struct config_note *note;

	memory_source_init(&memory, files);
	facts = memory_assess(&memory, product, path, NULL);
	note = find_note(facts, kind);
	return note != NULL ? note->location.line : 0;
}

static void
test_notes(void)
{
	static const char pop[] = "/exchange/popsettings.txt";

	g_assert_cmpuint(note_line("exchange", pop, "LoginType : 3\nX509CertificateName :\n",
				 CONFIG_NOTE_TLS_UNAVAILABLE),
		==, 2);
	g_assert_cmpuint(note_line("exchange", pop, "LoginType : 3\nX509CertificateName : a\n",
				 CONFIG_NOTE_TLS_UNAVAILABLE),
		==, 0);
	g_assert_cmpuint(note_line("exchange", pop,
				 "UnencryptedOrTLSBindings : {}\nLoginType : PlainTextLogin\n",
				 CONFIG_NOTE_LATENT),
		==, 2);
	g_assert_cmpuint(note_line("exchange", pop, "LoginType : PlainTextAuthentication\n",
				 CONFIG_NOTE_WEAK_MECHANISM),
		==, 1);
	g_assert_cmpuint(note_line("exchange", pop,
				 "LoginType : PlainTextAuthentication\n"
				 "EnableGSSAPIAndNTLMAuth : False\n",
				 CONFIG_NOTE_WEAK_MECHANISM),
		==, 0);
	g_assert_cmpuint(note_line("exchange", pop,
				 "ProtocolName : IMAP4\nLoginType : PlainTextLogin\n",
				 CONFIG_NOTE_SIBLING),
		==, 2);
	g_assert_cmpuint(note_line("zimbra", "/z", "zimbraImapCleartextLoginEnabled: TRUE\n",
				 CONFIG_NOTE_SIBLING),
		==, 1);
	g_assert_cmpuint(note_line("zimbra", "/z",
				 "zimbraPop3ServerEnabled: FALSE\n" CLEAR "TRUE\n",
				 CONFIG_NOTE_LATENT),
		==, 2);
	g_assert_cmpuint(note_line("james", "/pop3server.xml", "<a>\n<pop3server/></a>",
				 CONFIG_NOTE_TLS_UNAVAILABLE),
		==, 2);
	g_assert_cmpuint(note_line("xinetd", "/etc/xinetd.conf", "\ninclude /etc/gone\n",
				 CONFIG_NOTE_INVALID),
		==, 2);
}

static void
test_postfix(void)
{
	static const char main_cf[] = "/etc/postfix/main.cf";
	const struct memory_file files[] = {
		{ main_cf, "smtpd_tls_cert_file = /c\n\nsmtpd_use_tls = yes\n" },
		{ NULL, NULL },
	};
	struct memory_source memory;
	g_autoptr(facts_auto) facts = NULL;

	memory_source_init(&memory, files);
	facts = memory_assess(&memory, "postfix", main_cf, NULL);
	g_assert_cmpint(facts->verdict.value, ==, VERDICT_NO_SERVICE);
	g_assert_cmpuint(find_note(facts, CONFIG_NOTE_WRONG_FILE)->location.line, ==, 3);
	g_assert_nonnull(strstr(find_note(facts, CONFIG_NOTE_WRONG_FILE)->remedy, "Dovecot"));
	g_assert_cmpuint(note_line("postfix", main_cf, "smtpd_tls_cert_file = /c\n",
				 CONFIG_NOTE_WRONG_FILE),
		==, 0);
	g_assert_cmpuint(note_line("postfix", main_cf, "smtpd_sasl_auth_enable = yes\n",
				 CONFIG_NOTE_SIBLING),
		==, 1);
	g_assert_cmpuint(note_line("postfix", main_cf,
				 "smtpd_sasl_auth_enable = yes\nsmtpd_tls_auth_only =\n  yes\n",
				 CONFIG_NOTE_SIBLING),
		==, 0);
	g_assert_cmpuint(note_line("postfix", main_cf, "\nsmtpd_tls_auth_only = no\n",
				 CONFIG_NOTE_SIBLING),
		==, 2);
}

/* Beyond the folder a required part is not known to be absent. */
static void
test_outside(void)
{
	const struct memory_file files[] = {
		{ "/etc/xinetd.conf", "includedir /usr/local/etc/xinetd.d\n" },
		{ NULL, NULL },
	};
	struct memory_source memory;
	g_autoptr(facts_auto) facts = NULL;

	memory_source_init(&memory, files);
	memory.outside = "/usr/local";
	facts = memory_assess(&memory, "xinetd", "/etc/xinetd.conf", NULL);
	g_assert_cmpint(facts->verdict.value, ==, VERDICT_UNDETERMINED);
	g_assert_cmpint(facts->verdict.reason, ==, REASON_INCLUDE_MISSING);
}

/* One reading of a text in which some octets are others. */
static void
read_changed(const char *product, const struct sample *sample, GRand *random)
{
	size_t length = strlen(sample->files[0].text);
	g_autofree char *text = g_strdup(sample->files[0].text);
	const struct memory_file files[] = { { sample->files[0].path, text }, { NULL, NULL } };
	struct memory_source memory;
	g_autoptr(facts_auto) facts = NULL;

	for (int n = 0; n < 3; n++)
		text[g_rand_int_range(random, 0, (gint32)length)] =
			"\n\r\t \"'<>{}[]:=,#/\\-0aZ\xFF"[g_rand_int_range(random, 0, 24)];
	memory_source_init(&memory, files);
	facts = memory_assess(&memory, product, sample->files[0].path, sample->version);
	g_assert_nonnull(facts->verdict.explanation);
	if (facts->verdict.value == VERDICT_UNDETERMINED)
		g_assert_nonnull(facts->verdict.settle);
}

/* Whatever stands in a file, there is a verdict, and what settles it where it is none. */
static void
test_changed(void)
{
	static const struct {
		const char *product;
		const struct sample *samples;
		size_t count;
	} rooms[] = {
		{ "inetd", inetd, G_N_ELEMENTS(inetd) },
		{ "xinetd", xinetd, G_N_ELEMENTS(xinetd) },
		{ "james", james, G_N_ELEMENTS(james) },
		{ "exchange", exchange, G_N_ELEMENTS(exchange) },
		{ "zimbra", zimbra, G_N_ELEMENTS(zimbra) },
	};
	g_autoptr(GRand) random = g_rand_new_with_seed(995);

	for (size_t i = 0; i < G_N_ELEMENTS(rooms); i++)
		for (size_t j = 0; j < rooms[i].count; j++)
			for (int round = 0; round < 200; round++)
				read_changed(rooms[i].product, &rooms[i].samples[j], random);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/services/inetd", test_inetd);
	g_test_add_func("/services/xinetd", test_xinetd);
	g_test_add_func("/services/james", test_james);
	g_test_add_func("/services/exchange", test_exchange);
	g_test_add_func("/services/zimbra", test_zimbra);
	g_test_add_func("/services/notes", test_notes);
	g_test_add_func("/services/postfix", test_postfix);
	g_test_add_func("/services/outside", test_outside);
	g_test_add_func("/services/changed", test_changed);
	return g_test_run();
}
