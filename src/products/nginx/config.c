/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nginx.conf: the servers of its mail block (measured with nginx -t of 1.22).
 *
 * What a server block does not set is the mail block's, wherever in it that stands. Without
 * "protocol" the first listen with a standard port decides. starttls is off by default; pop3_auth
 * takes USER and AUTH PLAIN away from nobody.
 */
#include "products/nginx/config.h"

#include <string.h>

#include "products/nginx/blocks.h"
#include "products/nginx/listen.h"
#include "products/proxies.h"

#define SETTLE "nginx -t"

enum nginx_protocol {
	PROTOCOL_UNKNOWN,
	PROTOCOL_POP3,
	PROTOCOL_IMAP,
	PROTOCOL_SMTP,
};

/* A server of the mail block, with the block around it. */
struct server {
	struct nginx_blocks *blocks;
	struct config_reading *config;
	const GHashTable *mail;        /* the mail block's directives: key to struct config_place */
	const GArray *own;             /* of struct config_place */
	struct nginx_listens *listens; /* of all servers */
	struct config_place block;
	enum nginx_protocol protocol;
	struct config_place starttls, ssl;
	bool tls; /* "ssl on" */
};

static const char *
value_of(struct config_place place, const char *otherwise)
{
	return place.node != NULL && place.node->value != NULL ? place.node->value : otherwise;
}

static bool
has_word(struct config_place place, const char *word)
{
	for (size_t i = 0; place.node != NULL && place.node->words[i] != NULL; i++)
		if (g_ascii_strcasecmp(place.node->words[i], word) == 0)
			return true;
	return false;
}

/* Whether a listen has a parameter. nginx takes these as they are written, unlike other words. */
static bool
listen_has(struct config_place place, const char *word)
{
	for (size_t i = 1; place.node->words[0] != NULL && place.node->words[i] != NULL; i++)
		if (g_str_equal(place.node->words[i], word))
			return true;
	return false;
}

/* The server's own directive, or the mail block's. */
static struct config_place
effective(const struct server *server, const char *key)
{
	struct config_place place = nginx_blocks_find(server->own, key);
	const struct config_place *around;

	if (place.node != NULL)
		return place;
	around = g_hash_table_lookup((GHashTable *)(uintptr_t)server->mail, key);
	return around != NULL ? *around : place;
}

/* --- listen ----------------------------------------------------------------------------------- */

static enum nginx_protocol
standard_protocol(unsigned port)
{
	switch (port) {
	case 110:
	case 995:
		return PROTOCOL_POP3;
	case 143:
	case 993:
		return PROTOCOL_IMAP;
	case 25:
	case 465:
	case 587:
		return PROTOCOL_SMTP;
	default:
		return PROTOCOL_UNKNOWN;
	}
}

static enum nginx_protocol
guess_protocol(const struct server *server)
{
	for (guint i = 0; i < server->own->len; i++) {
		struct config_place place = g_array_index(server->own, struct config_place, i);
		struct nginx_listen listen;
		enum nginx_protocol protocol;

		if (!g_str_equal(place.node->key, "listen"))
			continue;
		nginx_listen_parse(value_of(place, ""), &listen);
		protocol = listen.unix_socket ? PROTOCOL_UNKNOWN : standard_protocol(listen.from);
		nginx_listen_clear(&listen);
		if (protocol != PROTOCOL_UNKNOWN)
			return protocol;
	}
	return PROTOCOL_UNKNOWN;
}

static enum nginx_protocol
read_protocol(const struct server *server)
{
	struct config_place place = nginx_blocks_find(server->own, "protocol");
	const char *word = value_of(place, "");

	if (place.node == NULL)
		return guess_protocol(server);
	return g_str_equal(word, "pop3")  ? PROTOCOL_POP3 :
		g_str_equal(word, "imap") ? PROTOCOL_IMAP :
		g_str_equal(word, "smtp") ? PROTOCOL_SMTP :
					    PROTOCOL_UNKNOWN;
}

/* --- what nginx would refuse ------------------------------------------------------------------ */

static void
refuse(const struct server *server, struct config_place place, const char *message)
{
	proxies_refuse(server->config, REASON_INVALID, place, message, SETTLE);
}

