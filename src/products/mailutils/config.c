/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mailutils.conf: what is at its top, and in "program pop3d" blocks, as one (measured on 3.15).
 *
 * The last of a keyword wins; a server block's own tls-mode beats the global one, wherever that
 * stands. "true", "yes" and "on" mean TLS from the first byte; what is no mode at all is
 * ignored, and so is a second server for the same address. Without a server block it listens on
 * every address.
 */
#include "products/mailutils/config.h"

#include <string.h>

#include "products/mailutils/settings.h"

#define SETTLE "pop3d --config-lint"

static const char server_keywords[] = " single-process transcript timeout backlog tls-mode ";

/* --- listeners -------------------------------------------------------------------------------- */

static void
judge(struct config_listener *listener, enum mailutils_tls tls)
{
	listener->mode = tls == MAILUTILS_TLS_CONNECTION ? MODE_POP3S : MODE_POP3;
	listener->verdict = VERDICT_REFUSES;
	switch (tls) {
	case MAILUTILS_TLS_REQUIRED:
		listener->explanation = "pop3d takes no login until STLS.";
		return;
	case MAILUTILS_TLS_CONNECTION:
		listener->reason = REASON_TLS_ONLY;
		listener->explanation = "pop3d speaks TLS from the first byte.";
		return;
	case MAILUTILS_TLS_UNSET:
	case MAILUTILS_TLS_NO:
	case MAILUTILS_TLS_ONDEMAND:
		break;
	}
	listener->verdict = VERDICT_PERMITS;
	listener->has_no_tls = tls != MAILUTILS_TLS_ONDEMAND;
	listener->explanation = tls == MAILUTILS_TLS_ONDEMAND ?
		"pop3d does not require STLS before a login." :
		"pop3d takes passwords in clear, and offers no STLS.";
}

/* The listener of that address and port, or NULL. */
static bool
is_taken(const struct mailutils_settings *settings, const char *address, uint16_t port)
{
	const GArray *listeners = settings->config->facts->config->listeners;

	for (guint i = 0; i < listeners->len; i++) {
		const struct config_listener *each =
			&g_array_index(listeners, struct config_listener, i);

		if (each->port == port && g_str_equal(each->address, address))
			return true;
	}
	return false;
}

static void
add_listener(struct mailutils_settings *settings, const char *address, uint16_t port,
	struct config_place server, const struct mailutils_security *security)
{
	struct config_listener *listener;

	if (is_taken(settings, address, port)) {
		proxies_note(settings->config, CONFIG_NOTE_INVALID, server,
			"A second server for the same address: the first one has it.");
		return;
	}
	listener = config_add_listener(settings->config->facts);
	listener->address = facts_keep(settings->config->facts, address, strlen(address));
	listener->port = port;
	listener->reason = security->mode_place.node != NULL ? REASON_SETTING : REASON_DEFAULT;
	judge(listener, security->mode);
	if (address[0] == '/')
		listener->scope = "unix socket only";
	proxies_step(settings->config, &listener->chain, server, NULL);
	proxies_step(settings->config, &listener->chain, security->mode_place, NULL);
}

static void
check_tls(struct mailutils_settings *settings, const struct mailutils_security *security)
{
	const char *words = mailutils_value(security->priorities, "");

	if (security->mode <= MAILUTILS_TLS_NO)
		return;
	if (security->certificate.node == NULL || security->key.node == NULL) {
		proxies_note(settings->config, CONFIG_NOTE_TLS_UNAVAILABLE, security->mode_place,
			"No ssl-certificate-file and ssl-key-file are set: pop3d does not start.");
	} else {
		proxies_check_certificate(settings->config, security->certificate,
			mailutils_value(security->certificate, ""));
		proxies_check_key(settings->config, security->key,
			mailutils_value(security->key, ""));
	}
	if (strstr(words, "+VERS-TLS1.0") != NULL || strstr(words, "+VERS-TLS1.1") != NULL ||
		strstr(words, "+VERS-SSL3.0") != NULL || strstr(words, "+VERS-ALL") != NULL)
		proxies_note(settings->config, CONFIG_NOTE_TLS_VERSION, security->priorities,
			"ssl-priorities allows versions before TLS 1.2.");
}

