/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the rooms of nginx, Mailutils, HAProxy, stunnel and Perdition make of configurations that
 * are in memory. Verdicts of nginx, Mailutils and Perdition were seen on the running servers.
 */
#include <string.h>

#include "products/config.h"
#include "products/product.h"

struct memory_file {
	const char *path, *text;
	unsigned mode; /* 0: 0644 */
};

enum {
	FILES_MAX = 4,
};

struct sample {
	const char *product;
	struct memory_file files[FILES_MAX + 1]; /* the first one is the root */
	enum verdict_value verdict;
	enum reason reason;
	enum config_note_kind note;   /* must be there; CONFIG_NOTE_NONE: nothing is asked for */
	enum config_note_kind absent; /* must not be there */
};

/* --- a source in memory ----------------------------------------------------------------------- */

struct memory {
	struct config_source source;
	const struct memory_file *files;
	struct config_text texts[FILES_MAX];
};

static int
find_file(const struct memory *memory, const char *path)
{
	for (int i = 0; memory->files[i].path != NULL; i++)
		if (strcmp(memory->files[i].path, path) == 0)
			return i;
	return -1;
}

static const struct config_text *
memory_read(struct config_source *source, const char *path, enum source_outcome *outcome)
{
	struct memory *memory = (struct memory *)source;
	int i = find_file(memory, path);

	if (outcome != NULL)
		*outcome = i >= 0 ? SOURCE_FOUND : SOURCE_ABSENT;
	if (i < 0)
		return NULL;
	memory->texts[i] = (struct config_text){ path, path, memory->files[i].text,
		strlen(memory->files[i].text) };
	memory->texts[i].path = memory->texts[i].shown = memory->files[i].path;
	return &memory->texts[i];
}

static GPtrArray *
memory_match(struct config_source *source, const char *pattern, bool braces,
	enum source_outcome *outcome)
{
	struct memory *memory = (struct memory *)source;
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);

	(void)braces;
	for (int i = 0; memory->files[i].path != NULL; i++)
		if (g_pattern_match_simple(pattern, memory->files[i].path))
			g_ptr_array_add(paths, g_strdup(memory->files[i].path));
	if (outcome != NULL)
		*outcome = paths->len > 0 ? SOURCE_FOUND : SOURCE_ABSENT;
	return paths;
}

/* A folder is there where a file is in it. */
static void
memory_look(struct config_source *source, const char *path, struct source_look *look)
{
	struct memory *memory = (struct memory *)source;
	int i = find_file(memory, path);

	*look = (struct source_look){ .outcome = SOURCE_ABSENT, .shown = path };
	if (i >= 0) {
		look->outcome = SOURCE_FOUND;
		look->mode = memory->files[i].mode != 0 ? memory->files[i].mode : 0644;
	}
	for (int j = 0; memory->files[j].path != NULL; j++) {
		g_autofree char *folder = g_path_get_dirname(memory->files[j].path);

		if (strcmp(folder, path) == 0)
			*look = (struct source_look){ .outcome = SOURCE_FOUND,
				.is_folder = true,
				.shown = path };
	}
}

/* --- samples ---------------------------------------------------------------------------------- */

#define NGINX(text)                                                                          \
	"nginx",                                                                             \
	{                                                                                    \
		{                                                                            \
			"/etc/nginx/nginx.conf", "mail { auth_http [::1]:9/a; " text " }", 0 \
		}                                                                            \
	}
#define NGINX_TLS "ssl_certificate /c; ssl_certificate_key /k; "
#define NGINX_STREAM(listen)                                                                    \
	"nginx",                                                                                \
	{                                                                                       \
		{                                                                               \
			"/etc/nginx/nginx.conf",                                                \
				"stream { server { proxy_timeout 9m; listen " listen "; } }", 0 \
		}                                                                               \
	}
#define MAILUTILS(text)                                \
	"mailutils",                                   \
	{                                              \
		{                                      \
			"/etc/mailutils.conf", text, 0 \
		}                                      \
	}
#define HAPROXY(text)                                       \
	"haproxy",                                          \
	{                                                   \
		{                                           \
			"/etc/haproxy/haproxy.cfg", text, 0 \
		}                                           \
	}
#define STUNNEL(text)                                                      \
	"stunnel",                                                         \
	{                                                                  \
		{                                                          \
			"/etc/stunnel/stunnel.conf", "cert = /c\n" text, 0 \
		}                                                          \
	}
#define PERDITION(text)                                          \
	"perdition",                                             \
	{                                                        \
		{                                                \
			"/etc/perdition/perdition.conf", text, 0 \
		}                                                \
	}
#define ANY CONFIG_NOTE_NONE, CONFIG_NOTE_NONE

#define PERMITS(reason, ...)      VERDICT_PERMITS, REASON_##reason, __VA_ARGS__
#define REFUSES(reason, ...)      VERDICT_REFUSES, REASON_##reason, __VA_ARGS__
#define UNDETERMINED(reason, ...) VERDICT_UNDETERMINED, REASON_##reason, __VA_ARGS__
#define NOT_TAKEN                 UNDETERMINED(INVALID, CONFIG_NOTE_INVALID, CONFIG_NOTE_PERMITS)
#define NO_SERVICE(...)           VERDICT_NO_SERVICE, REASON_NOT_SERVED, __VA_ARGS__