/* Words that nginx takes as the values of a directive, ASCII case ignored. */
static const struct {
	const char *key, *words;
} known_words[] = {
	{ "starttls", " off on only " },
	{ "ssl", " off on " },
	{ "pop3_auth", " plain apop cram-md5 external " },
	{ "ssl_protocols", " sslv2 sslv3 tlsv1 tlsv1.1 tlsv1.2 tlsv1.3 " },
	{ "protocol", " pop3 imap smtp " },
};

/* One directive of a block; it may be one that no server makes use of. */
static void
check_words(struct config_reading *config, struct config_place place, const char *known)
{
	for (size_t i = 0; place.node->words[i] != NULL; i++) {
		g_autofree char *folded = g_ascii_strdown(place.node->words[i], -1);
		g_autofree char *word = g_strconcat(" ", folded, " ", NULL);

		if (strstr(known, word) == NULL)
			proxies_refuse(config, REASON_INVALID, place,
				"The directive does not take this value.", SETTLE);
	}
}

static void
check_parameters(struct config_reading *config, struct config_place place)
{
	for (size_t i = 1; place.node->words[0] != NULL && place.node->words[i] != NULL; i++)
		if (!nginx_listen_takes(place.node->words[i])) {
			proxies_refuse(config, REASON_INVALID, place,
				"listen does not take this parameter.", SETTLE);
			return;
		}
}

/* "ssl on" and starttls exclude each other in one block; in two, TLS comes first. */
static void
check_exclusion(struct config_reading *config, const GArray *list)
{
	struct config_place ssl = nginx_blocks_find(list, "ssl");
	struct config_place starttls = nginx_blocks_find(list, "starttls");

	if (g_ascii_strcasecmp(value_of(ssl, "off"), "on") == 0 &&
		g_ascii_strcasecmp(value_of(starttls, "off"), "off") != 0)
		proxies_refuse(config, REASON_INVALID, ssl,
			"\"ssl\" and \"starttls\" exclude each other.", SETTLE);
}

static void
check_block(struct config_reading *config, const GArray *list)
{
	check_exclusion(config, list);
	for (guint i = 0; i < list->len; i++) {
		struct config_place place = g_array_index(list, struct config_place, i);

		for (size_t j = 0; j < G_N_ELEMENTS(known_words); j++)
			if (place.node->kind == NODE_SETTING &&
				g_str_equal(place.node->key, known_words[j].key))
				check_words(config, place, known_words[j].words);
		if (place.node->kind == NODE_SETTING && g_str_equal(place.node->key, "listen"))
			check_parameters(config, place);
	}
}

static void
check_values(const struct server *server)
{
	if (server->ssl.node != NULL && server->config->version != NULL &&
		config_version_compare(server->config->version, "1.25.1") >= 0)
		refuse(server, server->ssl, "\"ssl\" was removed in nginx 1.25.1: listen ... ssl.");
	if (server->protocol == PROTOCOL_UNKNOWN)
		refuse(server, server->block, "nginx cannot tell this server's protocol.");
	if (nginx_blocks_find(server->own, "listen").node == NULL)
		proxies_note(server->config, CONFIG_NOTE_INVALID, server->block,
			"The server has no listen: nginx does not load it.");
	if (effective(server, "auth_http").node == NULL)
		proxies_note(server->config, CONFIG_NOTE_INVALID, server->block,
			"No auth_http is set for this server: nginx does not load it.");
}

static void
check_listen(const struct server *server, struct config_place place,
	const struct nginx_listen *listen)
{
	g_autofree char *where = NULL, *message = NULL;
	struct config_place before;
	struct location location;

	if (listen->is_wrong) {
		refuse(server, place, "nginx takes no such address or port.");
		return;
	}
	before = nginx_listens_add(server->listens, listen, place);
	if (before.node == NULL)
		return;
	location = config_location(server->config, before.text, before.node->key_at.start);
	where = location_text(&location);
	message = g_strdup_printf("This address and port are another listen's, in %s.", where);
	refuse(server, place, message);
}

/* --- TLS -------------------------------------------------------------------------------------- */

