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

#include "products/proxies.h"

extern const struct dialect dialect_mailutils;

#define SETTLE  "pop3d --config-lint"
#define PROGRAM "pop3d"

static const char keywords[] =
	" pam sql virtdomain ldap gsasl tls-file-checks auth debug mailbox locking logging radius "
	"undelete expire delete-expired scan-lines apop-database-file apop-database-owner "
	"apop-database-safety tls tls-mode login-delay stat-file bulletin-source bulletin-db "
	"output-buffer-size mandatory-locking max-children mode foreground pidfile port timeout "
	"server acl transcript tcp-wrappers tls-required program ";
static const char server_keywords[] =
	" single-process transcript timeout acl backlog tls-mode tls tls-required ";

enum tls_mode {
	TLS_UNSET,
	TLS_NO,
	TLS_ONDEMAND,
	TLS_REQUIRED,
	TLS_CONNECTION,
};

struct reading {
	struct config_reading *config;
	GPtrArray *trees;
	GArray *servers; /* of struct config_place */
	enum tls_mode tls;
	struct config_place tls_place;
	struct config_place port, mode, certificate, key, priorities, apop;
	unsigned files;
};

static bool
is_in(const char *list, const char *key)
{
	g_autofree char *word = g_strconcat(" ", key, " ", NULL);

	return strstr(list, word) != NULL;
}

static const char *
value_of(struct config_place place, const char *otherwise)
{
	return place.node != NULL && place.node->value != NULL ? place.node->value : otherwise;
}

/* --- tls-mode --------------------------------------------------------------------------------- */

static enum tls_mode
parse_mode(const char *word)
{
	static const struct {
		const char *word;
		enum tls_mode mode;
	} modes[] = { { "no", TLS_NO }, { "false", TLS_NO }, { "off", TLS_NO }, { "0", TLS_NO },
		{ "nil", TLS_NO }, { "f", TLS_NO }, { "stls", TLS_ONDEMAND },
		{ "ondemand", TLS_ONDEMAND }, { "required", TLS_REQUIRED },
		{ "connection", TLS_CONNECTION }, { "yes", TLS_CONNECTION },
		{ "true", TLS_CONNECTION }, { "on", TLS_CONNECTION } };

	for (size_t i = 0; i < G_N_ELEMENTS(modes); i++)
		if (g_str_equal(word, modes[i].word))
			return modes[i].mode;
	return TLS_UNSET;
}

/* Takes a tls-mode into *tls; one that is no mode leaves it as it is. */
static void
take_mode(struct reading *reading, struct config_place place, enum tls_mode *tls,
	struct config_place *from)
{
	enum tls_mode mode = parse_mode(value_of(place, ""));

	if (mode == TLS_UNSET || place.node->problem != NULL || place.node->words[1] != NULL) {
		proxies_note(reading->config, CONFIG_NOTE_INVALID, place,
			"This is no tls-mode: Mailutils goes on as if it were not there.");
		return;
	}
	*tls = mode;
	*from = place;
}

/* --- the tree --------------------------------------------------------------------------------- */

static void gather(struct reading *reading, const struct config_text *text,
	const struct node *parent, unsigned depth);

static void
take_tls_block(struct config_place block, struct config_place *certificate,
	struct config_place *key, struct config_place *priorities)
{
	for (const struct node *node = block.node->first; node != NULL; node = node->next) {
		struct config_place place = { block.text, node };

		if (node->kind != NODE_SETTING)
			continue;
		if (g_str_equal(node->key, "ssl-certificate-file"))
			*certificate = place;
		else if (g_str_equal(node->key, "ssl-key-file"))
			*key = place;
		else if (g_str_equal(node->key, "ssl-priorities"))
			*priorities = place;
	}
}

static void
take_block(struct reading *reading, struct config_place place, unsigned depth)
{
	const char *key = place.node->key, *tag = value_of(place, "");

	if (g_str_equal(key, "program") && g_str_equal(tag, PROGRAM) && depth == 0)
		gather(reading, place.text, place.node, depth);
	else if (g_str_equal(key, "program") && g_str_equal(tag, PROGRAM))
		proxies_doubt(reading->config, REASON_NOT_UNDERSTOOD, place,
			"A program block outside of the top-level file is ignored.", SETTLE);
	else if (g_str_equal(key, "server"))
		g_array_append_val(reading->servers, place);
	else if (g_str_equal(key, "tls"))
		take_tls_block(place, &reading->certificate, &reading->key, &reading->priorities);
	else if (!is_in(keywords, key))
		proxies_doubt(reading->config, REASON_NOT_UNDERSTOOD, place,
			"A block that pop3d does not know: it may not start.", SETTLE);
}

