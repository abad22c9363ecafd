/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stunnel.conf: each service accepts on one port.
 *
 * A server speaks TLS from the first byte, or with "protocol = pop3" after STLS, and drops who
 * does not ask for it (seen on 5.68). A client ("client = yes") takes what comes in clear and
 * sends it on in TLS: on another address than the loopback one the password crosses the network
 * before that, and the server behind, which sees TLS, cannot refuse it.
 */
#include "products/stunnel/config.h"

#include <string.h>

#include "products/proxies.h"

extern const struct dialect dialect_stunnel;

#define PORT_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+."

struct reading {
	struct config_reading *config;
	GPtrArray *trees;
	GArray *globals; /* of struct config_place */
	unsigned files;
};

/* A service: the settings of its block, of what it includes, and the global ones before them. */
struct service {
	struct config_reading *config;
	GArray *settings; /* of struct config_place */
	struct config_place head;
	struct config_place accept, connect, protocol, client;
};

static const char *
value_of(struct config_place place, const char *otherwise)
{
	return place.node != NULL ? place.node->value : otherwise;
}

static struct config_place
find(const GArray *settings, const char *key)
{
	for (guint i = settings->len; i > 0; i--) {
		struct config_place place = g_array_index(settings, struct config_place, i - 1);

		if (g_ascii_strcasecmp(place.node->key, key) == 0)
			return place;
	}
	return (struct config_place){ 0 };
}

/* --- one service ------------------------------------------------------------------------------ */

/* "PORT" or "HOST:PORT"; returns a new host, "" for none. */
static char *
parse_address(const char *text, uint16_t *port)
{
	const char *after;
	char *host = proxies_split(text, &after);

	*port = proxies_port(after);
	return host;
}

static bool
is_pop3(const struct service *service, uint16_t port)
{
	g_autofree char *host = NULL;
	g_autofree char *name = g_ascii_strdown(service->head.node->key, -1);
	uint16_t behind = 0;

	if (service->protocol.node != NULL)
		return g_ascii_strcasecmp(value_of(service->protocol, ""), "pop3") == 0 ||
			port == 110 || port == 995;
	host = parse_address(value_of(service->connect, ""), &behind);
	(void)host;
	return port == 110 || port == 995 || behind == 110 || behind == 995 ||
		strstr(name, "pop") != NULL;
}

static void
judge(const struct service *service, struct config_listener *listener, bool client)
{
	bool stls = g_ascii_strcasecmp(value_of(service->protocol, ""), "pop3") == 0;

	listener->mode = stls || client ? MODE_POP3 : MODE_POP3S;
	listener->reason = REASON_SETTING;
	listener->verdict = VERDICT_REFUSES;
	if (client) {
		listener->verdict = VERDICT_PERMITS;
		listener->has_no_tls = true;
		listener->explanation =
			"stunnel takes passwords in clear, and hands them on in TLS: the server "
			"behind it cannot refuse them.";
	} else if (stls) {
		listener->explanation = "stunnel drops who does not ask for STLS.";
	} else {
		listener->reason = REASON_TLS_ONLY;
		listener->explanation = "stunnel speaks TLS from the first byte.";
	}
}

static void
check_tls(const struct service *service)
{
	struct config_place certificate = find(service->settings, "cert");
	struct config_place key = find(service->settings, "key");
	struct config_place version = find(service->settings, "sslVersionMin");
	const char *word;

	if (version.node == NULL)
		version = find(service->settings, "sslVersion");
	word = value_of(version, "");
	if (certificate.node == NULL && find(service->settings, "PSKsecrets").node == NULL)
		proxies_note(service->config, CONFIG_NOTE_TLS_UNAVAILABLE, service->head,
			"No cert is set: stunnel does not start this service.");
	if (certificate.node != NULL)
		proxies_check_certificate(service->config, certificate, value_of(certificate, ""));
	if (key.node == NULL)
		key = certificate; /* it holds the key, too */
	if (key.node != NULL)
		proxies_check_key(service->config, key, value_of(key, ""));
	if (g_ascii_strcasecmp(word, "TLSv1") == 0 || g_ascii_strcasecmp(word, "TLSv1.1") == 0 ||
		g_ascii_strncasecmp(word, "SSL", 3) == 0 || g_ascii_strcasecmp(word, "all") == 0)
		proxies_note(service->config, CONFIG_NOTE_TLS_VERSION, version,
			"Versions before TLS 1.2 are allowed.");
}