static void
check_certificates(const struct server *server, struct config_place asks)
{
	struct config_place certificate = effective(server, "ssl_certificate");
	struct config_place key = effective(server, "ssl_certificate_key");
	g_autofree char *certificate_path =
		source_resolve(server->config->root, value_of(certificate, ""));
	g_autofree char *key_path = source_resolve(server->config->root, value_of(key, ""));

	if (certificate.node == NULL || key.node == NULL) {
		proxies_note(server->config, CONFIG_NOTE_TLS_UNAVAILABLE, asks,
			certificate.node == NULL ?
				"No ssl_certificate is set: nginx does not load this." :
				"No ssl_certificate_key is set: nginx does not load this.");
		return;
	}
	/* A variable in the path, or an engine's name, is no file. */
	if (strchr(certificate_path, '$') == NULL && strchr(certificate_path, ':') == NULL)
		proxies_check_certificate(server->config, certificate, certificate_path);
	if (strchr(key_path, '$') == NULL && strchr(key_path, ':') == NULL)
		proxies_check_key(server->config, key, key_path);
}

static void
check_versions(const struct server *server)
{
	static const char *const old[] = { "SSLv2", "SSLv3", "TLSv1", "TLSv1.1" };
	struct config_place place = effective(server, "ssl_protocols");

	for (size_t i = 0; i < G_N_ELEMENTS(old); i++)
		if (has_word(place, old[i])) {
			proxies_note(server->config, CONFIG_NOTE_TLS_VERSION, place,
				"ssl_protocols allows versions before TLS 1.2.");
			return;
		}
	/* The default was TLS 1.0 and later until 1.27.3. */
	if (place.node == NULL && server->config->version != NULL &&
		config_version_compare(server->config->version, "1.27.3") < 0)
		proxies_note(server->config, CONFIG_NOTE_TLS_VERSION, server->block,
			"Without ssl_protocols this version of nginx allows TLS 1.0.");
}

/* --- verdicts --------------------------------------------------------------------------------- */

static void
judge(const struct server *server, struct config_listener *listener, bool tls)
{
	const char *starttls = value_of(server->starttls, "off");

	listener->mode = tls ? MODE_POP3S : MODE_POP3;
	listener->reason = server->starttls.node != NULL ? REASON_SETTING : REASON_DEFAULT;
	if (tls) {
		listener->verdict = VERDICT_REFUSES;
		listener->reason = REASON_TLS_ONLY;
		listener->explanation = "nginx speaks TLS from the first byte.";
	} else if (g_ascii_strcasecmp(starttls, "only") == 0) {
		listener->verdict = VERDICT_REFUSES;
		listener->explanation = "nginx refuses USER and AUTH until STLS.";
	} else {
		listener->verdict = VERDICT_PERMITS;
		listener->has_no_tls = g_ascii_strcasecmp(starttls, "on") != 0;
		listener->explanation = g_ascii_strcasecmp(starttls, "on") == 0 ?
			"nginx offers STLS, but takes passwords without it." :
			"nginx takes passwords in clear, and offers no STLS.";
	}
}

static const char *
address_of(struct config_reading *config, struct config_place place,
	const struct nginx_listen *listen)
{
	const char *host = listen->host[0] != '\0'       ? listen->host :
		strchr(value_of(place, ""), '[') != NULL ? "::" :
							   "0.0.0.0";

	return facts_keep(config->facts, host, strlen(host));
}

static void
add_listener(const struct server *server, struct config_place place,
	const struct nginx_listen *listen, unsigned port)
{
	struct config_listener *listener = config_add_listener(server->config->facts);
	bool tls = server->tls || listen_has(place, "ssl");

	listener->address = address_of(server->config, place, listen);
	listener->port = (uint16_t)port;
	judge(server, listener, tls);
	if (listen->unix_socket)
		listener->scope = "unix socket only";
	proxies_step(server->config, &listener->chain, place, tls ? "TLS" : "starts in clear");
	if (server->tls)
		proxies_step(server->config, &listener->chain, server->ssl, NULL);
	else if (!tls)
		proxies_step(server->config, &listener->chain, server->starttls, NULL);
}

