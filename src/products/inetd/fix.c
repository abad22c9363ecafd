/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How inetd is closed: by commenting the entry out, whatever the strategy: what it starts has no
 * TLS of its own.
 *
 * An entry may go on in lines that begin with a blank: they go with it, or they would go on with
 * the entry above. '#' makes a comment in the first column only.
 */
#include "products/fix.h"

#include "dialect/lines.h"
#include "products/inetd/config.h"
#include "products/superserver.h"

extern const struct dialect dialect_inetd;

static void
comment_out(struct fixing *fixing, const struct fix_place *place)
{
	const struct config_text *text = place->text;
	g_autoptr(tree_auto) tree = dialect_inetd.parse(text->bytes, text->length);
	const struct node *entry = fix_node_at(tree, place->at);
	size_t at = entry != NULL ? entry->all.start : text->length;

	while (entry != NULL && at < entry->all.end) {
		if (text->bytes[at] != '#')
			fix_replace(fixing, text, (struct span){ at, at }, "#");
		at = lines_end(text->bytes, at, text->length);
	}
}

static void
propose(struct fixing *fixing)
{
	superserver_switch_off(fixing, comment_out);
}

static const char *const units[] = { "inetd.service", "openbsd-inetd.service",
	"inetutils-inetd.service", NULL };

const struct product_fix inetd_fix = {
	.propose = propose,
	.units = units,
	.without_tls = true,
};
