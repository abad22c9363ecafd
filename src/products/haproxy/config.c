/* SPDX-License-Identifier: Apache-2.0 */
/*
 * haproxy.cfg: the binds of frontends and of listen sections in mode tcp.
 *
 * HAProxy speaks no POP3. With "ssl" on the bind it speaks TLS from the first byte; without, the
 * bytes pass through, and the server behind decides: but where HAProxy itself wraps the leg to
 * that server in TLS, it takes for secure what came in clear.
 */
#include "products/haproxy/config.h"

#include <string.h>

#include "products/proxies.h"

extern const struct dialect dialect_haproxy;

#define SETTLE "haproxy -c -f FILE"

/* What a section takes from its defaults where it does not set it. */
enum inherited {
	INHERITED_MODE,
	INHERITED_BACKEND,
	INHERITED_SERVER,
	INHERITED_SWITCH, /* "disabled" or "enabled" */
	INHERITED,        /* their number */
};

/* Each is looked up for every section: a file may have a great many of them. */
struct reading {
	struct config_reading *config;
	const struct config_text *text;
	struct tree *tree;
	GPtrArray *kept;      /* what each of the defaults sets: const struct node *[INHERITED] */
	GHashTable *defaults; /* section to those that hold for it, or to NULL */
	GHashTable *backends; /* name to its node; the first one of a name */
	GHashTable *servers;  /* backend to its struct servers, owned */
	bool looked_for_pop3, any_pop3; /* in any backend */
};

/* Where the connections of a section go. */
struct servers {
	struct config_place clear; /* the first one on another host without TLS */
	struct config_place tls;
	/* what stands under a condition, or depends on the environment, and leads to `tls` */
	const struct node *unsure;
	struct config_place proxy; /* send-proxy */
	bool pop3;                 /* one of them is on a POP3 port */
};

static struct config_place
place_of(const struct reading *reading, const struct node *node)
{
	return (struct config_place){ reading->text, node };
}

/* --- options of a bind or a server ------------------------------------------------------------ */

/* Those that take the next word, whatever it is ("name ssl"), for a value. */
static const char *const valued[] = { "accept-netscaler-cip", "addr", "agent-addr", "agent-inter",
	"agent-port", "agent-send", "alpn", "backlog", "ca-file", "ca-ignore-err", "ca-sign-file",
	"ca-sign-pass", "ca-verify-file", "cc", "check-alpn", "check-proto", "check-sni", "ciphers",
	"ciphersuites", "client-sigalgs", "cookie", "crl-file", "crt", "crt-ignore-err", "crt-list",
	"curves", "default-crt", "downinter", "ecdhe", "ech", "error-limit", "expose-fd", "fall",
	"fastinter", "gid", "group", "guid", "guid-prefix", "hash-key", "id", "idle-ping",
	"init-addr", "init-state", "inter", "interface", "ktls", "label", "level", "log-bufsize",
	"log-proto", "max-reuse", "maxconn", "maxqueue", "minconn", "mode", "mss", "name",
	"namespace", "nbconn", "nice", "npn", "observe", "ocsp-update", "on-error",
	"on-marked-down", "on-marked-up", "pool-conn-name", "pool-low-conn", "pool-max-conn",
	"pool-purge-delay", "port", "process", "proto", "proxy-v2-options", "quic-cc-algo",
	"quic-socket", "redir", "resolve-net", "resolve-opts", "resolve-prefer", "resolvers",
	"rise", "set-proxy-v2-tlv-fmt", "severity-output", "shard", "shards", "sigalgs",
	"slowstart", "sni", "socks4", "source", "ssl-max-ver", "ssl-min-ver", "tcp-md5sig",
	"tcp-ut", "thread", "tls-ticket-keys", "track", "uid", "user", "usesrc", "verify",
	"verifyhost", "weight", "ws", NULL };