/* Returns whether one of them starts in clear; sets *asks to one that wants a certificate. */
static bool
add_listeners(const struct server *server, struct config_place *asks)
{
	bool clear = false;

	for (guint i = 0; i < server->own->len && !config_is_full(server->config); i++) {
		struct config_place place = g_array_index(server->own, struct config_place, i);
		struct nginx_listen listen;

		if (!g_str_equal(place.node->key, "listen"))
			continue;
		nginx_listen_parse(value_of(place, ""), &listen);
		check_listen(server, place, &listen);
		if (!server->tls && !listen_has(place, "ssl"))
			clear = true;
		else
			*asks = place;
		/* The first and the last of a range stand for it. */
		if (server->protocol == PROTOCOL_POP3) {
			add_listener(server, place, &listen, listen.from);
			if (listen.to > listen.from)
				add_listener(server, place, &listen, listen.to);
		}
		nginx_listen_clear(&listen);
	}
	return clear;
}

/* --- the other findings ----------------------------------------------------------------------- */

static void
check_backend(const struct server *server)
{
	struct config_place place = effective(server, "auth_http");
	const char *url = value_of(place, "");
	g_autofree char *host = NULL;
	const char *port;

	if (place.node == NULL)
		return;
	url = g_str_has_prefix(url, "http://") ? url + strlen("http://") : url;
	host = g_strndup(url, url[0] == '[' ? strcspn(url, "]") + 1 : strcspn(url, ":/"));
	port = proxies_is_local(host) || g_str_has_prefix(url, "unix") ?
		"nginx hands the password on in clear to the server that auth_http names." :
		"nginx sends the password in clear to auth_http, and to the server it names.";
	proxies_note(server->config, CONFIG_NOTE_BACKEND_IN_CLEAR, place, port);
}

static void
check_mechanisms(const struct server *server)
{
	struct config_place place = effective(server, "pop3_auth");

	if (has_word(place, "apop") || has_word(place, "cram-md5"))
		proxies_note(server->config, CONFIG_NOTE_WEAK_MECHANISM, place,
			"pop3_auth offers APOP or CRAM-MD5 without TLS, and takes USER and PLAIN "
			"from nobody.");
}

static void
check_sibling(const struct server *server, bool clear)
{
	struct config_place listen = nginx_blocks_find(server->own, "listen");

	if (!clear || server->protocol == PROTOCOL_UNKNOWN ||
		g_ascii_strcasecmp(value_of(server->starttls, "off"), "only") == 0)
		return;
	proxies_note(server->config, CONFIG_NOTE_SIBLING,
		server->starttls.node != NULL ? server->starttls : listen,
		server->protocol == PROTOCOL_IMAP ?
			"This IMAP server takes passwords without TLS." :
			"This SMTP server takes passwords without TLS, if it takes any.");
}

static void
read_server(struct server *server)
{
	struct config_place asks = { 0 };
	bool clear;

	server->starttls = effective(server, "starttls");
	server->ssl = effective(server, "ssl");
	server->tls = g_ascii_strcasecmp(value_of(server->ssl, "off"), "on") == 0;
	server->protocol = read_protocol(server);
	check_block(server->config, server->own);
	check_values(server);
	clear = add_listeners(server, &asks);
	if (asks.node == NULL && g_ascii_strcasecmp(value_of(server->starttls, "off"), "off") != 0)
		asks = server->starttls;
	if (asks.node != NULL)
		check_certificates(server, asks);
	if (server->protocol != PROTOCOL_POP3) {
		check_sibling(server, clear);
		return;
	}
	server->config->facts->config->served = true;
	if (asks.node != NULL)
		check_versions(server);
	check_backend(server);
	if (clear && g_ascii_strcasecmp(value_of(server->starttls, "off"), "only") != 0)
		check_mechanisms(server);
}

/* --- the file --------------------------------------------------------------------------------- */

