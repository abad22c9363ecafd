/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What zmprov prints, of the global configuration (gacf) or of servers (gs, gas -v).
 *
 * Two layers take POP3: the proxy (nginx), whose gate is zimbraReverseProxyPop3StartTlsMode ("only"
 * refuses), and the mailbox server, whose gate is zimbraPop3CleartextLoginEnabled. A server
 * inherits what it does not set from the global configuration. A whole dump always tells both
 * gates: one that is missing was not asked for, and is no default.
 */
#include "products/zimbra/config.h"

#include <string.h>

#include "dialect/tree.h"

extern const struct dialect dialect_zmprov;

struct zimbra {
	struct config_reading *reading;
	const struct config_text *text;
	const struct node *global; /* the root of the text */
	GHashTable *settings;      /* of the root: key in lower case to its last node */
	const struct node *server; /* a server's node, or the root */
};

enum truth {
	TRUTH_UNKNOWN,
	TRUTH_NO,
	TRUTH_YES,
};

/* An attribute of the server, or of the global configuration. */
static const struct node *
find(const struct zimbra *zimbra, const char *name)
{
	const struct node *own = NULL;
	g_autofree char *key = g_ascii_strdown(name, -1);

	if (zimbra->server != zimbra->global)
		own = tree_find_last(zimbra->server, name, true);
	return own != NULL ? own : g_hash_table_lookup(zimbra->settings, key);
}

static enum truth
truth_of(const struct node *node)
{
	if (node != NULL && g_ascii_strcasecmp(node->value, "TRUE") == 0)
		return TRUTH_YES;
	return node != NULL && g_ascii_strcasecmp(node->value, "FALSE") == 0 ? TRUTH_NO :
									       TRUTH_UNKNOWN;
}

static enum truth
truth(const struct zimbra *zimbra, const char *name)
{
	return truth_of(find(zimbra, name));
}

/* Whether the server runs a service, by zimbraServiceEnabled; unknown where that is not told. */
static enum truth
runs(const struct zimbra *zimbra, const char *service)
{
	enum truth found = TRUTH_UNKNOWN;

	for (const struct node *node = zimbra->server->first; node != NULL; node = node->next) {
		if (node->kind != NODE_SETTING ||
			g_ascii_strcasecmp(node->key, "zimbraServiceEnabled") != 0)
			continue;
		if (g_ascii_strcasecmp(node->value, service) == 0)
			return TRUTH_YES;
		found = TRUTH_NO;
	}
	return found;
}

/* "on HOST" where the text names it. */
static const char *
where(const struct zimbra *zimbra)
{
	return zimbra->server == zimbra->global ?
		"" :
		facts_printf(zimbra->reading->facts, " on %s", zimbra->server->value);
}

static struct config_note *
add_note(const struct zimbra *zimbra, enum config_note_kind kind, const struct node *node)
{
	struct config_note *note = config_add_note(zimbra->reading->facts, kind);

	note->location = config_location(zimbra->reading, zimbra->text, node->key_at.start);
	note->line = config_line(zimbra->reading, zimbra->text, node->key_at.start);
	return note;
}

static struct config_listener *
add_listener(const struct zimbra *zimbra, const char *port_name, uint16_t port)
{
	struct config_listener *listener = config_add_listener(zimbra->reading->facts);
	const struct node *node = find(zimbra, port_name);
	guint64 number = 0;

	zimbra->reading->facts->config->served = true;
	listener->address = "*";
	listener->port = port;
	listener->mode = MODE_POP3;
	if (node != NULL &&
		g_ascii_string_to_unsigned(node->value, 10, 1, UINT16_MAX, &number, NULL))
		listener->port = (uint16_t)number;
	return listener;
}

static void
decide(const struct zimbra *zimbra, struct config_listener *listener, const struct node *node,
	enum verdict_value verdict, const char *what)
{
	listener->verdict = verdict;
	listener->reason = verdict == VERDICT_UNDETERMINED ? REASON_NOT_UNDERSTOOD : REASON_SETTING;
	listener->explanation = facts_printf(zimbra->reading->facts, "%s%s.", what, where(zimbra));
	if (verdict == VERDICT_UNDETERMINED)
		listener->settle = "zmprov gs $(zmhostname) zimbraPop3CleartextLoginEnabled "
				   "zimbraReverseProxyPop3StartTlsMode";
	if (node != NULL)
		config_chain_add(&listener->chain,
			config_location(zimbra->reading, zimbra->text, node->key_at.start),
			config_line(zimbra->reading, zimbra->text, node->key_at.start), NULL);
}

/* --- the two layers --------------------------------------------------------------------------- */

static void
read_store(const struct zimbra *zimbra)
{
	const struct node *gate = find(zimbra, "zimbraPop3CleartextLoginEnabled");
	struct config_listener *listener;

	if (runs(zimbra, "mailbox") == TRUTH_NO)
		return;
	if (truth(zimbra, "zimbraPop3ServerEnabled") == TRUTH_NO) {
		if (truth_of(gate) == TRUTH_YES)
			add_note(zimbra, CONFIG_NOTE_LATENT, gate)->message =
				"Cleartext logins are enabled, though POP3 is off.";
		return;
	}
	listener = add_listener(zimbra, "zimbraPop3BindPort", 7110);
	switch (truth_of(gate)) {
	case TRUTH_YES:
		decide(zimbra, listener, gate, VERDICT_PERMITS,
			"The mailbox server takes passwords without TLS");
		break;
	case TRUTH_NO:
		decide(zimbra, listener, gate, VERDICT_REFUSES,
			"The mailbox server takes no password without TLS");
		break;
	case TRUTH_UNKNOWN:
		decide(zimbra, listener, gate, VERDICT_UNDETERMINED,
			"The text does not say whether the mailbox server takes cleartext logins");
		break;
	}
}