static void
check_backend(const struct service *service)
{
	uint16_t port;
	g_autofree char *host = parse_address(value_of(service->connect, ""), &port);

	if (service->connect.node == NULL || host[0] == '\0' || proxies_is_local(host) ||
		value_of(service->connect, "")[0] == '/')
		return;
	proxies_note(service->config, CONFIG_NOTE_BACKEND_IN_CLEAR, service->connect,
		"stunnel hands passwords on in clear to another host.");
}

/*
 * What accept does not name as a port of its own. A name may be one of the system's services; of
 * a number glibc takes the lower half, and nothing at all is any port. All else keeps stunnel from
 * starting (seen on 5.68).
 */
static void
check_accept(const struct service *service)
{
	const char *port;
	g_autofree char *host = proxies_split(value_of(service->accept, ""), &port);
	bool is_name = g_ascii_isalpha(port[0]);

	if (port[strspn(port, PORT_CHARACTERS)] != '\0')
		proxies_refuse(service->config, REASON_INVALID, service->accept,
			"stunnel cannot accept on that: a comment has a line of its own.",
			"stunnel FILE");
	else if (!is_name || is_pop3(service, 0))
		proxies_doubt(service->config, REASON_NOT_UNDERSTOOD, service->accept,
			is_name ? "The port is a name that only this host's services tell." :
				  "This is no port: stunnel takes another one.",
			"ss -ltnp");
}

static bool
is_local(const struct service *service, const char *host)
{
	return value_of(service->accept, "")[0] == '/' ||
		(host[0] != '\0' && proxies_is_local(host));
}

/* One of the service's addresses; returns whether it speaks TLS to its clients. */
static bool
add_listener(const struct service *service, bool client)
{
	struct config_listener *listener;
	g_autofree char *host = NULL;
	uint16_t port;

	host = parse_address(value_of(service->accept, ""), &port);
	if (port == 0 && value_of(service->accept, "")[0] != '/')
		check_accept(service);
	if (!is_pop3(service, port) || (client && is_local(service, host)))
		return false;
	service->config->facts->config->served = true;
	listener = config_add_listener(service->config->facts);
	listener->address = host[0] != '\0' ?
		facts_keep(service->config->facts, host, strlen(host)) :
		"0.0.0.0";
	listener->port = port;
	judge(service, listener, client);
	proxies_step(service->config, &listener->chain, service->accept, NULL);
	proxies_step(service->config, &listener->chain,
		client ? service->client : service->protocol, NULL);
	return !client;
}

/* "accept" adds up; of all else the last one counts. */
static void
read_service(struct service *service)
{
	bool client, tls = false;

	service->connect = find(service->settings, "connect");
	service->protocol = find(service->settings, "protocol");
	service->client = find(service->settings, "client");
	client = g_ascii_strcasecmp(value_of(service->client, "no"), "yes") == 0;
	for (guint i = 0; i < service->settings->len; i++) {
		service->accept = g_array_index(service->settings, struct config_place, i);
		if (g_ascii_strcasecmp(service->accept.node->key, "accept") == 0)
			tls |= add_listener(service, client);
	}
	if (!tls)
		return;
	check_tls(service);
	check_backend(service);
}

/* --- the files -------------------------------------------------------------------------------- */

static void gather(struct reading *reading, GArray *settings, const struct config_text *text,
	const struct node *parent, unsigned depth);