static void
read_mail(struct nginx_blocks *blocks, struct config_reading *config, struct config_place block)
{
	const GArray *mail = nginx_blocks_open(blocks, block, NGINX_MAIL);
	struct nginx_listens *listens = nginx_listens_new();
	/* Asked for every server, however many there are. */
	g_autoptr(GHashTable) settings = g_hash_table_new(g_str_hash, g_str_equal);

	check_block(config, mail);
	for (guint i = 0; i < mail->len; i++) {
		struct config_place *place = &g_array_index(mail, struct config_place, i);

		if (place->node->kind == NODE_SETTING)
			g_hash_table_insert(settings, (void *)(uintptr_t)place->node->key, place);
	}
	for (guint i = 0; i < mail->len && !config_is_full(config); i++) {
		struct config_place place = g_array_index(mail, struct config_place, i);
		struct server server = {
			.blocks = blocks,
			.config = config,
			.mail = settings,
			.listens = listens,
		};

		if (place.node->kind != NODE_BLOCK || !g_str_equal(place.node->key, "server"))
			continue;
		server.block = place;
		server.own = nginx_blocks_open(blocks, place, NGINX_MAIL_SERVER);
		read_server(&server);
	}
	nginx_listens_free(listens);
}

/* --- the stream block ------------------------------------------------------------------------- */

/* Its directives, and what its servers hand connections on to. */
struct stream {
	struct nginx_blocks *blocks;
	struct config_reading *config;
	const GArray *around;
	GHashTable *pools; /* name of an upstream block to whether one of its servers is POP3's */
};

static bool
is_pop3_address(const char *address)
{
	const char *text;
	g_autofree char *host = proxies_split(address, &text);
	uint16_t port = proxies_port(text);

	return host[0] != '\0' && (port == 110 || port == 995);
}

static void
add_pool(const struct stream *stream, struct config_place block)
{
	const GArray *list = nginx_blocks_open(stream->blocks, block, NGINX_STREAM);
	bool is_pop3 = false;

	for (guint i = 0; i < list->len; i++) {
		struct config_place place = g_array_index(list, struct config_place, i);

		is_pop3 |= g_str_equal(place.node->key, "server") &&
			is_pop3_address(value_of(place, ""));
	}
	if (block.node->words[0] != NULL)
		g_hash_table_insert(stream->pools, (void *)(uintptr_t)block.node->words[0],
			GINT_TO_POINTER(is_pop3));
}

/* Whether the server behind is one of POP3, by its port. */
static bool
is_pop3_behind(const struct stream *stream, const GArray *own)
{
	const char *behind = value_of(nginx_blocks_find(own, "proxy_pass"), "");

	return is_pop3_address(behind) || g_hash_table_lookup(stream->pools, behind) != NULL;
}

/* Its own directive, or the one around it. */
static struct config_place
stream_effective(const struct stream *stream, const GArray *own, const char *key)
{
	struct config_place place = nginx_blocks_find(own, key);

	return place.node != NULL ? place : nginx_blocks_find(stream->around, key);
}

/*
 * What comes in clear is passed through: the server behind it decides, unless it sees TLS
 * (proxy_ssl), so that it cannot refuse.
 */
static void
add_stream_listener(const struct stream *stream, struct config_place place,
	const struct nginx_listen *listen, struct config_place proxy_ssl, unsigned port)
{
	struct config_listener *listener = config_add_listener(stream->config->facts);
	bool tls = listen_has(place, "ssl");
	bool tls_behind = g_ascii_strcasecmp(value_of(proxy_ssl, "off"), "on") == 0;

	stream->config->facts->config->served = true;
	listener->address = address_of(stream->config, place, listen);
	listener->port = (uint16_t)port;
	listener->mode = tls ? MODE_POP3S : MODE_POP3;
	if (tls) {
		listener->verdict = VERDICT_REFUSES;
		listener->reason = REASON_TLS_ONLY;
		listener->explanation = "nginx speaks TLS from the first byte.";
	} else if (tls_behind) {
		listener->verdict = VERDICT_PERMITS;
		listener->reason = REASON_SETTING;
		listener->explanation =
			"nginx takes passwords in clear, and hands them on in TLS: the server "
			"behind it cannot refuse them.";
		proxies_step(stream->config, &listener->chain, proxy_ssl, "in TLS");
	} else {
		listener->verdict = VERDICT_UNDETERMINED;
		listener->reason = REASON_ELSEWHERE;
		listener->explanation =
			"nginx passes the connection through: the server behind it decides.";
		listener->settle = "popseal scan HOST";
	}
	proxies_step(stream->config, &listener->chain, place, NULL);
}