static const struct sample nginx_samples[] = {
	{ NGINX("server { listen 110; }"), PERMITS(DEFAULT, CONFIG_NOTE_BACKEND_IN_CLEAR, 0) },
	{ NGINX("server { listen 110; } starttls only; " NGINX_TLS),
		REFUSES(SETTING, CONFIG_NOTE_TLS_UNAVAILABLE, CONFIG_NOTE_PERMITS) },
	{ NGINX("starttls only; server { listen 110; }"),
		REFUSES(SETTING, CONFIG_NOTE_TLS_UNAVAILABLE, CONFIG_NOTE_INVALID) },
	{ NGINX("starttls only; server { starttls on; listen 110; }"), PERMITS(SETTING, ANY) },
	{ NGINX("starttls on; server { starttls only; listen 110; listen [::]:110; }"),
		REFUSES(SETTING, ANY) },
	{ NGINX("server { listen 995 ssl; }" NGINX_TLS), REFUSES(TLS_ONLY, ANY) },
	{ NGINX("server { listen 995 ssl; listen 110; }" NGINX_TLS), PERMITS(DEFAULT, ANY) },
	{ NGINX("server { listen 995; }" NGINX_TLS), PERMITS(DEFAULT, ANY) },
	{ NGINX("ssl on; server { listen 995; }" NGINX_TLS), REFUSES(TLS_ONLY, ANY) },
	{ NGINX("ssl on; server { ssl off; listen 995; }" NGINX_TLS), PERMITS(DEFAULT, ANY) },
	{ NGINX("ssl on; server { starttls on; listen 995; }" NGINX_TLS),
		REFUSES(TLS_ONLY, CONFIG_NOTE_NONE, CONFIG_NOTE_INVALID) },
	{ NGINX("starttls only; server { ssl on; listen 110; }" NGINX_TLS),
		REFUSES(TLS_ONLY, CONFIG_NOTE_NONE, CONFIG_NOTE_INVALID) },
	{ NGINX("server { ssl on; starttls on; listen 995; }" NGINX_TLS), NOT_TAKEN },
	{ NGINX("ssl on; starttls only; server { listen 995; }" NGINX_TLS), NOT_TAKEN },
	{ NGINX("server { listen 110 SSL; protocol pop3; }" NGINX_TLS),
		UNDETERMINED(INVALID, CONFIG_NOTE_INVALID, CONFIG_NOTE_PERMITS) },
	{ NGINX("server { listen 110 SSL; starttls only; }" NGINX_TLS),
		UNDETERMINED(INVALID, ANY) },
	{ NGINX("server { listen 995 ssl deferred; }" NGINX_TLS), UNDETERMINED(INVALID, ANY) },
	{ NGINX("server { listen 995 ssl backlog=0; }" NGINX_TLS), UNDETERMINED(INVALID, ANY) },
	{ NGINX("server { listen 995 ssl ipv6only=ON; }" NGINX_TLS), UNDETERMINED(INVALID, ANY) },
	{ NGINX("server { listen 995 ssl so_keepalive=1:2:3:4; }" NGINX_TLS),
		UNDETERMINED(INVALID, ANY) },
	{ NGINX("server { listen [::]:995 bind backlog=9 rcvbuf=8k sndbuf=1m ipv6only=on "
		"so_keepalive=30m::10 proxy_protocol ssl; }" NGINX_TLS),
		REFUSES(TLS_ONLY, CONFIG_NOTE_NONE, CONFIG_NOTE_INVALID) },
	{ NGINX("server { listen ssl:110; }"), PERMITS(DEFAULT, ANY) },
	{ NGINX("server { listen 1110; }"), UNDETERMINED(INVALID, ANY) },
	{ NGINX("server { listen 143; protocol pop3; }"), PERMITS(DEFAULT, ANY) },
	{ NGINX("server { listen 110; protocol imap; }"), NO_SERVICE(CONFIG_NOTE_SIBLING, 0) },
	{ NGINX("server { listen 143; starttls only; }" NGINX_TLS),
		NO_SERVICE(CONFIG_NOTE_NONE, CONFIG_NOTE_SIBLING) },
	{ NGINX("server { listen unix:/run/x; protocol pop3; }"), PERMITS(DEFAULT, ANY) },
	{ NGINX("starttls only; starttls on; server { listen 110; }"), UNDETERMINED(INVALID, ANY) },
	/* Two listens with one address and port: nginx does not load it. */
	{ NGINX("starttls only; server { listen 110; } server { listen 110; }" NGINX_TLS),
		NOT_TAKEN },
	{ NGINX("server { listen 110; listen *:0110; }"), NOT_TAKEN },
	{ NGINX("server { listen 110; } server { listen 0.0.0.0:110; protocol imap; }"),
		NOT_TAKEN },
	{ NGINX("server { listen 110; } server { listen 110 ssl; }" NGINX_TLS), NOT_TAKEN },
	{ NGINX("server { listen 100-110; } server { listen 105; protocol imap; }"), NOT_TAKEN },
	{ NGINX("server { listen 143; } server { listen 143; } server { listen 110; }"),
		NOT_TAKEN },
	{ NGINX("server { listen [::1]:110; listen [0:0:0:0:0:0:0:1]:110; }"), NOT_TAKEN },
	{ NGINX("server { listen localhost:110; listen 127.0.0.1:110; }"), NOT_TAKEN },
	{ NGINX("server { protocol pop3; listen unix:/run/x; listen UNIX:/run/x; }"), NOT_TAKEN },
	{ NGINX("server { listen 110; listen 127.0.0.1:110; listen [::]:110; }"),
		PERMITS(DEFAULT, CONFIG_NOTE_NONE, CONFIG_NOTE_INVALID) },
	{ NGINX("server { listen 110-112; listen 113-115; listen 109; }"),
		PERMITS(DEFAULT, CONFIG_NOTE_NONE, CONFIG_NOTE_INVALID) },
	/* Without a port it is one of the kernel's choice, and not 80. */
	{ NGINX("server { protocol pop3; listen [::1]; listen [::1]:80; }"),
		PERMITS(DEFAULT, CONFIG_NOTE_NONE, CONFIG_NOTE_INVALID) },
	{ NGINX("server { protocol pop3; listen 127.0.0.1; listen 127.0.0.1; }"), NOT_TAKEN },
	{ NGINX("server { protocol pop3; listen 0; }"), NOT_TAKEN },
	{ NGINX("server { protocol pop3; listen 70000; }"), NOT_TAKEN },
	{ NGINX("server { protocol pop3; listen 112-110; }"), NOT_TAKEN },
	{ NGINX("server { protocol pop3; listen 127.0.0.1:pop3; }"), NOT_TAKEN },
	{ NGINX("server { protocol pop3; listen ::1:110; }"), NOT_TAKEN },
	{ NGINX("server { protocol pop3; listen :110; }"), NOT_TAKEN },
	{ NGINX("starttls bogus; server { listen 110; }"), UNDETERMINED(INVALID, ANY) },
	{ NGINX("starttls only; bogus on; server { listen 110; }"),
		UNDETERMINED(NOT_UNDERSTOOD, ANY) },
	{ NGINX("starttls only; server { listen 110; ssl_protocols TLSv1; }"),
		REFUSES(SETTING, CONFIG_NOTE_TLS_VERSION, 0) },
	{ NGINX("server { listen 110; } } mail {"), UNDETERMINED(INVALID, ANY) },
	{ NGINX("server { listen 110; "), UNDETERMINED(INVALID, ANY) },
	{ NGINX("include none.conf; server { listen 110; }"), UNDETERMINED(INCLUDE_MISSING, ANY) },
	{ NGINX("include none/*.conf; server { listen 110; }"), PERMITS(DEFAULT, ANY) },
	{ "nginx",
		{ { "/etc/nginx/nginx.conf", "\xef\xbb\xbfmail { server { listen 110; } }", 0 } },
		NOT_TAKEN },
	{ "nginx",
		{ { "/etc/nginx/nginx.conf", "include conf.d/*.conf;", 0 },
			{ "/etc/nginx/conf.d/a.conf", "mail { auth_http a; include conf.d/b; }",
				0 },
			{ "/etc/nginx/conf.d/b", "server { listen 110; starttls on; }", 0 } },
		PERMITS(SETTING, CONFIG_NOTE_TLS_UNAVAILABLE, 0) },
	{ "nginx", { { "/etc/nginx/nginx.conf", "include nginx.conf;", 0 } },
		UNDETERMINED(INCLUDE_MISSING, ANY) },
	{ "nginx",
		{ { "/etc/nginx/nginx.conf",
			  "mail { auth_http a; server { listen 995 ssl; ssl_certificate k; "
			  "ssl_certificate_key k; } }",
			  0 },
			{ "/etc/nginx/k", "", 0644 } },
		REFUSES(TLS_ONLY, CONFIG_NOTE_KEY_PERMISSIONS, CONFIG_NOTE_TLS_UNAVAILABLE) },
	{ "nginx", { { "/etc/nginx/nginx.conf", "http { server { listen 110; } }", 0 } },
		NO_SERVICE(ANY) },
	{ "nginx",
		{ { "/etc/nginx/nginx.conf", "stream { server { listen 110; proxy_pass a; } }",
			0 } },
		UNDETERMINED(ELSEWHERE, ANY) },
	{ NGINX_STREAM("109-111"), UNDETERMINED(ELSEWHERE, CONFIG_NOTE_EXPOSED_LISTENER, 0) },
	{ NGINX_STREAM("127.0.0.1:100-1000 ssl"), REFUSES(TLS_ONLY, ANY) },
	{ NGINX_STREAM("[::1]:900-995 SSL"), UNDETERMINED(ELSEWHERE, ANY) },
	{ NGINX_STREAM("111-994"), NO_SERVICE(ANY) },
	{ NGINX_STREAM("110 udp"), NO_SERVICE(ANY) },
	{ NGINX_STREAM("110; proxy_ssl on"), PERMITS(SETTING, ANY) },
	{ NGINX_STREAM("995 ssl; proxy_ssl on"), REFUSES(TLS_ONLY, ANY) },
	{ NGINX_STREAM("2110; proxy_pass 10.0.0.1:110"), UNDETERMINED(ELSEWHERE, ANY) },
	{ NGINX_STREAM("2110; proxy_pass 10.0.0.1:995; proxy_ssl on"), PERMITS(SETTING, ANY) },
	{ NGINX_STREAM("2110; proxy_pass b; } upstream b { server a:1 backup; server a:110 down"),
		UNDETERMINED(ELSEWHERE, ANY) },
	{ NGINX_STREAM("2110; proxy_pass b; } upstream c { server a:110"), NO_SERVICE(ANY) },
};

