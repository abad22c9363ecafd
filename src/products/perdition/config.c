/* SPDX-License-Identifier: Apache-2.0 */
/*
 * perdition.conf, and Debian's /etc/default/perdition (all measured on 2.2).
 *
 * The words of all ssl_mode lines add up: a later "none" takes nothing back. tls_listen_force
 * refuses PASS without TLS, ssl_listen speaks it from the first byte. At an option that it does
 * not know Perdition stops reading the file, and starts all the same. The POP3S instance,
 * without a word about listening, speaks TLS from the first byte.
 */
#include "products/perdition/config.h"

#include <string.h>

#include "products/perdition/defaults.h"
#include "products/proxies.h"

extern const struct dialect dialect_keyvalue;

#define SETTLE "perdition --debug --log_facility - --no_daemon"

enum {
	LISTEN_TLS = 1 << 0,
	LISTEN_STLS = 1 << 1,
	LISTEN_FORCE = 1 << 2,
	OUTGOING = 1 << 3,
	SSL_MODES_MAX = CONFIG_CHAIN_MAX,
};

static const struct {
	const char *word;
	unsigned modes;
} mode_words[] = {
	{ "none", 0 },
	{ "ssl_listen", LISTEN_TLS },
	{ "ssl_outgoing", OUTGOING },
	{ "ssl_all", LISTEN_TLS | OUTGOING },
	{ "tls_listen", LISTEN_STLS },
	{ "tls_outgoing", OUTGOING },
	{ "tls_all", LISTEN_STLS | OUTGOING },
	{ "tls_listen_force", LISTEN_STLS | LISTEN_FORCE },
	{ "tls_outgoing_force", OUTGOING },
	{ "tls_all_force", LISTEN_STLS | LISTEN_FORCE | OUTGOING },
};

/* The options: those with a value, those with a number, those without; blanks around each. */
static const char texts[] =
	" A add_domain b bind_address D domain_delimiter e explicit_domain F log_facility f "
	"config_file g group I capability imap_capability managesieve_capability pop_capability l "
	"listen_port log_passwd lower_case M map_library m map_library_opt O ok_line pid_file P "
	"protocol p outgoing_port s outgoing_server S strip_domain u username query_key ssl_mode "
	"ssl_ca_chain_file ssl_ca_file ssl_ca_path ssl_cert_file ssl_dh_params_file ssl_key_file "
	"ssl_listen_ciphers ssl_outgoing_ciphers ssl_passphrase_file ssl_listen_min_proto_version "
	"ssl_outgoing_min_proto_version ssl_listen_max_proto_version "
	"ssl_outgoing_max_proto_version ";
static const char numbers[] = " authenticate_timeout connect_relog L connection_limit t timeout "
			      "ssl_cert_verify_depth ssl_passphrase_fd ";
static const char flags[] =
	" a authenticate_in B no_bind_banner C connection_logging c client_server_specification d "
	"debug h help i inetd_mode login_disabled no_daemon n no_lookup o server_resp_line "
	"server_ok_line tcp_keepalive U username_from_database q quiet ssl_ca_accept_self_signed "
	"ssl_cert_accept_self_signed ssl_cert_accept_expired ssl_cert_accept_not_yet_valid "
	"ssl_no_cert_verify ssl_no_client_cert_verify ssl_no_cn_verify ssl_listen_compression "
	"ssl_outgoing_compression ssl_no_cipher_server_preference ";

/* What one instance's file says. */
struct reading {
	struct config_reading *config;
	const struct config_text *text;
	struct tree *tree;
	const struct node *end; /* where Perdition stops reading; NULL: not before the end */
	unsigned modes;
	struct config_chain chain; /* of ssl_mode */
};

static bool
is_in(const char *list, const char *key)
{
	g_autofree char *word = g_strconcat(" ", key, " ", NULL);

	return strchr(key, ' ') == NULL && strstr(list, word) != NULL;
}

static struct config_place
place_of(const struct reading *reading, const struct node *node)
{
	return (struct config_place){ reading->text, node };
}

/* The setting that is in force: the last one before the end, by its long or short name. */
static const struct node *
find(const struct reading *reading, const char *key, const char *brief)
{
	const struct node *found = NULL;

	for (const struct node *node = reading->tree->root.first; node != reading->end;
		node = node->next)
		if (node->kind == NODE_SETTING &&
			(g_str_equal(node->key, key) || g_str_equal(node->key, brief)))
			found = node;
	return found;
}

static const char *
value_of(const struct node *node, const char *otherwise)
{
	return node != NULL && node->value != NULL ? node->value : otherwise;
}

/* --- what stops it ---------------------------------------------------------------------------- */

