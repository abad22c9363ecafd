/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Get-PopSettings prints; the settings are each server's own, and one text may hold several.
 *
 * LoginType decides: PlainTextLogin takes USER and PASS without TLS; PlainTextAuthentication takes
 * them within TLS only, and NTLM without; SecureLogin takes nothing without TLS. JSON has its
 * number. A name that is missing was not asked for: it has no default here, but for the bindings.
 */
#include "products/exchange/config.h"

#include <string.h>

#include "dialect/tree.h"

extern const struct dialect dialect_poplist;

enum {
	RECOGNIZE_MAX = 1024 * 1024, /* octets of a file that is looked at to know it */
	NAMES_MAX = 256,             /* different names of one server */
	WORD_MAX = 40,               /* octets of a value that are quoted */
};

static const struct {
	const char *word, *number;
	enum verdict_value verdict;
	const char *meaning;
} types[] = {
	{ "PlainTextLogin", "1", VERDICT_PERMITS, "takes USER and PASS without TLS" },
	{ "PlainTextAuthentication", "2", VERDICT_REFUSES,
		"takes passwords within TLS only, and NTLM without" },
	{ "SecureLogin", "3", VERDICT_REFUSES, "takes no login without TLS" },
};

struct exchange {
	struct config_reading *reading;
	const struct config_text *text;
	/* The settings of one server: from `first` to before `end`. */
	const struct node *first, *end;
	bool untold; /* some server's list of ports is not there */
};

static const struct node *
find(const struct exchange *exchange, const char *name)
{
	for (const struct node *node = exchange->first; node != exchange->end; node = node->next)
		if (node->kind == NODE_SETTING && g_ascii_strcasecmp(node->key, name) == 0)
			return node;
	return NULL;
}

static bool
says(const struct exchange *exchange, const char *name, const char *value)
{
	const struct node *node = find(exchange, name);

	return node != NULL && g_ascii_strcasecmp(node->value, value) == 0;
}

static struct config_step
step(const struct exchange *exchange, const struct node *node)
{
	return (struct config_step){
		.location = config_location(exchange->reading, exchange->text, node->key_at.start),
		.line = facts_printf(exchange->reading->facts, "%s : %.*s", node->key,
			CONFIG_LINE_MAX - WORD_MAX, node->value),
	};
}

static struct config_note *
add_note(const struct exchange *exchange, enum config_note_kind kind, const struct node *node)
{
	struct config_note *note = config_add_note(exchange->reading->facts, kind);
	struct config_step at = step(exchange, node);

	note->location = at.location;
	note->line = at.line;
	return note;
}

/* "EX01", or "Exchange" where the text does not say. */
static const char *
server_name(const struct exchange *exchange)
{
	const struct node *node = find(exchange, "Server");

	return node != NULL && node->value[0] != '\0' ?
		facts_keep(exchange->reading->facts, node->value,
			MIN(strlen(node->value), WORD_MAX)) :
		"Exchange";
}

static int
login_type(const struct node *node)
{
	for (size_t i = 0; node != NULL && i < G_N_ELEMENTS(types); i++)
		if (g_ascii_strcasecmp(node->value, types[i].word) == 0 ||
			g_str_equal(node->value, types[i].number))
			return (int)i;
	return -1;
}

/* --- listeners -------------------------------------------------------------------------------- */

/* "0.0.0.0:110", "[::]:110", "0000:0000:...:0.0.0.0:110" */
static void
take_binding(const struct exchange *exchange, struct config_listener *listener, const char *binding)
{
	const char *colon = strrchr(binding, ':');
	size_t length = colon != NULL ? (size_t)(colon - binding) : strlen(binding);
	g_autofree char *address = g_strndup(binding, length);

	if (colon != NULL)
		listener->port = (uint16_t)MIN(g_ascii_strtoull(colon + 1, NULL, 10), UINT16_MAX);
	g_strdelimit(address, "[]", ' ');
	g_strstrip(address);
	if (strchr(address, ':') != NULL && strspn(address, "0:.") == strlen(address))
		listener->address = "::";
	else
		listener->address = facts_keep(exchange->reading->facts, address, strlen(address));
}