static void
read_proxy(const struct zimbra *zimbra)
{
	const struct node *gate = find(zimbra, "zimbraReverseProxyPop3StartTlsMode");
	struct config_listener *listener;

	if (runs(zimbra, "proxy") == TRUTH_NO ||
		truth(zimbra, "zimbraReverseProxyMailEnabled") == TRUTH_NO ||
		truth(zimbra, "zimbraReverseProxyMailPop3Enabled") == TRUTH_NO)
		return;
	listener = add_listener(zimbra, "zimbraPop3ProxyBindPort", 110);
	if (gate == NULL)
		decide(zimbra, listener, NULL, VERDICT_UNDETERMINED,
			"The text does not say whether the proxy requires TLS");
	else if (g_ascii_strcasecmp(gate->value, "only") == 0)
		decide(zimbra, listener, gate, VERDICT_REFUSES,
			"The proxy takes no password without TLS");
	else if (g_ascii_strcasecmp(gate->value, "on") == 0)
		decide(zimbra, listener, gate, VERDICT_PERMITS,
			"The proxy offers STLS, but takes passwords without it");
	else if (g_ascii_strcasecmp(gate->value, "off") == 0)
		decide(zimbra, listener, gate, VERDICT_PERMITS,
			"The proxy takes passwords in clear, and offers no STLS");
	else
		decide(zimbra, listener, gate, VERDICT_UNDETERMINED,
			"What zimbraReverseProxyPop3StartTlsMode says is not known");
}

static void
read_implicit(const struct zimbra *zimbra)
{
	const struct node *node = find(zimbra, "zimbraPop3SSLServerEnabled");
	struct config_listener *listener;

	if (truth_of(node) != TRUTH_YES || runs(zimbra, "mailbox") == TRUTH_NO)
		return;
	listener = add_listener(zimbra, "zimbraPop3SSLBindPort", 7995);
	listener->mode = MODE_POP3S;
	decide(zimbra, listener, node, VERDICT_REFUSES,
		"The mailbox server speaks TLS from the first byte");
	listener->reason = REASON_TLS_ONLY;
}

static void
note_sibling(const struct zimbra *zimbra)
{
	const struct node *node = find(zimbra, "zimbraImapCleartextLoginEnabled");

	if (truth_of(node) == TRUTH_YES)
		add_note(zimbra, CONFIG_NOTE_SIBLING, node)->message =
			"IMAP takes passwords without TLS.";
}

static void
read_server(struct zimbra *zimbra, const struct node *server)
{
	zimbra->server = server;
	if (config_is_full(zimbra->reading))
		return;
	note_sibling(zimbra);
	/* Without a mailbox server that speaks POP3 nobody can log in through the proxy, either. */
	if (truth(zimbra, "zimbraPop3ServerEnabled") == TRUTH_NO &&
		truth(zimbra, "zimbraPop3SSLServerEnabled") == TRUTH_NO &&
		runs(zimbra, "mailbox") != TRUTH_NO)
		return;
	read_store(zimbra);
	read_proxy(zimbra);
	read_implicit(zimbra);
}

static void
read_root(struct config_reading *reading)
{
	struct zimbra zimbra = { .reading = reading, .text = config_read(reading, reading->root) };
	g_autoptr(tree_auto) tree = NULL;
	g_autoptr(GHashTable) settings = NULL;
	bool has_servers = false;

	if (zimbra.text == NULL)
		return;
	tree = dialect_zmprov.parse(zimbra.text->bytes, zimbra.text->length);
	zimbra.global = &tree->root;
	/* Each server asks for these, and stands among them. */
	settings = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (const struct node *node = tree->root.first; node != NULL; node = node->next)
		if (node->kind == NODE_SETTING)
			g_hash_table_replace(settings, g_ascii_strdown(node->key, -1),
				(void *)(uintptr_t)node);
	zimbra.settings = settings;
	for (const struct node *node = tree->root.first; node != NULL; node = node->next) {
		if (node->kind == NODE_BLOCK)
			read_server(&zimbra, node);
		has_servers |= node->kind == NODE_BLOCK;
	}
	if (!has_servers)
		read_server(&zimbra, &tree->root);
}

static bool
recognizes(const char *text, size_t length)
{
	(void)length;
	return g_regex_match_simple("^zimbra(ReverseProxy)?Pop3\\w*:", text,
		G_REGEX_MULTILINE | G_REGEX_RAW, 0);
}

static const char *const roots[] = { "zmprov.txt", NULL };
static const char *const packages[] = { "zimbra-core", NULL };

const struct product_config zimbra_config = {
	.folder = "/opt/zimbra",
	.roots = roots,
	.packages = packages,
	.is_printed = true,
	.dump = "zmprov gs $(zmhostname)",
	.recognizes = recognizes,
	.read = read_root,
};
