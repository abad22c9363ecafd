/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/exclusion.h"

#include <string.h>

#include "scan/source.h"

struct exclusion {
	struct address_set *addresses;
	GHashTable *names; /* in lower case */
	uint64_t digest;
};

/* Returns the IPv6 address that leads to the same host (::ffff:0:0/96). */
static struct address
as_ipv6(const struct address *address)
{
	struct address within = { FAMILY_IPV6, { [10] = 0xff, [11] = 0xff } };

	memcpy(within.bytes + 12, address->bytes, 4);
	return within;
}

/* An IPv4 host can be reached, and so must be left out, by both of its addresses. */
static void
add_range(struct address_set *set, const struct address_range *range)
{
	struct address_range within;

	address_set_add(set, range);
	if (range->first.family != FAMILY_IPV4)
		return;
	within.first = as_ipv6(&range->first);
	within.last = as_ipv6(&range->last);
	address_set_add(set, &within);
}

static bool
add(struct exclusion *exclusion, const struct target *target, GError **error)
{
	struct address_range range = { target->first, target->last };

	if (target->port_given || target->scheme_given) {
		g_set_error(error, POPSEAL_TARGET_ERROR, TARGET_ERROR_PORT,
			"a port cannot be excluded, only a whole host: %s", target->text);
		return false;
	}
	if (target->first.family == FAMILY_NONE)
		g_hash_table_add(exclusion->names, g_ascii_strdown(target->host, -1));
	else
		add_range(exclusion->addresses, &range);
	return true;
}

static bool
add_line(struct exclusion *exclusion, struct source *source, const char *path,
	struct source_item *line, GError **error)
{
	g_autoptr(target_auto) target = line->target;
	g_autofree char *where = line->where;
	g_autofree char *message = line->message;

	if (target == NULL) {
		g_set_error(error, POPSEAL_TARGET_ERROR, TARGET_ERROR_HOST, "%s: %s", where,
			message);
		return false;
	}
	if (add(exclusion, target, error))
		return true;
	g_prefix_error(error, "%s:%" G_GUINT64_FORMAT ": ", path, source_lines(source));
	return false;
}

static bool
read_lines(struct exclusion *exclusion, struct source *source, const char *path, GError **error)
{
	struct source_item line;
	enum source_state state;

	while ((state = source_next(source, &line)) != SOURCE_END) {
		if (state == SOURCE_WAIT)
			source_wait(source);
		else if (!add_line(exclusion, source, path, &line, error))
			return false;
	}
	exclusion->digest = source_digest(source);
	address_set_seal(exclusion->addresses);
	return true;
}

struct exclusion *
exclusion_read(const char *path, GError **error)
{
	struct source *source = source_open(path, error);
	struct exclusion *exclusion;

	if (source == NULL)
		return NULL;
	exclusion = g_new0(struct exclusion, 1);
	exclusion->addresses = address_set_new();
	exclusion->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	if (!read_lines(exclusion, source, path, error))
		g_clear_pointer(&exclusion, exclusion_free);
	source_free(source);
	return exclusion;
}

void
exclusion_free(struct exclusion *exclusion)
{
	if (exclusion == NULL)
		return;
	address_set_free(exclusion->addresses);
	g_hash_table_unref(exclusion->names);
	g_free(exclusion);
}

const struct address_set *
exclusion_addresses(const struct exclusion *exclusion)
{
	return exclusion == NULL ? NULL : exclusion->addresses;
}

bool
exclusion_has_name(const struct exclusion *exclusion, const struct target *target)
{
	g_autofree char *name = NULL;

	if (exclusion == NULL || target->first.family != FAMILY_NONE)
		return false;
	name = g_ascii_strdown(target->host, -1);
	return g_hash_table_contains(exclusion->names, name);
}

uint64_t
exclusion_digest(const struct exclusion *exclusion)
{
	return exclusion == NULL ? 0 : exclusion->digest;
}