/* Those of a bind that take none. */
static const char *const flags[] = { "accept-proxy", "allow-0rtt", "defer-accept", "force-sslv3",
	"force-tlsv10", "force-tlsv11", "force-tlsv12", "force-tlsv13", "generate-certificates",
	"no-alpn", "no-ca-names", "no-renegotiate", "no-sslv3", "no-strict-sni", "no-tls-tickets",
	"no-tlsv10", "no-tlsv11", "no-tlsv12", "no-tlsv13", "prefer-client-ciphers",
	"quic-force-retry", "renegotiate", "ssl", "strict-sni", "tfo", "tls-tickets", "transparent",
	"v4v6", "v6only", NULL };

/* Where the options begin: behind the address, "NAME ADDRESS", or "PREFIX COUNT ADDRESS". */
static size_t
first_option(const struct node *node)
{
	size_t wanted = g_str_equal(node->key, "bind")    ? 1 :
		g_str_equal(node->key, "server")          ? 2 :
		g_str_equal(node->key, "server-template") ? 3 :
							    0;
	size_t i = 0;

	while (i < wanted && node->words[i] != NULL)
		i++;
	return i;
}

/* The option behind that one, over its value. */
static size_t
next_option(const struct node *node, size_t i)
{
	return g_strv_contains(valued, node->words[i]) && node->words[i + 1] != NULL ? i + 2 :
										       i + 1;
}

static bool
has_option(const struct node *node, const char *option)
{
	for (size_t i = first_option(node); node->words[i] != NULL; i = next_option(node, i))
		if (g_str_equal(node->words[i], option))
			return true;
	return false;
}

/* Whether an option of the bind is none that is known: whether it has a value is not known. */
static bool
has_unknown_option(const struct node *bind)
{
	for (size_t i = first_option(bind); bind->words[i] != NULL; i = next_option(bind, i))
		if (!g_strv_contains(valued, bind->words[i]) &&
			!g_strv_contains(flags, bind->words[i]))
			return true;
	return false;
}

/* --- sections --------------------------------------------------------------------------------- */

/* The last setting of that kind in a section, or NULL. */
static const struct node *
find(const struct node *section, enum inherited wanted)
{
	static const char *const keys[INHERITED][2] = {
		[INHERITED_MODE] = { "mode", "mode" },
		[INHERITED_BACKEND] = { "default_backend", "default_backend" },
		[INHERITED_SERVER] = { "default-server", "default-server" },
		[INHERITED_SWITCH] = { "disabled", "enabled" },
	};
	const struct node *found = NULL;

	for (const struct node *node = section->first; node != NULL; node = node->next)
		if (node->kind == NODE_SETTING &&
			(g_str_equal(node->key, keys[wanted][0]) ||
				g_str_equal(node->key, keys[wanted][1])))
			found = node;
	return found;
}

/* A setting of the section, or of its defaults. */
static const struct node *
effective(const struct reading *reading, const struct node *section, enum inherited wanted)
{
	const struct node *own = find(section, wanted);
	const struct node *const *defaults = g_hash_table_lookup(reading->defaults, section);

	return own != NULL || defaults == NULL ? own : defaults[wanted];
}

/* The name behind "from" in a section's head, or NULL. */
static const char *
named_defaults(const struct node *section)
{
	const char *name = NULL;

	for (size_t i = 0; section->words[i] != NULL; i++)
		if (g_str_equal(section->words[i], "from"))
			name = section->words[i + 1];
	return name;
}

/* What a section of that kind sets, and what it takes from its own defaults (or NULL). */
static const struct node **
read_defaults(const struct node *section, const struct node *const *defaults)
{
	const struct node **settings = g_new0(const struct node *, INHERITED);

	for (unsigned i = 0; i < INHERITED; i++) {
		settings[i] = find(section, (enum inherited)i);
		if (settings[i] == NULL && defaults != NULL)
			settings[i] = defaults[i];
	}
	return settings;
}