static const struct sample mailutils_samples[] = {
	{ MAILUTILS("program pop3d { tls-mode required; };"),
		REFUSES(SETTING, CONFIG_NOTE_TLS_UNAVAILABLE, 0) },
	{ MAILUTILS(""), PERMITS(DEFAULT, ANY) },
	{ MAILUTILS("program imap4d { tls-mode required; };"), PERMITS(DEFAULT, ANY) },
	{ MAILUTILS("tls-mode required; program pop3d { server 0.0.0.0 { }; };"),
		REFUSES(SETTING, ANY) },
	{ MAILUTILS("program pop3d { server 0.0.0.0 { }; tls-mode required; };"),
		REFUSES(SETTING, ANY) },
	{ MAILUTILS("program pop3d { tls-mode no; }; tls-mode required;"), REFUSES(SETTING, ANY) },
	{ MAILUTILS("tls-mode required; server :110 { tls-mode required; tls-mode no; }"),
		PERMITS(SETTING, ANY) },
	{ MAILUTILS("tls-mode required; server :110 { tls-mode bogus; }"),
		REFUSES(SETTING, CONFIG_NOTE_INVALID, 0) },
	{ MAILUTILS("tls-mode TRUE;"), PERMITS(DEFAULT, CONFIG_NOTE_INVALID, 0) },
	{ MAILUTILS("tls-mode yes;"), REFUSES(TLS_ONLY, ANY) },
	{ MAILUTILS("tls-mode stls;"), PERMITS(SETTING, ANY) },
	{ MAILUTILS("server 1.2.3.4 { tls-mode required; }; server 1.2.3.4:110 { };"),
		REFUSES(SETTING, CONFIG_NOTE_INVALID, 0) },
	{ MAILUTILS("server { };"), UNDETERMINED(INVALID, ANY) },
	{ MAILUTILS("server 1.2.3.4 5.6.7.8 { };"), NOT_TAKEN },
	{ MAILUTILS("program pop3d {\r\n tls-mode required;\r\n};\r\n"), NOT_TAKEN },
	{ MAILUTILS("\xef\xbb\xbfprogram pop3d { tls-mode required; };"), NOT_TAKEN },
	{ MAILUTILS("tls-required yes;"), NOT_TAKEN },
	{ MAILUTILS("tls-mode required; server 1.2.3.4 { tls-required yes; };"), NOT_TAKEN },
	{ MAILUTILS("tls-mode (required);"), NOT_TAKEN },
	{ MAILUTILS("tls-mode required no;"), NOT_TAKEN },
	{ MAILUTILS("tls-mode \"requ\" ired;"), NOT_TAKEN },
	{ MAILUTILS("tls-mode;"), NOT_TAKEN },
	{ MAILUTILS("tls-mode \"requ\" /* \" */\n\"ired\";"), REFUSES(SETTING, ANY) },
	{ MAILUTILS("tls-mode required; bogus { }; server :110 { bogus { }; }"),
		REFUSES(SETTING, CONFIG_NOTE_NONE, CONFIG_NOTE_INVALID) },
	{ MAILUTILS("tls-mode required; bogus 1;"), UNDETERMINED(INVALID, ANY) },
	{ MAILUTILS("tls-mode required"), UNDETERMINED(INVALID, ANY) },
	{ MAILUTILS("include /none; tls-mode required;"), UNDETERMINED(INCLUDE_MISSING, ANY) },
	{ MAILUTILS("apop-database-file /x;"), PERMITS(DEFAULT, CONFIG_NOTE_WEAK_MECHANISM, 0) },
	{ "mailutils",
		{ { "/etc/mailutils.conf", "include mailutils.d; ", 0 },
			{ "/etc/mailutils.d/pop3d", "tls-mode required;", 0 } },
		REFUSES(SETTING, ANY) },
	/* One half of the pair from here, the other from there: it does not start. */
	{ MAILUTILS("tls { ssl-certificate-file /c; }\nprogram pop3d { server 1.2.3.4 { "
		    "tls-mode required; tls { ssl-key-file /k; } } }\n"),
		REFUSES(SETTING, CONFIG_NOTE_TLS_UNAVAILABLE, CONFIG_NOTE_NONE) },
	{ MAILUTILS("program pop3d {\r\n}\r\n"), NOT_TAKEN },
};