static void
judge(const struct exchange *exchange, struct config_listener *listener)
{
	const struct node *node = find(exchange, "LoginType");
	const struct node *log = find(exchange, "ProtocolLogEnabled");
	int type = login_type(node);

	if (log != NULL && g_ascii_strcasecmp(log->value, "False") == 0) {
		struct config_step at = step(exchange, log);

		config_chain_add(&listener->chain, at.location, at.line,
			"no log tells who logs in without TLS");
	}
	if (node != NULL) {
		struct config_step at = step(exchange, node);

		config_chain_add(&listener->chain, at.location, at.line,
			type >= 0 ? types[type].meaning : NULL);
	}
	listener->mode = MODE_POP3;
	listener->reason = type >= 0 ? REASON_SETTING : REASON_NOT_UNDERSTOOD;
	listener->verdict = type >= 0 ? types[type].verdict : VERDICT_UNDETERMINED;
	listener->settle = type >= 0 ? NULL : "Get-PopSettings | Format-List";
	listener->explanation = type >= 0 ?
		facts_printf(exchange->reading->facts, "%s %s.", server_name(exchange),
			types[type].meaning) :
		facts_printf(exchange->reading->facts, "The text does not say the LoginType of %s.",
			server_name(exchange));
}

static void
add_clear(const struct exchange *exchange, const char *binding)
{
	struct config_listener *listener = config_add_listener(exchange->reading->facts);

	listener->port = 110;
	take_binding(exchange, listener, binding);
	judge(exchange, listener);
}

static void
add_implicit(const struct exchange *exchange, const char *binding)
{
	struct config_listener *listener = config_add_listener(exchange->reading->facts);

	listener->port = 995;
	take_binding(exchange, listener, binding);
	listener->mode = MODE_POP3S;
	listener->verdict = VERDICT_REFUSES;
	listener->reason = REASON_TLS_ONLY;
	listener->explanation = facts_printf(exchange->reading->facts,
		"%s speaks TLS from the first byte.", server_name(exchange));
}

/* Calls `add` with each binding of that name. Returns whether the text tells them. */
static bool
each_binding(const struct exchange *exchange, const char *name,
	void (*add)(const struct exchange *, const char *))
{
	const struct node *node = find(exchange, name);

	if (node == NULL)
		return false;
	if (node->words == NULL && node->value[0] != '\0')
		add(exchange, node->value);
	for (size_t i = 0; node->words != NULL && node->words[i] != NULL; i++)
		add(exchange, node->words[i]);
	return true;
}

static bool
is_empty(const struct node *node)
{
	return node->value[0] == '\0' ? node->words == NULL || node->words[0] == NULL :
					node->words != NULL && node->words[0] == NULL;
}

/* --- a server --------------------------------------------------------------------------------- */

static void
note_rest(const struct exchange *exchange)
{
	const struct node *certificate = find(exchange, "X509CertificateName");
	const struct node *bindings = find(exchange, "UnencryptedOrTLSBindings");
	const struct node *type = find(exchange, "LoginType");

	if (certificate != NULL && is_empty(certificate))
		add_note(exchange, CONFIG_NOTE_TLS_UNAVAILABLE, certificate)->message =
			facts_printf(exchange->reading->facts,
				"%s has no certificate's name for POP3.", server_name(exchange));
	if (login_type(type) == 0 && bindings != NULL && is_empty(bindings))
		add_note(exchange, CONFIG_NOTE_LATENT, type)->message =
			"LoginType is PlainTextLogin, though no port starts in clear now.";
	if (login_type(type) == 1 && !says(exchange, "EnableGSSAPIAndNTLMAuth", "False") &&
		(bindings == NULL || !is_empty(bindings)))
		add_note(exchange, CONFIG_NOTE_WEAK_MECHANISM, type)->message =
			"NTLM and GSSAPI are allowed without TLS.";
}