static bool
takes_servers(const struct node *section)
{
	return section->value != NULL &&
		(g_str_equal(section->key, "backend") || g_str_equal(section->key, "listen"));
}

/* The defaults that hold for each section: by "from NAME", or the nearest ones before it. */
static void
index_sections(struct reading *reading)
{
	g_autoptr(GHashTable) named = g_hash_table_new(g_str_hash, g_str_equal);
	const struct node **nearest = NULL;

	for (struct node *node = reading->tree->root.first; node != NULL; node = node->next) {
		const char *name = node->kind == NODE_BLOCK ? named_defaults(node) : NULL;
		const struct node **own = name != NULL ? g_hash_table_lookup(named, name) : NULL;

		if (node->kind != NODE_BLOCK)
			continue;
		if (g_str_equal(node->key, "defaults")) {
			nearest = read_defaults(node, own);
			g_ptr_array_add(reading->kept, nearest);
			if (node->value != NULL)
				g_hash_table_insert(named, (void *)(uintptr_t)node->value, nearest);
			continue;
		}
		g_hash_table_insert(reading->defaults, node, name != NULL ? own : nearest);
		if (takes_servers(node) && !g_hash_table_contains(reading->backends, node->value))
			g_hash_table_insert(reading->backends, (void *)(uintptr_t)node->value,
				node);
	}
}

/* --- servers ---------------------------------------------------------------------------------- */

/* The port of "host:port", "[::1]:port", "ipv4@host:port"; 0 for none. */
static uint16_t
port_of(const char *address)
{
	const char *colon = strrchr(address, ':');

	return colon != NULL ? proxies_port(colon + 1) : 0;
}

static bool
is_local(const char *address)
{
	const char *at = strchr(address, '@'), *host = at != NULL ? at + 1 : address;
	const char *port;
	g_autofree char *name = proxies_split(host, &port);

	return host[0] == '/' || g_str_has_prefix(address, "unix@") ||
		g_str_has_prefix(address, "abns@") || proxies_is_local(name);
}

/* Takes a server in TLS, unless one is known that is there for certain. */
static void
take_tls(struct servers *servers, struct config_place place, const struct node *unsure)
{
	if (servers->tls.node != NULL && servers->unsure == NULL)
		return;
	servers->tls = place;
	servers->unsure = unsure;
}

/* A server, with what default-server (or NULL) says; one that is disabled gets no connection. */
static void
add_server(const struct reading *reading, struct servers *servers, const struct node *node,
	const struct node *defaults)
{
	struct config_place place = place_of(reading, node);
	size_t options = first_option(node);
	const char *address = options > 1 ? node->words[options - 1] : "";
	bool by_default = defaults != NULL && has_option(defaults, "ssl");
	bool tls = (by_default || has_option(node, "ssl")) && !has_option(node, "no-ssl");
	bool disabled = has_option(node, "disabled") ||
		(defaults != NULL && has_option(defaults, "disabled") &&
			!has_option(node, "enabled"));

	servers->pop3 |= port_of(address) == 110 || port_of(address) == 995;
	if (disabled && node->problem == NULL)
		return;
	if (tls)
		take_tls(servers, place,
			node->problem != NULL                           ? node :
				by_default && defaults->problem != NULL ? defaults :
									  NULL);
	else if (servers->clear.node == NULL && !is_local(address))
		servers->clear = place;
	if (has_option(node, "send-proxy") || has_option(node, "send-proxy-v2") ||
		has_option(node, "send-proxy-v2-ssl"))
		servers->proxy = place;
}