static const struct sample haproxy_samples[] = {
	{ HAPROXY("listen a\nbind :110\nserver b 127.0.0.1:1110 send-proxy\n"),
		UNDETERMINED(ELSEWHERE, ANY) },
	{ HAPROXY("listen a\nbind :995 ssl crt /c\nserver b 10.0.0.1:110\n"),
		REFUSES(TLS_ONLY, CONFIG_NOTE_BACKEND_IN_CLEAR, 0) },
	{ HAPROXY("listen a\nbind :995 ssl\nserver b 127.0.0.1:110\n"),
		REFUSES(TLS_ONLY, CONFIG_NOTE_TLS_UNAVAILABLE, CONFIG_NOTE_BACKEND_IN_CLEAR) },
	{ HAPROXY("frontend a\nbind :110\ndefault_backend b\nbackend b\nserver c d:995 ssl\n"),
		PERMITS(SETTING, ANY) },
	{ HAPROXY("defaults\nmode http\nfrontend a\nbind :110\n"), NO_SERVICE(ANY) },
	{ HAPROXY("defaults\nmode http\nlisten a\nmode tcp\nbind :110\n"),
		UNDETERMINED(ELSEWHERE, ANY) },
	{ HAPROXY("defaults x\nmode tcp\ndefaults\nmode http\nlisten a from x\nbind :110\n"),
		UNDETERMINED(ELSEWHERE, ANY) },
	{ HAPROXY("defaults x\nmode http\ndefaults y from x\nfrontend a from y\nbind :110\n"),
		NO_SERVICE(ANY) },
	{ HAPROXY("defaults x\nmode http\ndefaults\nfrontend a\nbind :110\n"),
		UNDETERMINED(ELSEWHERE, ANY) },
	{ HAPROXY("listen a\nbind :100-120\n"), UNDETERMINED(ELSEWHERE, ANY) },
	{ HAPROXY("listen a\nbind :110 name ssl\n"), UNDETERMINED(ELSEWHERE, ANY) },
	{ HAPROXY("listen a\nbind :110 interface ssl name crt\n"), UNDETERMINED(ELSEWHERE, ANY) },
	{ HAPROXY("listen a\nbind :995 name ssl ssl crt /c\n"),
		REFUSES(TLS_ONLY, CONFIG_NOTE_NONE, CONFIG_NOTE_EXPOSED_LISTENER) },
	{ HAPROXY("listen a\nbind :995 ssl name crt\n"),
		REFUSES(TLS_ONLY, CONFIG_NOTE_TLS_UNAVAILABLE, 0) },
	{ HAPROXY("listen a\nbind :110 nosuch ssl\n"), UNDETERMINED(NOT_UNDERSTOOD, ANY) },
	{ HAPROXY("listen a\nbind :110\nserver ssl 127.0.0.1:110 cookie ssl\n"),
		UNDETERMINED(ELSEWHERE, ANY) },
	{ HAPROXY("listen a\nbind :110\nserver-template s 3 d:995 ssl\n"), PERMITS(SETTING, ANY) },
	{ HAPROXY("listen a\nbind :2110\nserver-template s 3 d:110\n"),
		UNDETERMINED(ELSEWHERE, ANY) },
	{ HAPROXY("listen a\ndisabled\nbind :110\nenabled\n"), UNDETERMINED(ELSEWHERE, ANY) },
	{ HAPROXY("listen a\nenabled\nbind :110\ndisabled\n"), NO_SERVICE(ANY) },
	{ HAPROXY("defaults\ndisabled\nlisten a\nbind :110\n"), NO_SERVICE(ANY) },
	{ HAPROXY("defaults\ndisabled\nlisten a\nenabled\nbind :110\n"),
		UNDETERMINED(ELSEWHERE, ANY) },
	{ HAPROXY("listen a\nbind :110\n.if x\ndisabled\n.endif\n"), UNDETERMINED(ELSEWHERE, ANY) },
	{ HAPROXY("listen a\nbind :443\nserver b c:443\n"), NO_SERVICE(ANY) },
	{ HAPROXY("listen a\nbind :2110\nserver b c:110\n"), UNDETERMINED(ELSEWHERE, ANY) },
	{ HAPROXY("listen a\nbind :995 ssl crt /c"), UNDETERMINED(INVALID, ANY) },
	{ HAPROXY("listen a\nmode http\nmode tcp\nbind :110\n"), UNDETERMINED(ELSEWHERE, ANY) },
	{ HAPROXY("listen a\n.if x\nbind :995 ssl crt /c\n.endif\n"),
		UNDETERMINED(NOT_UNDERSTOOD, ANY) },
	{ HAPROXY("listen a\nbind \"*:${PORT}\"\nserver b c:1110\n"),
		UNDETERMINED(NOT_UNDERSTOOD, ANY) },
	{ HAPROXY("listen a\nbind *:${PORT} ssl crt /c\nserver b c:1110\n"),
		UNDETERMINED(NOT_UNDERSTOOD, ANY) },
	{ HAPROXY("listen a\nmode http\nbind \"*:${PORT}\"\n"), NO_SERVICE(ANY) },
	{ HAPROXY("listen a\nbind unix@/run/x\nserver b c:1110\n"), NO_SERVICE(ANY) },
	{ HAPROXY("frontend a\nbind :2110\nuse_backend %[src,map(m)]\nbackend b\nserver c d:110\n"),
		UNDETERMINED(ELSEWHERE, ANY) },
	{ HAPROXY("frontend a\nbind :2110\nuse_backend %[src,map(/m)]\nbackend b\nserver c d:80\n"),
		NO_SERVICE(ANY) },
	{ HAPROXY("listen a\nbind :110\nserver b c:995 ssl disabled\nserver d e:110\n"),
		UNDETERMINED(ELSEWHERE, ANY) },
	{ HAPROXY("listen a\nbind :110\ndefault-server disabled\nserver b c:995 ssl enabled\n"),
		PERMITS(SETTING, ANY) },
	{ HAPROXY(".if defined(X)\nfrontend a\nbind :110\ndefault_backend b\n.endif\n"
		  "backend b\nserver c d:995 ssl\n"),
		UNDETERMINED(NOT_UNDERSTOOD, ANY) },
	{ HAPROXY("frontend a\nbind :110\ndefault_backend b\nbackend b\n.if defined(X)\n"
		  "server c d:995 ssl\n.endif\n"),
		UNDETERMINED(NOT_UNDERSTOOD, ANY) },
	{ HAPROXY("frontend a\nbind :110\n.if defined(X)\nuse_backend b\n.endif\nbackend b\n"
		  "server c d:995 ssl\n"),
		UNDETERMINED(NOT_UNDERSTOOD, ANY) },
	{ HAPROXY("listen a\nbind :110\n.if defined(X)\nserver c d:995 ssl\n.endif\n"
		  "server e f:995 ssl\n"),
		PERMITS(SETTING, ANY) },
};