/* A stream server counts where it, or the one behind it, has a port of POP3; in a range, too. */
static void
read_stream_server(const struct stream *stream, const GArray *own)
{
	static const unsigned ports[] = { 110, 995 };
	struct config_place proxy_ssl = stream_effective(stream, own, "proxy_ssl");
	bool any = is_pop3_behind(stream, own);

	for (guint i = 0; i < own->len; i++) {
		struct config_place place = g_array_index(own, struct config_place, i);
		struct nginx_listen listen;

		if (!g_str_equal(place.node->key, "listen") || listen_has(place, "udp"))
			continue;
		nginx_listen_parse(value_of(place, ""), &listen);
		if (any && !listen.unix_socket && !config_is_full(stream->config))
			add_stream_listener(stream, place, &listen, proxy_ssl, listen.from);
		for (size_t j = 0; !any && j < G_N_ELEMENTS(ports); j++)
			if (!listen.unix_socket && listen.from <= ports[j] &&
				ports[j] <= listen.to && !config_is_full(stream->config))
				add_stream_listener(stream, place, &listen, proxy_ssl, ports[j]);
		nginx_listen_clear(&listen);
	}
}

static bool
is_block(struct config_place place, const char *key)
{
	return place.node->kind == NODE_BLOCK && g_str_equal(place.node->key, key);
}

static void
read_stream(struct nginx_blocks *blocks, struct config_reading *config, struct config_place block)
{
	g_autoptr(GHashTable) pools = g_hash_table_new(g_str_hash, g_str_equal);
	const struct stream stream = {
		.blocks = blocks,
		.config = config,
		.around = nginx_blocks_open(blocks, block, NGINX_STREAM),
		.pools = pools,
	};

	for (guint i = 0; i < stream.around->len; i++) {
		struct config_place place = g_array_index(stream.around, struct config_place, i);

		if (is_block(place, "upstream"))
			add_pool(&stream, place);
	}
	for (guint i = 0; i < stream.around->len; i++) {
		struct config_place place = g_array_index(stream.around, struct config_place, i);

		if (is_block(place, "server"))
			read_stream_server(&stream,
				nginx_blocks_open(blocks, place, NGINX_STREAM_SERVER));
	}
}

static void
read_root(struct config_reading *config)
{
	struct nginx_blocks *blocks = nginx_blocks_new(config);
	const GArray *top = nginx_blocks_root(blocks);
	bool seen = false;

	for (guint i = 0; top != NULL && i < top->len; i++) {
		struct config_place place = g_array_index(top, struct config_place, i);

		if (place.node->kind != NODE_BLOCK)
			continue;
		if (g_str_equal(place.node->key, "mail") && seen)
			proxies_refuse(config, REASON_INVALID, place, "A second mail block.",
				SETTLE);
		else if (g_str_equal(place.node->key, "mail"))
			read_mail(blocks, config, place);
		else if (g_str_equal(place.node->key, "stream"))
			read_stream(blocks, config, place);
		seen |= g_str_equal(place.node->key, "mail");
	}
	nginx_blocks_free(blocks);
}

static bool
recognizes(const char *text, size_t length)
{
	return g_strstr_len(text, (gssize)length, "auth_http") != NULL &&
		g_regex_match_simple("(^|[;{}\\xbf])\\s*mail\\s*\\{", text,
			G_REGEX_MULTILINE | G_REGEX_RAW, 0);
}

static const char *const roots[] = { "nginx.conf", NULL };
static const char *const elsewhere[] = { "/usr/local/etc/nginx", "/usr/local/nginx/conf",
	"/opt/zimbra/conf", NULL };
static const char *const packages[] = { "nginx", "nginx-core", "nginx-full", "nginx-light", NULL };

const struct product_config nginx_config = {
	.folder = "/etc/nginx",
	.roots = roots,
	.elsewhere = elsewhere,
	.packages = packages,
	.dump = "nginx -T",
	.recognizes = recognizes,
	.read = read_root,
};