/* Whether Perdition reads on after that option; says why not. */
static bool
check_option(struct reading *reading, const struct node *node)
{
	struct config_place place = place_of(reading, node);
	bool flag = is_in(flags, node->key), number = is_in(numbers, node->key);

	if (node->problem != NULL && g_str_has_prefix(node->problem, "A blank")) {
		proxies_refuse(reading->config, REASON_INVALID, place, node->problem, SETTLE);
		return false;
	}
	if (node->problem != NULL || (!flag && !number && !is_in(texts, node->key)) ||
		(number &&
			value_of(node, "x")[strspn(value_of(node, "x"), "0123456789")] != '\0')) {
		proxies_note(reading->config, CONFIG_NOTE_INVALID, place,
			node->problem != NULL ? node->problem :
						"Perdition does not understand this option: what "
						"follows in the file is not in force.");
		return false;
	}
	if (flag && node->value != NULL) {
		proxies_refuse(reading->config, REASON_INVALID, place,
			"This option takes no value: Perdition does not start.", SETTLE);
		return false;
	}
	if (!flag && node->value == NULL)
		proxies_doubt(reading->config, REASON_INVALID, place,
			"The value is missing: Perdition takes the next line for it.", SETTLE);
	return true;
}

static void
find_end(struct reading *reading)
{
	for (const struct node *node = reading->tree->root.first; node != NULL; node = node->next)
		if (node->kind == NODE_SETTING && !check_option(reading, node)) {
			reading->end = node;
			return;
		}
}

/* --- ssl_mode --------------------------------------------------------------------------------- */

static bool
add_mode(struct reading *reading, const char *word)
{
	for (size_t i = 0; i < G_N_ELEMENTS(mode_words); i++)
		if (g_ascii_strcasecmp(word, mode_words[i].word) == 0) {
			reading->modes |= mode_words[i].modes;
			return true;
		}
	return false;
}

static void
add_modes(struct reading *reading, const struct node *node)
{
	g_auto(GStrv) words = g_strsplit(value_of(node, ""), ",", -1);

	for (size_t i = 0; words[i] != NULL; i++) {
		g_autofree char *message = NULL;

		if (add_mode(reading, words[i]))
			continue;
		message = g_strdup_printf("Perdition knows no ssl_mode \"%.40s\".", words[i]);
		proxies_note(reading->config, CONFIG_NOTE_INVALID, place_of(reading, node),
			message);
	}
	proxies_step(reading->config, &reading->chain, place_of(reading, node), NULL);
}

/* --- listeners -------------------------------------------------------------------------------- */

static void
judge(struct config_listener *listener, const struct reading *reading, bool tls)
{
	listener->mode = tls ? MODE_POP3S : MODE_POP3;
	listener->reason = reading->chain.count > 0 ? REASON_SETTING : REASON_DEFAULT;
	listener->verdict = VERDICT_REFUSES;
	if (tls && (reading->modes & LISTEN_STLS) != 0) {
		listener->verdict = VERDICT_UNDETERMINED;
		listener->reason = REASON_INVALID;
		listener->explanation = "ssl_listen and tls_listen exclude each other.";
		listener->settle = SETTLE;
	} else if (tls) {
		listener->reason = REASON_TLS_ONLY;
		listener->explanation = "Perdition speaks TLS from the first byte.";
	} else if ((reading->modes & LISTEN_FORCE) != 0) {
		listener->explanation = "Perdition refuses PASS until STLS.";
	} else if (find(reading, "login_disabled", "login_disabled") != NULL) {
		listener->reason = REASON_SETTING;
		listener->explanation = "Perdition lets nobody log in (login_disabled).";
	} else {
		listener->verdict = VERDICT_PERMITS;
		listener->explanation = (reading->modes & LISTEN_STLS) != 0 ?
			"Perdition offers STLS, but takes passwords without it." :
			"Perdition takes passwords in clear, and offers no STLS.";
	}
}

static void
add_listener(struct reading *reading, const char *address, uint16_t port, bool tls)
{
	struct config_listener *listener = config_add_listener(reading->config->facts);

	listener->address = facts_keep(reading->config->facts, address, strlen(address));
	listener->port = port;
	judge(listener, reading, tls);
	listener->chain = reading->chain;
	if (listener->verdict == VERDICT_REFUSES && listener->reason == REASON_SETTING &&
		(reading->modes & LISTEN_FORCE) == 0)
		proxies_step(reading->config, &listener->chain,
			place_of(reading, find(reading, "login_disabled", "login_disabled")), NULL);
}

/* Each of bind_address; or one listener for all addresses. */
static void
add_listeners(struct reading *reading, bool tls, uint16_t standard)
{
	const struct node *port = find(reading, "listen_port", "l");
	const struct node *bind = find(reading, "bind_address", "b");
	g_auto(GStrv) addresses = g_strsplit(value_of(bind, ""), ",", -1);
	uint16_t number = port != NULL ? proxies_port(value_of(port, "")) : standard;

	if (addresses[0] == NULL)
		add_listener(reading, "*", number, tls);
	for (size_t i = 0; addresses[i] != NULL; i++) {
		const char *text = "";
		g_autofree char *host = strchr(addresses[i], ':') != NULL ?
			proxies_split(addresses[i], &text) :
			g_strdup(addresses[i]);

		add_listener(reading, host,
			strchr(addresses[i], ':') != NULL ? proxies_port(text) : number, tls);
	}
}