static const struct sample stunnel_samples[] = {
	{ STUNNEL("[a]\naccept = 995\nconnect = 110\n"),
		REFUSES(TLS_ONLY, CONFIG_NOTE_TLS_UNAVAILABLE, CONFIG_NOTE_BACKEND_IN_CLEAR) },
	{ STUNNEL("[a]\naccept = 110\nconnect = 10.0.0.1:110\nprotocol = pop3\n"),
		REFUSES(SETTING, CONFIG_NOTE_BACKEND_IN_CLEAR, 0) },
	{ STUNNEL("[a]\nclient = yes\naccept = 127.0.0.1:110\nconnect = a:995\n"),
		NO_SERVICE(ANY) },
	{ STUNNEL("client = yes\n[a]\naccept = 110\nconnect = a:995\n"), PERMITS(SETTING, ANY) },
	{ STUNNEL("sslVersionMin = TLSv1\n[a]\naccept = 995\n"),
		REFUSES(TLS_ONLY, CONFIG_NOTE_TLS_VERSION, 0) },
	{ STUNNEL("client = yes\n[a]\nACCEPT = 127.0.0.1:110\nAccept = 10.0.0.1:110\n"),
		PERMITS(SETTING, ANY) },
	/* What it takes for a port was seen on 5.68. */
	{ STUNNEL("[a]\naccept = 110 ; clear\nconnect = 1\nprotocol = pop3\n"), NOT_TAKEN },
	{ STUNNEL("[imaps]\naccept = 993 ; imap\n[a]\naccept = 995\n"), NOT_TAKEN },
	{ STUNNEL("[pops]\naccept = popalt\nconnect = 1\n"), UNDETERMINED(NOT_UNDERSTOOD, ANY) },
	{ STUNNEL("[db]\naccept = mysql\nconnect = 1\n[a]\naccept = 995\n"),
		REFUSES(TLS_ONLY, ANY) },
	{ STUNNEL("[x]\nclient = yes\naccept = 65646\nconnect = 1\n"),
		UNDETERMINED(NOT_UNDERSTOOD, ANY) },
	{ STUNNEL("[pops]\nclient = yes\naccept = /run/pops\nconnect = 1\n"), NO_SERVICE(ANY) },
	{ STUNNEL("[pops]\naccept = /run/pops\nconnect = 1\n"), REFUSES(TLS_ONLY, ANY) },
	{ STUNNEL("[imaps]\naccept = 993\nconnect = 143\n"), NO_SERVICE(ANY) },
	{ STUNNEL("[a]\nbogus\naccept = 995\n"), UNDETERMINED(INVALID, ANY) },
	{ STUNNEL("include = /none\n"), UNDETERMINED(INCLUDE_MISSING, ANY) },
};

