/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pop3server.xml: each <pop3server> is one server with its listeners.
 *
 * <auth><requireSSL> came with JAMES-4210 (after 3.9), and is true by default there; older releases
 * do not read it, and take every password. socketTLS="true" speaks TLS from the first byte;
 * startTLS="true" only offers it. plainAuthEnabled is no gate: USER and PASS pass by it.
 */
#include "products/james/config.h"

#include <string.h>

#include "dialect/tree.h"

extern const struct dialect dialect_xml;

#define GATE_SINCE "3.10" /* the first release with requireSSL */

enum switch_value {
	SWITCH_UNSET,
	SWITCH_OFF,
	SWITCH_ON,
	SWITCH_STRANGE, /* James would not start, or puts a variable in */
};

struct james {
	struct config_reading *reading;
	const struct config_text *text;
};

/* A switch and where it stands. */
struct james_switch {
	enum switch_value value;
	const struct node *node;
};

/* The next element of that name, from `node` on; or NULL. */
static const struct node *
next_element(const struct node *node, const char *name)
{
	while (node != NULL && (node->kind != NODE_BLOCK || !g_str_equal(node->key, name)))
		node = node->next;
	return node;
}

static const struct node *
find_element(const struct node *parent, const char *name)
{
	return parent != NULL ? next_element(parent->first, name) : NULL;
}

/* Whether an element stands there twice: which of them James takes is not certain. */
static bool
is_repeated(const struct node *element)
{
	return element != NULL && next_element(element->next, element->key) != NULL;
}

static enum switch_value
read_word(const char *word)
{
	static const char *const on[] = { "true", "yes", "on", "t", "y", "1", NULL };
	static const char *const off[] = { "false", "no", "off", "f", "n", "0", NULL };
	g_autofree char *lower = g_ascii_strdown(word, -1);

	g_strstrip(lower);
	if (g_strv_contains(on, lower))
		return SWITCH_ON;
	return g_strv_contains(off, lower) ? SWITCH_OFF : SWITCH_STRANGE;
}

static struct james_switch
read_switch(const struct node *node)
{
	if (node == NULL)
		return (struct james_switch){ SWITCH_UNSET, NULL };
	return (struct james_switch){ read_word(node->value), node };
}

/* The attribute of an element that may not be there. */
static struct james_switch
read_attribute(const struct node *element, const char *name)
{
	return read_switch(element != NULL ? tree_find_last(element, name, false) : NULL);
}

static void
add_step(const struct james *james, struct config_listener *listener, const struct node *node,
	const char *meaning)
{
	if (node != NULL)
		config_chain_add(&listener->chain,
			config_location(james->reading, james->text, node->all.start),
			config_line(james->reading, james->text, node->all.start), meaning);
}

static void
decide(struct config_listener *listener, enum verdict_value verdict, enum reason reason,
	const char *explanation)
{
	listener->verdict = verdict;
	listener->reason = reason;
	listener->explanation = explanation;
	if (verdict == VERDICT_UNDETERMINED)
		listener->settle = reason == REASON_VERSION_UNKNOWN ?
			"popseal audit --product james --product-version V FILE" :
			"popseal scan HOST";
}

/* A listener that starts in clear: the gate, which only newer releases have. */
static void
judge_gate(const struct james *james, struct config_listener *listener, struct james_switch require,
	const struct node *tls)
{
	const char *version = james->reading->version;
	bool old = version != NULL && config_version_compare(version, GATE_SINCE) < 0;

	add_step(james, listener, tls, "offers STLS at most");
	if (old || require.value == SWITCH_OFF) {
		if (!old)
			add_step(james, listener, require.node, NULL);
		decide(listener, VERDICT_PERMITS, old ? REASON_DEFAULT : REASON_SETTING,
			old ? "James has no requirement of TLS in this version: it takes passwords "
			      "in clear." :
			      "James takes passwords without TLS: requireSSL is off.");
		return;
	}
	add_step(james, listener, require.node, NULL);
	if (require.value == SWITCH_STRANGE)
		decide(listener, VERDICT_UNDETERMINED, REASON_NOT_UNDERSTOOD,
			"What requireSSL says is not known.");
	else if (version == NULL)
		decide(listener, VERDICT_UNDETERMINED, REASON_VERSION_UNKNOWN,
			"James requires TLS by requireSSL since " GATE_SINCE
			"; older releases know no such gate and permit.");
	else
		decide(listener, VERDICT_REFUSES,
			require.node != NULL ? REASON_SETTING : REASON_DEFAULT,
			"James requires TLS before a password.");
}

/* "0.0.0.0:110", "[::]:110", ":110" */
static bool
read_bind(const struct james *james, struct config_listener *listener, const char *bind)
{
	const char *colon = strrchr(bind, ':');
	guint64 port = 0;
	g_autofree char *address = NULL;

	if (colon == NULL || !g_ascii_string_to_unsigned(colon + 1, 10, 0, UINT16_MAX, &port, NULL))
		return false;
	address = g_strndup(bind, (gsize)(colon - bind));
	if (address[0] == '[' && g_str_has_suffix(address, "]")) {
		address[strlen(address) - 1] = '\0';
		memmove(address, address + 1, strlen(address));
	}
	listener->address = address[0] != '\0' ?
		facts_keep(james->reading->facts, address, strlen(address)) :
		"*";
	listener->port = (uint16_t)port;
	return true;
}

