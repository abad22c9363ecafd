/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stunnel lets no password in without TLS where it is a server: TLS need not be required of it.
 * What is done here is to give up services: those that wait for STLS, or all of POP3.
 *
 * It has no checker of its own. A file without any service is none that it starts with.
 */
#include "products/fix.h"

#include <string.h>

#include "products/stunnel/config.h"

extern const struct dialect dialect_stunnel;

#define MARK "; "

/* A service of a listener. */
struct service {
	const struct config_text *text;
	struct tree *tree;       /* owned */
	const struct node *node; /* its block; NULL: it is not in a block of that file */
	struct fix_place accept; /* where its address is set */
};

static void
service_clear(struct service *service)
{
	tree_free(service->tree);
}

static struct service
service_of(const struct fixing *fixing, const struct config_listener *listener)
{
	struct service service = { 0 };

	if (listener->chain.count == 0)
		return service;
	service.accept = fix_place_of(fixing, &listener->chain.steps[0].location);
	service.text = service.accept.text;
	if (service.text == NULL)
		return service;
	service.tree = dialect_stunnel.parse(service.text->bytes, service.text->length);
	for (const struct node *node = service.tree->root.first; node != NULL; node = node->next)
		if (node->kind == NODE_BLOCK && node->all.start <= service.accept.at &&
			service.accept.at < node->all.end)
			service.node = node;
	return service;
}

/* --- giving up services ----------------------------------------------------------------------- */

/* All services of all files, but those within comments. */
static unsigned
count_services(const struct fixing *fixing)
{
	unsigned count = 0;

	for (guint i = 0; i < fixing->texts->len; i++) {
		const struct config_text *text = g_ptr_array_index(fixing->texts, i);
		g_autoptr(tree_auto) tree = dialect_stunnel.parse(text->bytes, text->length);

		for (const struct node *node = tree->root.first; node != NULL; node = node->next)
			count += node->kind == NODE_BLOCK;
	}
	return count;
}

/* From its head to its last setting: the comments behind are about the next one. */
static struct span
lines_of(const struct node *block)
{
	struct span lines = { block->all.start, block->inside.start };

	for (const struct node *node = block->first; node != NULL; node = node->next)
		if (node->kind != NODE_BLANK)
			lines.end = node->all.end;
	return lines;
}

static void
drop(struct fixing *fixing, const struct service *service)
{
	if (service->node != NULL)
		fix_comment_out(fixing, service->text, lines_of(service->node), MARK);
	else
		change_hinder(fixing->change,
			"The address of a service is not set in its own section: take the service "
			"away by hand.");
}

/* Gives up the services that start in clear, or all; several listeners may be of one. */
static void
drop_services(struct fixing *fixing, bool all)
{
	const GArray *listeners = fixing->reading->facts->config->listeners;
	g_autoptr(GHashTable) dropped =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < listeners->len; i++) {
		const struct config_listener *listener =
			&g_array_index(listeners, struct config_listener, i);
		struct service service = { 0 };

		if (!all && listener->mode != MODE_POP3)
			continue;
		service = service_of(fixing, listener);
		drop(fixing, &service);
		if (service.node != NULL)
			g_hash_table_add(dropped,
				g_strdup_printf("%zu %s", service.node->all.start,
					service.text->path));
		service_clear(&service);
	}
	if (g_hash_table_size(dropped) > 0 && g_hash_table_size(dropped) == count_services(fixing))
		change_hinder(fixing->change,
			"No service would be left, and stunnel does not start with none: systemctl "
			"disable --now stunnel@NAME.service, where NAME.conf is %s.",
			fixing->reading->facts->config->root);
}

/* --- certificate and key ---------------------------------------------------------------------- */

/* Sets a path where the node is; where there is none, behind the line that holds the offset. */
static void
set(struct fixing *fixing, const struct config_text *text, const struct node *node, size_t behind,
	const char *key, const char *path)
{
	if (node == NULL)
		fix_add_line_behind(fixing, text, behind, "%s = %s", key, path);
	else if (g_strcmp0(node->value, path) != 0)
		fix_replace(fixing, text, node->value_at, "%s%s",
			node->value_at.start == node->value_at.end ? " " : "", path);
}

/* Sets both in a block that has a certificate: a key from elsewhere would not fit. */
static void
set_pair(struct fixing *fixing, const struct config_text *text, const struct node *block,
	const struct node *certificate)
{
	set(fixing, text, certificate, 0, "cert", fixing->certificate);
	set(fixing, text, tree_find_last(block, "key", true), certificate->all.start, "key",
		fixing->key);
}

/* Where the service has its certificate: in its block, or globally; else beside its address. */
static void
set_pair_of(struct fixing *fixing, const struct service *service)
{
	const struct node *own =
		service->node != NULL ? tree_find_last(service->node, "cert", true) : NULL;

	if (own != NULL) {
		set_pair(fixing, service->text, service->node, own);
		return;
	}
	for (guint i = fixing->texts->len; i > 0; i--) {
		const struct config_text *text = g_ptr_array_index(fixing->texts, i - 1);
		g_autoptr(tree_auto) tree = dialect_stunnel.parse(text->bytes, text->length);
		const struct node *global = tree_find_last(&tree->root, "cert", true);

		if (global == NULL)
			continue;
		set_pair(fixing, text, &tree->root, global);
		return;
	}
	set(fixing, service->text, NULL, service->accept.at, "cert", fixing->certificate);
	set(fixing, service->text, NULL, service->accept.at, "key", fixing->key);
}

static void
wire_in(struct fixing *fixing)
{
	const GArray *listeners = fixing->reading->facts->config->listeners;

	for (guint i = 0; i < listeners->len; i++) {
		const struct config_listener *listener =
			&g_array_index(listeners, struct config_listener, i);
		struct service service = { 0 };

		if (listener->mode != MODE_POP3S)
			continue;
		service = service_of(fixing, listener);
		if (service.text != NULL)
			set_pair_of(fixing, &service);
		service_clear(&service);
	}
}

/* --- the room --------------------------------------------------------------------------------- */

static void
propose(struct fixing *fixing)
{
	enum change_strategy strategy = fixing->change->strategy;

	if (strategy == CHANGE_REQUIRE_TLS)
		return;
	drop_services(fixing, strategy == CHANGE_DISABLE);
	if (strategy == CHANGE_TLS_ONLY_PORT && fixing->certificate != NULL)
		wire_in(fixing);
}

/* Debian's; a service of its own for each file belongs to it. */
static const char *const units[] = { "stunnel.target", NULL };

const struct product_fix stunnel_fix = {
	.propose = propose,
	.units = units,
	.restart = true,
};