#define PERDITION_STARTED(text, defaults)                     \
	"perdition",                                          \
	{                                                     \
		{ "/etc/perdition/perdition.conf", text, 0 }, \
		{                                             \
			"/etc/default/perdition", defaults, 0 \
		}                                             \
	}
#define PERDITION_FLAGS(flags) \
	PERDITION_STARTED("ssl_mode tls_listen_force\n", "RUN_PERDITION=yes\nPOP3S=no\n" flags)

static const struct sample perdition_samples[] = {
	{ PERDITION("ssl_mode tls_listen_force\nssl_mode none\n"), REFUSES(SETTING, ANY) },
	{ PERDITION("ssl_mode TLS_LISTEN_FORCE\n"),
		REFUSES(SETTING, CONFIG_NOTE_BACKEND_IN_CLEAR, 0) },
	{ PERDITION("ssl_mode tls_all_force\n"),
		REFUSES(SETTING, CONFIG_NOTE_NONE, CONFIG_NOTE_BACKEND_IN_CLEAR) },
	{ PERDITION("ssl_mode tls_listen_force"), PERMITS(DEFAULT, CONFIG_NOTE_INVALID, 0) },
	{ PERDITION("nosuch\nssl_mode tls_listen_force\n"),
		PERMITS(DEFAULT, CONFIG_NOTE_INVALID, 0) },
	{ PERDITION("ssl_mode tls_listen_force\nnosuch\n"), REFUSES(SETTING, ANY) },
	{ PERDITION("timeout x\nssl_mode tls_listen_force\n"),
		PERMITS(DEFAULT, CONFIG_NOTE_INVALID, 0) },
	{ PERDITION("ssl_mode tls_listen, tls_listen_force\n"), PERMITS(SETTING, ANY) },
	{ PERDITION(" ssl_mode tls_listen_force\n"), UNDETERMINED(INVALID, ANY) },
	{ PERDITION("ssl_mode tls_listen_force\ndebug yes\n"), UNDETERMINED(INVALID, ANY) },
	{ PERDITION("ssl_mode ssl_listen,tls_listen\n"), UNDETERMINED(INVALID, ANY) },
	{ PERDITION("ssl_mode ssl_listen\nssl_listen_min_proto_version tlsv1.2\n"),
		REFUSES(TLS_ONLY, CONFIG_NOTE_NONE, CONFIG_NOTE_TLS_VERSION) },
	{ PERDITION("protocol IMAP4\n"), NO_SERVICE(ANY) },
	{ PERDITION("P POP3S\nl 995\n"), REFUSES(TLS_ONLY, ANY) },
	{ PERDITION("login_disabled\n"), REFUSES(SETTING, ANY) },
	{ PERDITION_STARTED("", "RUN_PERDITION=no\n"), NO_SERVICE(ANY) },
	{ PERDITION_STARTED("", "RUN_PERDITION=yes\nPOP3=\"no\"\n"), REFUSES(TLS_ONLY, ANY) },
	{ PERDITION_STARTED("", "RUN_PERDITION=yes\nPOP3S=no\n"), PERMITS(DEFAULT, ANY) },
	{ PERDITION_STARTED("", "RUN_PERDITION=yes\nPOP3S=no\nFLAGS='-n --pid_file=/p -t 6'\n"),
		PERMITS(DEFAULT, ANY) },
	{ PERDITION_FLAGS("TIMEOUT=600 POP3_FLAGS=\"--ssl_mode none\"\n"), PERMITS(SETTING, ANY) },
	{ PERDITION_FLAGS("[ -e /t ] || POP3_FLAGS=\"--ssl_mode none\"\n"),
		UNDETERMINED(ELSEWHERE, ANY) },
	{ PERDITION_FLAGS(". /etc/perdition/flags\n"), UNDETERMINED(ELSEWHERE, ANY) },
	{ PERDITION_FLAGS("FLAGS=\"--ssl_mode none\"\nif [ -e /t ]; then\n FLAGS=\nfi\n"),
		UNDETERMINED(ELSEWHERE, ANY) },
	{ PERDITION_FLAGS("POP3_FLAGS=\"-nf /etc/perdition/other.conf\"\n"),
		UNDETERMINED(ELSEWHERE, ANY) },
	{ PERDITION_FLAGS("POP3_FLAGS=-ql995\n"), UNDETERMINED(ELSEWHERE, ANY) },
	{ PERDITION_FLAGS("printf -v POP3_FLAGS %s '--ssl_mode none'\n"),
		UNDETERMINED(ELSEWHERE, ANY) },
	{ PERDITION_FLAGS("POP3_FLAGS=-ql995\nPOP3_FLAGS=-q\n"), REFUSES(SETTING, ANY) },
	{ PERDITION_STARTED("",
		  "RUN_PERDITION=yes\nPOP3S=no\nMODE=tls_listen_force\n"
		  "FLAGS=\"-s10.0.0.1,blf --ssl_mode $MODE\"\n"),
		REFUSES(SETTING, ANY) },
	{ PERDITION_STARTED("", "RUN_PERDITION=yes\nif [ -e /t ]; then\n RUN_PERDITION=no\nfi\n"),
		UNDETERMINED(ELSEWHERE, ANY) },
	{ PERDITION_STARTED("", "RUN_PERDITION=no\n[ -x /p ] && RUN_PERDITION=yes\n"),
		UNDETERMINED(ELSEWHERE, ANY) },
	{ "perdition",
		{ { "/etc/perdition/perdition.conf", "ssl_mode tls_listen_force\n", 0 },
			{ "/etc/default/perdition",
				"RUN_PERDITION=yes\nPOP3_FLAGS='--ssl_mode none'\n", 0 } },
		PERMITS(SETTING, ANY) },
	{ "perdition",
		{ { "/etc/perdition/perdition.conf", "ssl_mode ssl_outgoing\n", 0 },
			{ "/etc/default/perdition",
				"RUN_PERDITION=yes\nFLAGS='--debug --ssl_mode=tls_listen'\n"
				"POP3_FLAGS=\"--ssl_mode tls_listen_force\"\nPOP3S=no\n",
				0 } },
		REFUSES(SETTING, ANY) },
	{ "perdition",
		{ { "/etc/perdition/perdition.conf", "ssl_mode tls_outgoing\n", 0 },
			{ "/etc/default/perdition", "RUN_PERDITION=yes\nPOP3=no\n", 0 } },
		PERMITS(SETTING, ANY) },
	{ "perdition",
		{ { "/etc/perdition/perdition.conf", "outgoing_server x\n", 0 },
			{ "/etc/default/perdition", "RUN_PERDITION=yes\nPOP3=no\n", 0 } },
		REFUSES(TLS_ONLY, ANY) },
	{ "perdition",
		{ { "/etc/perdition/perdition.conf", "ssl_mode tls_listen_force\n", 0 },
			{ "/etc/default/perdition",
				"RUN_PERDITION=yes\nPOP3_FLAGS='--ssl_mode none -l 1'\n", 0 } },
		UNDETERMINED(ELSEWHERE, ANY) },
	{ "perdition",
		{ { "/etc/perdition/perdition.conf", "ssl_mode tls_listen_force\n", 0 },
			{ "/etc/perdition/perdition.pop3.conf", "ssl_mode tls_listen\n", 0 } },
		PERMITS(SETTING, ANY) },
};

