/* SPDX-License-Identifier: Apache-2.0 */
/*
 * perdition.conf, and Debian's /etc/default/perdition (all measured on 2.2).
 *
 * The words of all ssl_mode lines add up: a later "none" takes nothing back. tls_listen_force
 * refuses PASS without TLS, ssl_listen speaks it from the first byte. At an option that it does
 * not know Perdition stops reading the file, and starts all the same. The POP3S instance speaks TLS
 * from the first byte only with ssl_listen, or where ssl_mode says nothing at all: "none" and
 * "tls_outgoing" make it start in clear.
 */
#include "products/perdition/config.h"

#include <string.h>

#include "products/perdition/defaults.h"
#include "products/perdition/instance.h"
#include "products/proxies.h"

extern const struct dialect dialect_keyvalue;

#define SETTLE "perdition --debug --log_facility - --no_daemon"

static const struct {
	const char *word;
	unsigned modes;
} mode_words[] = {
	{ "none", 0 },
	{ "ssl_listen", PERDITION_LISTEN_TLS },
	{ "ssl_outgoing", PERDITION_OUTGOING },
	{ "ssl_all", PERDITION_LISTEN_TLS | PERDITION_OUTGOING },
	{ "tls_listen", PERDITION_LISTEN_STLS },
	{ "tls_outgoing", PERDITION_OUTGOING },
	{ "tls_all", PERDITION_LISTEN_STLS | PERDITION_OUTGOING },
	{ "tls_listen_force", PERDITION_LISTEN_STLS | PERDITION_LISTEN_FORCE },
	{ "tls_outgoing_force", PERDITION_OUTGOING },
	{ "tls_all_force", PERDITION_LISTEN_STLS | PERDITION_LISTEN_FORCE | PERDITION_OUTGOING },
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

static bool
is_in(const char *list, const char *key)
{
	g_autofree char *word = g_strconcat(" ", key, " ", NULL);

	return strchr(key, ' ') == NULL && strstr(list, word) != NULL;
}

static struct config_place
place_of(const struct perdition_instance *instance, const struct node *node)
{
	return (struct config_place){ instance->text, node };
}

const struct node *
perdition_instance_find(const struct perdition_instance *instance, const char *key,
	const char *brief)
{
	const struct node *found = NULL;

	for (const struct node *node = instance->tree->root.first; node != instance->end;
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
check_option(struct perdition_instance *instance, const struct node *node)
{
	struct config_place place = place_of(instance, node);
	bool flag = is_in(flags, node->key), number = is_in(numbers, node->key);

	if (node->problem != NULL && g_str_has_prefix(node->problem, "A blank")) {
		proxies_refuse(instance->config, REASON_INVALID, place, node->problem, SETTLE);
		return false;
	}
	if (node->problem != NULL || (!flag && !number && !is_in(texts, node->key)) ||
		(number &&
			value_of(node, "x")[strspn(value_of(node, "x"), "0123456789")] != '\0')) {
		proxies_note(instance->config, CONFIG_NOTE_INVALID, place,
			node->problem != NULL ? node->problem :
						"Perdition does not understand this option: what "
						"follows in the file is not in force.");
		return false;
	}
	if (flag && node->value != NULL) {
		proxies_refuse(instance->config, REASON_INVALID, place,
			"This option takes no value: Perdition does not start.", SETTLE);
		return false;
	}
	if (!flag && node->value == NULL)
		proxies_doubt(instance->config, REASON_INVALID, place,
			"The value is missing: Perdition takes the next line for it.", SETTLE);
	return true;
}

static void
find_end(struct perdition_instance *instance)
{
	for (const struct node *node = instance->tree->root.first; node != NULL; node = node->next)
		if (node->kind == NODE_SETTING && !check_option(instance, node)) {
			instance->end = node;
			return;
		}
}

/* --- ssl_mode --------------------------------------------------------------------------------- */

bool
perdition_mode(const char *word, unsigned *modes)
{
	for (size_t i = 0; i < G_N_ELEMENTS(mode_words); i++)
		if (g_ascii_strcasecmp(word, mode_words[i].word) == 0) {
			*modes = mode_words[i].modes;
			return true;
		}
	return false;
}

static void
add_modes(struct perdition_instance *instance, const char *text, struct config_place place)
{
	g_auto(GStrv) words = g_strsplit(text, ",", -1);

	for (size_t i = 0; words[i] != NULL; i++) {
		g_autofree char *message = NULL;
		unsigned modes = 0;

		if (perdition_mode(words[i], &modes)) {
			instance->modes |= modes | PERDITION_SAID;
			continue;
		}
		message = g_strdup_printf("Perdition knows no ssl_mode \"%.40s\".", words[i]);
		proxies_note(instance->config, CONFIG_NOTE_INVALID, place, message);
	}
	proxies_step(instance->config, &instance->chain, place, NULL);
}

/* What the command line says takes the place of what the file says. */
static void
add_flags(struct perdition_instance *instance, const struct perdition_defaults *defaults)
{
	const struct perdition_flags *said =
		instance->is_second ? &defaults->pop3s_flags : &defaults->pop3_flags;

	if (said->mode == NULL)
		return;
	instance->modes = 0;
	instance->chain = (struct config_chain){ .count = 0 };
	add_modes(instance, said->mode, (struct config_place){ NULL });
	config_chain_add(&instance->chain, config_location(instance->config, said->text, said->at),
		config_line(instance->config, said->text, said->at), NULL);
}

/* --- listeners -------------------------------------------------------------------------------- */

static void
judge(struct config_listener *listener, const struct perdition_instance *instance, bool tls)
{
	listener->mode = tls ? MODE_POP3S : MODE_POP3;
	listener->reason = instance->chain.count > 0 ? REASON_SETTING : REASON_DEFAULT;
	listener->verdict = VERDICT_REFUSES;
	if (tls && (instance->modes & PERDITION_LISTEN_STLS) != 0) {
		listener->verdict = VERDICT_UNDETERMINED;
		listener->reason = REASON_INVALID;
		listener->explanation = "ssl_listen and tls_listen exclude each other.";
		listener->settle = SETTLE;
	} else if (tls) {
		listener->reason = REASON_TLS_ONLY;
		listener->explanation = "Perdition speaks TLS from the first byte.";
	} else if ((instance->modes & PERDITION_LISTEN_FORCE) != 0) {
		listener->explanation = "Perdition refuses PASS until STLS.";
	} else if (perdition_instance_find(instance, "login_disabled", "login_disabled") != NULL) {
		listener->reason = REASON_SETTING;
		listener->explanation = "Perdition lets nobody log in (login_disabled).";
	} else {
		listener->verdict = VERDICT_PERMITS;
		listener->has_no_tls = (instance->modes & PERDITION_LISTEN_STLS) == 0;
		listener->explanation = (instance->modes & PERDITION_LISTEN_STLS) != 0 ?
			"Perdition offers STLS, but takes passwords without it." :
			"Perdition takes passwords in clear, and offers no STLS.";
	}
}

static void
add_listener(struct perdition_instance *instance, const char *address, uint16_t port, bool tls)
{
	struct config_listener *listener = config_add_listener(instance->config->facts);

	listener->address = facts_keep(instance->config->facts, address, strlen(address));
	listener->port = port;
	judge(listener, instance, tls);
	listener->chain = instance->chain;
	if (listener->verdict == VERDICT_REFUSES && listener->reason == REASON_SETTING &&
		(instance->modes & PERDITION_LISTEN_FORCE) == 0)
		proxies_step(instance->config, &listener->chain,
			place_of(instance,
				perdition_instance_find(instance, "login_disabled",
					"login_disabled")),
			NULL);
}

/* Each of bind_address; or one listener for all addresses. */
static void
add_listeners(struct perdition_instance *instance, bool tls, uint16_t standard)
{
	const struct node *port = perdition_instance_find(instance, "listen_port", "l");
	const struct node *bind = perdition_instance_find(instance, "bind_address", "b");
	g_auto(GStrv) addresses = g_strsplit(value_of(bind, ""), ",", -1);
	uint16_t number = port != NULL ? proxies_port(value_of(port, "")) : standard;

	if (addresses[0] == NULL)
		add_listener(instance, "*", number, tls);
	for (size_t i = 0; addresses[i] != NULL; i++) {
		const char *text = "";
		g_autofree char *host = strchr(addresses[i], ':') != NULL ?
			proxies_split(addresses[i], &text) :
			g_strdup(addresses[i]);

		add_listener(instance, host,
			strchr(addresses[i], ':') != NULL ? proxies_port(text) : number, tls);
	}
}

/* --- the rest --------------------------------------------------------------------------------- */

static void
check_tls(struct perdition_instance *instance)
{
	const struct node *key = perdition_instance_find(instance, "ssl_key_file", "ssl_key_file");
	const struct node *certificate =
		perdition_instance_find(instance, "ssl_cert_file", "ssl_cert_file");
	const struct node *least = perdition_instance_find(instance, "ssl_listen_min_proto_version",
		"ssl_listen_min_proto_version");
	const char *version = value_of(least, "tlsv1");

	proxies_check_certificate(instance->config, place_of(instance, certificate),
		value_of(certificate, "/etc/perdition/perdition.crt.pem"));
	proxies_check_key(instance->config, place_of(instance, key),
		value_of(key, "/etc/perdition/perdition.key.pem"));
	if (g_ascii_strncasecmp(version, "sslv", 4) == 0 ||
		g_ascii_strcasecmp(version, "tlsv1") == 0 ||
		g_ascii_strcasecmp(version, "tlsv1.0") == 0 ||
		g_ascii_strcasecmp(version, "tlsv1.1") == 0)
		proxies_note(instance->config, CONFIG_NOTE_TLS_VERSION, place_of(instance, least),
			least != NULL ? "ssl_listen_min_proto_version allows TLS 1.0 or 1.1." :
					"Without ssl_listen_min_proto_version Perdition allows "
					"TLS 1.0.");
}

static void
check_backend(struct perdition_instance *instance)
{
	const struct node *servers = perdition_instance_find(instance, "outgoing_server", "s");
	g_auto(GStrv) hosts = g_strsplit(value_of(servers, ""), ",", -1);
	bool local = hosts[0] != NULL;

	if ((instance->modes & PERDITION_OUTGOING) != 0)
		return;
	for (size_t i = 0; hosts[i] != NULL; i++) {
		g_autofree char *host = g_strndup(hosts[i], strcspn(hosts[i], ":"));

		local &= proxies_is_local(host);
	}
	if (!local)
		proxies_note(instance->config, CONFIG_NOTE_BACKEND_IN_CLEAR,
			place_of(instance, servers),
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
serve(struct perdition_instance *instance)
{
	if (!instance->serves)
		return;
	instance->config->facts->config->served = true;
	add_listeners(instance, instance->tls, instance->pop3s ? 995 : 110);
	check_backend(instance);
	if (instance->tls || (instance->modes & PERDITION_LISTEN_STLS) != 0)
		check_tls(instance);
}

static void
tell_protocol(struct perdition_instance *instance)
{
	const char *protocol = value_of(perdition_instance_find(instance, "protocol", "P"),
		instance->is_second ? "POP3S" : "POP3");

	instance->serves = g_ascii_strncasecmp(protocol, "POP3", 4) == 0;
	instance->pop3s = g_ascii_strcasecmp(protocol, "POP3S") == 0;
	instance->tls = (instance->modes & PERDITION_LISTEN_TLS) != 0 ||
		(instance->pop3s && (instance->modes & PERDITION_SAID) == 0);
}

bool
perdition_instance_open(struct perdition_instance *instance, struct config_reading *config,
	const struct perdition_defaults *defaults, bool is_second)
{
	*instance = (struct perdition_instance){ .config = config, .is_second = is_second };
	instance->text =
		instance_text(config, is_second ? "perdition.pop3s.conf" : "perdition.pop3.conf");
	if (instance->text == NULL)
		return false;
	instance->tree = dialect_keyvalue.parse(instance->text->bytes, instance->text->length);
	find_end(instance);
	for (const struct node *node = instance->tree->root.first; node != instance->end;
		node = node->next)
		if (node->kind == NODE_SETTING && g_str_equal(node->key, "ssl_mode"))
			add_modes(instance, value_of(node, ""), place_of(instance, node));
	add_flags(instance, defaults);
	tell_protocol(instance);
	return true;
}

void
perdition_instance_close(struct perdition_instance *instance)
{
	tree_free(instance->tree);
}

static void
read_instance(struct config_reading *config, const struct perdition_defaults *defaults,
	bool is_second)
{
	struct perdition_instance instance;

	if (perdition_instance_open(&instance, config, defaults, is_second))
		serve(&instance);
	perdition_instance_close(&instance);
}

static void
read_root(struct config_reading *config)
{
	struct perdition_defaults defaults;

	perdition_defaults_read(config, &defaults);
	if (defaults.pop3)
		read_instance(config, &defaults, false);
	if (defaults.pop3s)
		read_instance(config, &defaults, true);
}

static const char *const roots[] = { "perdition.conf", "perdition.pop3.conf", NULL };
static const char *const packages[] = { "perdition", NULL };

const struct product_config perdition_config = {
	.folder = "/etc/perdition",
	.roots = roots,
	.packages = packages,
	.read = read_root,
};