/* The servers of a section itself, which are the reading's. */
static const struct servers *
servers_of(const struct reading *reading, const struct node *section)
{
	struct servers *servers = g_hash_table_lookup(reading->servers, section);
	const struct node *defaults;

	if (servers != NULL)
		return servers;
	defaults = effective(reading, section, INHERITED_SERVER);
	servers = g_new0(struct servers, 1);
	g_hash_table_insert(reading->servers, (void *)(uintptr_t)section, servers);
	for (const struct node *node = section->first; node != NULL; node = node->next)
		if (node->kind == NODE_SETTING &&
			(g_str_equal(node->key, "server") ||
				g_str_equal(node->key, "server-template")))
			add_server(reading, servers, node, defaults);
	return servers;
}

/* Whether any backend of the file has a server on a POP3 port. */
static bool
is_any_pop3(struct reading *reading)
{
	GHashTableIter each;
	void *backend;

	if (reading->looked_for_pop3)
		return reading->any_pop3;
	reading->looked_for_pop3 = true;
	g_hash_table_iter_init(&each, reading->backends);
	while (g_hash_table_iter_next(&each, NULL, &backend))
		reading->any_pop3 |= servers_of(reading, backend)->pop3;
	return reading->any_pop3;
}

/*
 * Adds those of the backend that the node names; nothing where there is none. A name that is put
 * together for each connection ("%[...]") may be that of any.
 */
static void
add_backend(struct reading *reading, struct servers *servers, const struct node *by)
{
	const struct node *backend =
		by->value != NULL ? g_hash_table_lookup(reading->backends, by->value) : NULL;
	const struct servers *more;

	if (backend == NULL) {
		servers->pop3 |= by->value != NULL && strstr(by->value, "%[") != NULL &&
			is_any_pop3(reading);
		return;
	}
	more = servers_of(reading, backend);
	servers->pop3 |= more->pop3;
	if (servers->clear.node == NULL)
		servers->clear = more->clear;
	if (more->tls.node != NULL)
		take_tls(servers, more->tls, by->problem != NULL ? by : more->unsure);
	if (more->proxy.node != NULL)
		servers->proxy = more->proxy;
}

static struct servers
find_servers(struct reading *reading, const struct node *section)
{
	const struct node *standard = effective(reading, section, INHERITED_BACKEND);
	struct servers servers = *servers_of(reading, section);

	if (standard != NULL)
		add_backend(reading, &servers, standard);
	for (const struct node *node = section->first; node != NULL; node = node->next)
		if (node->kind == NODE_SETTING && g_str_equal(node->key, "use_backend"))
			add_backend(reading, &servers, node);
	return servers;
}

/* --- binds ------------------------------------------------------------------------------------ */

static void
judge(struct config_listener *listener, const struct servers *servers, const struct node *bind,
	bool tls)
{
	listener->mode = tls ? MODE_POP3S : MODE_POP3;
	listener->reason = REASON_ELSEWHERE;
	listener->settle = "popseal scan HOST";
	if (tls) {
		listener->verdict = VERDICT_REFUSES;
		listener->reason = REASON_TLS_ONLY;
		listener->settle = NULL;
		listener->explanation = servers->proxy.node != NULL ?
			"HAProxy speaks TLS from the first byte, and tells the server behind it "
			"whose connection it is (send-proxy)." :
			"HAProxy speaks TLS from the first byte.";
	} else if (servers->tls.node != NULL &&
		(servers->unsure != NULL || bind->problem != NULL)) {
		listener->verdict = VERDICT_UNDETERMINED;
		listener->reason = REASON_NOT_UNDERSTOOD;
		listener->explanation =
			"HAProxy takes passwords in clear, and hands them on in TLS, if a "
			"condition (.if) or its environment says so.";
	} else if (servers->tls.node != NULL) {
		listener->verdict = VERDICT_PERMITS;
		listener->reason = REASON_SETTING;
		listener->settle = NULL;
		listener->explanation =
			"HAProxy takes passwords in clear, and hands them on in TLS: "
			"the server behind it cannot refuse them.";
	} else {
		listener->verdict = VERDICT_UNDETERMINED;
		listener->explanation = servers->proxy.node != NULL ?
			"HAProxy passes the connection through: the server behind it decides, and "
			"may take it for secure by the PROXY protocol (send-proxy)." :
			"HAProxy passes the connection through: the server behind it decides.";
	}
}