/* --- the test --------------------------------------------------------------------------------- */

static bool
has_note(const struct config_facts *config, enum config_note_kind kind)
{
	for (guint i = 0; i < config->notes->len; i++)
		if (g_array_index(config->notes, struct config_note, i).kind == kind)
			return true;
	return false;
}

static void
check_sample(const struct sample *sample)
{
	const struct product *product = product_find(sample->product);
	struct memory memory = {
		.source = { memory_read, memory_match, memory_look },
		.files = sample->files,
	};
	struct facts *facts = facts_new();
	struct config_facts *config = config_facts_new(facts, product->name, product->title);
	struct config_reading reading = { .facts = facts, .source = &memory.source };

	g_test_message("%s", sample->files[0].text);
	config->root = reading.root = sample->files[0].path;
	product->config->read(&reading);
	config_verdict_decide(facts);
	g_assert_cmpint(facts->verdict.value, ==, sample->verdict);
	g_assert_cmpint(facts->verdict.reason, ==, sample->reason);
	g_assert_true(sample->note == CONFIG_NOTE_NONE || has_note(config, sample->note));
	g_assert_true(sample->absent == CONFIG_NOTE_NONE || !has_note(config, sample->absent));
	if (sample->verdict == VERDICT_UNDETERMINED)
		g_assert_nonnull(facts->verdict.settle);
	facts_free(facts);
}

