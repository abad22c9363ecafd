/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How Zimbra is closed: by zmprov, at the attribute that decides, which is the server's own or the
 * global configuration's. Its configuration is in the directory, so there are settings and no
 * edits.
 */
#include "products/fix.h"

#include "products/zimbra/config.h"

extern const struct dialect dialect_zmprov;

static const struct {
	const char *name, *after;
} gates[] = {
	{ "zimbraPop3CleartextLoginEnabled", "FALSE" },
	{ "zimbraReverseProxyPop3StartTlsMode", "only" },
};

static bool
is_known(const struct change *change, const char *server, const char *name)
{
	for (guint i = 0; i < change->settings->len; i++) {
		const struct change_setting *setting = g_ptr_array_index(change->settings, i);

		if (g_strcmp0(setting->server, server) == 0 &&
			g_ascii_strcasecmp(setting->name, name) == 0)
			return true;
	}
	return false;
}

static void
close_gate(struct fixing *fixing, const struct node *node)
{
	bool is_own = node->parent != NULL && node->parent->key != NULL &&
		g_str_equal(node->parent->key, "name");
	const char *server = is_own ? node->parent->value : NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(gates); i++)
		if (g_ascii_strcasecmp(node->key, gates[i].name) == 0 &&
			!is_known(fixing->change, server, gates[i].name))
			change_add_setting(fixing->change, server, gates[i].name, node->value,
				gates[i].after);
	if (!is_own)
		change_warn(fixing->change,
			"%s is set for all servers: one that has a value of its own keeps that.",
			node->key);
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
		const struct node *node;

		if (listener->verdict == VERDICT_PERMITS && step != NULL)
			place = fix_place_of(fixing, &step->location);
		if (place.text == NULL)
			continue;
		tree = dialect_zmprov.parse(place.text->bytes, place.text->length);
		node = fix_node_at(tree, place.at);
		if (node != NULL && node->kind == NODE_SETTING)
			close_gate(fixing, node);
	}
}

const struct product_fix zimbra_fix = {
	.propose_settings = propose_settings,
	.export_to = "zmprov",
};