static void
check_tls(const struct reading *reading, const struct node *bind)
{
	static const char *const old[] = { "SSLv3", "TLSv1.0", "TLSv1.1" };

	for (size_t i = first_option(bind); bind->words[i] != NULL; i = next_option(bind, i)) {
		const char *next = bind->words[i + 1];

		if (g_str_equal(bind->words[i], "crt") && next != NULL && next[0] == '/')
			proxies_check_key(reading->config, place_of(reading, bind), next);
		for (size_t j = 0; j < G_N_ELEMENTS(old); j++)
			if (g_str_equal(bind->words[i], "ssl-min-ver") &&
				g_strcmp0(next, old[j]) == 0)
				proxies_note(reading->config, CONFIG_NOTE_TLS_VERSION,
					place_of(reading, bind),
					"ssl-min-ver allows versions before TLS 1.2.");
	}
	if (!has_option(bind, "crt") && !has_option(bind, "crt-list"))
		proxies_note(reading->config, CONFIG_NOTE_TLS_UNAVAILABLE, place_of(reading, bind),
			"The bind has no crt: HAProxy does not start.");
}

/* ":110", "*:110", "10.0.0.1:110", "[::]:110", "ipv6@:::110": a new host, "*" for all. */
static char *
bind_host(const char *address)
{
	const char *at = strchr(address, '@'), *port;
	g_autofree char *host = proxies_split(at != NULL ? at + 1 : address, &port);

	return host[0] != '\0' ? g_steal_pointer(&host) : g_strdup("*");
}

/* "*:${PORT}", "fd@${SOCKET}": HAProxy puts variables into addresses, within quotes or not. */
static bool
is_told_elsewhere(const char *address)
{
	return strchr(address, '$') != NULL || g_str_has_prefix(address, "fd@");
}

static void
add_bind(const struct reading *reading, const struct servers *servers, const struct node *bind,
	const char *address)
{
	uint16_t port = port_of(address);
	bool tls = has_option(bind, "ssl");
	struct config_listener *listener;
	g_autofree char *host = NULL;

	if (port == 0 && !servers->pop3 && is_told_elsewhere(address))
		proxies_doubt(reading->config, REASON_NOT_UNDERSTOOD, place_of(reading, bind),
			"Its port is told by the environment of HAProxy.", "ss -ltnp");
	if ((port != 110 && port != 995 && !servers->pop3) || config_is_full(reading->config))
		return;
	host = bind_host(address);
	reading->config->facts->config->served = true;
	listener = config_add_listener(reading->config->facts);
	listener->address = facts_keep(reading->config->facts, host, strlen(host));
	listener->port = port;
	judge(listener, servers, bind, tls);
	if (!tls)
		proxies_step(reading->config, &listener->chain, servers->tls, "in TLS");
	if (!tls && servers->unsure != NULL && servers->unsure != servers->tls.node)
		proxies_step(reading->config, &listener->chain, place_of(reading, servers->unsure),
			servers->unsure->problem);
	proxies_step(reading->config, &listener->chain, place_of(reading, bind), NULL);
	if (bind->problem != NULL)
		proxies_doubt(reading->config, REASON_NOT_UNDERSTOOD, place_of(reading, bind),
			bind->problem, SETTLE);
	if (has_unknown_option(bind))
		proxies_doubt(reading->config, REASON_NOT_UNDERSTOOD, place_of(reading, bind),
			"An option that is not known, and may have a value.", SETTLE);
	if (!tls)
		return;
	check_tls(reading, bind);
	if (servers->clear.node != NULL)
		proxies_note(reading->config, CONFIG_NOTE_BACKEND_IN_CLEAR, servers->clear,
			"HAProxy hands passwords on in clear to another host.");
}