static void
take_setting(struct reading *reading, struct config_place place)
{
	const char *key = place.node->key;

	if (g_str_equal(key, "tls-mode"))
		take_mode(reading, place, &reading->tls, &reading->tls_place);
	else if (g_str_equal(key, "port"))
		reading->port = place;
	else if (g_str_equal(key, "mode"))
		reading->mode = place;
	else if (g_str_equal(key, "apop-database-file"))
		reading->apop = place;
	else if (!is_in(keywords, key))
		proxies_refuse(reading->config, REASON_INVALID, place,
			"A keyword that pop3d does not know: it does not start.", SETTLE);
}

/* --- includes --------------------------------------------------------------------------------- */

static void
take_file(struct reading *reading, const struct config_text *text, unsigned depth)
{
	struct tree *tree = dialect_mailutils.parse(text->bytes, text->length);

	g_ptr_array_add(reading->trees, tree);
	for (const struct node *node = tree->root.first; node != NULL;
		node = tree_next(node, &tree->root))
		if (node->kind == NODE_WRONG)
			proxies_refuse(reading->config, REASON_INVALID,
				(struct config_place){ text, node }, node->problem, SETTLE);
	gather(reading, text, &tree->root, depth);
}

/* A folder stands for the program's own file in it; names are relative to /etc. */
static void
include(struct reading *reading, struct config_place place, unsigned depth)
{
	struct config_source *source = reading->config->source;
	g_autofree char *path = source_resolve(reading->config->root, value_of(place, ""));
	const struct config_text *text;
	g_autofree char *message = NULL;
	enum source_outcome outcome;
	struct source_look look;

	source->look(source, path, &look);
	if (look.outcome == SOURCE_FOUND && look.is_folder) {
		g_autofree char *folder = g_steal_pointer(&path);

		path = g_build_filename(folder, PROGRAM, NULL);
		/* The folder need not have one. */
		if (source->read(source, path, &outcome) == NULL && outcome == SOURCE_ABSENT)
			return;
	}
	text = source->read(source, path, &outcome);
	if (text != NULL && depth < SOURCE_DEPTH_MAX && ++reading->files < SOURCE_FILES_MAX) {
		take_file(reading, text, depth + 1);
		return;
	}
	message = g_strdup_printf("%s: %s.", path,
		source_outcome_words(text != NULL ? SOURCE_TOO_LARGE : outcome));
	if (text == NULL && outcome == SOURCE_ABSENT)
		proxies_refuse(reading->config, REASON_INCLUDE_MISSING, place, message, SETTLE);
	else
		proxies_doubt(reading->config, REASON_INCLUDE_MISSING, place, message, SETTLE);
}

static void
gather(struct reading *reading, const struct config_text *text, const struct node *parent,
	unsigned depth)
{
	for (const struct node *node = parent->first; node != NULL; node = node->next) {
		struct config_place place = { text, node };

		if (node->kind == NODE_INCLUDE)
			include(reading, place, depth);
		else if (node->kind == NODE_BLOCK)
			take_block(reading, place, depth);
		else if (node->kind == NODE_SETTING)
			take_setting(reading, place);
	}
}

/* --- listeners -------------------------------------------------------------------------------- */

static void
judge(struct config_listener *listener, enum tls_mode tls)
{
	listener->mode = tls == TLS_CONNECTION ? MODE_POP3S : MODE_POP3;
	listener->verdict = VERDICT_REFUSES;
	switch (tls) {
	case TLS_REQUIRED:
		listener->explanation = "pop3d takes no login until STLS.";
		return;
	case TLS_CONNECTION:
		listener->reason = REASON_TLS_ONLY;
		listener->explanation = "pop3d speaks TLS from the first byte.";
		return;
	case TLS_UNSET:
	case TLS_NO:
	case TLS_ONDEMAND:
		break;
	}
	listener->verdict = VERDICT_PERMITS;
	listener->explanation = tls == TLS_ONDEMAND ?
		"pop3d does not require STLS before a login." :
		"pop3d takes passwords in clear, and offers no STLS.";
}

/* The listener of that address and port, or NULL. */
static bool
is_taken(const struct reading *reading, const char *address, uint16_t port)
{
	const GArray *listeners = reading->config->facts->config->listeners;

	for (guint i = 0; i < listeners->len; i++) {
		const struct config_listener *each =
			&g_array_index(listeners, struct config_listener, i);

		if (each->port == port && g_str_equal(each->address, address))
			return true;
	}
	return false;
}

static void
add_listener(struct reading *reading, const char *address, uint16_t port,
	struct config_place server, enum tls_mode tls, struct config_place tls_place)
{
	struct config_listener *listener;

	if (is_taken(reading, address, port)) {
		proxies_note(reading->config, CONFIG_NOTE_INVALID, server,
			"A second server for the same address: the first one has it.");
		return;
	}
	listener = config_add_listener(reading->config->facts);
	listener->address = facts_keep(reading->config->facts, address, strlen(address));
	listener->port = port;
	listener->reason = tls_place.node != NULL ? REASON_SETTING : REASON_DEFAULT;
	judge(listener, tls);
	if (address[0] == '/')
		listener->scope = "unix socket only";
	proxies_step(reading->config, &listener->chain, server, NULL);
	proxies_step(reading->config, &listener->chain, tls_place, NULL);
}

