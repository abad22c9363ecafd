/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inetd.conf: which entries serve POP3, and what they start.
 *
 * An entry's address stands before its service ("127.0.0.1:pop3", "a,b:pop3"), or as "a:" in a line
 * of its own above it. tcp is taken as both families, as Debian's inetd does.
 */
#include "products/inetd/config.h"

#include <string.h>

#include "dialect/tree.h"
#include "products/superserver.h"

extern const struct dialect dialect_inetd;

enum {
	FIELD_SERVICE,
	FIELD_TYPE,
	FIELD_PROTOCOL,
	FIELD_WAIT,
	FIELD_USER,
	FIELD_SERVER,
	ADDRESSES_MAX = 32, /* before one service */
};

struct inetd {
	struct config_reading *reading;
	const struct config_text *text;
	const char *addresses; /* of the entries that name none; NULL: all */
};

static const char *
any_address(const char *protocol)
{
	if (g_str_has_prefix(protocol, "tcp6"))
		return "::";
	if (g_str_has_prefix(protocol, "tcp4") && !g_str_has_prefix(protocol, "tcp46"))
		return "0.0.0.0";
	return "*";
}

static void
add_listener(struct inetd *inetd, const struct node *node,
	const struct superserver_service *service, const char *address)
{
	struct config_listener *listener = config_add_listener(inetd->reading->facts);
	g_autofree char *plain = g_strdup(address);

	if (plain[0] == '[' && g_str_has_suffix(plain, "]")) {
		plain[strlen(plain) - 1] = '\0';
		memmove(plain, plain + 1, strlen(plain));
	}
	listener->address = g_str_equal(plain, "*") ?
		any_address(node->words[FIELD_PROTOCOL]) :
		facts_keep(inetd->reading->facts, plain, strlen(plain));
	listener->port = superserver_port(inetd->reading, service->name);
	superserver_judge(inetd->reading, service, listener);
	if (node->problem != NULL) {
		listener->verdict = VERDICT_UNDETERMINED;
		listener->reason = REASON_NOT_UNDERSTOOD;
		listener->explanation = facts_printf(inetd->reading->facts,
			"What inetd makes of this entry is not certain: %s.", node->problem);
		listener->settle =
			facts_printf(inetd->reading->facts, "popseal scan HOST:%u", listener->port);
	}
}

static void
add_doubt(struct inetd *inetd, const struct node *node, enum reason reason, const char *message)
{
	struct config_doubt *doubt = config_add_doubt(inetd->reading->facts, reason);

	doubt->location = config_location(inetd->reading, inetd->text, node->all.start);
	doubt->line = config_line(inetd->reading, inetd->text, node->all.start);
	doubt->message = message;
	doubt->settle = "ss -ltnp 'sport = :110 or sport = :995'";
}

/* The name after the addresses; *addresses are those before it, or the default's. */
static const char *
split_service(const struct inetd *inetd, const char *word, char **addresses)
{
	const char *colon = strrchr(word, ':');

	if (colon != NULL)
		*addresses = g_strndup(word, (gsize)(colon - word));
	else
		*addresses = g_strdup(inetd->addresses != NULL ? inetd->addresses : "*");
	return colon != NULL ? colon + 1 : word;
}

static void
read_entry(struct inetd *inetd, const struct node *node)
{
	g_autofree char *addresses = NULL;
	g_auto(GStrv) each = NULL;
	struct superserver_service service = {
		.name = split_service(inetd, node->words[FIELD_SERVICE], &addresses),
		.command = node->words + FIELD_SERVER,
		.text = inetd->text,
		.decides = node->all.start,
	};

	if (!g_str_has_prefix(node->words[FIELD_PROTOCOL], "tcp"))
		return;
	if (!superserver_is_pop3(&service))
		return;
	service.decides = node->key_at.start;
	each = g_strsplit(addresses, ",", ADDRESSES_MAX);
	for (size_t i = 0; each[i] != NULL; i++)
		add_listener(inetd, node, &service, each[i]);
}

static void
read_wrong(struct inetd *inetd, const struct node *node)
{
	struct config_note *note;

	if (strstr(node->key, "pop") == NULL && strstr(node->key, "110") == NULL)
		return;
	note = config_add_note(inetd->reading->facts, CONFIG_NOTE_INVALID);
	note->location = config_location(inetd->reading, inetd->text, node->all.start);
	note->line = config_line(inetd->reading, inetd->text, node->all.start);
	note->message =
		facts_printf(inetd->reading->facts, "inetd drops this entry: %s.", node->problem);
	add_doubt(inetd, node, REASON_INVALID, note->message);
}

static void
read_node(struct inetd *inetd, const struct node *node)
{
	if (node->kind == NODE_BLANK || config_is_full(inetd->reading))
		return;
	if (node->kind == NODE_WRONG)
		read_wrong(inetd, node);
	else if (node->kind == NODE_INCLUDE)
		add_doubt(inetd, node, REASON_NOT_UNDERSTOOD, "What .include adds is not read.");
	else if (node->kind == NODE_SETTING && node->words[1] == NULL)
		inetd->addresses =
			facts_keep(inetd->reading->facts, node->key, strlen(node->key) - 1);
	else if (node->kind == NODE_SETTING)
		read_entry(inetd, node);
}

static void
read_root(struct config_reading *reading)
{
	struct inetd inetd = { .reading = reading, .text = config_read(reading, reading->root) };
	g_autoptr(tree_auto) tree = NULL;

	if (inetd.text == NULL)
		return;
	tree = dialect_inetd.parse(inetd.text->bytes, inetd.text->length);
	for (const struct node *node = tree->root.first; node != NULL; node = node->next)
		read_node(&inetd, node);
	reading->facts->config->served = reading->facts->config->listeners->len > 0;
}

static const char *const roots[] = { "inetd.conf", NULL };
static const char *const packages[] = { "openbsd-inetd", "inetutils-inetd", "rlinetd", NULL };

const struct product_config inetd_config = {
	.folder = "/etc",
	.roots = roots,
	.packages = packages,
	.read = read_root,
};