/* A range of ports ("100-200") that holds a POP3 port stands for that port. */
static void
add_binds(const struct reading *reading, const struct servers *servers, const struct node *bind)
{
	g_auto(GStrv) addresses = g_strsplit(bind->value != NULL ? bind->value : "", ",", -1);

	for (size_t i = 0; addresses[i] != NULL; i++) {
		char *colon = strrchr(addresses[i], ':'), *dash;
		g_autofree char *one = NULL;
		guint64 from, to;

		if (colon == NULL || (dash = strchr(colon, '-')) == NULL) {
			add_bind(reading, servers, bind, addresses[i]);
			continue;
		}
		from = g_ascii_strtoull(colon + 1, NULL, 10);
		to = g_ascii_strtoull(dash + 1, NULL, 10);
		for (unsigned port = 110; port <= 995; port += 995 - 110)
			if (from <= port && port <= to) {
				g_free(one);
				one = g_strdup_printf("%.*s%u", (int)(colon + 1 - addresses[i]),
					addresses[i], port);
				add_bind(reading, servers, bind, one);
			}
	}
}

/* Of "disabled" and "enabled" the last counts; what depends on a condition takes nothing away. */
static bool
is_disabled(const struct reading *reading, const struct node *section)
{
	const struct node *found = effective(reading, section, INHERITED_SWITCH);

	return found != NULL && found->problem == NULL && g_str_equal(found->key, "disabled");
}

static void
read_section(struct reading *reading, const struct node *section)
{
	const struct node *mode = effective(reading, section, INHERITED_MODE);
	struct servers servers;

	if (mode != NULL && g_strcmp0(mode->value, "tcp") != 0 && mode->problem == NULL)
		return;
	if (is_disabled(reading, section))
		return;
	servers = find_servers(reading, section);
	for (const struct node *node = section->first; node != NULL; node = node->next)
		if (node->kind == NODE_SETTING && g_str_equal(node->key, "bind"))
			add_binds(reading, &servers, node);
}

static void
read_tree(struct reading *reading)
{
	const struct node *root = &reading->tree->root;

	index_sections(reading);
	for (const struct node *node = root->first; node != NULL; node = node->next)
		if (node->kind == NODE_BLOCK &&
			(g_str_equal(node->key, "frontend") || g_str_equal(node->key, "listen")))
			read_section(reading, node);
	for (const struct node *node = root->first; node != NULL; node = tree_next(node, root)) {
		if (node->kind != NODE_WRONG)
			continue;
		proxies_refuse(reading->config, REASON_INVALID, place_of(reading, node),
			node->problem, SETTLE);
		if (config_is_full(reading->config))
			return;
	}
}

static void
read_root(struct config_reading *config)
{
	struct reading reading = { .config = config };

	reading.text = config_read(config, config->root);
	if (reading.text == NULL)
		return;
	reading.tree = dialect_haproxy.parse(reading.text->bytes, reading.text->length);
	reading.kept = g_ptr_array_new_with_free_func(g_free);
	reading.defaults = g_hash_table_new(NULL, NULL);
	reading.backends = g_hash_table_new(g_str_hash, g_str_equal);
	reading.servers = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	read_tree(&reading);
	g_hash_table_unref(reading.servers);
	g_hash_table_unref(reading.backends);
	g_hash_table_unref(reading.defaults);
	g_ptr_array_unref(reading.kept);
	tree_free(reading.tree);
}

static const char *const roots[] = { "haproxy.cfg", NULL };
static const char *const elsewhere[] = { "/usr/local/etc/haproxy", NULL };
static const char *const packages[] = { "haproxy", NULL };

const struct product_config haproxy_config = {
	.folder = "/etc/haproxy",
	.roots = roots,
	.elsewhere = elsewhere,
	.packages = packages,
	.read = read_root,
};