static void
take_service(struct reading *reading, const struct config_text *text, const struct node *node,
	unsigned depth)
{
	struct service service = { .config = reading->config, .head = { text, node } };

	service.settings = g_array_new(FALSE, FALSE, sizeof(struct config_place));
	g_array_append_vals(service.settings, reading->globals->data, reading->globals->len);
	gather(reading, service.settings, text, node, depth);
	read_service(&service);
	g_array_unref(service.settings);
}

static const struct tree *
parse_file(struct reading *reading, const struct config_text *text)
{
	struct tree *tree = dialect_stunnel.parse(text->bytes, text->length);

	g_ptr_array_add(reading->trees, tree);
	return tree;
}

/* include = FOLDER: its files in their order, each as if it stood here. */
static void
include(struct reading *reading, GArray *settings, struct config_place place, unsigned depth)
{
	struct config_source *source = reading->config->source;
	g_autofree char *folder = source_resolve(reading->config->root, value_of(place, ""));
	g_autofree char *pattern = g_build_filename(folder, "*", NULL);
	g_autoptr(GPtrArray) paths = source->match(source, pattern, false, NULL);
	struct source_look look;

	source->look(source, folder, &look);
	if (look.outcome != SOURCE_FOUND || depth >= SOURCE_DEPTH_MAX) {
		g_autofree char *message = g_strdup_printf("%s: %s.", look.shown,
			source_outcome_words(
				look.outcome == SOURCE_FOUND ? SOURCE_TOO_LARGE : look.outcome));

		proxies_doubt(reading->config, REASON_INCLUDE_MISSING, place, message,
			"popseal scan HOST");
		return;
	}
	for (guint i = 0; i < paths->len && ++reading->files < SOURCE_FILES_MAX; i++) {
		const struct config_text *text =
			source->read(source, g_ptr_array_index(paths, i), NULL);

		if (text != NULL)
			gather(reading, settings, text, &parse_file(reading, text)->root,
				depth + 1);
	}
}

static void
gather(struct reading *reading, GArray *settings, const struct config_text *text,
	const struct node *parent, unsigned depth)
{
	for (const struct node *node = parent->first; node != NULL; node = node->next) {
		struct config_place place = { text, node };

		if (node->kind == NODE_WRONG)
			proxies_refuse(reading->config, REASON_INVALID, place, node->problem,
				"stunnel FILE");
		else if (node->kind == NODE_INCLUDE)
			include(reading, settings, place, depth);
		else if (node->kind == NODE_BLOCK)
			take_service(reading, text, node, depth);
		else if (node->kind == NODE_SETTING && settings->len < TREE_NODES_MAX)
			g_array_append_val(settings, place);
	}
}

static void
read_root(struct config_reading *config)
{
	const struct config_text *text = config_read(config, config->root);
	struct reading reading = { .config = config };

	if (text == NULL)
		return;
	reading.trees = g_ptr_array_new_with_free_func((GDestroyNotify)tree_free);
	reading.globals = g_array_new(FALSE, FALSE, sizeof(struct config_place));
	gather(&reading, reading.globals, text, &parse_file(&reading, text)->root, 0);
	g_ptr_array_unref(reading.trees);
	g_array_unref(reading.globals);
}

/* Services that accept and connect, in sections: of no other kind of file. */
static bool
recognizes(const char *text, size_t length)
{
	(void)length;
	return g_regex_match_simple("^\\s*accept\\s*=", text, G_REGEX_MULTILINE | G_REGEX_RAW, 0) &&
		g_regex_match_simple("^\\s*(connect|exec)\\s*=", text,
			G_REGEX_MULTILINE | G_REGEX_RAW, 0);
}

/* Debian's init script starts a server for each file, and so does its unit stunnel@.service. */
static const char *const roots[] = { "stunnel.conf", "*.conf", NULL };
static const char *const elsewhere[] = { "/usr/local/etc/stunnel", NULL };
static const char *const packages[] = { "stunnel4", "stunnel", NULL };

const struct product_config stunnel_config = {
	.folder = "/etc/stunnel",
	.roots = roots,
	.each_root = true,
	.elsewhere = elsewhere,
	.packages = packages,
	.recognizes = recognizes,
	.read = read_root,
};