static void
add_listener(const struct james *james, const struct node *server, const struct node *at,
	const char *bind)
{
	const struct node *tls = find_element(server, "tls"), *auth = find_element(server, "auth");
	const struct node *require = find_element(auth, "requireSSL");
	struct james_switch implicit = read_attribute(tls, "@socketTLS");
	struct config_listener *listener = config_add_listener(james->reading->facts);

	add_step(james, listener, at, NULL);
	if (!read_bind(james, listener, bind)) {
		listener->address = "*";
		decide(listener, VERDICT_UNDETERMINED, REASON_NOT_UNDERSTOOD,
			"Where James listens is not known.");
		return;
	}
	listener->mode = implicit.value == SWITCH_ON ? MODE_POP3S : MODE_POP3;
	if (is_repeated(tls) || is_repeated(auth) || is_repeated(require)) {
		add_step(james, listener, tls, NULL);
		add_step(james, listener, require, NULL);
		decide(listener, VERDICT_UNDETERMINED, REASON_NOT_UNDERSTOOD,
			"A setting stands there twice; which of them counts is not known.");
	} else if (implicit.value == SWITCH_ON) {
		add_step(james, listener, tls, NULL);
		decide(listener, VERDICT_REFUSES, REASON_TLS_ONLY,
			"James speaks TLS from the first byte.");
	} else if (implicit.value == SWITCH_STRANGE) {
		add_step(james, listener, tls, NULL);
		decide(listener, VERDICT_UNDETERMINED, REASON_NOT_UNDERSTOOD,
			"What socketTLS says is not known.");
	} else {
		judge_gate(james, listener,
			read_switch(
				require != NULL ? tree_find_last(require, "#text", false) : NULL),
			tls);
	}
}

/* Every address of every <bind>; by default all at port 110. */
static void
add_listeners(const struct james *james, const struct node *server)
{
	bool bound = false;

	for (const struct node *node = server->first; node != NULL; node = node->next) {
		const struct node *text =
			node->kind == NODE_BLOCK && g_str_equal(node->key, "bind") ?
			tree_find_last(node, "#text", false) :
			NULL;
		g_auto(GStrv) each = g_strsplit(text != NULL ? text->value : "", ",", -1);

		for (size_t i = 0;
			text != NULL && each[i] != NULL && !config_is_full(james->reading); i++) {
			add_listener(james, server, node, g_strstrip(each[i]));
			bound = true;
		}
	}
	if (!bound)
		add_listener(james, server, NULL, "0.0.0.0:110");
}

/* No TLS at all: requiring it locks the users out. */
static void
note_tls(const struct james *james, const struct node *server)
{
	const struct node *tls = find_element(server, "tls");
	struct config_note *note;

	if (read_attribute(tls, "@socketTLS").value == SWITCH_ON ||
		read_attribute(tls, "@startTLS").value == SWITCH_ON)
		return;
	note = config_add_note(james->reading->facts, CONFIG_NOTE_TLS_UNAVAILABLE);
	note->location = config_location(james->reading, james->text,
		(tls != NULL ? tls : server)->all.start);
	note->line =
		config_line(james->reading, james->text, (tls != NULL ? tls : server)->all.start);
	note->message = "This server offers no TLS: neither startTLS nor socketTLS is on.";
}

static void
read_server(const struct james *james, const struct node *server)
{
	struct james_switch enabled = read_attribute(server, "@enabled");

	if (enabled.value == SWITCH_OFF || config_is_full(james->reading))
		return;
	james->reading->facts->config->served = true;
	add_listeners(james, server);
	note_tls(james, server);
}

static void
doubt_wrong(const struct james *james, const struct node *node)
{
	struct config_doubt *doubt = config_add_doubt(james->reading->facts, REASON_NOT_UNDERSTOOD);

	/* What is not well-formed keeps James from starting, but for what we do not read. */
	doubt->fatal = strstr(node->problem, "not read") == NULL &&
		strstr(node->problem, "not known") == NULL;
	if (doubt->fatal)
		doubt->reason = REASON_INVALID;
	doubt->location = config_location(james->reading, james->text, node->all.start);
	doubt->line = config_line(james->reading, james->text, node->all.start);
	doubt->message = facts_printf(james->reading->facts, "The file is not read to its end: %s.",
		node->problem);
	doubt->settle = "xmllint --noout pop3server.xml";
}

static void
read_root(struct config_reading *reading)
{
	struct james james = { .reading = reading, .text = config_read(reading, reading->root) };
	g_autoptr(tree_auto) tree = NULL;
	const struct node *top;

	if (james.text == NULL)
		return;
	tree = dialect_xml.parse(james.text->bytes, james.text->length);
	top = &tree->root;
	for (const struct node *node = tree_next(top, top); node != NULL;
		node = tree_next(node, top)) {
		if (node->kind == NODE_WRONG)
			doubt_wrong(&james, node);
		else if (node->kind == NODE_BLOCK && g_str_equal(node->key, "pop3server"))
			read_server(&james, node);
	}
}

static bool
recognizes(const char *text, size_t length)
{
	return g_strstr_len(text, (gssize)length, "<pop3server") != NULL;
}

static const char *const roots[] = { "pop3server.xml", NULL };
static const char *const elsewhere[] = { "/opt/james/conf", "/etc/james", NULL };
static const char *const packages[] = { "james", "apache-james", NULL };

const struct product_config james_config = {
	.folder = "/root/conf", /* of the project's images */
	.roots = roots,
	.elsewhere = elsewhere,
	.packages = packages,
	.recognizes = recognizes,
	.read = read_root,
};
