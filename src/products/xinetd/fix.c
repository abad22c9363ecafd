/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How xinetd is closed: by switching the service off, whatever the strategy: what it starts has no
 * TLS of its own.
 *
 * `disable` counts where it stands first with one value, and beats `enabled` in the defaults; so
 * that one is set, or one is put behind the line that starts the daemon.
 */
#include "products/fix.h"

#include "dialect/lines.h"
#include "products/superserver.h"
#include "products/xinetd/config.h"

extern const struct dialect dialect_xinetd;

/* The one that counts, or NULL. */
static const struct node *
find_disable(const struct node *service)
{
	for (const struct node *node = service->first; node != NULL; node = node->next)
		if (node->kind == NODE_SETTING && g_ascii_strcasecmp(node->key, "disable") == 0 &&
			g_str_equal(node->words[0], "=") && lines_count(node->words) == 2)
			return node;
	return NULL;
}

static void
switch_off(struct fixing *fixing, const struct fix_place *place)
{
	g_autoptr(tree_auto) tree = dialect_xinetd.parse(place->text->bytes, place->text->length);
	const struct node *starts = fix_node_at(tree, place->at);
	const struct node *disable;

	if (starts == NULL || starts->parent == NULL || starts->kind != NODE_SETTING)
		return;
	disable = find_disable(starts->parent);
	if (disable != NULL)
		fix_replace(fixing, place->text, disable->value_at, "yes");
	else
		fix_add_line_behind(fixing, place->text, place->at, "disable = yes");
}

static void
propose(struct fixing *fixing)
{
	superserver_switch_off(fixing, switch_off);
}

static const char *const units[] = { "xinetd.service", NULL };

const struct product_fix xinetd_fix = {
	.propose = propose,
	.units = units,
	.without_tls = true,
};