static void
check_tls(struct reading *reading, struct config_place asks, struct config_place certificate,
	struct config_place key, struct config_place priorities)
{
	const char *words = value_of(priorities, "");

	if (certificate.node == NULL || key.node == NULL) {
		proxies_note(reading->config, CONFIG_NOTE_TLS_UNAVAILABLE, asks,
			"No ssl-certificate-file and ssl-key-file are set: pop3d does not start.");
	} else {
		proxies_check_certificate(reading->config, certificate, value_of(certificate, ""));
		proxies_check_key(reading->config, key, value_of(key, ""));
	}
	if (strstr(words, "+VERS-TLS1.0") != NULL || strstr(words, "+VERS-TLS1.1") != NULL ||
		strstr(words, "+VERS-SSL3.0") != NULL || strstr(words, "+VERS-ALL") != NULL)
		proxies_note(reading->config, CONFIG_NOTE_TLS_VERSION, priorities,
			"ssl-priorities allows versions before TLS 1.2.");
}

/* "inet://HOST:PORT", "HOST", ":PORT", "[::1]:PORT", "unix:///PATH". Returns a new address. */
static char *
parse_server(const struct reading *reading, const char *tag, uint16_t *port)
{
	const char *scheme = strstr(tag, "://"), *rest = scheme != NULL ? scheme + 3 : tag;
	const char *text = "";
	g_autofree char *host = NULL;

	*port = reading->port.node != NULL ? proxies_port(value_of(reading->port, "")) : 110;
	if (g_str_has_prefix(tag, "unix:") || g_str_has_prefix(tag, "file:") || rest[0] == '/')
		return g_strdup(rest);
	host = rest[0] == '[' || strchr(rest, ':') != NULL ? proxies_split(rest, &text) :
							     g_strdup(rest);
	if (text[0] != '\0')
		*port = proxies_port(text);
	return host[0] != '\0' ? g_steal_pointer(&host) : g_strdup("0.0.0.0");
}

static void
add_server(struct reading *reading, struct config_place server)
{
	enum tls_mode tls = reading->tls;
	struct config_place tls_place = reading->tls_place, certificate = reading->certificate;
	struct config_place key = reading->key, priorities = reading->priorities;
	g_autofree char *address = NULL;
	uint16_t port;

	if (server.node->value == NULL) {
		proxies_refuse(reading->config, REASON_INVALID, server,
			"A server without an address: pop3d does not start.", SETTLE);
		return;
	}
	for (const struct node *node = server.node->first; node != NULL; node = node->next) {
		struct config_place place = { server.text, node };

		if (node->kind == NODE_SETTING && g_str_equal(node->key, "tls-mode"))
			take_mode(reading, place, &tls, &tls_place);
		else if (node->kind == NODE_BLOCK && g_str_equal(node->key, "tls"))
			take_tls_block(place, &certificate, &key, &priorities);
		else if (node->kind != NODE_BLANK && node->kind != NODE_WRONG &&
			!is_in(server_keywords, node->key))
			proxies_refuse(reading->config, REASON_INVALID, place,
				"A keyword that a server block does not have.", SETTLE);
	}
	address = parse_server(reading, server.node->value, &port);
	add_listener(reading, address, port, server, tls, tls_place);
	if (tls > TLS_NO)
		check_tls(reading, tls_place, certificate, key, priorities);
}

static void
add_listeners(struct reading *reading)
{
	bool inetd = g_str_equal(value_of(reading->mode, "daemon"), "inetd");
	uint16_t port =
		reading->port.node != NULL ? proxies_port(value_of(reading->port, "")) : 110;

	/* Whether it runs by inetd may be said on the command line, so both may be. */
	if (inetd || reading->servers->len == 0) {
		add_listener(reading, inetd ? "*" : "0.0.0.0", port, reading->port, reading->tls,
			reading->tls_place);
		if (reading->tls > TLS_NO)
			check_tls(reading, reading->tls_place, reading->certificate, reading->key,
				reading->priorities);
	}
	for (guint i = 0; i < reading->servers->len; i++)
		add_server(reading, g_array_index(reading->servers, struct config_place, i));
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
	const struct config_text *text = config_read(config, config->root);
	struct reading reading = { .config = config };

	if (text == NULL)
		return;
	config->facts->config->served = true;
	reading.trees = g_ptr_array_new_with_free_func((GDestroyNotify)tree_free);
	reading.servers = g_array_new(FALSE, FALSE, sizeof(struct config_place));
	take_file(&reading, text, 0);
	add_listeners(&reading);
	if (reading.apop.node != NULL && is_open(config->facts->config))
		proxies_note(config, CONFIG_NOTE_WEAK_MECHANISM, reading.apop,
			"APOP is offered without TLS.");
	g_ptr_array_unref(reading.trees);
	g_array_unref(reading.servers);
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