/* "inet://HOST:PORT", "HOST", ":PORT", "[::1]:PORT", "unix:///PATH". Returns a new address. */
static char *
parse_server(const struct mailutils_settings *settings, const char *tag, uint16_t *port)
{
	const char *scheme = strstr(tag, "://"), *rest = scheme != NULL ? scheme + 3 : tag;
	const char *text = "";
	g_autofree char *host = NULL;

	*port = settings->port.node != NULL ? proxies_port(mailutils_value(settings->port, "")) :
					      110;
	if (g_str_has_prefix(tag, "unix:") || g_str_has_prefix(tag, "file:") || rest[0] == '/')
		return g_strdup(rest);
	host = rest[0] == '[' || strchr(rest, ':') != NULL ? proxies_split(rest, &text) :
							     g_strdup(rest);
	if (text[0] != '\0')
		*port = proxies_port(text);
	return host[0] != '\0' ? g_steal_pointer(&host) : g_strdup("0.0.0.0");
}

static void
add_server(struct mailutils_settings *settings, struct config_place server)
{
	struct mailutils_security security;
	g_autofree char *address = NULL;
	uint16_t port;

	if (!mailutils_has_one_value(settings->config, server))
		return;
	for (const struct node *node = server.node->first; node != NULL; node = node->next) {
		struct config_place place = { server.text, node };

		if (node->kind == NODE_SETTING && !mailutils_is_in(server_keywords, node->key))
			proxies_refuse(settings->config, REASON_INVALID, place,
				"A keyword that a server block does not have.", SETTLE);
	}
	address = parse_server(settings, server.node->value, &port);
	security = mailutils_server_security(settings, server);
	add_listener(settings, address, port, server, &security);
	check_tls(settings, &security);
}

static void
add_listeners(struct mailutils_settings *settings)
{
	bool inetd = g_str_equal(mailutils_value(settings->mode, "daemon"), "inetd");
	uint16_t port = settings->port.node != NULL ?
		proxies_port(mailutils_value(settings->port, "")) :
		110;

	/* Whether it runs by inetd may be said on the command line, so both may be. */
	if (inetd || settings->servers->len == 0) {
		add_listener(settings, inetd ? "*" : "0.0.0.0", port, settings->port,
			&settings->security);
		check_tls(settings, &settings->security);
	}
	for (guint i = 0; i < settings->servers->len; i++)
		add_server(settings, g_array_index(settings->servers, struct config_place, i));
}

static bool
is_open(const struct config_facts *facts)
{
	for (guint i = 0; i < facts->listeners->len; i++)
		if (g_array_index(facts->listeners, struct config_listener, i).verdict ==
			VERDICT_PERMITS)
			return true;
	return false;
}

static void
read_root(struct config_reading *config)
{
	struct mailutils_settings settings;

	if (mailutils_settings_read(&settings, config)) {
		config->facts->config->served = true;
		add_listeners(&settings);
	}
	if (settings.apop.node != NULL && is_open(config->facts->config))
		proxies_note(config, CONFIG_NOTE_WEAK_MECHANISM, settings.apop,
			"APOP is offered without TLS.");
	mailutils_settings_clear(&settings);
}

static bool
recognizes(const char *text, size_t length)
{
	return g_strstr_len(text, (gssize)length, "program pop3d") != NULL;
}

static const char *const roots[] = { "mailutils.conf", NULL };
static const char *const elsewhere[] = { "/usr/local/etc", NULL };
static const char *const packages[] = { "mailutils-pop3d", "mailutils", NULL };

const struct product_config mailutils_config = {
	.folder = "/etc",
	.roots = roots,
	.elsewhere = elsewhere,
	.packages = packages,
	.recognizes = recognizes,
	.read = read_root,
};