/* --- the rest --------------------------------------------------------------------------------- */

static void
check_tls(struct reading *reading)
{
	const struct node *key = find(reading, "ssl_key_file", "ssl_key_file");
	const struct node *certificate = find(reading, "ssl_cert_file", "ssl_cert_file");
	const struct node *least =
		find(reading, "ssl_listen_min_proto_version", "ssl_listen_min_proto_version");
	const char *version = value_of(least, "tlsv1");

	proxies_check_certificate(reading->config, place_of(reading, certificate),
		value_of(certificate, "/etc/perdition/perdition.crt.pem"));
	proxies_check_key(reading->config, place_of(reading, key),
		value_of(key, "/etc/perdition/perdition.key.pem"));
	if (g_ascii_strncasecmp(version, "sslv", 4) == 0 ||
		g_ascii_strcasecmp(version, "tlsv1") == 0 ||
		g_ascii_strcasecmp(version, "tlsv1.0") == 0 ||
		g_ascii_strcasecmp(version, "tlsv1.1") == 0)
		proxies_note(reading->config, CONFIG_NOTE_TLS_VERSION, place_of(reading, least),
			least != NULL ? "ssl_listen_min_proto_version allows TLS 1.0 or 1.1." :
					"Without ssl_listen_min_proto_version Perdition allows "
					"TLS 1.0.");
}

static void
check_backend(struct reading *reading)
{
	const struct node *servers = find(reading, "outgoing_server", "s");
	g_auto(GStrv) hosts = g_strsplit(value_of(servers, ""), ",", -1);
	bool local = hosts[0] != NULL;

	if ((reading->modes & OUTGOING) != 0)
		return;
	for (size_t i = 0; hosts[i] != NULL; i++) {
		g_autofree char *host = g_strndup(hosts[i], strcspn(hosts[i], ":"));

		local &= proxies_is_local(host);
	}
	if (!local)
		proxies_note(reading->config, CONFIG_NOTE_BACKEND_IN_CLEAR,
			place_of(reading, servers),
			"Perdition hands passwords to the server behind it in clear: ssl_mode has "
			"no ..._outgoing.");
}

/* --- instances -------------------------------------------------------------------------------- */

/* An instance has its own file where there is one: perdition.pop3.conf. */
static const struct config_text *
instance_text(struct config_reading *config, const char *own)
{
	g_autofree char *name = source_resolve(config->root, own);
	const struct config_text *text = NULL;

	if (g_str_has_suffix(config->root, "/perdition.conf"))
		text = config->source->read(config->source, name, NULL);
	return text != NULL ? text : config_read(config, config->root);
}

static void
serve(struct reading *reading, bool pop3s)
{
	const char *protocol = value_of(find(reading, "protocol", "P"), pop3s ? "POP3S" : "POP3");
	bool tls = (reading->modes & LISTEN_TLS) != 0;

	if (g_ascii_strncasecmp(protocol, "POP3", 4) != 0)
		return;
	pop3s = g_ascii_strcasecmp(protocol, "POP3S") == 0;
	tls |= pop3s && (reading->modes & LISTEN_STLS) == 0;
	reading->config->facts->config->served = true;
	add_listeners(reading, tls, pop3s ? 995 : 110);
	check_backend(reading);
	if (tls || (reading->modes & LISTEN_STLS) != 0)
		check_tls(reading);
}

static void
read_instance(struct config_reading *config, bool pop3s)
{
	struct reading reading = { .config = config };

	reading.text =
		instance_text(config, pop3s ? "perdition.pop3s.conf" : "perdition.pop3.conf");
	if (reading.text == NULL)
		return;
	reading.tree = dialect_keyvalue.parse(reading.text->bytes, reading.text->length);
	find_end(&reading);
	for (const struct node *node = reading.tree->root.first; node != reading.end;
		node = node->next)
		if (node->kind == NODE_SETTING && g_str_equal(node->key, "ssl_mode"))
			add_modes(&reading, node);
	serve(&reading, pop3s);
	tree_free(reading.tree);
}

static void
read_root(struct config_reading *config)
{
	struct perdition_defaults defaults;

	perdition_defaults_read(config, &defaults);
	if (defaults.pop3)
		read_instance(config, false);
	if (defaults.pop3s)
		read_instance(config, true);
}

static const char *const roots[] = { "perdition.conf", "perdition.pop3.conf", NULL };
static const char *const packages[] = { "perdition", NULL };

const struct product_config perdition_config = {
	.folder = "/etc/perdition",
	.roots = roots,
	.packages = packages,
	.read = read_root,
};