/* The settings of IMAP have the same names. */
static bool
is_imap(const struct exchange *exchange)
{
	const struct node *banner = find(exchange, "Banner");

	return says(exchange, "ProtocolName", "IMAP4") ||
		find(exchange, "ShowHiddenFoldersEnabled") != NULL ||
		(banner != NULL && strstr(banner->value, "IMAP4") != NULL);
}

static void
read_server(struct exchange *exchange)
{
	const struct node *type = find(exchange, "LoginType");

	if (config_is_full(exchange->reading))
		return;
	if (is_imap(exchange)) {
		if (login_type(type) == 0)
			add_note(exchange, CONFIG_NOTE_SIBLING, type)->message =
				facts_printf(exchange->reading->facts,
					"IMAP on %s takes passwords without TLS.",
					server_name(exchange));
		return;
	}
	exchange->reading->facts->config->served = true;
	if (!each_binding(exchange, "UnencryptedOrTLSBindings", add_clear))
		add_clear(exchange, "*");
	exchange->untold |= !each_binding(exchange, "SSLBindings", add_implicit);
	note_rest(exchange);
}

const struct node *
exchange_server_end(const struct node *first)
{
	const char *names[NAMES_MAX];
	size_t count = 0;

	for (const struct node *node = first; node != NULL; node = node->next) {
		if (node->kind != NODE_SETTING)
			continue;
		for (size_t i = 0; i < count; i++)
			if (g_ascii_strcasecmp(names[i], node->key) == 0)
				return node;
		if (count < NAMES_MAX)
			names[count++] = node->key;
	}
	return NULL;
}

static void
read_root(struct config_reading *reading)
{
	struct exchange exchange = {
		.reading = reading,
		.text = config_read(reading, reading->root),
	};
	g_autoptr(tree_auto) tree = NULL;
	struct config_doubt *doubt;

	if (exchange.text == NULL)
		return;
	tree = dialect_poplist.parse(exchange.text->bytes, exchange.text->length);
	for (exchange.first = tree->root.first; exchange.first != NULL;
		exchange.first = exchange.end) {
		exchange.end = exchange_server_end(exchange.first);
		if (find(&exchange, "LoginType") != NULL ||
			find(&exchange, "UnencryptedOrTLSBindings") != NULL ||
			find(&exchange, "Server") != NULL)
			read_server(&exchange);
	}
	if (reading->facts->config->listeners->len > 0 || reading->facts->config->notes->len > 0 ||
		(reading->facts->config->served && !exchange.untold))
		return;
	doubt = config_add_doubt(reading->facts, REASON_NOT_UNDERSTOOD);
	doubt->location.file = reading->facts->config->root;
	doubt->message = reading->facts->config->served ?
		"It names no port that starts in clear, and says nothing of SSLBindings." :
		"There are no settings of POP3 in it.";
	doubt->settle = "Get-PopSettings | Format-List";
}

static bool
recognizes(const char *text, size_t length)
{
	g_autoptr(tree_auto) tree = NULL;

	if (length > RECOGNIZE_MAX)
		return false;
	tree = dialect_poplist.parse(text, length);
	return tree_find_last(&tree->root, "LoginType", true) != NULL;
}

static const char *const roots[] = { "popsettings.txt", "popsettings.json", NULL };
static const char *const packages[] = { NULL };

const struct product_config exchange_config = {
	.folder = "/exchange", /* nowhere on a host: the text is made by hand */
	.roots = roots,
	.packages = packages,
	.is_printed = true,
	.only_when_named = true,
	.dump = "Get-PopSettings | Format-List",
	.recognizes = recognizes,
	.read = read_root,
};
