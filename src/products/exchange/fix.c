/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How Exchange is closed: by Set-PopSettings on each server that permits. Its configuration is in
 * the directory, so there are settings and no edits.
 */
#include "products/fix.h"

#include "products/exchange/config.h"

extern const struct dialect dialect_poplist;

/* The settings of one server: from `first` to before `end`. */
struct server {
	const struct node *first, *end;
};

static const char *
value_of(const struct server *server, const char *name)
{
	for (const struct node *node = server->first; node != server->end; node = node->next)
		if (node->kind == NODE_SETTING && g_ascii_strcasecmp(node->key, name) == 0 &&
			node->value != NULL && node->value[0] != '\0')
			return node->value;
	return NULL;
}

static struct server
server_at(const struct tree *tree, size_t at)
{
	struct server server = { tree->root.first, NULL };

	while (server.first != NULL) {
		server.end = exchange_server_end(server.first);
		if (server.end == NULL || server.end->all.start > at)
			break;
		server.first = server.end;
	}
	return server;
}

static bool
is_known(const struct change *change, const char *name)
{
	for (guint i = 0; i < change->settings->len; i++) {
		const struct change_setting *setting = g_ptr_array_index(change->settings, i);

		if (g_strcmp0(setting->server, name) == 0)
			return true;
	}
	return false;
}

static void
close_server(struct fixing *fixing, const struct server *server)
{
	const char *name = value_of(server, "Server");
	const char *certificate = value_of(server, "X509CertificateName");

	if (is_known(fixing->change, name)) /* it has several listeners */
		return;
	change_add_setting(fixing->change, name, "LoginType", "PlainTextLogin", "SecureLogin");
	if (certificate != NULL)
		change_add_setting(fixing->change, name, "X509CertificateName", certificate,
			certificate);
	else
		change_warn(fixing->change,
			"%s has no X509CertificateName by this text: give the script "
			"-CertificateName.",
			name != NULL ? name : "The server");
}

static void
propose_settings(struct fixing *fixing)
{
	const GArray *listeners = fixing->reading->facts->config->listeners;

	if (fixing->change->strategy != CHANGE_REQUIRE_TLS)
		return;
	for (guint i = 0; i < listeners->len; i++) {
		const struct config_listener *listener =
			&g_array_index(listeners, struct config_listener, i);
		const struct config_step *step = config_chain_last(&listener->chain);
		struct fix_place place = { 0 };
		g_autoptr(tree_auto) tree = NULL;
		struct server server;

		if (listener->verdict == VERDICT_PERMITS && step != NULL)
			place = fix_place_of(fixing, &step->location);
		if (place.text == NULL)
			continue;
		tree = dialect_poplist.parse(place.text->bytes, place.text->length);
		server = server_at(tree, place.at);
		close_server(fixing, &server);
	}
}

const struct product_fix exchange_fix = {
	.propose_settings = propose_settings,
	.export_to = "powershell",
};