#define CHECK(name)                                                       \
	static void test_##name(void)                                     \
	{                                                                 \
		for (size_t i = 0; i < G_N_ELEMENTS(name##_samples); i++) \
			check_sample(&name##_samples[i]);                 \
	}

CHECK(nginx)
CHECK(mailutils)
CHECK(haproxy)
CHECK(stunnel)
CHECK(perdition)

/* --- a great many ----------------------------------------------------------------------------- */

enum {
	MANY = 4000, /* quadratic, this took a quarter of a minute, and not the blink of an eye */
};

/* That many sections, with a number where "@" stands. */
static void
check_many(struct sample sample, const char *head, const char *section, const char *end)
{
	g_autoptr(GString) text = g_string_new(head);
	g_auto(GStrv) parts = g_strsplit(section, "@", -1);

	for (unsigned i = 0; i < MANY; i++) {
		g_autofree char *number = g_strdup_printf("%u", i);
		g_autofree char *one = g_strjoinv(number, parts);

		g_string_append(text, one);
	}
	g_string_append(text, end);
	sample.files[0].text = text->str;
	check_sample(&sample);
}

/* All that is read refuses, but what is not may be worse. */
static void
test_many(void)
{
	static const struct sample haproxy = { HAPROXY(""), UNDETERMINED(NOT_UNDERSTOOD, ANY) };
	static const struct sample nginx = { NGINX(""), UNDETERMINED(NOT_UNDERSTOOD, ANY) };

	check_many(haproxy, "defaults\nmode tcp\n",
		"frontend f@\nbind :995 ssl crt c\ndefault_backend b@\n"
		"backend b@\nserver s 127.0.0.1:110\n",
		"");
	check_many(nginx, "mail { auth_http a; starttls only;\n",
		"server { listen 1@; protocol pop3; }\n", "}\n");
}

/* Beyond the bound there are only sections that have nothing to do with POP3. */
static void
test_many_others(void)
{
	static const struct sample haproxy = { HAPROXY(""), REFUSES(TLS_ONLY, ANY) };

	check_many(haproxy, "listen a\nbind :995 ssl crt c\n",
		"frontend f@\nbind :443\ndefault_backend b@\nbackend b@\nserver s a:443\n", "");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/config/nginx", test_nginx);
	g_test_add_func("/config/mailutils", test_mailutils);
	g_test_add_func("/config/haproxy", test_haproxy);
	g_test_add_func("/config/stunnel", test_stunnel);
	g_test_add_func("/config/perdition", test_perdition);
	g_test_add_func("/config/many", test_many);
	g_test_add_func("/config/many/others", test_many_others);
	return g_test_run();
}
